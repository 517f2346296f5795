/**
 * insufficient-data: which splits are too small for what the report says of them?
 * A list, no test: of train, eval and R, those with fewer than 8 clusters of scored pairs, where no interval and no check is given.
 * `warn` if not empty. Splits under 30 clusters are named beside it: their intervals cover a little less than promised. A small
 * sealed half is named too; it stops no run. Unit: the cluster of prompts. Minimum n: none.
 */
import { MIN_CLUSTERS } from '../calibration/jackknife.ts';
import type { HealthCheck, SplitSize } from '../domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../domain/split.ts';
import { counted } from './phrases.ts';

export const INSUFFICIENT_DATA = 'insufficient-data';

/** From here on intervals keep their coverage (rules.md). */
const COVERED = 30;
const CLAIMS: readonly EvaluationSplit[] = ['train', 'eval', 'heldout_reference'];

export function checkInsufficientData(
	sizes: Readonly<Partial<Record<EvaluationSplit, Pick<SplitSize, 'clusters'>>>>,
): HealthCheck {
	const clusters = (split: EvaluationSplit): number => sizes[split]?.clusters ?? 0;
	const small = CLAIMS.filter((split) => clusters(split) < MIN_CLUSTERS);
	const thin = CLAIMS.filter((split) => clusters(split) >= MIN_CLUSTERS && clusters(split) < COVERED);
	const list = (splits: readonly EvaluationSplit[]): string =>
		splits.map((split) => `${SPLIT_LABELS[split]} has ${counted(clusters(split), 'cluster')}`).join(', ');
	const sentences = [
		small.length === 0
			? `Train, eval and the held-out tuning half have the ${MIN_CLUSTERS} clusters of prompts that intervals and checks need.`
			: `Too small for intervals and checks, which need ${MIN_CLUSTERS} clusters of prompts: ${list(small)}.`,
		...(thin.length === 0 ? [] : [`Intervals hold their promise from ${COVERED} clusters on: ${list(thin)}.`]),
		...(clusters('heldout_sealed') < MIN_CLUSTERS
			? [`The sealed half has ${counted(clusters('heldout_sealed'), 'cluster')}: a decision cannot be tested on it.`]
			: []),
	];
	return {
		check: INSUFFICIENT_DATA,
		status: small.length > 0 ? 'warn' : 'pass',
		p: null,
		statistic: small.length,
		threshold: 0,
		n_needed: null,
		evidence: [],
		message: sentences.join(' '),
		...(small.length === 0
			? {}
			: {
					remedy: `Judge more: ${small.map((split) => `${MIN_CLUSTERS - clusters(split)} more independent prompts in ${SPLIT_LABELS[split]}`).join(', ')}.`,
				}),
	};
}
