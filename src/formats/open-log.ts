import { UserError } from '../protocol/errors.ts';
import { batchesOf } from './batches.ts';
import { loggedRow, loggedTree } from './log-rows.ts';
import { type CountedTrees, type FirstReading, openPairTable } from './message-rows.ts';
import type { Row } from './parse-row.ts';
import type { Parsed } from './parsed-rows.ts';
import { messageTree } from './shapes/message-tree.ts';
import type { Table } from './table.ts';
import type { LoggedRow, RowBatch } from './types.ts';

/** Name of the format in `imported` events: the rows are prompts, each with at most one response. */
export const LOG_FORMAT = 'prompts';

export interface LogReader {
	readonly totalBytes: number;
	/** In file order, in constant memory. */
	readonly batches: AsyncIterable<RowBatch<LoggedRow>>;
}

/**
 * Opens a log: JSON Lines, one JSON array, a table of text or Parquet, told from its content. Rows of single messages are gathered
 * into their trees, as pairs' are.
 * @throws UserError `unusable-input` for a file that cannot be read or is not text; while reading `cancelled`
 */
export async function openLog(
	path: string,
	signal?: AbortSignal,
	onFirstReading?: FirstReading,
	counted?: CountedTrees,
): Promise<LogReader> {
	const table = await openPairTable(path, { signal, onFirstReading, counted, conversations: true });
	return { totalBytes: table.totalBytes, batches: batches(path, table, signal) };
}

function readLog({ line, lines }: Parsed, row: Row): LoggedRow[] {
	if (messageTree.fits(row)) return loggedTree(line, lines, row);
	return [{ ...loggedRow(line, row), ...(lines === undefined ? {} : { lines }) }];
}

async function* batches(
	path: string,
	table: Table,
	signal: AbortSignal | undefined,
): AsyncGenerator<RowBatch<LoggedRow>> {
	let empty = true;
	for await (const batch of batchesOf(table, readLog, signal)) {
		empty = false;
		yield batch;
	}
	if (empty) throw new UserError('unusable-input', `${path} is empty: it holds no rows.`);
}
