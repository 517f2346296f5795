/** How many pairs a check needs: the sample-size sentence of each. */
import type { ClusteredMean } from '../calibration/jackknife.ts';
import { studentQuantile } from '../calibration/student.ts';
import { counted } from './phrases.ts';

/** Family-wise level of a run's p-value checks; alone, a check warns at this level. */
export const LEVEL = 0.05;
/** Share of runs with the named effect that should fail. */
export const POWER = 0.9;
/**
 * p-value checks of a full run: over-confidence, gap, three score tests on two splits, position, drift on two. The sizes named
 * are for p < LEVEL / PLANNED_FAMILY, so that the check still fails after Holm whatever the others find.
 */
export const PLANNED_FAMILY = 11;

/** Spread of an estimate as the planner needs it. */
export type Spread = Pick<ClusteredMean, 'se' | 'iid' | 'n' | 'clusters'>;

/**
 * Pairs needed in all to see `effect` (in the estimate's unit) with 90 % power after Holm, at this spread and this design
 * effect; one-sided. Large-sample quantiles: the number is an order of magnitude, not a promise.
 */
export function pairsNeeded({ se, n }: Pick<Spread, 'se' | 'n'>, effect: number): number | null {
	if (se === null || !(se > 0) || !Number.isFinite(se)) return null;
	const reach = studentQuantile(1 - LEVEL / PLANNED_FAMILY, 1e6) + studentQuantile(POWER, 1e6);
	return Math.ceil(n * ((reach * se) / effect) ** 2);
}

/** (SE / SE if all pairs were independent)². */
export function designEffect({ se, iid }: Pick<Spread, 'se' | 'iid'>): number | null {
	return se === null || iid === null || iid === 0 ? null : (se / iid) ** 2;
}

/** "To see … takes about N pairs; there are n in G clusters (design effect d)." */
export function sampleSize(spread: Spread, effect: number, inWords: string): { n_needed: number; text: string } | null {
	const needed = pairsNeeded(spread, effect);
	if (needed === null) return null;
	const design = designEffect(spread);
	const there = `there are ${Math.round(spread.n)} in ${counted(spread.clusters, 'cluster')}`;
	return {
		n_needed: needed,
		text: `To see ${inWords} in 9 of 10 such sets takes about ${needed} pairs; ${there}${design === null ? '' : ` (design effect ${design.toFixed(1)})`}.`,
	};
}
