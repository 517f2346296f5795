import { UserError } from '../protocol/errors.ts';
import { settleClusters } from '../store/clusters.ts';
import { copiesPending, copiesSlice } from '../store/copies.ts';
import { type FoundEdges, findEdges, nearPending, readPromptTexts, storeEdges } from '../store/near-edges.ts';
import { addCounts, placeCounts } from '../store/read-counts.ts';
import type { Context } from './context.ts';
import { drawHalves } from './draw-halves.ts';
import { pause } from './fold-sources.ts';
import { type LookProgress, runLookProcess } from './look/child.ts';

/** Longest write transaction: judging waits no longer than this. */
const SLICE_MS = 40;

/** Up to so many prompts are compared here, within some tens of milliseconds: a process would take longer to start. */
const FEW_PROMPTS = 1_000;

/** Whether texts came in that were not looked through for copies and near-copies yet. */
export function leaksPending(ctx: Context): boolean {
	return copiesPending(ctx.db) || nearPending(ctx.db);
}

/** Whether looking through them is a matter of milliseconds: then whoever brought them in waits for it. */
export function fewPrompts(ctx: Context): boolean {
	return addCounts(...placeCounts(ctx.db).values()).prompts <= FEW_PROMPTS;
}

/**
 * Looks for copies and near-copies among all texts, brings clusters in line, and draws halves that waited for them: prompts
 * that came in together and nearly say the same are drawn as one. Judging goes on meanwhile. May stop anywhere; what is
 * missing follows at the next call.
 */
export async function indexLeaks(
	ctx: Context,
	options: {
		readonly signal?: AbortSignal | undefined;
		readonly onProgress?: (progress: LookProgress) => void;
	} = {},
): Promise<void> {
	const stopped = () => options.signal?.aborted === true;
	const looked = leaksPending(ctx);
	while (!stopped() && copiesPending(ctx.db)) {
		copiesSlice(ctx.db, SLICE_MS);
		await pause();
	}
	if (nearPending(ctx.db) && !stopped()) {
		const found = await nearDuplicates(ctx, options);
		for (const _ of storeEdges(ctx.db, found)) await pause();
		for (const _ of settleClusters(ctx.db)) await pause();
	}
	if (stopped() || (!looked && !ctx.halvesDue)) return;
	ctx.halvesDue = false;
	if (ctx.person() !== null) await drawHalves(ctx, null);
	if (looked) ctx.emit.changed({ what: ['splits'], reason: 'copies and near-copies' });
}

async function nearDuplicates(ctx: Context, options: Parameters<typeof indexLeaks>[1] = {}): Promise<FoundEdges> {
	if (fewPrompts(ctx)) return findEdges(readPromptTexts(ctx.db));
	const result = await runLookProcess(
		{ type: 'start', task: 'near-duplicates', root: ctx.paths.root, stateDir: ctx.state.dir },
		options,
	);
	return result as FoundEdges;
}

/** Why looking failed, for a notice; null where it was only stopped. */
export function lookProblem(error: unknown): string | null {
	if (UserError.is(error, 'cancelled')) return null;
	return `Near-copies were not looked for: ${error instanceof Error ? error.message : String(error)}`;
}
