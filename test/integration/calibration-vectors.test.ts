import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapCalibration } from '../../src/calibration/bootstrap.ts';
import { atTemperature, type CalibrationDetails, calibrationDetails } from '../../src/calibration/details.ts';
import {
	binsOf,
	binTotals,
	expectedCalibrationError,
	maximumCalibrationError,
	rootMeanSquareError,
} from '../../src/calibration/ece.ts';
import { eceNull } from '../../src/calibration/ece-null.ts';
import { equalMassParts, partErrors, tieMergedParts } from '../../src/calibration/equal-mass.ts';
import { recordMean } from '../../src/calibration/jackknife.ts';
import { computeMetrics } from '../../src/calibration/metrics.ts';
import { fitPlatt } from '../../src/calibration/platt.ts';
import { averageTies, hasTies, sortPoints } from '../../src/calibration/points.ts';
import {
	brierMeanLabel,
	type CalibrationForm,
	type ConfidenceForm,
	confidenceForm,
	losses,
	majorityHits,
} from '../../src/calibration/proper.ts';
import { quantileSorted } from '../../src/calibration/random.ts';
import { type Records, recordsFromMargins, recordsFromProbabilities } from '../../src/calibration/records.ts';
import { smoothEceOf } from '../../src/calibration/smece.ts';
import { fitTemperature, T_MAX, T_MIN, temperatureSlope } from '../../src/calibration/temperature.ts';
import type { Metrics } from '../../src/domain/run-record.ts';
import { compareCase, type Readers, skipVectors as skip, vectorCases, Within } from '../unit/calibration-support.ts';

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((s, x) => s + x, 0) / values.length;

function recordsOf(p: readonly number[], y?: readonly number[], clusters?: readonly string[]): Records {
	return recordsFromProbabilities(
		p.map((_, i) => ({ cluster: clusters?.[i] ?? String(i), y: y?.[i] ?? 1, decided: true })),
		p,
	);
}

class Computed {
	readonly records: Records;
	readonly kind: CalibrationForm;
	readonly form: ConfidenceForm;
	readonly points: { p: Float64Array; y: Float64Array; weight: Float64Array };
	readonly sorted;
	#details: CalibrationDetails | undefined;
	#metrics: Metrics | undefined;
	constructor(records: Records, kind: CalibrationForm) {
		this.records = records;
		this.kind = kind;
		this.form = confidenceForm(records, kind);
		this.points = { p: this.form.confidence, y: this.form.correct, weight: records.weight };
		this.sorted = sortPoints(this.points);
	}
	get details(): CalibrationDetails {
		this.#details ??= calibrationDetails(this.records, { bins: 15, form: this.kind, seed: 1 });
		return this.#details;
	}
	get metrics(): Metrics {
		const leftOut = { unresolved: 0, both_bad: 0, waiting: 0 };
		this.#metrics ??= computeMetrics(this.records, { leftOut, form: this.kind, seed: 1 });
		return this.#metrics;
	}
	totals(bins: string | number) {
		return binTotals(this.records, this.form, binsOf(this.form, Number(bins)), Number(bins));
	}
	mass(bins: string) {
		return partErrors(equalMassParts(this.sorted, Number(bins)))!;
	}
	bin(bins: string | number, field: string): number[] {
		const totals = this.totals(bins);
		const used = [...totals.weight.keys()].filter((b) => totals.weight[b]! > 0);
		if (field === 'index') return used;
		if (field === 'count') return used.map((b) => totals.weight[b]!);
		const of = /(p|conf)$/.test(field) ? totals.confidence : totals.correct;
		return used.map((b) => of[b]! / totals.weight[b]!);
	}
}

/** smECE is matched to what is asked of it, not to the file's last digit: its grid sums come in another order. */
const SMECE = 1e-6;
const within = (value: number | null | undefined, tolerance: number): Within => new Within(value!, tolerance);
/** A bandwidth is a bisection's own number and has to be that number. */
const smooth = (field: string, of: { value?: number | null; sigma: number | null }): Within =>
	field === 'sigma' ? within(of.sigma, 1e-12) : within(of.value, SMECE);

