import { throwIfCancelled } from './chunks.ts';
import type { Row } from './parse-row.ts';
import type { Parsed } from './parsed-rows.ts';
import { RowError } from './row-error.ts';
import type { Table } from './table.ts';
import type { RejectedRow, RowBatch } from './types.ts';

const BATCH_ROWS = 250;
/** A batch ends early past this many bytes, so that long rows do not add up. */
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * A table read row by row, in file order and constant memory.
 * @param read what a row holds; a RowError rejects the row
 * @param held rows taken from the table already: they come first, and are let go
 * @throws UserError `cancelled` when the signal fires
 */
export async function* batchesOf<Read>(
	{ rows: table, consumed }: Table,
	read: (parsed: Parsed, row: Row) => readonly Read[],
	signal: AbortSignal | undefined,
	held: Parsed[] = [],
): AsyncGenerator<RowBatch<Read>> {
	let rows: Read[] = [];
	let rejected: RejectedRow[] = [];
	let bytes = 0;
	const take = (): RowBatch<Read> => {
		const batch = { rows, rejected, bytes: consumed() };
		[rows, rejected, bytes] = [[], [], 0];
		return batch;
	};
	try {
		let some: Parsed[] = held.splice(0);
		for (;;) {
			for (const parsed of some) {
				try {
					if (parsed.row === null) throw new RowError(parsed.reason);
					rows.push(...read(parsed, parsed.row));
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
			const next = await table.next();
			if (next.done === true) break;
			some = next.value;
		}
		if (rows.length + rejected.length > 0) yield take();
	} finally {
		await table.return();
	}
}
