import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { metricDifference, metricWeights, PAIRED_METRICS, perRecord } from '../../src/calibration/difference.ts';
import { binEdge, binOf } from '../../src/calibration/ece.ts';
import { eceNull } from '../../src/calibration/ece-null.ts';
import { isotonicFit } from '../../src/calibration/isotonic.ts';
import { clusteredMean } from '../../src/calibration/jackknife.ts';
import { ascendingOrder, sortPoints } from '../../src/calibration/points.ts';
import { confidenceForm } from '../../src/calibration/proper.ts';
import { seededRandom } from '../../src/calibration/random.ts';
import { type Records, recordsFromMargins } from '../../src/calibration/records.ts';
import { LANES, multinomialResample } from '../../src/calibration/resample.ts';
import { calibrationSlope } from '../../src/calibration/slope.ts';
import { studentQuantile } from '../../src/calibration/student.ts';
import { eceSweep } from '../../src/calibration/sweep.ts';
import { fitTemperature, temperatureDerivatives } from '../../src/calibration/temperature.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('the radix order is ascending and stable for every double from 0', () => {
	fc.assert(
		fc.property(fc.array(fc.oneof(share, fc.constantFrom(0, 0.5, 1, 5e-324, 1e300)), { maxLength: 60 }), (values) => {
			const order = [...ascendingOrder(Float64Array.from(values))];
			const expected = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
			assert.deepEqual(order, expected);
		}),
		{ seed: 1, numRuns: 200 },
	);
});

test('a value lies between the edges of its bin, whatever the rounding', () => {
	fc.assert(
		fc.property(share, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 50 }), (value, bins, edge) => {
			for (const p of [value, Math.min(1, edge / bins), Math.min(1, (edge / bins) * (1 - 2 ** -53))]) {
				for (const form of ['pair', 'binary'] as const) {
					const x = form === 'pair' ? Math.max(p, 1 - p) : p;
					const b = binOf(x, bins, form);
					assert.ok(binEdge(form, bins, b) <= x && (x < binEdge(form, bins, b + 1) || b === bins - 1), `${form} ${x}`);
				}
			}
		}),
		{ seed: 2, numRuns: 300 },
	);
});

/** The sweep as it is defined: every part's mean, one number of parts after the other. */
function plainSweep(p: readonly number[], y: readonly number[]): { value: number; bins: number } {
	const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b);
	const n = p.length;
	let best = { value: Number.NaN, bins: 0 };
	for (let bins = 1; bins <= n; bins++) {
		let from = 0;
		let before = -Infinity;
		let value = 0;
		for (let b = 0; b < bins; b++) {
			const part = order.slice(from, from + Math.floor(n / bins) + (b < n % bins ? 1 : 0));
			from += part.length;
			const mean = part.reduce((s, i) => s + y[i]!, 0) / part.length;
			if (mean < before - 1e-9) return best;
			before = mean;
			value += Math.abs(part.reduce((s, i) => s + p[i]! - y[i]!, 0)) / n;
		}
		best = { value, bins };
	}
	return best;
}

test('the sweep that looks only where y falls stops where the plain one does', () => {
	const points = fc.array(fc.tuple(share, fc.constantFrom(0, 0, 0.5, 2 / 3, 1, 1)), { minLength: 1, maxLength: 40 });
	fc.assert(
		fc.property(points, fc.boolean(), (pairs, sorted) => {
			const y = pairs.map(([, label]) => label);
			// Sorted labels with a single fall let it run far.
			if (sorted) y.sort((a, b) => a - b);
			if (sorted && y.length > 3) [y[1], y[2]] = [y[2]!, y[1]!];
			const p = sorted ? pairs.map(([x]) => x).sort((a, b) => a - b) : pairs.map(([x]) => x);
			const found = eceSweep(sortPoints({ p, y, weight: p.map(() => 1) }))!;
			const expected = plainSweep(p, y);
			assert.equal(found.bins, expected.bins);
			assert.ok(Math.abs(found.value - expected.value) < 1e-12);
		}),
		{ seed: 3, numRuns: 500 },
	);
});

