import type { Inspection } from '../domain/inspection.ts';
import type { ShiftAuc } from '../domain/run-record.ts';
import type { Context } from './context.ts';
import { findLeaks, shownLeaks } from './leaks.ts';
import { splits } from './splits.ts';

const NOT_YET = 'not in this version';
const NONE: ShiftAuc = {
	auc: null,
	low: null,
	high: null,
	heldout: { n: 0, clusters: 0 },
	train: { n: 0, clusters: 0 },
	status: 'insufficient',
	reason: NOT_YET,
};

/** Sizes, tags and sources of every place. Verdicts on the sealed half are counted nowhere. */
export function compositionOf(ctx: Context): Inspection['composition'] {
	return splits(ctx).places.map(({ place, count, clusters, facets, sources }) => ({
		split: place,
		prompts: count.prompts,
		pairs: count.pairs,
		judged: place === 'heldout_sealed' ? null : count.judged,
		clusters,
		facets,
		sources,
	}));
}

/** Leakage, shift, novelty and composition of the splits as they are now. */
export async function inspect(ctx: Context, _job: string, _signal: AbortSignal): Promise<Inspection> {
	return {
		leakage: shownLeaks(findLeaks(ctx)),
		shift: {
			auc: null,
			low: null,
			high: null,
			status: 'insufficient',
			reason: NOT_YET,
			pairs: 0,
			message: NOT_YET,
			prompts: NONE,
			responses: NONE,
		},
		novelty: { threshold: null, k: 0, places: [], suggestions: [], reason: NOT_YET },
		composition: compositionOf(ctx),
	};
}
