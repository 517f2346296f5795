import { UserError } from '../protocol/errors.ts';
import { type ChunkSource, DamagedGzip } from './chunks.ts';
import { parseRow, type Row } from './parse-row.ts';
import { RowError } from './row-error.ts';
import { ArraySplitter, LineSplitter, type RawRow, type RowSplitter } from './split-rows.ts';

/** Bytes from which text or not, lines or array, is told: always as many, so that chunks play no part. */
const HEAD_BYTES = 4096;

/** A row's value, or why it has none. */
export interface Parsed {
	readonly line: number;
	/** Every line of it, where it was gathered from several. */
	readonly lines?: readonly number[];
	readonly bytes: number;
	readonly row: Row | null;
	readonly reason: string;
}

/**
 * Rows in file order, some at a time: one array for each chunk of the file.
 * @param path names the file in messages
 * @throws UserError `unusable-input` for a file that is not UTF-8 text
 */
export async function* parsedRows(path: string, source: Pick<ChunkSource, 'chunks'>): AsyncGenerator<Parsed[], void> {
	let splitter: RowSplitter | null = null;
	let head: Buffer = Buffer.alloc(0);
	let line = 1;
	const raw: RawRow[] = [];
	const drain = () => {
		const parsed = raw.map(parse);
		raw.length = 0;
		line = parsed.at(-1)?.line ?? line;
		return parsed;
	};
	try {
		for await (const chunk of source.chunks) {
			if (splitter !== null) splitter.push(chunk, raw);
			else {
				head = Buffer.concat([head, chunk]);
				if (head.length >= HEAD_BYTES) splitter = begin(path, head, raw);
			}
			yield drain();
		}
		splitter ??= begin(path, head, raw);
		splitter.end(raw);
		yield drain();
	} catch (error) {
		if (!(error instanceof DamagedGzip)) throw error;
		splitter ??= begin(path, head, raw);
		yield drain();
		const reason = `file: expected the whole gzip file, found that it breaks off or is damaged here (${error.message})`;
		yield [{ line: line + 1, bytes: 0, row: null, reason }];
	}
}

function parse(raw: RawRow): Parsed {
	try {
		return { line: raw.line, bytes: raw.length, row: parseRow(raw), reason: '' };
	} catch (error) {
		if (!(error instanceof RowError)) throw error;
		return { line: raw.line, bytes: raw.length, row: null, reason: error.message };
	}
}

function begin(path: string, bytes: Buffer, out: RawRow[]): RowSplitter {
	const head = bytes.subarray(0, HEAD_BYTES);
	if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
		throw new UserError('unusable-input', `${path} is UTF-16. Save it as UTF-8 and import it again.`);
	}
	if (head.includes(0)) {
		throw new UserError(
			'unusable-input',
			`${path} is not a text file. Pairwright reads JSON Lines and JSON arrays, also packed as .gz.`,
		);
	}
	const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
	// `[` opens a JSON array of rows; lines that are themselves lists of other things are read, and refused, as lines.
	const isArray = /^\s*\[\s*(?:[{\]]|$)/.test(head.toString('utf8', bom));
	const splitter = isArray ? new ArraySplitter(undefined, bom) : new LineSplitter(undefined, 1, bom);
	splitter.push(bytes.subarray(bom), out);
	return splitter;
}
