import { journalProblems } from '../store/journal-problems.ts';
import { countEvents, sourceProblems } from '../store/read-counts.ts';
import type { Context } from './context.ts';
import { foldPendingSources } from './fold-sources.ts';
import { workspaceTotals } from './info.ts';

/** Empties the database and builds it again from journals and sources. */
export async function rebuild(
	ctx: Context,
	job: string,
	signal: AbortSignal,
): Promise<{ events: number; comparisons: number; prompts: number; problems: readonly string[] }> {
	ctx.emit.progress({ job, phase: 'journals', done: 0, total: null, unit: 'rows', eta: null });
	await ctx.store.rebuild(ctx.config.split);
	ctx.emit.progress({ job, phase: 'sources', done: 0, total: null, unit: 'rows', eta: null });
	await foldPendingSources(ctx, signal);
	ctx.emit.changed({ what: ['comparisons', 'judgments', 'splits', 'runs', 'index'], reason: 'rebuilt' });
	return {
		events: countEvents(ctx.db),
		...workspaceTotals(ctx),
		problems: [...journalProblems(ctx.db), ...sourceProblems(ctx.db).map((p) => `${p.path}: ${p.problem}`)],
	};
}
