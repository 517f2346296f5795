import type { Metrics, ReliabilityBin, Value } from '../domain/run-record.ts';
import { bootstrapCalibration } from './bootstrap.ts';
import {
	type BinTotals,
	binEdge,
	binsOf,
	binTotals,
	ECE_BINS,
	expectedCalibrationError,
	maximumCalibrationError,
} from './ece.ts';
import { type EceNull, eceNull } from './ece-null.ts';
import { equalMassParts, partErrors } from './equal-mass.ts';
import { corp } from './isotonic.ts';
import { clusteredMean, intervalOf, MIN_CLUSTERS, recordMean, tooFewClusters } from './jackknife.ts';
import { sortPoints } from './points.ts';
import {
	accuracyWeights,
	brierMeanLabel,
	brierScores,
	type CalibrationForm,
	confidenceForm,
	losses,
	majorityHits,
} from './proper.ts';
import { quantileSorted } from './random.ts';
import type { Records } from './records.ts';
import { calibrationSlope } from './slope.ts';
import { smoothEce } from './smece.ts';
import { eceSweep } from './sweep.ts';
import { fitTemperature } from './temperature.ts';

export interface MetricsOptions {
	readonly leftOut: Metrics['left_out'];
	/** Of the bootstrap and the null draws. */
	readonly seed: number;
	readonly bins?: number;
	/** Default `pair`. */
	readonly form?: CalibrationForm;
	readonly longerWins?: Metrics['longer_wins'];
}

function orNull(value: number): number | null {
	return Number.isNaN(value) ? null : value;
}

function value(number: number | null | undefined, reason = 'no pairs'): Value {
	return number == null ? { value: null, reason } : { value: number };
}

function reliability(
	totals: BinTotals,
	form: CalibrationForm,
	band: { readonly bandLow: Float64Array; readonly bandHigh: Float64Array } | null,
	nulls: EceNull,
): ReliabilityBin[] {
	const { bins } = totals;
	return Array.from({ length: bins }, (_, b) => {
		const n = totals.weight[b]!;
		return {
			low: binEdge(form, bins, b),
			high: binEdge(form, bins, b + 1),
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
		slope: { ...interval, status: 'no pairs' },
		corp: { miscalibration: null, discrimination: null, uncertainty: null },
		...(options.longerWins === undefined ? {} : { longer_wins: options.longerWins }),
	};
}

/** Basic 95 % interval from a sorted bootstrap of a number that is never below 0. */
function basicInterval(sorted: Float64Array, observed: number): { readonly low: number; readonly high: number } {
	return {
		low: Math.max(0, 2 * observed - quantileSorted(sorted, 0.975)),
		high: Math.max(0, 2 * observed - quantileSorted(sorted, 0.025)),
	};
}

/**
 * The contract's metrics object over one split's records. Intervals are the clustered jackknife's, except for ECE, whose
 * interval (basic cluster bootstrap, clipped at 0) is approximate and says so.
 */
export function computeMetrics(records: Records, options: MetricsOptions): Metrics {
	const bins = options.bins ?? ECE_BINS;
	if (records.size === 0) return undefinedMetrics(options, bins);
	const kind = options.form ?? 'pair';
	const form = confidenceForm(records, kind);
	const over = form.confidence.map((confidence, i) => confidence - form.correct[i]!);
	const decidedWeights = accuracyWeights(records);
	const accuracy = clusteredMean(majorityHits(records), decidedWeights, records.cluster, records.clusters);
	const bin = binsOf(form, bins);
	const totals = binTotals(records, form, bin, bins);
	const ece = expectedCalibrationError(totals)!;
	const nulls = eceNull(records, form, ece, { bins, seed: options.seed });
	const boot =
		records.clusters < MIN_CLUSTERS
			? null
			: bootstrapCalibration(records, form, { bins, seed: options.seed, proper: false });
	const temperature = fitTemperature(records);
	const points = { p: form.confidence, y: form.correct, weight: records.weight };
	const sorted = sortPoints(points);
	const mass = partErrors(equalMassParts(sorted, bins));
	const sweep = eceSweep(sorted);
	const decomposition = corp(sorted);
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
			...(boot === null ? { low: null, high: null } : basicInterval(boot.ece, ece)),
			...(boot === null ? { reason: tooFewClusters(records.clusters) } : {}),
			approximate: true,
			bins,
			null: { mean: nulls.mean, q95: nulls.q95, p: nulls.p },
		},
		ece_mass: value(mass?.ece),
		mce: value(maximumCalibrationError(totals)),
		smece: value(smoothEce(points)?.value),
		rms_ce_debiased: value(mass?.debiased),
		ece_sweep: { ...value(sweep?.value), bins: sweep?.bins ?? null },
		temperature:
			temperature === null
				? { value: null, reason: 'a margin is infinite', nll: null, status: 'infinite' }
				: { value: temperature.t, nll: temperature.nll, status: temperature.status },
		reliability: reliability(totals, kind, boot, nulls),
		slope: calibrationSlope(records, temperature),
		corp: {
			miscalibration: decomposition?.miscalibration ?? null,
			discrimination: decomposition?.discrimination ?? null,
			uncertainty: decomposition?.uncertainty ?? null,
		},
		...(options.longerWins === undefined ? {} : { longer_wins: options.longerWins }),
	};
}