test('the isotonic fit rises, is constant within ties, and keeps the mean', () => {
	const rows = fc.array(fc.tuple(fc.constantFrom(0.1, 0.2, 0.3, 0.5, 0.9), share), { minLength: 1, maxLength: 30 });
	fc.assert(
		fc.property(rows, (points) => {
			const sorted = sortPoints({
				p: points.map(([p]) => p),
				y: points.map(([, y]) => y),
				weight: points.map(() => 1),
			});
			const fit = isotonicFit(sorted);
			for (let k = 1; k < fit.length; k++) {
				assert.ok(fit[k]! >= fit[k - 1]! - 1e-12);
				if (sorted.p[k] === sorted.p[k - 1]) assert.equal(fit[k], fit[k - 1]);
			}
			const sum = (values: Float64Array): number => values.reduce((s, x) => s + x, 0);
			assert.ok(Math.abs(sum(fit) - sum(sorted.y)) < 1e-9);
		}),
		{ seed: 4, numRuns: 200 },
	);
});

test('resamples take as many clusters as there are, each as often as the binomial has it', () => {
	for (const clusters of [8, 40, 1000]) {
		const resample = multinomialResample(clusters, 5);
		const out = new Uint8Array(LANES * clusters);
		const seen = new Float64Array(6);
		let variance = 0;
		const rounds = Math.ceil(100_000 / clusters / LANES);
		for (let round = 0; round < rounds; round++) {
			resample(out, round * LANES);
			for (let lane = 0; lane < LANES; lane++) {
				let sum = 0;
				for (let g = 0; g < clusters; g++) {
					const n = out[LANES * g + lane]!;
					sum += n;
					seen[Math.min(n, 5)] = seen[Math.min(n, 5)]! + 1;
					variance += (n - 1) ** 2;
				}
				assert.equal(sum, clusters);
			}
		}
		const total = rounds * LANES * clusters;
		let p = (1 - 1 / clusters) ** clusters;
		for (let k = 0; k < 5; k++) {
			const error = 5 * Math.sqrt((p * (1 - p)) / total);
			assert.ok(Math.abs(seen[k]! / total - p) < error, `${clusters} clusters, ${k} times: ${seen[k]! / total}, ${p}`);
			p *= (clusters - k) / (k + 1) / (clusters - 1);
		}
		assert.ok(Math.abs(variance / total - (1 - 1 / clusters)) < 0.03, `${clusters}: ${variance / total}`);
	}
});

function simulated(n: number, models: number, seed: number): { readonly records: Records; readonly other: Records } {
	const random = seededRandom(seed);
	const margins = Array.from({ length: models }, () => new Float64Array(n));
	const labels = Array.from({ length: n }, (_, i) => {
		const z = 5 * random.unit() - 2.5;
		for (const m of margins) m[i] = 1.3 * z + random.unit() - 0.5;
		const y = random.unit() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
		const votes = [y, y, 0.5, 2 / 3][random.index(4)]!;
		return { cluster: `c${Math.floor(i / 3)}`, y: votes, decided: votes !== 0.5 };
	});
	return {
		records: recordsFromMargins(labels, margins),
		other: recordsFromMargins(
			labels,
			margins.map((m) => m.map((z) => z / 2)),
		),
	};
}

/** The null as it is defined: one uniform a pair and draw, every record compared with it. */
function plainNull(records: Records, draws: number, seed: number): { mean: number; q95: number } {
	const random = seededRandom(seed);
	const eces: number[] = [];
	for (let d = 0; d < draws; d++) {
		const u = Array.from({ length: records.pairs }, () => random.unit());
		const gaps = new Float64Array(15);
		for (let i = 0; i < records.size; i++) {
			const p = records.p[i]!;
			const top = Math.max(records.y[i]!, 1 - records.y[i]!);
			const within = p <= top && p >= 1 - top;
			const win = within ? top : 1;
			const cut = within ? (top === 0.5 ? 1 : (p - (1 - top)) / (2 * top - 1)) : p;
			const y = u[records.pair[i]!]! < cut ? win : 1 - win;
			const sure = Math.max(p, 1 - p);
			const right = p > 0.5 ? y : p < 0.5 ? 1 - y : 0.5;
			const b = binOf(sure, 15, 'pair');
			gaps[b] = gaps[b]! + records.weight[i]! * (sure - right);
		}
		eces.push(gaps.reduce((s, g) => s + Math.abs(g), 0) / records.pairs);
	}
	eces.sort((a, b) => a - b);
	return { mean: eces.reduce((s, x) => s + x, 0) / draws, q95: eces[Math.floor(0.95 * draws)]! };
}

