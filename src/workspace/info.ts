import { basename } from 'node:path';
import type { WorkspaceInfo } from '../protocol/workspace-api.ts';
import {
	addCounts,
	countEvents,
	judgedSince,
	placeCounts,
	queueCounts,
	shownCounts,
	skippedBy,
	sourceProblems,
} from '../store/read-counts.ts';
import { indexState } from '../store/search-index.ts';
import { waitingCounts } from '../store/waiting-query.ts';
import type { Context } from './context.ts';
import { dueRepeats, myQueue } from './my-queue.ts';
import { openProposals } from './proposals.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Who works here and how it is set up. */
export function about(ctx: Context): Pick<WorkspaceInfo, 'person' | 'config' | 'index'> {
	return { person: ctx.person(), config: ctx.config, index: indexState(ctx.db) };
}

/** What every view shows at a glance, from counts that the fold keeps. */
export function info(ctx: Context): WorkspaceInfo {
	const person = ctx.person();
	const counts = shownCounts(ctx.db);
	const waiting = waitingCounts(ctx.db);
	const { mineLeft, othersLeft } = myQueue(ctx, person).sizes();
	return {
		root: ctx.paths.root,
		name: basename(ctx.paths.root),
		initialised: ctx.initialised,
		...about(ctx),
		guidelines: ctx.guidelines,
		splits: counts.splits,
		halves: { reference: counts.of('R'), sealed: counts.of('E') },
		queue: mineLeft + othersLeft + dueRepeats(ctx, person).length,
		review: queueCounts(ctx.db, person).review,
		...(waiting.prompts === 0 ? {} : { waiting }),
		proposals: openProposals(ctx).length,
		runs: countEvents(ctx.db, 'run-recorded'),
		sourceProblems: sourceProblems(ctx.db),
		mineToday: person === null ? 0 : judgedSince(ctx.db, person, new Date(Date.now() - DAY_MS).toISOString()),
		skipped: person === null ? { later: 0, cannot: 0 } : skippedBy(ctx.db, person),
	};
}

/** Comparisons and prompts in the workspace. */
export function workspaceTotals(ctx: Context): { readonly comparisons: number; readonly prompts: number } {
	const all = addCounts(...[...placeCounts(ctx.db)].flatMap(([place, count]) => (place === 'waiting' ? [] : [count])));
	return { comparisons: all.pairs, prompts: all.prompts };
}
