import { UserError } from '../protocol/errors.ts';
import { type ChunkSource, openChunks, throwIfCancelled } from './chunks.ts';
import type { Format } from './format.ts';
import { hhRlhf } from './hh-rlhf.ts';
import { importedRow } from './imported-row.ts';
import { pairwright } from './pairwright.ts';
import type { Row } from './parse-row.ts';
import { type Parsed, parsedRows } from './parsed-rows.ts';
import { found, RowError } from './row-error.ts';
import { isGuess, trl } from './trl.ts';
import type { ImportedRow, RejectedRow, RowBatch, RowReader } from './types.ts';

/** In order of how much they ask of a row: hh-rlhf rows have TRL's columns too. */
const FORMATS: readonly Format[] = [pairwright, hhRlhf, trl];

/** Names that `import --format` takes beside `auto`. */
export const IMPORT_FORMATS: readonly string[] = ['trl', 'hh-rlhf', 'pairwright'];

const BATCH_ROWS = 250;
/** A batch ends early past this many bytes, so that long rows do not add up. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** Rows whose columns are recognised before the file's format is settled, and bytes held meanwhile. */
const SNIFF_ROWS = 20;
const SNIFF_BYTES = 4 * 1024 * 1024;
/** Unusable rows from the start of a file after which it is refused as a whole. */
const SNIFF_REJECTED = 10_000;

export interface OpenOptions {
	/** `auto` (default) or one of IMPORT_FORMATS. */
	readonly format?: string | undefined;
	/** Names implicit labels: `source:NAME`. */
	readonly sourceName: string;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a file of comparisons: JSON Lines or one JSON array, plain or gzip, told from its content. With `auto` the format
 * is the one most of the first rows have; a later row of another format is read as what it is and noted, unless reading it
 * would need a guess (texts without a prompt or turn marks).
 * @throws UserError `usage` for an unknown format, `unusable-input` for a file that is empty, not text, or holds no
 * row of a known format. While reading: `cancelled` when the signal fires.
 */
export async function openRows(path: string, options: OpenOptions): Promise<RowReader> {
	const asked = options.format ?? 'auto';
	const only = FORMATS.find((f) => f.name === asked);
	if (only === undefined && asked !== 'auto') {
		throw new UserError('usage', `There is no import format "${asked}". Use auto, ${IMPORT_FORMATS.join(', ')}.`);
	}
	const source = await openChunks(path, options.signal);
	const rows = parsedRows(path, source);
	const held: Parsed[] = [];
	let format: Format;
	try {
		format = await sniff(path, rows, held, only);
	} catch (error) {
		await rows.return();
		throw error;
	}
	return {
		format: format.name,
		totalBytes: source.totalBytes,
		batches: batches(held, rows, source, format, only !== undefined, options),
	};
}

/** Reads on until the format is clear; everything read is kept in `held`. */
async function sniff(
	path: string,
	rows: AsyncGenerator<Parsed[], void>,
	held: Parsed[],
	only: Format | undefined,
): Promise<Format> {
	const counts = new Map<Format, number>();
	let known = 0;
	let bytes = 0;
	for (;;) {
		const next = await rows.next();
		if (next.done === true) break;
		for (const parsed of next.value) {
			held.push(parsed);
			bytes += parsed.row === null ? 0 : parsed.bytes;
			const format = parsed.row === null ? undefined : (only ?? FORMATS.find((f) => f.fits(parsed.row!)));
			if (format === undefined) continue;
			counts.set(format, (counts.get(format) ?? 0) + 1);
			known++;
		}
		if (known >= SNIFF_ROWS || (known > 0 && bytes > SNIFF_BYTES)) break;
		if (known === 0 && (held.length >= SNIFF_REJECTED || bytes > 4 * SNIFF_BYTES)) break;
	}
	if (held.length === 0) throw new UserError('unusable-input', `${path} is empty: it holds no rows.`);
	let best: Format | undefined;
	for (const [format, count] of counts) if (best === undefined || count > counts.get(best)!) best = format;
	if (best === undefined) throw nothingKnown(path, held);
	return best;
}

function nothingKnown(path: string, held: readonly Parsed[]): UserError {
	const first = held[0]!;
	const reason = first.row === null ? first.reason : unknownColumns(first.row);
	return new UserError(
		'unusable-input',
		`${path} holds no row that can be read (${held.length} tried). Line ${first.line}, ${reason}. Pairwright reads JSON Lines or a JSON array of TRL preferences, hh-rlhf chats, or its own comparisons.`,
	);
}

function unknownColumns(row: Row): string {
	return `row: expected the columns chosen and rejected, or response_a and response_b, found ${found(row)}`;
}

async function* batches(
	held: Parsed[],
	rows: AsyncGenerator<Parsed[], void>,
	source: ChunkSource,
	format: Format,
	strict: boolean,
	options: OpenOptions,
): AsyncGenerator<RowBatch> {
	let good: ImportedRow[] = [];
	let rejected: RejectedRow[] = [];
	let bytes = 0;
	const take = (): RowBatch => {
		const batch = { rows: good, rejected, bytes: source.consumed() };
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
					good.push(readRow(parsed.line, parsed.row, format, strict, options.sourceName));
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

function readRow(line: number, row: Row, format: Format, strict: boolean, sourceName: string): ImportedRow {
	if (strict) return importedRow(line, row, format, sourceName);
	const own = FORMATS.find((f) => f.fits(row));
	if (own === undefined) throw new RowError(unknownColumns(row));
	if (own === format) return importedRow(line, row, format, sourceName);
	if (own === trl && isGuess(row)) {
		throw new RowError(
			`row: expected a row in the format ${format.name} like the others, found texts without a prompt`,
		);
	}
	const read = importedRow(line, row, own, sourceName);
	return { ...read, warnings: [...read.warnings, `row: in the format ${own.name}, most others are ${format.name}`] };
}