test('labels drawn 32 at a time follow the same null as labels drawn one by one, fold models sharing them', () => {
	const { records } = simulated(150, 3, 8);
	const plain = plainNull(records, 3000, 2);
	const fast = eceNull(records, confidenceForm(records), 0.05, { bins: 15, seed: 2, draws: 20_000 });
	assert.ok(Math.abs(fast.mean - plain.mean) < 0.0015, `${fast.mean}, ${plain.mean}`);
	assert.ok(Math.abs(fast.q95 - plain.q95) < 0.006, `${fast.q95}, ${plain.q95}`);
});

test('the slope’s interval is one Newton step without each cluster, on the log scale, close to full refits', () => {
	const { records } = simulated(240, 2, 4);
	const fit = fitTemperature(records)!;
	const slope = calibrationSlope(records, fit);
	const G = records.clusters;
	const reach = (refit: (without: Records) => number): number => {
		const values = Array.from({ length: G }, (_, g) => {
			const weight = records.weight.map((w, i) => (records.cluster[i] === g ? 0 : w));
			return refit({ ...records, weight });
		});
		const mean = values.reduce((s, x) => s + x, 0) / G;
		const se = Math.sqrt(((G - 1) / G) * values.reduce((s, x) => s + (x - mean) ** 2, 0));
		return studentQuantile(0.975, G - 1) * se;
	};
	const found = Math.log(slope.high! / slope.value!);
	const stepped = reach((without) => {
		const at = temperatureDerivatives(without, 1 / fit.t);
		return 1 - (fit.t * at.slope) / at.curvature;
	});
	const refitted = reach((without) => Math.log(1 / fitTemperature(without)!.t));
	assert.equal(slope.value, 1 / fit.t);
	assert.ok(Math.abs(found / stepped - 1) < 1e-9, `${found}, ${stepped}`);
	assert.ok(Math.abs(found / refitted - 1) < 0.02, `${found}, ${refitted}`);
	assert.ok(Math.abs(slope.high! * slope.low! - slope.value! ** 2) < 1e-9);
});

test('a slope that cannot be told from 0 has an interval from 0, no wider than its own error', () => {
	// 11 of 20 right at one margin: the best slope is ln(11/9), its error about 0.45.
	const labels = Array.from({ length: 20 }, (_, i) => ({ cluster: `${i}`, y: i < 11 ? 1 : 0, decided: true }));
	const records = recordsFromMargins(labels, [new Float64Array(20).fill(1)]);
	const slope = calibrationSlope(records, fitTemperature(records));
	assert.ok(Math.abs(slope.value! - Math.log(11 / 9)) < 1e-6, `${slope.value}`);
	assert.equal(slope.low, 0);
	assert.ok(slope.high! > 0.9 && slope.high! < 1.5, `${slope.high}`);
});

test('a slope that no temperature fits has no bounds and says why', () => {
	const labels = Array.from({ length: 20 }, (_, i) => ({ cluster: `${i}`, y: 1, decided: true }));
	const of = (z: number): ReturnType<typeof calibrationSlope> => {
		const records = recordsFromMargins(labels, [new Float64Array(20).fill(z)]);
		return calibrationSlope(records, fitTemperature(records));
	};
	for (const [z, status] of [
		[1, 't_to_zero'],
		[-1, 't_to_infinity'],
		[0, 'unidentified'],
		[Infinity, 'infinite'],
	] as const) {
		const slope = of(z);
		assert.equal(slope.status, status);
		assert.equal(slope.value, null);
		assert.equal(slope.low, null);
		assert.ok(slope.reason !== undefined && slope.reason !== '');
	}
	const few = simulated(21, 1, 3).records;
	assert.match(calibrationSlope(few, fitTemperature(few)).reason ?? '', /insufficient/);
});

test('the difference of a metric is the difference of the two values', () => {
	const { records, other } = simulated(90, 2, 6);
	for (const metric of PAIRED_METRICS) {
		const of = (r: Records): number =>
			clusteredMean(perRecord(r, metric), metricWeights(r, metric), r.cluster, r.clusters)!.value;
		const difference = metricDifference(records, other, metric)!;
		assert.ok(Math.abs(difference.value - (of(records) - of(other))) < 1e-12, metric);
	}
	assert.throws(() => metricDifference(records, simulated(60, 2, 6).records, 'nll'), /same pairs/);
});
