import type { SplitsOverview } from '../protocol/curation.ts';
import { facetCounts } from '../store/cluster-query.ts';
import { copiesPending, shareAhead } from '../store/copies.ts';
import { nearPending } from '../store/near-edges.ts';
import { type PlaceFacts, placeFacts, readAhead } from '../store/place-facts.ts';
import { shownCounts } from '../store/read-counts.ts';
import {
	annotatorNames,
	compositionVersion,
	frozenDiff,
	sourceNames,
	spanningClusters,
	spanningCount,
} from '../store/splits-query.ts';
import type { Context } from './context.ts';
import { pause } from './fold-sources.ts';
import { countLeaks, findLeaks, shownLeaks } from './leaks.ts';
import { openProposals } from './proposals.ts';

const PLACES = [
	{ place: 'train', split: 'train', keys: ['train'] },
	{ place: 'eval', split: 'eval', keys: ['eval'] },
	{ place: 'heldout_reference', split: 'heldout', keys: ['R', 'heldout'] },
	{ place: 'heldout_sealed', split: 'heldout', keys: ['E'] },
	{ place: 'retention', split: 'retention', keys: ['retention'] },
	{ place: 'excluded', split: 'excluded', keys: ['excluded'] },
] as const;

/** Spanning clusters that are named; the rest is counted. */
const SHOWN_SPANNING = 200;

/** What hangs on splits and tags alone: kept while only judgments come in. */
const composed = new WeakMap<Context, { readonly version: string; readonly facts: readonly PlaceFacts[] }>();

function composition(ctx: Context): readonly PlaceFacts[] {
	const version = compositionVersion(ctx.db);
	const known = composed.get(ctx);
	if (known?.version === version) return known.facts;
	const facts = placeFacts(
		ctx.db,
		PLACES.map(({ keys }) => keys),
	);
	composed.set(ctx, { version, facts });
	return facts;
}

/** Reads what the overview of a large workspace needs before its first look, in steps between which others are answered. */
export async function lookAhead(ctx: Context): Promise<void> {
	for (const _ of readAhead(ctx.db)) await pause();
	for (const _ of shareAhead(ctx.db)) await pause();
	composition(ctx);
	await pause();
}

/** Everything the Splits view draws: sizes, facets, sources, lengths, leakage, proposals. */
export function splits(ctx: Context): SplitsOverview {
	const counts = shownCounts(ctx.db);
	const facts = composition(ctx);
	const leaks = findLeaks(ctx);
	return {
		splits: counts.splits,
		halves: { reference: counts.of('R'), sealed: counts.of('E') },
		places: PLACES.map(({ place, split, keys }, i) => ({
			place,
			count: counts.of(...keys),
			...(facts[i] as PlaceFacts),
			frozen: frozenDiff(ctx.db, split),
		})),
		leakage: shownLeaks(leaks),
		leaks: countLeaks(leaks),
		looking: copiesPending(ctx.db) || nearPending(ctx.db),
		spanning: [...spanningClusters(ctx.db, SHOWN_SPANNING)].map(([cluster, prompts]) => ({
			cluster,
			prompts: prompts.map(({ id, split, half, preview }) => ({ id, split, half, preview })),
		})),
		spans: spanningCount(ctx.db),
		facets: facetCounts(ctx.db),
		sources: sourceNames(ctx.db),
		annotators: annotatorNames(ctx.db),
		proposals: openProposals(ctx),
	};
}
