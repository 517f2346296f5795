import type { SplitsOverview } from '../protocol/workspace-api.ts';
import { facetCounts } from '../store/cluster-query.ts';
import { addCounts, NO_COUNT, placeCounts, splitCounts } from '../store/read-counts.ts';
import { annotatorNames, frozenDiff, placeFacts, sourceNames, spanningClusters } from '../store/splits-query.ts';
import type { Context } from './context.ts';
import { findLeaks } from './leaks.ts';
import { openProposals } from './proposals.ts';

const PLACES = [
	{ place: 'train', split: 'train', keys: ['train'] },
	{ place: 'eval', split: 'eval', keys: ['eval'] },
	{ place: 'heldout_reference', split: 'heldout', keys: ['R', 'heldout'] },
	{ place: 'heldout_sealed', split: 'heldout', keys: ['E'] },
	{ place: 'retention', split: 'retention', keys: ['retention'] },
	{ place: 'excluded', split: 'excluded', keys: ['excluded'] },
] as const;

/** Everything the Splits view draws: sizes, facets, sources, lengths, leakage, proposals. */
export function splits(ctx: Context): SplitsOverview {
	const counts = placeCounts(ctx.db);
	return {
		splits: splitCounts(counts),
		halves: { reference: counts.get('R') ?? NO_COUNT, sealed: counts.get('E') ?? NO_COUNT },
		places: PLACES.map(({ place, split, keys }) => ({
			place,
			count: addCounts(...keys.map((key) => counts.get(key) ?? NO_COUNT)),
			...placeFacts(ctx.db, keys),
			frozen: frozenDiff(ctx.db, split),
		})),
		leakage: findLeaks(ctx),
		spanning: [...spanningClusters(ctx.db)].map(([cluster, prompts]) => ({
			cluster,
			prompts: prompts.map(({ id, split, half, preview }) => ({ id, split, half, preview })),
		})),
		facets: facetCounts(ctx.db),
		sources: sourceNames(ctx.db),
		annotators: annotatorNames(ctx.db),
		proposals: openProposals(ctx),
	};
}
