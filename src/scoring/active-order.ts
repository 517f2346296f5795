import { sigmoid } from '../calibration/records.ts';

/** Entropy of a coin, bits: 1 at ½. */
function entropy(p: number): number {
	return p <= 0 || p >= 1 ? 0 : -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
}

/**
 * How much a verdict on a pair is worth to the probe: uncertainty × novelty × disagreement, each in [0, 1].
 *
 * With p_k = σ(margin of fold model k) and p̄ their mean over the K models:
 * - uncertainty = H(p̄) in bits (entropy sampling; Lewis & Gale 1994, Settles 2009 §3.1);
 * - disagreement = H(p̄) − mean_k H(p_k), the mean KL divergence of the models from their mean (query by committee; McCallum & Nigam
 *   1998; the fold models are the committee). A pair that all models find even is noise to them, and a verdict teaches little;
 * - novelty = distance of its prompt to the k-th nearest cluster of judged train prompts (shift/novelty.ts): no copies of what is known.
 *
 * Only the order of the products counts, so no factor is scaled.
 * @param margins one array a fold model, in logits; none of the models was fitted to any of these pairs
 * @param novelty one a pair, in [0, 1]
 */
export function activeScores(margins: readonly Float64Array[], novelty: ArrayLike<number>): Float64Array {
	const models = margins.length;
	return Float64Array.from(novelty, (distance, i) => {
		let mean = 0;
		let inner = 0;
		for (const margin of margins) {
			const p = sigmoid(margin[i] as number);
			mean += p / models;
			inner += entropy(p) / models;
		}
		const uncertainty = entropy(mean);
		// Rounding may leave less than nothing where all models say the same.
		return uncertainty * distance * Math.max(0, uncertainty - inner);
	});
}
