import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootstrapCalibration } from '../../src/calibration/bootstrap.ts';
import {
	binTotals,
	confidenceBins,
	expectedCalibrationError,
	maximumCalibrationError,
} from '../../src/calibration/ece.ts';
import { eceNull } from '../../src/calibration/ece-null.ts';
import { debiasedRms, eceMass, eceSweep } from '../../src/calibration/equal-mass.ts';
import { recordMean } from '../../src/calibration/jackknife.ts';
import { confidenceForm, losses } from '../../src/calibration/proper.ts';
import { quantileSorted } from '../../src/calibration/random.ts';
import { type Records, recordsFromMargins, recordsFromProbabilities } from '../../src/calibration/records.ts';
import { smoothEce, smoothEceAt } from '../../src/calibration/smece.ts';
import { fitTemperature, T_MIN, temperatureSlope } from '../../src/calibration/temperature.ts';

const folder = join(import.meta.dirname, '../../../shared/vectors');
const skip = existsSync(folder) ? false : 'the reference vectors are not here';

type Loose = number & readonly number[] & readonly string[];

interface Case {
	readonly name: string;
	// Each file has its own shape; read loosely, compared exactly.
	readonly input: Readonly<Record<string, Loose>>;
	readonly expected: Readonly<Record<string, Loose>>;
	readonly tolerance: Record<string, number>;
}

function cases(file: string): Case[] {
	return JSON.parse(readFileSync(join(folder, file), 'utf8')).cases;
}

function close(actual: number | null, expected: number, tolerance: number, what: string): void {
	assert.ok(
		actual !== null && (Math.abs(actual - expected) <= tolerance || actual === expected),
		`${what}: ${actual} is not ${expected} within ${tolerance}`,
	);
}

function pairRecords(p: readonly number[], clusters?: readonly string[]): Records {
	return recordsFromProbabilities(
		p.map((_, i) => ({ cluster: clusters?.[i] ?? String(i), y: 1, decided: true })),
		p,
	);
}

function ece(records: Records, bins: number): number {
	const form = confidenceForm(records);
	return expectedCalibrationError(binTotals(records, form, confidenceBins(form.confidence, bins), bins))!;
}

test('confidence form, ECE, MCE, NLL and Brier match the pairwise vectors', { skip }, () => {
	for (const { name, input, expected } of cases('pairwise.json')) {
		const bins = input.bins as number;
		const records = pairRecords(input.p!);
		const form = confidenceForm(records);
		const index = confidenceBins(form.confidence, bins);
		const totals = binTotals(records, form, index, bins);
		assert.deepEqual([...form.confidence], expected.conf, name);
		assert.deepEqual([...form.correct], expected.correct, name);
		close(expectedCalibrationError(totals), expected[`ece_conf_${bins}`]!, 1e-9, `${name} ECE`);
		close(maximumCalibrationError(totals), expected[`mce_conf_${bins}`]!, 1e-9, `${name} MCE`);
		const { index: used, count } = expected.bins as unknown as { index: number[]; count: number[] };
		assert.deepEqual(
			[...totals.weight].flatMap((n, b) => (n > 0 ? [b] : [])),
			used,
			name,
		);
		assert.deepEqual(
			[...totals.weight].filter((n) => n > 0),
			count,
			name,
		);
		const nll = recordMean(records, losses(records))!.value;
		if ((expected.nll as unknown) === 'Infinity') assert.equal(nll, Infinity, name);
		else close(nll, expected.nll!, 1e-9, `${name} NLL`);
		close(
			recordMean(
				records,
				records.p.map((p) => (p - 1) ** 2),
			)!.value,
			expected.brier!,
			1e-9,
			`${name} Brier`,
		);
	}
});

test('temperature matches the vectors, degenerate cases flagged', { skip }, () => {
	for (const { name, input, expected } of cases('temperature.json')) {
		if (input.logit === undefined) continue;
		const logit = input.logit as readonly number[];
		const records = recordsFromMargins(
			logit.map((_, i) => ({ cluster: String(i), y: (input.y as readonly number[])[i]!, decided: true })),
			[Float64Array.from(logit)],
		);
		const fit = fitTemperature(records)!;
		assert.equal(fit.status, expected.status, name);
		close(temperatureSlope(records, 1), expected.slope_at_T1!, 1e-9, `${name} slope`);
		close(recordMean(records, losses(records))!.value, expected.nll_at_T1!, 1e-9, `${name} NLL`);
		if (fit.status === 'ok') {
			close(fit.t, expected.T_star!, 1e-6, `${name} T*`);
			close(fit.nll, expected.nll_at_T_star!, 1e-9, `${name} NLL at T*`);
		}
		if (fit.status === 't_to_zero') {
			assert.equal(fit.t, T_MIN, name);
			close(fit.nll, expected.nll_at_T_min!, 1e-9, `${name} NLL at the clamp`);
		}
	}
});

