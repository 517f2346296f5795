/**
 * How far a checkpoint moved from its reference. Two numbers, each named for what it is: the log-ratio drift, which summed
 * log-probabilities give for free, and KL(π ‖ π_ref) per token over the whole vocabulary, where an engine sees logits.
 */

/** Pairs of the tuning half at whose contexts KL is read, at most: the first in seeded-hash order. */
export const KL_PAIRS = 200;

/** ln Σ exp of one row of logits; the row's maximum is taken off first, so that an offset of ±700 does no harm. */
function logSumExp(logits: ArrayLike<number>): number {
	let most = Number.NEGATIVE_INFINITY;
	for (let v = 0; v < logits.length; v++) if (logits[v]! > most) most = logits[v]!;
	let sum = 0;
	for (let v = 0; v < logits.length; v++) sum += Math.exp(logits[v]! - most);
	return most + Math.log(sum);
}

/** KL(π ‖ π_ref) = Σ_v π ln(π/π_ref) at one position, nats, over the full vocabulary. */
export function tokenKl(policyLogits: ArrayLike<number>, referenceLogits: ArrayLike<number>): number {
	const policy = logSumExp(policyLogits);
	const reference = logSumExp(referenceLogits);
	let sum = 0;
	for (let v = 0; v < policyLogits.length; v++) {
		const own = policyLogits[v]! - policy;
		const p = Math.exp(own);
		// A token that the policy never takes adds nothing, whatever the reference says of it.
		if (p > 0) sum += p * (own - (referenceLogits[v]! - reference));
	}
	return Math.max(0, sum);
}

/**
 * Mean of a pair's two sequence log-ratios, ½[(log π − log π_ref)(chosen) + (log π − log π_ref)(rejected)]. Over texts that the policy
 * wrote, its mean would estimate KL (Schulman 2020, k1); over curated text it is a drift and no KL.
 */
export function logRatioDrift(chosen: number, rejected: number): number {
	return (chosen + rejected) / 2;
}
