import { basename } from 'node:path';
import type { ColumnMapping } from '../../domain/column-mapping.ts';
import { orderReading } from '../../formats/column-mapping-guess-several.ts';
import type { ImportOptions, ImportPreview, SavedMapping } from '../../protocol/imports.ts';
import type { MappingHost, MappingInit, MappingState, OrderReading } from '../../protocol/mapping.ts';
import type { FolderSession } from '../services.ts';

/** Files with the same columns, and what happens when they are mapped. */
export interface MappingTask {
	readonly files: readonly string[];
	/** Where the prompts go, in words. */
	readonly target: string;
	/** How they are imported, but for the mapping. */
	readonly options: MappingState['options'];
	readonly preview: ImportPreview;
	/** What was corrected before the window was reloaded; else what is guessed. */
	readonly mapping?: ColumnMapping;
	readonly name?: string;
}

/** Imports files. @returns false where a question on the way was cancelled */
export type Importer = (session: FolderSession, files: readonly string[], how: ImportOptions) => Promise<boolean>;

/** Answers what the mapping screen asks. It is thrown away while hidden: what was chosen is kept here. */
export class MappingAnswers implements MappingHost {
	readonly #session: FolderSession;
	readonly #task: MappingTask;
	readonly #importer: Importer;
	readonly #close: () => void;
	#preview: ImportPreview;
	#mapping: ColumnMapping;
	#name: string;
	#running = false;

	constructor(session: FolderSession, task: MappingTask, importer: Importer, close: () => void) {
		this.#session = session;
		this.#task = task;
		this.#importer = importer;
		this.#close = close;
		this.#preview = task.preview;
		this.#mapping = task.mapping ?? task.preview.suggestion;
		this.#name = task.name ?? '';
	}

	async ready(): Promise<MappingInit> {
		return {
			files: this.#task.files.map((file) => basename(file)),
			target: this.#task.target,
			preview: this.#preview,
			mapping: this.#mapping,
			saved: await this.saved(),
			name: this.#name,
			keep: {
				folder: this.#session.folder.uri.toString(),
				files: [...this.#task.files],
				target: this.#task.target,
				options: this.#task.options,
				mapping: this.#mapping as NonNullable<MappingState['mapping']>,
				name: this.#name,
			},
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

	async reading(mapping: ColumnMapping): Promise<OrderReading> {
		return orderReading(this.#task.preview.columns, mapping).reading;
	}

	async naming(name: string): Promise<void> {
		this.#name = name;
	}

	async import(mapping: ColumnMapping, name: string | null): Promise<boolean> {
		// A second click must not import twice.
		if (this.#running) return false;
		this.#running = true;
		try {
			const { files, options } = this.#task;
			if (!(await this.#importer(this.#session, files, { ...options, mapping }))) return false;
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