const COMMON: Readers<Computed> = [
	[/^n$/, (c) => c.metrics.n],
	[/^brier$/, (c) => c.metrics.brier_mean_label.value],
	[/^nll$/, (c) => c.metrics.nll.value ?? recordMean(c.records, losses(c.records))!.value],
	[/^nll_clipped$/, (c) => c.details.nll_clipped.value],
	[
		/^smece(?:_conf)?\.(value|sigma)$/,
		(c, m) => smooth(m[1]!, { value: c.metrics.smece.value, sigma: c.details.smece.sigma }),
	],
	[/^smece(?:_conf)?_full_boundary_weight\.(value|sigma)$/, (c, m) => smooth(m[1]!, c.details.smece.full_boundary)],
	[/^bins_width_(\d+)\.(.*)$/, (c, m) => c.bin(m[1]!, m[2]!)],
];

const ECE: Readers<Computed> = [
	...COMMON,
	[/^mean_p$/, (c) => c.metrics.mean_confidence],
	[/^mean_y$/, (c) => c.metrics.mean_correct],
	[/^ece_width\.(\d+)$/, (c, m) => expectedCalibrationError(c.totals(m[1]!))],
	[/^mce_width\.(\d+)$/, (c, m) => maximumCalibrationError(c.totals(m[1]!))],
	[/^rms_ce_width\.(\d+)$/, (c, m) => rootMeanSquareError(c.totals(m[1]!))],
	[/^ece_mass\.(\d+)$/, (c, m) => c.mass(m[1]!).ece],
	[/^mce_mass\.(\d+)$/, (c, m) => c.mass(m[1]!).mce],
	[/^ece_mass_tie_averaged\.(\d+)$/, (c, m) => partErrors(equalMassParts(averageTies(c.sorted), Number(m[1])))!.ece],
	[/^order_dependent$/, (c) => hasTies(c.sorted)],
	[/^rms_ce_mass_15\.plugin$/, (c) => c.details.rms_ce.mass],
	[/^rms_ce_mass_15\.debiased_squared$/, (c) => c.details.rms_ce.debiased_squared],
	[/^rms_ce_mass_15\.debiased$/, (c) => c.metrics.rms_ce_debiased.value],
	// What binary labels' variance would give where labels are soft: ours is another number there.
	[
		/^rms_ce_mass_15\.debiased_squared_if_binary_variance_were_used$/,
		(c) => {
			const parts = equalMassParts(c.sorted, 15);
			const total = parts.reduce((s, { n }) => s + n, 0);
			const sum = parts.reduce((s, { n, p, y }) => s + (n < 2 ? 0 : n * ((p - y) ** 2 - (y * (1 - y)) / (n - 1))), 0);
			assert.ok(Math.abs(sum / total - c.details.rms_ce.debiased_squared!) > 1e-3);
			return sum / total;
		},
	],
	[/^rms_ce_kumar_tie_merged_bins\.plugin$/, (c) => partErrors(tieMergedParts(c.sorted, 15))!.rms],
	[/^rms_ce_kumar_tie_merged_bins\.debiased$/, (c) => c.details.rms_ce.tie_merged_debiased],
	[/^ece_sweep\.bins$/, (c) => c.metrics.ece_sweep.bins],
	[/^ece_sweep\.ece$/, (c) => c.metrics.ece_sweep.value],
	[/^smece_sigma_0\.05$/, (c) => within(c.details.smece.at_sigma_005, SMECE)],
	// The integral itself: what the grid approximates where end points weigh in full.
	[/^smece_sigma_0\.05_integral$/, (c) => smoothEceOf(c.points, 'full')(0.05)],
	[/^corp\.mcb$/, (c) => c.metrics.corp!.miscalibration],
	[/^corp\.dsc$/, (c) => c.metrics.corp!.discrimination],
	[/^corp\.unc$/, (c) => c.metrics.corp!.uncertainty],
	[/^corp\.isotonic_brier$/, (c) => c.details.corp!.isotonic],
	[/^murphy_width_10\.rel$/, (c) => c.details.murphy!.reliability],
	[/^murphy_width_10\.res$/, (c) => c.details.murphy!.resolution],
	[/^murphy_width_10\.unc$/, (c) => c.details.murphy!.uncertainty],
	[/^murphy_width_10\.wbv$/, (c) => c.details.murphy!.within_variance],
	[/^murphy_width_10\.wbc$/, (c) => c.details.murphy!.within_covariance],
	[
		/^murphy_width_10\.rel_minus_res_plus_unc$/,
		({ details: { murphy } }) => murphy!.reliability - murphy!.resolution + murphy!.uncertainty,
	],
];