test('cluster bootstrap, exact enumeration and the calibrated null match the vectors', { skip }, () => {
	for (const { name, input, expected } of cases('bootstrap.json')) {
		const records = pairRecords(input.p!, input.cluster);
		const form = confidenceForm(records);
		const observed = ece(records, 15);
		if (name === 'exact_enumeration') {
			const g = records.clusters;
			const boot = bootstrapCalibration(records, form, observed, {
				bins: 15,
				seed: 1,
				draws: g ** g,
				pick: (draw, position) => Math.floor(draw / g ** position) % g,
			});
			const want = expected.ece15 as unknown as Record<string, number & number[]>;
			const mean = boot.eces.reduce((sum, x) => sum + x, 0) / boot.eces.length;
			close(mean, want.bootstrap_mean!, 1e-9, name);
			close(quantileSorted(boot.eces, 0.025), want.ci95_percentile_over_all_resamples![0]!, 1e-9, name);
			close(quantileSorted(boot.eces, 0.975), want.ci95_percentile_over_all_resamples![1]!, 1e-9, name);
		} else if (name.startsWith('consistency_null')) {
			const nulls = eceNull(records, form, observed, { bins: 15, seed: 7, draws: 2000 });
			const sampled = expected.monte_carlo as unknown as Record<string, { value: number; tolerance_2000: number }>;
			close(nulls.mean, expected.mean_ece15_exact!, sampled?.mean_ece15?.tolerance_2000 ?? 0.02, name);
			if (sampled?.q95_ece15) close(nulls.q95, sampled.q95_ece15.value, sampled.q95_ece15.tolerance_2000, name);
		} else {
			const boot = bootstrapCalibration(records, form, observed, { bins: 15, seed: 7, draws: 2000 });
			const all = expected.monte_carlo as unknown as Record<
				string,
				Record<string, { value: number; tolerance_2000: number }>
			>;
			const want = all.ece15!;
			const check = (key: string, actual: number): void =>
				close(actual, want[key]!.value, want[key]!.tolerance_2000, `${name} ${key}`);
			check('percentile_low', quantileSorted(boot.eces, 0.025));
			check('percentile_high', quantileSorted(boot.eces, 0.975));
			check('basic_high', 2 * observed - quantileSorted(boot.eces, 0.025));
			close(observed, (expected.ece15 as unknown as { point: number }).point, 1e-9, name);
			const nll = recordMean(records, losses(records))!;
			close(nll.value, (expected.nll as unknown as { point: number }).point, 1e-9, name);
			// The jackknife is a little wider than the linearised error, by a factor near sqrt(G/(G-1)) and unequal clusters.
			const linearised = (expected.nll as unknown as { se_linearised: number }).se_linearised;
			assert.ok(nll.se! >= linearised && nll.se! < linearised * 1.15, `${name}: ${nll.se} against ${linearised}`);
		}
	}
});

test('equal-mass ECE, debiased RMS, sweep and smooth ECE match the vectors', { skip }, () => {
	for (const { name, input, expected } of cases('ece.json')) {
		const p = input.p as readonly number[];
		const points = { p, y: input.y as readonly number[], weight: new Array<number>(p.length).fill(1) };
		const want = expected as unknown as {
			ece_mass: Record<string, number>;
			rms_ce_mass_15: { debiased: number; debiased_squared: number };
			ece_sweep: { bins: number; ece: number };
			smece: { value: number; sigma: number };
			'smece_sigma_0.05': number;
		};
		for (const [bins, value] of Object.entries(want.ece_mass))
			close(eceMass(points, Number(bins)), value, 1e-9, `${name} ${bins}`);
		const rms = debiasedRms(points, 15)!;
		close(rms.value, want.rms_ce_mass_15.debiased, 1e-9, `${name} RMS`);
		close(rms.squared, want.rms_ce_mass_15.debiased_squared, 1e-9, `${name} squared`);
		const sweep = eceSweep(points)!;
		assert.equal(sweep.bins, want.ece_sweep.bins, name);
		close(sweep.value, want.ece_sweep.ece, 1e-9, `${name} sweep`);
		close(smoothEceAt(points, 0.05), want['smece_sigma_0.05'], 1e-6, `${name} at 0.05`);
		const smooth = smoothEce(points)!;
		close(smooth.sigma, want.smece.sigma, 1e-12, `${name} σ`);
		close(smooth.value, want.smece.value, 1e-6, `${name} smECE`);
	}
	for (const { name, input, expected } of cases('pairwise.json')) {
		const form = confidenceForm(pairRecords(input.p!));
		const smooth = smoothEce({
			p: form.confidence,
			y: form.correct,
			weight: new Array<number>(input.p!.length).fill(1),
		})!;
		const want = expected.smece_conf as unknown as { value: number; sigma: number };
		close(smooth.sigma, want.sigma, 1e-12, name);
		close(smooth.value, want.value, 1e-6, name);
	}
});
