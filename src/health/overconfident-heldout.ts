/**
 * overconfident-heldout: is the model surer than it is right on R?
 * H0: O = mean(confidence) − mean(correct) ≤ 0 on held-out prompts. H1: O > 0.
 * Statistic: O / its delete-one-cluster jackknife error, against t(G−1), one-sided. Never ECE against its null: ECE is blind to
 * direction and its null ignores clusters.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters.
 */
import { intervalOf, MIN_CLUSTERS, recordMean } from '../calibration/jackknife.ts';
import { confidenceForm } from '../calibration/proper.ts';
import type { Records } from '../calibration/records.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { insufficient, upperTail } from './check.ts';
import { counted, interval, percent, points } from './phrases.ts';
import { LEVEL, sampleSize } from './planning.ts';

export const OVERCONFIDENT_HELDOUT = 'overconfident-heldout';

/** Effect that the sample-size sentence speaks of: 5 points. */
const EFFECT = 0.05;

/**
 * @param records of R, out of fold
 * @param evidence comparison ids of R, the most confident mistakes first
 * @param labelled false where every pair is a tie: there is nothing to be right about
 * @param scored subject of the sentence
 */
export function checkOverconfidentHeldout(
	records: Records,
	evidence: readonly string[],
	labelled: boolean,
	scored = 'the probe',
): HealthCheck {
	const split = 'heldout_reference';
	if (records.clusters < MIN_CLUSTERS) {
		return insufficient(
			OVERCONFIDENT_HELDOUT,
			`The held-out tuning half has ${counted(records.clusters, 'cluster')} of prompts; this check needs ${MIN_CLUSTERS}.`,
			{ split, threshold: 0, remedy: 'Tag or judge more held-out prompts.' },
		);
	}
	if (!labelled) {
		const message = 'Every pair is a tie: nobody prefers a side, so nothing can be right or wrong.';
		return insufficient(OVERCONFIDENT_HELDOUT, message, { split, threshold: 0 });
	}
	const form = confidenceForm(records);
	const mean = recordMean(
		records,
		form.confidence.map((confidence, i) => confidence - form.correct[i]!),
	)!;
	const sure = recordMean(records, form.confidence)!.value;
	const right = recordMean(records, form.correct)!.value;
	const p = upperTail(mean, mean.clusters - 1);
	const { low, high } = intervalOf(mean);
	const size = sampleSize(mean, EFFECT, 'an over-confidence of 5 points');
	return {
		check: OVERCONFIDENT_HELDOUT,
		split,
		// Final once Holm has seen the whole family.
		status: p < LEVEL ? 'warn' : 'pass',
		p,
		statistic: mean.value,
		low,
		high,
		threshold: 0,
		n_needed: size?.n_needed ?? null,
		evidence: p < LEVEL ? evidence : [],
		message: `On the held-out tuning half ${scored} is ${percent(sure)} sure and ${percent(right)} right: over-confidence ${points(mean.value)} points${interval(low, high, points)}.`,
		...(size === null ? {} : { sample_size: size.text }),
		...(p < LEVEL
			? {
					remedy:
						'Judge and train on more prompts like the held-out ones, choose a larger λ, or apply the temperature fitted on the tuning half.',
				}
			: {}),
	};
}
