import type { Prompt } from '../../domain/comparison.ts';
import type { WaitingPage, WaitingPrompt, WaitingQuery } from '../../protocol/candidates.ts';
import { UserError } from '../../protocol/errors.ts';
import { resolveId } from '../../store/read-comparison.ts';
import { compositionVersion } from '../../store/splits-query.ts';
import { promptWithCandidates, waitingCounts, waitingIds, waitingRow } from '../../store/waiting-query.ts';
import type { Context } from '../context.ts';
import { runLookProcess } from '../look/child.ts';
import type { WaitingNovelty } from '../look/waiting.ts';

const DEFAULT_LIMIT = 100;
const MOST = 10_000;

/** Distances by prompt, for prompts and splits as they were: asking again without a change costs nothing. */
const ranked = new WeakMap<Context, { readonly version: string; readonly novelty: Promise<WaitingNovelty> }>();

async function noveltyNow(ctx: Context): Promise<WaitingNovelty> {
	const version = compositionVersion(ctx.db);
	const known = ranked.get(ctx);
	if (known?.version === version) return known.novelty;
	const novelty = runLookProcess({
		...{ type: 'start' as const, task: 'waiting' as const, root: ctx.paths.root },
		stateDir: ctx.state.dir,
	}) as Promise<WaitingNovelty>;
	ranked.set(ctx, { version, novelty });
	novelty.catch(() => ranked.delete(ctx));
	return novelty;
}

/** Prompts that wait, the farthest from train first; those without a rank come last, in the order they came in. */
export async function rankedWaiting(
	ctx: Context,
	{ split, order = 'novelty' }: Pick<WaitingQuery, 'split' | 'order'>,
): Promise<{ readonly ids: readonly string[]; readonly novelty: WaitingNovelty | null }> {
	const ids = waitingIds(ctx.db, split ?? null);
	if (order === 'arrival' || ids.length === 0) return { ids, novelty: null };
	const novelty = await noveltyNow(ctx);
	const scores = new Map(novelty.scores);
	const scoreOf = (id: string) => scores.get(id) ?? -1;
	// A stable sort: equal ones keep the order they came in.
	return { ids: ids.sort((x, y) => scoreOf(y) - scoreOf(x)), novelty };
}

/** A waiting prompt to read, by its id or a prefix. */
export function waitingPrompt(ctx: Context, id: string): Prompt {
	const found = promptWithCandidates(ctx.db, resolveId(ctx.db, 'prompt', id));
	if (found === null) throw new UserError('not-found', `There is no prompt ${id}.`);
	return found.prompt;
}

/** One page of the prompts that need a second response. Nothing of their responses is in it. */
export async function waiting(ctx: Context, query: WaitingQuery): Promise<WaitingPage> {
	const from = query.after === undefined ? 0 : Number(query.after);
	if (!Number.isSafeInteger(from) || from < 0) {
		throw new UserError('usage', `"${query.after}" is not the cursor of an earlier page.`);
	}
	const limit = Math.min(Math.max(Math.trunc(query.limit ?? DEFAULT_LIMIT), 1), MOST);
	const { ids, novelty } = await rankedWaiting(ctx, query);
	const scores = new Map(novelty?.scores ?? []);
	const rows = ids.slice(from, from + limit).flatMap((id): WaitingPrompt[] => {
		const row = waitingRow(ctx.db, id);
		return row === null ? [] : [{ ...row, novelty: scores.get(id) ?? null }];
	});
	return {
		...waitingCounts(ctx.db),
		rows,
		total: ids.length,
		threshold: novelty?.threshold ?? null,
		...(novelty?.reason === undefined ? {} : { reason: novelty.reason }),
		next: from + limit < ids.length ? String(from + limit) : null,
	};
}
