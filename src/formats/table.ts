import { type ChunkSource, openChunks } from './chunks.ts';
import { csvRows, tableDelimiter } from './csv-rows.ts';
import { isParquet, openParquet } from './parquet-rows.ts';
import { type Parsed, parsedRows } from './parsed-rows.ts';

/** How rows lie in a file. */
export type Container = 'json' | 'csv' | 'tsv' | 'parquet';

/** Bytes from which the container is told: always as many, so that chunks play no part. */
const HEAD_BYTES = 16 * 1024;
/** A NUL in as many says that it is no text; one further on spoils its own row. */
const TEXT_BYTES = 4096;

const NAMED_TABLE = /\.(?:csv|tsv|tab)(?:\.gz)?$/iu;

/** A file's rows as objects, whatever it is. */
export interface Table {
	readonly container: Container;
	readonly rows: AsyncGenerator<Parsed[], void>;
	readonly totalBytes: number;
	/** Bytes of the file consumed so far: compressed ones of a .gz. */
	consumed(): number;
}

/**
 * Opens a file of rows: JSON Lines, a JSON array, a table of text (comma, tab, semicolon, bar; plain or gzip), or Parquet. All are told
 * from their first bytes; the name helps only where a table has one column.
 * @throws UserError `unusable-input` where there is no file that can be read
 */
export async function openTable(path: string, signal?: AbortSignal): Promise<Table> {
	const source = await openChunks(path, signal);
	const { head, rest } = await cutHead(source);
	const { totalBytes } = source;
	const consumed = () => source.consumed();
	if (isParquet(head)) {
		await rest.return();
		const parquet = await openParquet(path, totalBytes, signal);
		return { container: 'parquet', rows: parquet.rows, totalBytes, consumed: parquet.consumed };
	}
	const text = head.subarray(0, TEXT_BYTES).includes(0) ? null : head.subarray(0, HEAD_BYTES).toString('utf8');
	const delimiter = text === null ? null : tableDelimiter(text, NAMED_TABLE.test(path));
	if (delimiter === null) {
		const whole = async function* () {
			yield head;
			yield* rest;
		};
		return { container: 'json', rows: parsedRows(path, { chunks: whole() }), totalBytes, consumed };
	}
	const container = delimiter === '\t' ? 'tsv' : 'csv';
	return { container, rows: csvRows({ chunks: rest }, head, delimiter), totalBytes, consumed };
}

/** The first bytes, and the chunks after them. A file that breaks off in its first bytes fails where the rest is read. */
async function cutHead(source: ChunkSource): Promise<{ head: Buffer; rest: AsyncGenerator<Buffer, void> }> {
	const chunks = source.chunks[Symbol.asyncIterator]();
	const parts: Buffer[] = [];
	let length = 0;
	let failure: unknown = null;
	try {
		while (length < HEAD_BYTES) {
			const next = await chunks.next();
			if (next.done === true) break;
			parts.push(next.value);
			length += next.value.length;
		}
	} catch (error) {
		failure = error;
	}
	const rest = async function* (): AsyncGenerator<Buffer, void> {
		try {
			if (failure !== null) throw failure;
			for (;;) {
				const next = await chunks.next();
				if (next.done === true) return;
				yield next.value;
			}
		} finally {
			await chunks.return?.();
		}
	};
	const generator = rest();
	return { head: Buffer.concat(parts), rest: generator };
}
