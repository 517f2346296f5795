import { createHash } from 'node:crypto';
import type { ColumnMapping } from '../../domain/column-mapping.ts';
import type { Erasures } from '../../domain/erasure.ts';
import { promptId } from '../../domain/identity.ts';
import { openRows } from '../../formats/open.ts';
import { LOG_FORMAT, openLog } from '../../formats/open-log.ts';
import { redactRow } from '../../store/source-rows.ts';
import { recordedMapping } from '../mappings.ts';

/** A source to be looked at: where it lies, and how its rows are read. */
export interface SourceFile {
	readonly path: string;
	readonly format: string;
	readonly sourceName: string;
	/** JSON of the column mapping that reads it. */
	readonly mapping?: string | null;
}

/** What of a file is to go. */
interface Doomed {
	/** Lines of which every pair goes. */
	readonly lines: ReadonlySet<number>;
	/** Lines with names to be changed. */
	readonly named: ReadonlySet<number>;
	/** Ordinals of the good rows that go. */
	readonly rows: readonly number[];
	/** Lines that also hold pairs that stay. */
	readonly shared: readonly number[];
	/** Hash of what the rows say once everything erased is out: of a copy that was written anew it is the same. */
	readonly stays: string;
	/** Columns by which the rows were read. */
	readonly mapping: ColumnMapping | null;
}

/** @param hashed also without a person to be taken out: for `stays` */
export async function doomedRows(
	file: SourceFile,
	erasures: Erasures,
	hashed = erasures.people.size > 0,
): Promise<Doomed> {
	const out = new Set<number>();
	const kept = new Set<number>();
	const named = new Set<number>();
	const ords: { readonly ord: number; readonly line: number }[] = [];
	const stays = createHash('sha256');
	let columns: ColumnMapping | null = null;
	let ord = 0;
	const add = (
		{ line, lines = [line] }: { readonly line: number; readonly lines?: readonly number[] },
		stays: 'no' | 'yes' | 'renamed',
	): void => {
		for (const each of lines) (stays === 'no' ? out : kept).add(each);
		if (stays === 'no') ords.push({ ord, line });
		if (stays === 'renamed') named.add(line);
		ord++;
	};
	if (file.format === LOG_FORMAT) {
		for await (const { rows } of (await openLog(file.path)).batches) {
			for (const row of rows) {
				const out = erasures.prompts.has(promptId(row.prompt));
				if (!out && hashed) stays.update(JSON.stringify(row));
				add(row, out ? 'no' : 'yes');
			}
		}
	} else {
		const { format, sourceName, mapping = null } = file;
		const recorded = recordedMapping(mapping);
		const reader = await openRows(file.path, { format, sourceName, ...recorded });
		columns = recorded.mapping ?? reader.mapping ?? null;
		for await (const { rows } of reader.batches) {
			for (const row of rows) {
				const left = redactRow(row, erasures);
				if (left !== null && hashed) {
					const { line, comparison, judgments, split, half, tags, source } = left;
					stays.update(JSON.stringify([line, comparison.id, judgments, split, half, tags, source]));
				}
				add(row, left === null ? 'no' : left === row ? 'yes' : 'renamed');
			}
		}
	}
	const shared = [...out].filter((line) => kept.has(line));
	const lines = new Set([...out].filter((line) => !kept.has(line)));
	return {
		lines,
		named,
		shared,
		rows: ords.filter(({ line }) => lines.has(line)).map((row) => row.ord),
		stays: stays.digest('hex'),
		mapping: columns,
	};
}
