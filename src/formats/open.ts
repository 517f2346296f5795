import { throwIfCancelled } from './chunks.ts';
import { FORMATS } from './formats.ts';
import { importedRows } from './imported-row.ts';
import { openPairTable } from './message-rows.ts';
import type { Row } from './parse-row.ts';
import type { Parsed } from './parsed-rows.ts';
import { type Recognised, type RecogniseOptions, recognise, unknownColumns, unsure } from './recognise.ts';
import { RowError } from './row-error.ts';
import type { Table } from './table.ts';
import { isGuess, trl } from './trl.ts';
import type { ImportedRow, RejectedRow, RowBatch, RowReader } from './types.ts';

const BATCH_ROWS = 250;
/** A batch ends early past this many bytes, so that long rows do not add up. */
const BATCH_BYTES = 4 * 1024 * 1024;

export interface OpenOptions extends RecogniseOptions {
	/** Names implicit labels: `source:NAME`. */
	readonly sourceName: string;
	readonly signal?: AbortSignal | undefined;
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
		if (known.doubts.length > 0) throw unsure(path, known);
	} catch (error) {
		await table.rows.return();
		throw error;
	}
	return {
		format: known.format.name,
		...(known.mapping === null ? {} : { mapping: known.mapping }),
		...(known.remembered === null ? {} : { remembered: known.remembered }),
		totalBytes: table.totalBytes,
		batches: batches(held, table, known, options),
	};
}

async function* batches(
	held: Parsed[],
	{ rows, consumed }: Table,
	known: Recognised,
	options: OpenOptions,
): AsyncGenerator<RowBatch> {
	let good: ImportedRow[] = [];
	let rejected: RejectedRow[] = [];
	let bytes = 0;
	const take = (): RowBatch => {
		const batch = { rows: good, rejected, bytes: consumed() };
		good = [];
		rejected = [];
		bytes = 0;
		return batch;
	};
	try {
		let some: Parsed[] = held.splice(0);
		for (;;) {
			for (const parsed of some) {
				try {
					if (parsed.row === null) throw new RowError(parsed.reason);
					const read = readRow(parsed.line, parsed.row, known, options.sourceName);
					const { lines } = parsed;
					good.push(...(lines === undefined ? read : read.map((row) => ({ ...row, lines }))));
				} catch (error) {
					if (!(error instanceof RowError)) throw error;
					rejected.push({ line: parsed.line, reason: error.message });
				}
				bytes += parsed.bytes;
				if (good.length + rejected.length >= BATCH_ROWS || bytes >= BATCH_BYTES) {
					yield take();
					throwIfCancelled(options.signal);
				}
			}
			const next = await rows.next();
			if (next.done === true) break;
			some = next.value;
		}
		if (good.length + rejected.length > 0) yield take();
	} finally {
		await rows.return();
	}
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