test('the binary form matches every field of the ECE vectors', { skip }, () => {
	const cases = vectorCases('ece.json');
	let fields = 0;
	for (const vector of cases) {
		const { p, y } = vector.input;
		fields += compareCase(vector, new Computed(recordsOf(p!, y!), 'binary'), ECE);
	}
	assert.equal(cases.length, 22);
	assert.ok(fields > 900, `${fields} fields`);
});

/** The symmetrised sample (p, 1), (1−p, 0) on [0, 1] with 2B bins; those below ½ mirrored, ½ going up, or all left-closed. */
function symmetrised(p: readonly number[], bins: number, mirrored: boolean): number {
	const both = [...p, ...p.map((x) => 1 - x)];
	const records = recordsOf(both, [...p.map(() => 1), ...p.map(() => 0)]);
	const form = confidenceForm(records, 'binary');
	const bin = binsOf(form, bins);
	if (mirrored) {
		const above = binsOf({ ...form, confidence: form.confidence.map((x) => 1 - x) }, bins);
		// 1 − (1 − p) may not be p: the mirror image of a bin below ½ is that of the other copy, p itself.
		for (let i = 0; i < both.length; i++) {
			const j = (i + p.length) % both.length;
			if (both[i]! < 0.5)
				bin[i] =
					bins -
					1 -
					(both[j] === 1 - both[i]! ? above[i]! : binsOf({ ...form, confidence: Float64Array.of(both[j]!) }, bins)[0]!);
		}
	}
	return expectedCalibrationError(binTotals(records, form, bin, bins))!;
}

const PAIRWISE: Readers<{ c: Computed; p: readonly number[]; bins: number }> = [
	...COMMON.map(([pattern, read]) => [pattern, ({ c }: { c: Computed }, m: RegExpMatchArray) => read(c, m)] as const),
	[/^conf$/, ({ c }) => c.form.confidence],
	[/^correct$/, ({ c }) => c.form.correct],
	[/^mean_conf$/, ({ c }) => c.metrics.mean_confidence],
	[/^accuracy_ties_half$/, ({ c }) => c.metrics.accuracy.value],
	[/^accuracy_strict$/, ({ c }) => mean(majorityHits(c.records).map((hit) => (hit === 1 ? 1 : 0)))],
	[/^ties$/, ({ p }) => p.filter((x) => x === 0.5).length],
	[/^ece_conf_(\d+)$/, ({ c }, m) => expectedCalibrationError(c.totals(m[1]!))],
	[/^mce_conf_(\d+)$/, ({ c }, m) => maximumCalibrationError(c.totals(m[1]!))],
	[/^bins\.(.*)$/, ({ c, bins }, m) => c.bin(bins, m[1]!)],
	[/^ece_symmetrised_(\d+)$/, ({ p }, m) => symmetrised(p, Number(m[1]), true)],
	[/^ece_symmetrised_(\d+)_all_bins_left_closed$/, ({ p }, m) => symmetrised(p, Number(m[1]), false)],
	// The trap: with every label "chosen", plain ECE is 1 − mean p whatever the model.
	[/^naive_ece_one_sided$/, ({ p }) => 1 - mean(p)],
];

test('the pair form matches every field of the pairwise vectors', { skip }, () => {
	const cases = vectorCases('pairwise.json');
	for (const vector of cases) {
		const p = vector.input.p!;
		compareCase(vector, { c: new Computed(recordsOf(p), 'pair'), p, bins: vector.input.bins! }, PAIRWISE);
	}
	assert.equal(cases.length, 11);
});

function logitRecords(logit: readonly number[], y?: readonly number[]): Records {
	return recordsFromMargins(
		logit.map((_, i) => ({ cluster: String(i), y: y?.[i] ?? 1, decided: true })),
		[Float64Array.from(logit)],
	);
}

