import { batchesOf } from './batches.ts';
import { FORMATS } from './formats.ts';
import { importedRows } from './imported-row.ts';
import { type CountedTrees, type FirstReading, openPairTable } from './message-rows.ts';
import type { Row } from './parse-row.ts';
import type { Parsed } from './parsed-rows.ts';
import { type Recognised, type RecogniseOptions, recognise, unknownColumns, unsure } from './recognise.ts';
import { RowError } from './row-error.ts';
import { isGuess, trl } from './trl.ts';
import type { ImportedRow, RowReader } from './types.ts';

export interface OpenOptions extends RecogniseOptions {
	/** Names implicit labels: `source:NAME`. */
	readonly sourceName: string;
	readonly signal?: AbortSignal | undefined;
	/** Told while a file that has to be read twice is read for the first time. */
	readonly onFirstReading?: FirstReading | undefined;
	/** What the first reading counted, for another opening of the same content. */
	readonly counted?: CountedTrees | undefined;
}

/**
 * Opens a file of comparisons: JSON Lines, a JSON array, CSV, TSV (plain or gzip) or Parquet, told from its content. With `auto` the
 * format is the one most of the first rows have; a later row of another format is read as what it is and noted, unless reading it
 * would need a guess (texts without a prompt or turn marks). Where there is none, the columns are guessed, if that is sure.
 * @throws UserError `usage` for an unknown format, `unusable-input` for a file that is empty, not text, holds no row of a known
 * format, or whose columns can only be guessed. While reading: `cancelled` when the signal fires.
 */
export async function openRows(path: string, options: OpenOptions): Promise<RowReader> {
	const table = await openPairTable(path, options);
	const held: Parsed[] = [];
	let known: Recognised;
	try {
		known = await recognise(path, table, held, options);
		if (known.doubts.length > 0 || known.rivals.length > 0) throw unsure(path, known);
	} catch (error) {
		await table.rows.return();
		throw error;
	}
	return {
		format: known.format.name,
		...(known.mapping === null ? {} : { mapping: known.mapping }),
		...(known.remembered === null ? {} : { remembered: known.remembered }),
		totalBytes: table.totalBytes,
		batches: batchesOf(
			table,
			({ line, lines }, row) => {
				const read = readRow(line, row, known, options.sourceName);
				return lines === undefined ? read : read.map((each) => ({ ...each, lines }));
			},
			options.signal,
			held,
		),
	};
}

/** @throws RowError saying which field is wrong and how */
export function readRow(line: number, row: Row, { format, strict }: Recognised, sourceName: string): ImportedRow[] {
	if (strict) return importedRows(line, row, format, sourceName);
	const own = FORMATS.find((f) => f.fits(row));
	if (own === undefined) throw new RowError(unknownColumns(row));
	if (own === format) return importedRows(line, row, format, sourceName);
	if (own === trl && isGuess(row)) {
		throw new RowError(
			`row: expected a row in the format ${format.name} like the others, found texts without a prompt`,
		);
	}
	const note = `row: in the format ${own.name}, most others are ${format.name}`;
	return importedRows(line, row, own, sourceName).map((read) => ({ ...read, warnings: [...read.warnings, note] }));
}
