import { type ClusteredMean, clusteredMean } from './jackknife.ts';
import { accuracyWeights, brierScores, type CalibrationForm, confidenceForm, losses, majorityHits } from './proper.ts';
import type { Records } from './records.ts';

/** Metrics that are a mean over records, so that two models' difference is one too. */
export const PAIRED_METRICS = ['nll', 'brier', 'accuracy', 'overconfidence'] as const;
export type PairedMetric = (typeof PAIRED_METRICS)[number];

/** What each record contributes to a metric. */
export function perRecord(records: Records, metric: PairedMetric, form: CalibrationForm = 'pair'): Float64Array {
	if (metric === 'nll') return losses(records);
	if (metric === 'brier') return brierScores(records);
	if (metric === 'accuracy') return majorityHits(records);
	const { confidence, correct } = confidenceForm(records, form);
	return confidence.map((c, i) => c - correct[i]!);
}

/** What each record weighs in a metric: for accuracy only strict majorities count. */
export function metricWeights(records: Records, metric: PairedMetric): Float64Array {
	return metric === 'accuracy' ? accuracyWeights(records) : records.weight;
}

/**
 * Metric of one model minus that of another over the same pairs: paired, clustered; `intervalOf` makes the interval.
 * @throws RangeError where the two do not hold the same pairs in the same order
 */
export function metricDifference(
	of: Records,
	against: Records,
	metric: PairedMetric,
	form: CalibrationForm = 'pair',
): ClusteredMean | null {
	if (of.size !== against.size || of.clusters !== against.clusters || of.pair.some((j, i) => j !== against.pair[i])) {
		throw new RangeError('a paired difference needs two models over the same pairs');
	}
	const values = perRecord(of, metric, form);
	const other = perRecord(against, metric, form);
	for (let i = 0; i < values.length; i++) values[i] = values[i]! - other[i]!;
	return clusteredMean(values, metricWeights(of, metric), of.cluster, of.clusters);
}
