/**
 * train-memorised: is a checkpoint's fit on its own training pairs worth anything for other pairs?
 * H0: R_eval − R_T ≤ 0.05 nats, R_T in sample. H1: more. A tolerance, because any training fits its own pairs a little better.
 * Statistic: Welch's t of two independent cluster samples (two-samples.ts), less the tolerance, one-sided.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters on each side.
 * For checkpoints only: the probe's train loss is out of fold.
 */
import { type ClusteredMean, MIN_CLUSTERS } from '../calibration/jackknife.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { insufficient } from './check.ts';
import { interval, nats } from './phrases.ts';
import { LEVEL, sampleSize } from './planning.ts';
import { twoSamples } from './two-samples.ts';

export const TRAIN_MEMORISED = 'train-memorised';

/** Nats by which training pairs may be easier. */
export const TOLERANCE = 0.05;
/** Effect beyond the tolerance that the sample-size sentence speaks of, nats. */
const EFFECT = 0.05;

/** @param scored subject of the sentence: a checkpoint's name */
export function checkTrainMemorised(
	train: ClusteredMean | null,
	evaluation: ClusteredMean | null,
	scored: string,
): HealthCheck {
	const fewest = Math.min(train?.clusters ?? 0, evaluation?.clusters ?? 0);
	const result =
		train === null || evaluation === null || fewest < MIN_CLUSTERS ? null : twoSamples(evaluation, train, TOLERANCE);
	if (train === null || evaluation === null || result === null) {
		return insufficient(
			TRAIN_MEMORISED,
			`Train has ${train?.clusters ?? 0} clusters and eval ${evaluation?.clusters ?? 0}; ${MIN_CLUSTERS} each are needed to compare them.`,
			{ split: 'train', threshold: TOLERANCE },
		);
	}
	const { value, low, high, p } = result;
	const found = p < LEVEL;
	const size = sampleSize(
		{ ...evaluation, se: result.se },
		EFFECT,
		`a difference ${EFFECT} nats above the ${TOLERANCE} that any training makes`,
	);
	return {
		check: TRAIN_MEMORISED,
		split: 'train',
		status: found ? 'warn' : 'pass',
		p,
		statistic: value,
		low,
		high,
		threshold: TOLERANCE,
		n_needed: size?.n_needed ?? null,
		evidence: [],
		message: `${scored} has ${train.value.toFixed(3)} nats on its own training pairs and ${evaluation.value.toFixed(3)} on eval: ${nats(value)}${interval(low, high, nats)}.${found ? ' The fit on its training pairs says little about others.' : ''}`,
		...(size === null ? {} : { sample_size: size.text }),
		...(found
			? { remedy: 'Prefer an earlier checkpoint or a lower learning rate, and judge it by eval and held-out.' }
			: {}),
	};
}
