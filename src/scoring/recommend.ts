import { type ClusteredMean, intervalOf } from '../calibration/jackknife.ts';
import type { Interval } from '../domain/run-record.ts';
import type { Judged } from './criterion.ts';

export interface Candidate extends Judged {
	readonly lambda: number;
}

export interface Recommendation {
	readonly lambda: number | null;
	readonly sentence: string;
	readonly reason?: string;
}

/** Largest rise of the in-distribution loss that a recommendation may cost, nats (design.md §7). */
export const DEFAULT_EVAL_RISE = 0.01;

const signed = (x: number): string => {
	const text = Math.abs(x).toFixed(3);
	return Number(text) === 0 ? text : `${x < 0 ? '−' : '+'}${text}`;
};

function change({ value, low, high }: Interval): string {
	if (value === null) return 'an unknown amount of';
	return low === null || high === null ? signed(value) : `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

/**
 * The smallest λ whose R_H is within one paired clustered standard error of the frontier's minimum and whose rise in
 * in-distribution loss over DPO (s = 0) has an upper bound of at most `rise`; else none.
 * @param heldoutOver paired difference in loss on R between two family members
 * @param riseOver paired difference in eval loss (or train out of fold) between a member and s = 0
 */
export function recommend(
	candidates: readonly Candidate[],
	heldoutLoss: (index: number) => number,
	heldoutOver: (index: number, best: number) => ClusteredMean | null,
	riseOver: (index: number) => ClusteredMean | null,
	options: { readonly rise: number; readonly riseOn: 'eval' | 'train_oof' },
): Recommendation {
	const best = candidates.reduce(
		(least, candidate) => (heldoutLoss(candidate.index) < heldoutLoss(least) ? candidate.index : least),
		candidates[0]!.index,
	);
	const place = options.riseOn === 'eval' ? 'loss on eval' : 'loss on train out of fold';
	const on =
		options.riseOn === 'eval'
			? place
			: `${place} (eval has fewer than 8 clusters, so train out of fold stands in for it)`;
	const known = (index: number): string =>
		heldoutLoss(index) >= Math.LN2 ? ' Even so, its held-out loss is not below that of knowing nothing (ln 2).' : '';
	for (const candidate of candidates) {
		const over = heldoutOver(candidate.index, best);
		const near = candidate.index === best || (over?.se != null && over.value <= over.se);
		const rise = intervalOf(riseOver(candidate.index));
		const bound = candidate.index === 0 ? 0 : rise.high;
		if (!near || bound === null || bound > options.rise) continue;
		return {
			lambda: candidate.lambda,
			sentence: `λ = ${candidate.lambda} is the smallest whose loss on the held-out tuning half is within one standard error of the best on the frontier; the ${on} rises over DPO by at most ${Math.max(0, bound).toFixed(3)} nats (upper 95 % bound).${known(candidate.index)}`,
		};
	}
	const last = candidates.at(-1)!;
	const gain = intervalOf(heldoutOver(last.index, 0));
	const cost = intervalOf(riseOver(last.index));
	return {
		lambda: null,
		sentence: `No λ is supported by this data: none is both within one standard error of the best held-out loss and sure to raise the ${on} over DPO by at most ${options.rise} nats. What there is to weigh: λ = ${last.lambda} changes the loss on the held-out tuning half by ${change(gain)}, the ${place} by ${change(cost)} nats.`,
		reason: 'no λ is supported by this data',
	};
}
