/**
 * forgetting: is what worked before gone?
 * H0: on the retention split the worsening against the baseline checkpoint is at most δ. H1: it is more.
 * Statistics, of the policy alone (a margin against a reference would make every tuning look like a gain), paired with the baseline
 * over the same pairs: rise of the chosen response's loss per token, and fall of the accuracy of log π(chosen) > log π(rejected).
 * Three-way by their 95 % jackknife intervals: `fail` if a lower bound exceeds its δ, `pass` if both upper bounds lie below, else
 * `insufficient`. Each lower bound errs in 2.5 % of runs at most, so the two together in 5 %.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters.
 */
import { type ClusteredMean, intervalOf, MIN_CLUSTERS, pairMean } from '../calibration/jackknife.ts';
import { DEFAULT_CONFIG, type ForgettingDelta } from '../domain/config.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { insufficient, MAX_EVIDENCE } from './check.ts';
import { counted, interval, nats, points } from './phrases.ts';
import { sampleSize } from './planning.ts';

export const FORGETTING = 'forgetting';

/** One retention pair under one checkpoint's policy: summed log-probabilities, nats. */
export interface PolicyScore {
	readonly chosen: number;
	readonly rejected: number;
	/** Tokens of the chosen response. */
	readonly chosenTokens: number;
}

export interface RetentionPair {
	readonly comparison: string;
	readonly cluster: string;
	readonly now: PolicyScore;
	readonly baseline: PolicyScore;
}

function lossPerToken({ chosen, chosenTokens }: PolicyScore): number {
	return -chosen / chosenTokens;
}

function right({ chosen, rejected }: PolicyScore): number {
	return chosen > rejected ? 1 : chosen < rejected ? 0 : 0.5;
}

/** What the policy lost and gained against its baseline, paired. Null without pairs. */
export interface Forgotten {
	/** Rise of the chosen response's loss per token, nats. */
	readonly rise: ClusteredMean;
	/** Fall of the accuracy of log π(chosen) > log π(rejected). */
	readonly fall: ClusteredMean;
	readonly lost: readonly RetentionPair[];
	readonly gained: readonly RetentionPair[];
}

export function forgotten(pairs: readonly RetentionPair[]): Forgotten | null {
	const mean = (value: (pair: RetentionPair) => number): ClusteredMean | null => pairMean(pairs, pairs.map(value));
	const rise = mean(({ now, baseline }) => lossPerToken(now) - lossPerToken(baseline));
	const fall = mean(({ now, baseline }) => right(baseline) - right(now));
	if (rise === null || fall === null) return null;
	return {
		rise,
		fall,
		lost: pairs.filter(({ now, baseline }) => right(now) < right(baseline)),
		gained: pairs.filter(({ now, baseline }) => right(now) > right(baseline)),
	};
}

/**
 * @param scored subject of the sentence: a checkpoint's name
 * @param delta δ of each statistic: setting `thresholds.forgetting` of the workspace
 */
export function checkForgetting(
	pairs: readonly RetentionPair[],
	scored: string,
	delta: ForgettingDelta = DEFAULT_CONFIG.thresholds.forgetting,
): HealthCheck {
	const split = 'retention';
	const count = new Set(pairs.map((pair) => pair.cluster)).size;
	if (count < MIN_CLUSTERS) {
		return insufficient(
			FORGETTING,
			`The split that must not be forgotten has ${counted(count, 'cluster')} scored by both checkpoints; ${MIN_CLUSTERS} are needed.`,
			{ split, threshold: delta.loss, remedy: 'Assign and judge more prompts that must not be forgotten.' },
		);
	}
	const { rise, fall, lost, gained } = forgotten(pairs)!;
	const loss = intervalOf(rise);
	const accuracy = intervalOf(fall);
	const fails = loss.low! > delta.loss || accuracy.low! > delta.accuracy;
	const passes = loss.high! < delta.loss && accuracy.high! < delta.accuracy;
	const status = fails ? 'fail' : passes ? 'pass' : 'insufficient';
	// With nothing allowed there is no effect to plan for.
	const size =
		delta.loss > 0
			? sampleSize(rise, delta.loss, `a rise of ${delta.loss} nats per token beyond what is allowed`)
			: null;
	const allowed = `${delta.loss} nats a token, ${Number((100 * delta.accuracy).toPrecision(3))} points`;
	const message = `On "must not forget" ${scored} changes the loss per token by ${nats(rise.value)}${interval(loss.low, loss.high, nats)} and accuracy by ${points(-fall.value)} points${interval(-accuracy.high!, -accuracy.low!, points)} against its baseline; ${counted(lost.length, 'pair')} lost, ${gained.length} gained${fails ? ` (allowed: ${allowed})` : ''}.`;
	return {
		check: FORGETTING,
		split,
		status,
		p: null,
		statistic: rise.value,
		low: loss.low,
		high: loss.high,
		threshold: delta.loss,
		n_needed: size?.n_needed ?? null,
		evidence: fails
			? [...lost]
					.sort(
						(x, y) => lossPerToken(y.now) - lossPerToken(y.baseline) - lossPerToken(x.now) + lossPerToken(x.baseline),
					)
					.slice(0, MAX_EVIDENCE)
					.map((pair) => pair.comparison)
			: [],
		message,
		...(status === 'insufficient'
			? { reason: `The intervals reach over what is allowed (${allowed}): more pairs are needed to tell.` }
			: {}),
		...(size === null ? {} : { sample_size: size.text }),
		...(fails
			? { remedy: 'Mix pairs that must not be forgotten into training, or choose an earlier checkpoint.' }
			: {}),
	};
}