const nllOf = (records: Records): number => recordMean(records, losses(records))!.value;

const TEMPERATURE: Readers<Records> = [
	[/^nll_at_T1$/, nllOf],
	[/^slope_at_T1$/, (r) => temperatureSlope(r, 1)],
	[/^status$/, (r) => fitTemperature(r)!.status],
	// A degenerate T* is reported at its clamp and flagged; what the vectors call it follows from the flag.
	[
		/^T_star$/,
		(r) => {
			const { t, status } = fitTemperature(r)!;
			if (status === 't_to_zero') assert.equal(t, T_MIN);
			if (status === 't_to_infinity') assert.equal(t, T_MAX);
			if (status === 'unidentified') assert.equal(t, 1);
			return { ok: t, t_to_zero: 0, t_to_infinity: Infinity, unidentified: null, clamped: Number.NaN }[status];
		},
	],
	[/^nll_at_T_(?:star|min|max)$/, (r) => fitTemperature(r)!.nll],
	[
		/^nll_infimum$/,
		(r) =>
			fitTemperature(r)!.status === 't_to_zero'
				? (Math.LN2 * r.margin.filter((z) => z === 0).length) / r.size
				: Math.LN2,
	],
	[/^ece_width_15_at_T_star$/, (r) => calibrationDetails(r, { bins: 15, form: 'binary', seed: 1 }).at_t_star.ece.value],
	[/^brier_at_T_star$/, (r) => brierMeanLabel(atTemperature(r, fitTemperature(r)!.t))],
	[/^platt\.(a|b|nll)$/, (r, m) => fitPlatt(r)![m[1] as 'a']],
];

interface Risks {
	readonly T: Records;
	readonly R: Records;
}

const IRM: Readers<Risks> = [
	[/^R_(T|R)$/, (r, m) => nllOf(r[m[1] as 'T'])],
	[/^slope_(T|R)$/, (r, m) => temperatureSlope(r[m[1] as 'T'], 1)],
	[/^gap$/, (r) => nllOf(r.R) - nllOf(r.T)],
	[/^variance_of_risks$/, (r) => (nllOf(r.R) - nllOf(r.T)) ** 2 / 4],
	[/^irmv1_penalty$/, (r) => temperatureSlope(r.T, 1) ** 2 + temperatureSlope(r.R, 1) ** 2],
];

test('temperature, Platt and the IRM identity match every field, degenerate cases flagged', { skip }, () => {
	const cases = vectorCases('temperature.json');
	for (const vector of cases) {
		const { logit, y, margins_T, margins_R } = vector.input;
		if (logit !== undefined) compareCase(vector, logitRecords(logit, y), TEMPERATURE);
		else compareCase(vector, { T: logitRecords(margins_T!), R: logitRecords(margins_R!) }, IRM);
	}
	assert.equal(cases.length, 14);
});

const METRIC: Readonly<Record<string, 'nll' | 'accuracy' | 'ece'>> = { nll: 'nll', accuracy: 'accuracy', ece15: 'ece' };
const spread = (values: Float64Array): number => {
	const centre = mean(values);
	return Math.sqrt(mean(values.map((x) => (x - centre) ** 2)));
};

