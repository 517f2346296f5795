import { basename } from 'node:path';
import type { ColumnMapping } from '../../domain/column-mapping.ts';
import { verdictReading } from '../../formats/column-mapping-guess.ts';
import type { MappingHost, MappingInit, VerdictReading } from '../../protocol/mapping.ts';
import type { ImportPreview, SavedMapping } from '../../protocol/workspace-api.ts';
import type { FolderSession } from '../services.ts';

/** Files with the same columns, and what happens when they are mapped. */
export interface MappingTask {
	readonly files: readonly string[];
	/** Where the prompts go, in words. */
	readonly target: string;
	readonly preview: ImportPreview;
	/** Imports them. @returns false where a question on the way was cancelled */
	run(mapping: ColumnMapping): Promise<boolean>;
}

/** Answers what the mapping screen asks. It is thrown away while hidden: what was chosen is kept here. */
export class MappingAnswers implements MappingHost {
	readonly #session: FolderSession;
	readonly #task: MappingTask;
	readonly #close: () => void;
	#preview: ImportPreview;
	#mapping: ColumnMapping;
	#name = '';
	#running = false;

	constructor(session: FolderSession, task: MappingTask, close: () => void) {
		this.#session = session;
		this.#task = task;
		this.#close = close;
		this.#preview = task.preview;
		this.#mapping = task.preview.suggestion;
	}

	async ready(): Promise<MappingInit> {
		return {
			files: this.#task.files.map((file) => basename(file)),
			target: this.#task.target,
			preview: this.#preview,
			mapping: this.#mapping,
			saved: await this.saved(),
			name: this.#name,
		};
	}

	async saved(): Promise<readonly SavedMapping[]> {
		return (await this.#session.api()).mappings();
	}

	async preview(mapping: ColumnMapping): Promise<ImportPreview> {
		this.#mapping = mapping;
		const preview = await (await this.#session.api()).previewImport(this.#task.files[0]!, { mapping });
		this.#preview = preview;
		return preview;
	}

	async reading(column: string): Promise<VerdictReading> {
		const found = this.#task.preview.columns.find(({ name }) => name === column);
		return found === undefined ? {} : verdictReading(found);
	}

	async naming(name: string): Promise<void> {
		this.#name = name;
	}

	async import(mapping: ColumnMapping, name: string | null): Promise<boolean> {
		// A second click must not import twice.
		if (this.#running) return false;
		this.#running = true;
		try {
			if (!(await this.#task.run(mapping))) return false;
			if (name !== null) {
				const table = this.#task.preview.columns.map((column) => column.name);
				await (await this.#session.api()).saveMapping(name, mapping, table);
			}
			this.#close();
			return true;
		} finally {
			this.#running = false;
		}
	}

	async close(): Promise<void> {
		this.#close();
	}
}
