import { UserError } from '../protocol/errors.ts';
import { throwIfCancelled } from './chunks.ts';
import { loggedRow } from './log-rows.ts';
import { RowError } from './row-error.ts';
import { openTable, type Table } from './table.ts';
import type { LoggedRow, RejectedRow } from './types.ts';

/** Name of the format in `imported` events: the rows are prompts, each with at most one response. */
export const LOG_FORMAT = 'prompts';

const BATCH_ROWS = 250;
const BATCH_BYTES = 4 * 1024 * 1024;

export interface LogBatch {
	readonly rows: readonly LoggedRow[];
	readonly rejected: readonly RejectedRow[];
	readonly bytes: number;
}

export interface LogReader {
	readonly totalBytes: number;
	/** In file order, in constant memory. */
	readonly batches: AsyncIterable<LogBatch>;
}

/**
 * Opens a log: JSON Lines, one JSON array, a table of text or Parquet, told from its content.
 * @throws UserError `unusable-input` for a file that cannot be read or is not text; while reading `cancelled`
 */
export async function openLog(path: string, signal?: AbortSignal): Promise<LogReader> {
	const table = await openTable(path, signal);
	return { totalBytes: table.totalBytes, batches: batches(path, table, signal) };
}

async function* batches(path: string, table: Table, signal: AbortSignal | undefined): AsyncGenerator<LogBatch> {
	let rows: LoggedRow[] = [];
	let rejected: RejectedRow[] = [];
	let bytes = 0;
	let seen = 0;
	const take = (): LogBatch => {
		const batch = { rows, rejected, bytes: table.consumed() };
		[rows, rejected, bytes] = [[], [], 0];
		return batch;
	};
	for await (const some of table.rows) {
		for (const parsed of some) {
			seen++;
			try {
				if (parsed.row === null) throw new RowError(parsed.reason);
				rows.push(loggedRow(parsed.line, parsed.row));
			} catch (error) {
				if (!(error instanceof RowError)) throw error;
				rejected.push({ line: parsed.line, reason: error.message });
			}
			bytes += parsed.bytes;
			if (rows.length + rejected.length >= BATCH_ROWS || bytes >= BATCH_BYTES) {
				yield take();
				throwIfCancelled(signal);
			}
		}
	}
	if (rows.length + rejected.length > 0) yield take();
	if (seen === 0) throw new UserError('unusable-input', `${path} is empty: it holds no rows.`);
}