test('the cluster bootstrap and the calibrated null match every field of their vectors', { skip }, () => {
	const cases = vectorCases('bootstrap.json');
	const DRAWS = 20_000;
	for (const vector of cases) {
		const records = recordsOf(vector.input.p!, undefined, vector.input.cluster);
		const form = confidenceForm(records);
		const points = {
			nll: recordMean(records, losses(records))!,
			accuracy: recordMean(records, majorityHits(records))!,
			ece: expectedCalibrationError(binTotals(records, form, binsOf(form, 15), 15))!,
		};
		const point = (metric: string): number => {
			const value = points[METRIC[metric]!];
			return typeof value === 'number' ? value : value.value;
		};
		const exact = vector.name === 'exact_enumeration';
		const isNull = vector.name.startsWith('consistency_null');
		const g = records.clusters;
		const boot = isNull
			? null
			: bootstrapCalibration(records, form, {
					bins: 15,
					seed: 7,
					draws: exact ? g ** g : DRAWS,
					...(exact ? { resample: everyResample(g) } : {}),
				});
		const nulls = isNull ? eceNull(records, form, points.ece, { bins: 15, seed: 7, draws: DRAWS }) : null;
		const sampled = (m: RegExpMatchArray, value: number): Within => {
			const path = m[0].slice(0, m[0].lastIndexOf('.')).split('.');
			const stated = path.reduce((of, key) => (of as Record<string, unknown>)[key], vector.expected as unknown);
			return new Within(value, (stated as { tolerance_20000: number }).tolerance_20000);
		};
		/** A tolerance is read along with its value; it has nothing of ours to compare with. */
		const stated = (m: RegExpMatchArray): unknown =>
			m[0].split('.').reduce((of, key) => (of as Record<string, unknown>)[key], vector.expected as unknown);
		compareCase<null>(vector, null, [
			[/^n_pairs$/, () => records.pairs],
			[/^n_clusters$/, () => records.clusters],
			[/^resamples$/, () => boot!.draws],
			[/\.tolerance_(?:20000|2000)$/, (_, m) => stated([m.input!] as unknown as RegExpMatchArray)],
			[/^(nll|accuracy|ece15)\.point$/, (_, m) => point(m[1]!)],
			[/^(nll|accuracy)\.se_linearised$/, (_, m) => linearised(records, m[1] as 'nll')],
			[/^(nll|accuracy|ece15)\.bootstrap_mean$/, (_, m) => mean(boot![METRIC[m[1]!]!])],
			[/^(nll|accuracy|ece15)\.se$/, (_, m) => spread(boot![METRIC[m[1]!]!])],
			[
				/^(nll|accuracy|ece15)\.ci95_percentile_over_all_resamples$/,
				(_, m) => [0.025, 0.975].map((q) => quantileSorted(boot![METRIC[m[1]!]!], q)),
			],
			[
				/^monte_carlo\.(nll|accuracy|ece15)\.(\w+)\.value$/,
				(_, m) => {
					const values = boot![METRIC[m[1]!]!];
					const quantile = m[2]!.endsWith('low') === m[2]!.startsWith('percentile') ? 0.025 : 0.975;
					if (m[2] === 'mean') return sampled(m, mean(values));
					if (m[2] === 'se') return sampled(m, spread(values));
					const at = quantileSorted(values, quantile);
					return sampled(m, m[2]!.startsWith('percentile') ? at : 2 * point(m[1]!) - at);
				},
			],
			[/^monte_carlo\.mean_ece15\.value$/, (_, m) => sampled(m, nulls!.mean)],
			[/^monte_carlo\.q95_ece15\.value$/, (_, m) => sampled(m, nulls!.q95)],
			[/^mean_ece15_exact$/, () => within(nulls!.mean, (5 * 0.1) / Math.sqrt(DRAWS))],
		]);
	}
	assert.equal(cases.length, 6);
});

/** All G^G resamples in turn. */
function everyResample(clusters: number) {
	return (out: Uint8Array, draw: number): void => {
		out.fill(0);
		for (let lane = 0; lane < 4; lane++) {
			for (let position = 0; position < clusters; position++) {
				const g = Math.floor((draw + lane) / clusters ** position) % clusters;
				out[4 * g + lane] = out[4 * g + lane]! + 1;
			}
		}
	};
}

/** The linearised error √Σ(S_g − θn_g)²/n; the jackknife lies a little above it, by √(G/(G−1)) and unequal clusters. */
function linearised(records: Records, metric: 'nll' | 'accuracy'): number {
	const values = metric === 'nll' ? losses(records) : majorityHits(records);
	const { value, se } = recordMean(records, values)!;
	const sums = new Float64Array(records.clusters);
	for (let i = 0; i < records.size; i++) sums[records.cluster[i]!] = sums[records.cluster[i]!]! + values[i]! - value;
	const out = Math.sqrt(sums.reduce((s, x) => s + x * x, 0)) / records.size;
	assert.ok(se! >= out && se! < out * 1.15, `${metric}: ${se} against ${out}`);
	return out;
}
