/**
 * generalization-gap: is the loss higher on held-out prompts than on training prompts that were not fitted?
 * H0: R_H − R_A ≤ 0, H = R, A = train out of fold (checkpoints: eval). H1: R_H − R_A > 0.
 * Statistic: Welch's t of two independent cluster samples (two-samples.ts), jackknife errors, one-sided.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters on each side.
 * At most a warning: a set that is merely harder or noisier raises the gap too; the regrets tell those apart.
 */
import { type ClusteredMean, MIN_CLUSTERS } from '../calibration/jackknife.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { insufficient } from './check.ts';
import { counted, interval, nats } from './phrases.ts';
import { LEVEL, sampleSize } from './planning.ts';
import { twoSamples } from './two-samples.ts';

export const GENERALIZATION_GAP = 'generalization-gap';

/** Effect that the sample-size sentence speaks of, nats. */
const EFFECT = 0.05;

/**
 * @param heldout clustered mean loss on R
 * @param fit clustered mean loss in distribution, not fitted on
 * @param evidence comparison ids of R, the largest losses first
 * @param fitName "train, out of fold" or "eval"
 */
export function checkGeneralizationGap(
	heldout: ClusteredMean | null,
	fit: ClusteredMean | null,
	evidence: readonly string[],
	fitName = 'train, out of fold',
): HealthCheck {
	const split = 'heldout_reference';
	const fewest = Math.min(heldout?.clusters ?? 0, fit?.clusters ?? 0);
	const result = heldout === null || fit === null || fewest < MIN_CLUSTERS ? null : twoSamples(heldout, fit);
	if (heldout === null || fit === null || result === null) {
		return insufficient(
			GENERALIZATION_GAP,
			`Losses cannot be compared: held-out, tuning half, has ${counted(heldout?.clusters ?? 0, 'cluster')} and ${fitName} ${fit?.clusters ?? 0}; ${MIN_CLUSTERS} each are needed.`,
			{ split, threshold: 0, remedy: 'Tag or judge more held-out prompts.' },
		);
	}
	const { value, low, high, p } = result;
	const found = p < LEVEL;
	// Both sides grow together in what is asked for, so both spreads count as if they were R's.
	const size = sampleSize({ ...heldout, se: result.se }, EFFECT, `a gap of ${EFFECT} nats`);
	return {
		check: GENERALIZATION_GAP,
		split,
		status: found ? 'warn' : 'pass',
		p,
		statistic: value,
		low,
		high,
		threshold: 0,
		n_needed: size?.n_needed ?? null,
		evidence: found ? evidence : [],
		message: `Loss is ${heldout.value.toFixed(3)} nats on held-out, tuning half, and ${fit.value.toFixed(3)} on ${fitName}: gap ${nats(value)}${interval(low, high, nats)}.${found ? ' Harder, noisier, or not carried over: see the regrets.' : ''}`,
		...(size === null ? {} : { sample_size: size.text }),
		...(found
			? {
					remedy:
						'Look at the held-out regret: if it is near 0 these prompts are merely harder or noisier; if not, train on more prompts like them.',
				}
			: {}),
	};
}
