/**
 * overconfident-heldout: is the model surer than it is right on R?
 * H0: O = mean(confidence) − mean(correct) ≤ 0 on held-out prompts. H1: O > 0.
 * Statistic: O / its delete-one-cluster jackknife error, against t(G−1), one-sided. Never ECE against its null: ECE is blind to
 * direction and its null ignores clusters.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters.
 */
import { type ClusteredMean, intervalOf, MIN_CLUSTERS, recordMean } from '../calibration/jackknife.ts';
import { confidenceForm } from '../calibration/proper.ts';
import type { Records } from '../calibration/records.ts';
import { studentQuantile, studentUpperTail } from '../calibration/student.ts';
import type { HealthCheck } from '../domain/run-record.ts';

export const OVERCONFIDENT_HELDOUT = 'overconfident-heldout';

/** Effect that the sample-size sentence speaks of: 5 points. */
const EFFECT = 0.05;
const POWER = 0.9;
const LEVEL = 0.05;

/** Pairs needed in all to see `EFFECT` with 90 % power at 5 %, one-sided, at this spread and this design effect. */
export function pairsNeeded(mean: ClusteredMean): number | null {
	if (mean.se === null || mean.se === 0) return null;
	// Large-sample quantiles: the number is an order of magnitude, not a promise.
	const reach = studentQuantile(1 - LEVEL, 1e6) + studentQuantile(POWER, 1e6);
	return Math.ceil(mean.n * ((reach * mean.se) / EFFECT) ** 2);
}

function percent(share: number): string {
	return `${(100 * share).toFixed(0)} %`;
}

function points(value: number): string {
	return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)}`;
}

/**
 * @param records of R, out of fold
 * @param evidence comparison ids of R, the most confident mistakes first
 * @param labelled false where every pair is a tie: there is nothing to be right about
 */
export function checkOverconfidentHeldout(
	records: Records,
	evidence: readonly string[],
	labelled: boolean,
): HealthCheck {
	const base = { check: OVERCONFIDENT_HELDOUT, threshold: 0, evidence } as const;
	if (records.clusters < MIN_CLUSTERS || !labelled) {
		const message =
			records.clusters < MIN_CLUSTERS
				? `The held-out tuning half has ${records.clusters} cluster${records.clusters === 1 ? '' : 's'} of prompts; this check needs ${MIN_CLUSTERS}. Tag or judge more held-out prompts.`
				: 'Every pair is a tie: nobody prefers a side, so nothing can be right or wrong.';
		return {
			...base,
			status: 'insufficient',
			p: null,
			statistic: null,
			n_needed: null,
			evidence: [],
			message,
			reason: message,
		};
	}
	const form = confidenceForm(records);
	const mean = recordMean(
		records,
		form.confidence.map((confidence, i) => confidence - form.correct[i]!),
	)!;
	const sure = recordMean(records, form.confidence)!.value;
	const right = recordMean(records, form.correct)!.value;
	const t = mean.se === 0 ? (mean.value > 0 ? Infinity : mean.value < 0 ? -Infinity : 0) : mean.value / mean.se!;
	const p = studentUpperTail(t, mean.clusters - 1);
	const interval = intervalOf(mean);
	const needed = pairsNeeded(mean);
	const effect = mean.iid === null || mean.iid === 0 ? null : (mean.se! / mean.iid) ** 2;
	const size =
		needed === null
			? ''
			: ` To see an over-confidence of 5 points in 9 of 10 such sets takes about ${needed} pairs; there are ${records.pairs} in ${mean.clusters} clusters${effect === null ? '' : ` (design effect ${effect.toFixed(1)})`}.`;
	return {
		...base,
		// Final once Holm has seen the whole family.
		status: p < LEVEL ? 'warn' : 'pass',
		p,
		statistic: mean.value,
		n_needed: needed,
		evidence: p < LEVEL ? evidence : [],
		message: `On the held-out tuning half the probe is ${percent(sure)} sure and ${percent(right)} right: over-confidence ${points(mean.value)} points (95 % interval ${points(interval.low!)} to ${points(interval.high!)}).${size}`,
	};
}
