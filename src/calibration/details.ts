import type { Interval, Value } from '../domain/run-record.ts';
import { bootstrapCalibration } from './bootstrap.ts';
import { binsOf, binTotals, expectedCalibrationError, rootMeanSquareError } from './ece.ts';
import { equalMassParts, partErrors, tieMergedParts } from './equal-mass.ts';
import { type Corp, corp } from './isotonic.ts';
import { intervalOf, recordMean } from './jackknife.ts';
import { MURPHY_BINS, type Murphy, murphy } from './murphy.ts';
import { fitPlatt, type Platt } from './platt.ts';
import { averageTies, hasTies, type Points, sortPoints } from './points.ts';
import { brierMeanLabel, type CalibrationForm, clippedLosses, confidenceForm } from './proper.ts';
import { quantileSorted } from './random.ts';
import { type Records, sigmoid } from './records.ts';
import { type SmoothEce, smoothEce, smoothEceOf } from './smece.ts';
import { fitTemperature, temperatureSlope } from './temperature.ts';

/** The same records with every margin divided by T. */
export function atTemperature(records: Records, t: number): Records {
	const margin = records.margin.map((z) => z / t);
	return { ...records, margin, p: margin.map(sigmoid) };
}

/** What is kept behind the headline metrics; definitions in the functions named alike. */
export interface CalibrationDetails {
	/** Finite where p is exactly 0 or 1 against the label: p and 1−p no less than 1e-12. */
	readonly nll_clipped: Interval;
	readonly murphy: (Murphy & { readonly bins: number }) | null;
	readonly corp: Corp | null;
	/** σ(a·logit p + b); null with a reason in the pair form, which it would break. */
	readonly platt:
		| (Platt & { readonly reason?: undefined })
		| { readonly a: null; readonly b: null; readonly nll: null; readonly reason: string };
	readonly mce_mass: number | null;
	/** Equal-mass ECE that does not depend on input order where p has ties. */
	readonly ece_mass_tie_averaged: number | null;
	readonly has_ties: boolean;
	readonly rms_ce: {
		readonly width: number | null;
		/** Over equal-mass parts: as it is, less its noise (signed square), and its root clipped at 0. */
		readonly mass: number | null;
		readonly debiased_squared: number | null;
		readonly debiased: number | null;
		/** With parts that keep equal p together. */
		readonly tie_merged: number | null;
		readonly tie_merged_debiased: number | null;
	};
	readonly smece: {
		readonly sigma: number | null;
		readonly at_sigma_005: number | null;
		/** With full weight for p of exactly 0 and 1. */
		readonly full_boundary: SmoothEce | { readonly value: null; readonly sigma: null; readonly reason: string };
	};
	/** d NLL / d(1/T) at T = 1: the IRMv1 gradient, 0 if and only if T = 1 is best. */
	readonly irm_gradient: number | null;
	readonly at_t_star: { readonly ece: Value; readonly brier_mean_label: Value };
	/** Percentile intervals of the cluster bootstrap, beside the jackknife's: they cover less with few clusters. */
	readonly bootstrap: {
		readonly draws: number;
		readonly accuracy: Bounds;
		readonly nll: Bounds;
		readonly brier: Bounds;
		readonly overconfidence: Bounds;
		readonly ece: Bounds;
	} | null;
}

/** How near to 0 or 1 a point's weight reaches the last grid node of smECE. */
const NEAR_EDGE = 1e-3;

interface Bounds {
	readonly low: number | null;
	readonly high: number | null;
}

function percentiles(sorted: Float64Array): Bounds {
	const bad = Number.isNaN(sorted.at(-1));
	return bad ? { low: null, high: null } : { low: quantileSorted(sorted, 0.025), high: quantileSorted(sorted, 0.975) };
}

/** Everything that `computeMetrics` leaves to the details. */
export function calibrationDetails(
	records: Records,
	options: { readonly bins: number; readonly form: CalibrationForm; readonly seed: number },
): CalibrationDetails {
	const { bins, form: kind } = options;
	const form = confidenceForm(records, kind);
	const points = { p: form.confidence, y: form.correct, weight: records.weight };
	const sorted = sortPoints(points);
	const mass = partErrors(equalMassParts(sorted, bins));
	const merged = partErrors(tieMergedParts(sorted, bins));
	const decomposition = murphy(points, binsOf(form, MURPHY_BINS), MURPHY_BINS);
	const boot = records.size === 0 ? null : bootstrapCalibration(records, form, options);
	const finite = records.margin.every(Number.isFinite);
	return {
		nll_clipped: intervalOf(recordMean(records, clippedLosses(records))),
		murphy: decomposition === null ? null : { ...decomposition, bins: MURPHY_BINS },
		corp: corp(sorted),
		platt: platt(records, kind),
		mce_mass: mass?.mce ?? null,
		ece_mass_tie_averaged: partErrors(equalMassParts(averageTies(sorted), bins))?.ece ?? null,
		has_ties: hasTies(sorted),
		rms_ce: {
			width: rootMeanSquareError(binTotals(records, form, binsOf(form, bins), bins)),
			mass: mass?.rms ?? null,
			debiased_squared: mass?.debiasedSquared ?? null,
			debiased: mass?.debiased ?? null,
			tie_merged: merged?.rms ?? null,
			tie_merged_debiased: merged?.debiased ?? null,
		},
		smece: {
			sigma: smoothEce(points)?.sigma ?? null,
			at_sigma_005: records.size === 0 ? null : smoothEceOf(points)(0.05),
			full_boundary: fullBoundary(points),
		},
		irm_gradient: records.size === 0 || !finite ? null : temperatureSlope(records, 1),
		at_t_star: atTStar(records, kind, bins),
		bootstrap:
			boot === null
				? null
				: {
						draws: boot.draws,
						accuracy: percentiles(boot.accuracy),
						nll: percentiles(boot.nll),
						brier: percentiles(boot.brier),
						overconfidence: percentiles(boot.overconfidence),
						ece: percentiles(boot.ece),
					},
	};
}

function fullBoundary(points: Points & { readonly p: Float64Array }): CalibrationDetails['smece']['full_boundary'] {
	const near = points.p.some((p) => p < NEAR_EDGE || p > 1 - NEAR_EDGE);
	const found = near ? smoothEce(points, 'full') : null;
	return found ?? { value: null, sigma: null, reason: 'no p lies near 0 or 1: it makes no difference' };
}

function platt(records: Records, form: CalibrationForm): CalibrationDetails['platt'] {
	const fit = form === 'binary' && records.size > 0 ? fitPlatt(records) : null;
	if (fit !== null) return fit;
	const reason =
		form === 'pair'
			? 'a shift b would break P(a wins) = 1 − P(b wins); the temperature keeps it'
			: records.size === 0
				? 'no pairs'
				: 'no finite fit: a threshold separates the labels, or p is 0, 1 or always the same';
	return { a: null, b: null, nll: null, reason };
}

function atTStar(records: Records, kind: CalibrationForm, bins: number): CalibrationDetails['at_t_star'] {
	const fit = fitTemperature(records);
	if (fit === null || fit.status !== 'ok') {
		const none = { value: null, reason: `no T* to apply: ${fit?.status ?? 'a margin is infinite, or no pairs'}` };
		return { ece: none, brier_mean_label: none };
	}
	const scaled = atTemperature(records, fit.t);
	const form = confidenceForm(scaled, kind);
	return {
		ece: { value: expectedCalibrationError(binTotals(scaled, form, binsOf(form, bins), bins)) },
		brier_mean_label: { value: brierMeanLabel(scaled) },
	};
}
