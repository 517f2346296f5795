import type { Metrics, ReliabilityBin, Value } from '../domain/run-record.ts';
import { bootstrapCalibration } from './bootstrap.ts';
import { binTotals, confidenceBins, ECE_BINS, expectedCalibrationError, maximumCalibrationError } from './ece.ts';
import { type EceNull, eceNull } from './ece-null.ts';
import { debiasedRms, eceMass, eceSweep } from './equal-mass.ts';
import { clusteredMean, intervalOf, MIN_CLUSTERS, recordMean, tooFewClusters } from './jackknife.ts';
import {
	accuracyWeights,
	brierMeanLabel,
	brierScores,
	type ConfidenceForm,
	confidenceForm,
	losses,
	majorityHits,
} from './proper.ts';
import type { Records } from './records.ts';
import { smoothEce } from './smece.ts';
import { fitTemperature } from './temperature.ts';

export interface MetricsOptions {
	readonly leftOut: Metrics['left_out'];
	/** Of the bootstrap and the null draws. */
	readonly seed: number;
	readonly bins?: number;
	readonly longerWins?: Metrics['longer_wins'];
}

function orNull(value: number): number | null {
	return Number.isNaN(value) ? null : value;
}

function value(number: number | null | undefined, reason = 'no pairs'): Value {
	return number == null ? { value: null, reason } : { value: number };
}

function reliability(
	records: Records,
	form: ConfidenceForm,
	bins: number,
	band: { readonly bandLow: Float64Array; readonly bandHigh: Float64Array } | null,
	nulls: EceNull,
): ReliabilityBin[] {
	const totals = binTotals(records, form, confidenceBins(form.confidence, bins), bins);
	return Array.from({ length: bins }, (_, b) => {
		const n = totals.weight[b]!;
		return {
			low: (bins + b) / (2 * bins),
			high: (bins + b + 1) / (2 * bins),
			n,
			confidence: n === 0 ? null : totals.confidence[b]! / n,
			accuracy: n === 0 ? null : totals.correct[b]! / n,
			accuracy_low: band === null ? null : orNull(band.bandLow[b]!),
			accuracy_high: band === null ? null : orNull(band.bandHigh[b]!),
			null_low: orNull(nulls.bandLow[b]!),
			null_high: orNull(nulls.bandHigh[b]!),
		};
	});
}

function undefinedMetrics(options: MetricsOptions, bins: number): Metrics {
	const none = { value: null, reason: 'no pairs' };
	const interval = { ...none, low: null, high: null };
	return {
		n: 0,
		n_accuracy: 0,
		groups: 0,
		left_out: options.leftOut,
		mean_confidence: null,
		mean_correct: null,
		brier_mean_label: none,
		accuracy: interval,
		nll: interval,
		brier: interval,
		overconfidence: interval,
		ece: { ...interval, approximate: true, bins, null: { mean: null, q95: null, p: null } },
		ece_mass: none,
		mce: none,
		smece: none,
		rms_ce_debiased: none,
		ece_sweep: { ...none, bins: null },
		temperature: { ...none, nll: null, status: 'no pairs' },
		reliability: [],
		...(options.longerWins === undefined ? {} : { longer_wins: options.longerWins }),
	};
}

/**
 * The contract's metrics object over one split's records. Intervals are the clustered jackknife's, except for ECE, whose
 * interval (basic cluster bootstrap, clipped at 0) is approximate and says so.
 */
export function computeMetrics(records: Records, options: MetricsOptions): Metrics {
	const bins = options.bins ?? ECE_BINS;
	if (records.size === 0) return undefinedMetrics(options, bins);
	const form = confidenceForm(records);
	const over = form.confidence.map((confidence, i) => confidence - form.correct[i]!);
	const decidedWeights = accuracyWeights(records);
	const accuracy = clusteredMean(majorityHits(records), decidedWeights, records.cluster, records.clusters);
	const totals = binTotals(records, form, confidenceBins(form.confidence, bins), bins);
	const ece = expectedCalibrationError(totals)!;
	const nulls = eceNull(records, form, ece, { bins, seed: options.seed });
	const boot =
		records.clusters < MIN_CLUSTERS ? null : bootstrapCalibration(records, form, ece, { bins, seed: options.seed });
	const temperature = fitTemperature(records);
	const points = { p: form.confidence, y: form.correct, weight: records.weight };
	const sweep = eceSweep(points);
	return {
		n: records.pairs,
		n_accuracy: accuracy === null ? 0 : Math.round(accuracy.n),
		groups: records.clusters,
		left_out: options.leftOut,
		mean_confidence: recordMean(records, form.confidence)?.value ?? null,
		mean_correct: recordMean(records, form.correct)?.value ?? null,
		brier_mean_label: value(brierMeanLabel(records)),
		accuracy: intervalOf(accuracy, 'no pair has a strict majority'),
		nll: intervalOf(recordMean(records, losses(records))),
		brier: intervalOf(recordMean(records, brierScores(records))),
		overconfidence: intervalOf(recordMean(records, over)),
		ece: {
			value: ece,
			low: boot?.low ?? null,
			high: boot?.high ?? null,
			...(boot === null ? { reason: tooFewClusters(records.clusters) } : {}),
			approximate: true,
			bins,
			null: { mean: nulls.mean, q95: nulls.q95, p: nulls.p },
		},
		ece_mass: value(eceMass(points, bins)),
		mce: value(maximumCalibrationError(totals)),
		smece: value(smoothEce(points)?.value),
		rms_ce_debiased: value(debiasedRms(points, bins)?.value),
		ece_sweep: { ...value(sweep?.value), bins: sweep?.bins ?? null },
		temperature:
			temperature === null
				? { value: null, reason: 'a margin is infinite', nll: null, status: 'infinite' }
				: { value: temperature.t, nll: temperature.nll, status: temperature.status },
		reliability: reliability(records, form, bins, boot, nulls),
		...(options.longerWins === undefined ? {} : { longer_wins: options.longerWins }),
	};
}
