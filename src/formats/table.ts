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
		await rest.close();
		const parquet = await openParquet(path, totalBytes, signal);
		return { container: 'parquet', rows: parquet.rows, totalBytes, consumed: parquet.consumed };
	}
	const text = head.subarray(0, TEXT_BYTES).includes(0) ? null : head.subarray(0, HEAD_BYTES).toString('utf8');
	const delimiter = text === null ? null : tableDelimiter(text, NAMED_TABLE.test(path));
	if (delimiter === null) {
		const whole = async function* () {
			try {
				yield head;
				yield* rest;
			} finally {
				await rest.close();
			}
		};
		return { container: 'json', rows: parsedRows(path, { chunks: whole() }), totalBytes, consumed };
	}
	const container = delimiter === '\t' ? 'tsv' : 'csv';
	return { container, rows: closing(csvRows({ chunks: rest }, head, delimiter), rest), totalBytes, consumed };
}

/** Rows that close their file however they are left. */
async function* closing(rows: AsyncGenerator<Parsed[], void>, rest: Rest): AsyncGenerator<Parsed[], void> {
	try {
		yield* rows;
	} finally {
		await rest.close();
	}
}

/** Chunks after the first bytes. A generator that was never begun could not close the file: this can at any time. */
interface Rest extends AsyncIterable<Buffer> {
	close(): Promise<void>;
}

/** The first bytes, and the chunks after them. A file that breaks off in its first bytes fails where the rest is read. */
async function cutHead(source: ChunkSource): Promise<{ head: Buffer; rest: Rest }> {
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
	const close = async () => {
		await chunks.return?.();
	};
	const next = async (): Promise<IteratorResult<Buffer>> => {
		if (failure !== null) throw failure;
		return chunks.next();
	};
	const rest: Rest = {
		close,
		[Symbol.asyncIterator]: () => ({
			next,
			return: async () => {
				await close();
				return { done: true, value: undefined };
			},
		}),
	};
	return { head: Buffer.concat(parts), rest };
}
