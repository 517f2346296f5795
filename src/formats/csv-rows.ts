import { isUtf8 } from 'node:buffer';
import { finished } from 'node:stream/promises';
import { type CsvError, Parser } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import type { ChunkSource } from './chunks.ts';
import { DamagedGzip } from './chunks.ts';
import type { Row } from './parse-row.ts';
import type { Parsed } from './parsed-rows.ts';
import { RowError } from './row-error.ts';
import { MAX_ROW_BYTES } from './split-rows.ts';
import { cellValue } from './table-cells.ts';

/** Told apart in this order where several fit equally well. */
const DELIMITERS = [',', '\t', ';', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** Longest name of a column: beyond this the first line is text, not a header. */
const LONGEST_NAME = 120;

/** Lines end as the head's first line does. A lone CR (old spreadsheets) counts only where there is no LF at all. */
function lineEnds(head: string): string[] {
	return head.includes('\n') || !head.includes('\r') ? ['\r\n', '\n'] : ['\r'];
}

const LENIENT = {
	bom: true,
	// Ragged rows are refused by themselves, and a stray quote is text: the other rows go on.
	relax_column_count: true,
	relax_quotes: true,
	skip_records_with_error: true,
} as const;

/**
 * Which sign parts the cells of a table, told from its first bytes: the one that gives the header the most columns and the first rows
 * as many as the header.
 * @param named the file's own name says that it is a table: one column is enough then
 * @returns null where this is no table with a header
 */
export function tableDelimiter(head: string, named: boolean): Delimiter | null {
	const text = head.replace(/^\ufeff/u, '');
	if (/^\s*[{[]/u.test(text)) return null;
	let best: { delimiter: Delimiter; score: number } | null = null;
	for (const delimiter of DELIMITERS) {
		const records = parseNow(text, { ...LENIENT, delimiter, record_delimiter: lineEnds(text) }) as string[][];
		const header = records[0] ?? [];
		if (header.length < 2 || header.some((name) => name.length > LONGEST_NAME)) continue;
		// The last record may be cut off by the end of the head.
		const rows = records.slice(1, records.length > 2 ? -1 : undefined).filter((cells) => cells.some((c) => c !== ''));
		const fitting = rows.filter((cells) => cells.length === header.length).length;
		const score = rows.length === 0 ? 1 : fitting / rows.length;
		if (best === null || score > best.score) best = { delimiter, score };
	}
	if (best !== null && (named || best.score >= 0.5)) return best.delimiter;
	return named ? ',' : null;
}

/** Names of the columns: what is unnamed or named twice is told apart by its place, so that nothing is lost. */
function columnNames(cells: readonly string[]): string[] {
	const taken = new Set<string>();
	return cells.map((cell, i) => {
		let name = cell.trim() === '' ? `column ${i + 1}` : cell.trim();
		if (taken.has(name)) name = `${name} (column ${i + 1})`;
		taken.add(name);
		return name;
	});
}

function countLines(text: string, end: string): number {
	let n = 0;
	for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end, at + 1)) n++;
	return n;
}

/** Rows of one table as they come out of the parser. */
class TableRows {
	readonly #end: string;
	#names: readonly string[] | null = null;
	#line = 1;
	/** Bytes that are no UTF-8 have been seen: replacement characters may stand for them. */
	badBytes = false;
	out: Parsed[] = [];

	constructor(end: string) {
		this.#end = end;
	}

	/** The parser's own count of lines takes CRLF inside quotes twice: they are counted in the cells instead. */
	record(cells: readonly string[]): void {
		const line = this.#line;
		let bytes = cells.length;
		let blank = true;
		this.#line++;
		for (const cell of cells) {
			if (cell === '') continue;
			blank = false;
			bytes += cell.length;
			this.#line += countLines(cell, this.#end);
		}
		if (blank) return;
		if (this.#names === null) {
			this.#names = columnNames(cells);
			return;
		}
		this.out.push(this.#row(line, bytes, cells));
	}

	skipped(error: CsvError): void {
		const reason =
			error.code === 'CSV_MAX_RECORD_SIZE'
				? `row: expected at most ${MAX_ROW_BYTES / 1024 / 1024} MB, found more: a closing quote may be missing from this line on`
				: error.code === 'CSV_QUOTE_NOT_CLOSED'
					? 'row: expected a closing quote, found the end of the file'
					: `row: expected cells parted by one sign, found something else (${error.message})`;
		this.out.push({ line: this.#line, bytes: 0, row: null, reason });
	}

	damaged(message: string): void {
		const reason = `file: expected the whole gzip file, found that it breaks off or is damaged here (${message})`;
		this.out.push({ line: this.#line, bytes: 0, row: null, reason });
	}

	#row(line: number, bytes: number, cells: readonly string[]): Parsed {
		const names = this.#names!;
		const refused = (reason: string): Parsed => ({ line, bytes, row: null, reason });
		const extra = cells.slice(names.length).filter((cell) => cell !== '').length;
		if (cells.length < names.length || extra > 0) {
			return refused(`row: expected ${names.length} cells as in the header, found ${cells.length}`);
		}
		const row: Record<string, unknown> = {};
		for (const [i, name] of names.entries()) {
			const cell = cells[i]!;
			if (cell.includes('\0')) return refused(`${name}: expected text, found a NUL byte`);
			if (this.badBytes && cell.includes('\ufffd')) {
				return refused(`${name}: expected UTF-8, found bytes that are not (save the table as UTF-8)`);
			}
			let value: unknown;
			try {
				value = cellValue(name, cell);
			} catch (error) {
				if (!(error instanceof RowError)) throw error;
				return refused(error.message);
			}
			if (value === undefined) continue;
			Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
		}
		return { line, bytes, row: row as Row, reason: '' };
	}
}

/**
 * Rows of a table of text (CSV, TSV), in file order, one array for each chunk. A row's line is the one on which it begins; empty lines
 * are passed over. Memory does not grow with the file: a record past the largest row is let go.
 * @param first bytes that were read to tell the format
 */
export async function* csvRows(
	source: Pick<ChunkSource, 'chunks'>,
	first: Buffer,
	delimiter: Delimiter,
): AsyncGenerator<Parsed[], void> {
	const ends = lineEnds(first.toString('utf8'));
	const rows = new TableRows(ends.at(-1)!);
	const parser = new Parser({
		...LENIENT,
		delimiter,
		record_delimiter: ends,
		max_record_size: MAX_ROW_BYTES,
		// Nothing is handed on through the stream: one event a row would cost more than the parsing.
		on_record: (cells: string[]) => {
			rows.record(cells);
			return undefined;
		},
	});
	parser.on('skip', (error: CsvError) => rows.skipped(error));
	const failed: unknown[] = [];
	parser.on('error', (error) => failed.push(error));
	parser.resume();
	const utf8 = new Utf8Check();
	const push = async (chunk: Buffer) => {
		rows.badBytes ||= !utf8.isGood(chunk);
		await new Promise<void>((done, fail) => parser.write(chunk, (error) => (error ? fail(error) : done())));
	};
	const take = () => {
		const out = rows.out;
		rows.out = [];
		return out;
	};
	try {
		await push(first);
		yield take();
		for await (const chunk of source.chunks) {
			await push(chunk);
			yield take();
		}
	} catch (error) {
		if (!(error instanceof DamagedGzip)) throw error;
		rows.damaged(error.message);
	}
	parser.end();
	await finished(parser);
	if (failed.length > 0) throw failed[0];
	yield take();
}

/** Whether a stream of chunks is UTF-8; a character may be cut by the end of a chunk. */
class Utf8Check {
	#rest: Buffer = Buffer.alloc(0);

	isGood(chunk: Buffer): boolean {
		const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
		// Back to before the last byte that begins a character of several bytes.
		let end = all.length;
		for (let back = 1; back <= 3 && back <= all.length; back++) {
			const byte = all[all.length - back]!;
			if (byte < 0x80) break;
			if (byte >= 0xc0) {
				const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
				if (needs > back) end = all.length - back;
				break;
			}
		}
		this.#rest = Buffer.from(all.subarray(end));
		return isUtf8(all.subarray(0, end));
	}
}
