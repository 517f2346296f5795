import { diffSnapshots, type SnapshotDiff } from '../../domain/snapshot-diff.ts';
import { sealedNow } from '../../store/snapshot-query.ts';
import type { Context } from '../context.ts';
import { snapshotOf } from './snapshots.ts';

/** What changed between two states of the workspace; of the sealed half nothing that people said before it is opened. */
export async function diff(ctx: Context, first: string, second: string): Promise<SnapshotDiff> {
	const before = await snapshotOf(ctx, first);
	const after = await snapshotOf(ctx, second);
	return ctx.db.read(() => diffSnapshots(before, after, (comparison) => sealedNow(ctx.db, comparison)));
}
