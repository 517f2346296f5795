import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusteredMean } from '../../src/calibration/jackknife.ts';
import { type Records, recordsFromMargins } from '../../src/calibration/records.ts';
import { spend } from '../../src/health/drift.ts';
import { benjaminiHochberg } from '../../src/health/holm.ts';
import { binomialHalf } from '../../src/health/position-bias.ts';
import { type HalfLoss, referenceMemorisedP } from '../../src/health/reference-memorised.ts';
import { type ScoreTest, scoreTest } from '../../src/health/score-test.ts';
import { twoSamples } from '../../src/health/two-samples.ts';

function near(actual: number, expected: number, tolerance = 1e-9): void {
	assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual}, not ${expected}`);
}

const N = 60;
const at = <T>(make: (i: number) => T): T[] => Array.from({ length: N }, (_, i) => make(i));
const z = at((i) => 1.5 * Math.sin(1.7 * i));
const x = at((i) => Math.cos(0.9 * i) + 0.4 * z[i]!);
const y = at((i) => {
	if (i % 7 === 0) return 0.75;
	const u = Math.sin(12.9898 * i) * 43758.5453;
	return u - Math.floor(u) < 1 / (1 + Math.exp(1.5 * x[i]! - 0.8 * z[i]!)) ? 1 : 0;
});

/** Two models a pair, clusters of three; sides swapped where `swap` says so. */
function made(swap: (i: number) => boolean = () => false): { records: Records; x: number[] } {
	const sign = at((i) => (swap(i) ? -1 : 1));
	const labels = at((i) => ({
		cluster: `${Math.floor(i / 3)}`,
		y: sign[i]! > 0 ? y[i]! : 1 - y[i]!,
		decided: true,
	}));
	const model = (k: number) => Float64Array.from(at((i) => sign[i]! * (z[i]! + 0.1 * Math.sin(3.1 * i + k))));
	return { records: recordsFromMargins(labels, [model(0), model(1)]), x: at((i) => sign[i]! * x[i]!) };
}

function tested(of: { records: Records; x: number[] }): ScoreTest {
	const result = scoreTest(of.records, of.x);
	assert.ok(!('reason' in result));
	return result;
}

test('the score test agrees with the generalised score test of a GEE (statsmodels), made Student-like over clusters', () => {
	const result = tested(made());
	near(result.t, -1.9894274411423922);
	near(result.p, 0.030622788896515884);
	near(result.slope, 0.3305260299794882);
	assert.equal(result.leans, 1);
	assert.equal(result.clusters, 20);
});

test('the score test does not know which side is called chosen, nor the unit of x', () => {
	const plain = tested(made());
	const swapped = tested(made((i) => i % 3 === 1));
	near(swapped.p, plain.p, 1e-12);
	near(swapped.b, plain.b, 1e-12);
	const { records, x: values } = made();
	const scaled = tested({ records, x: values.map((value) => 1000 * value) });
	near(scaled.p, plain.p, 1e-12);
	near(scaled.b, plain.b, 1e-12);
	const mirrored = tested({ records, x: values.map((value) => -value) });
	near(mirrored.p, plain.p, 1e-12);
	assert.equal(mirrored.leans, -1);
});

test('the score test says why it cannot be made', () => {
	const { records } = made();
	const reason = (values: number[], of = records): string => {
		const result = scoreTest(of, values);
		return 'reason' in result ? result.reason : 'made';
	};
	assert.equal(reason(at(() => 0)), 'too few clusters differ');
	assert.equal(reason(at((i) => (i < 21 ? 1 : 0))), 'too few clusters differ');
	// People prefer less of x in four of five pairs.
	const along = (sign: number) =>
		recordsFromMargins(
			at((i) => ({ cluster: `${i}`, y: x[i]! < 0 === i % 5 > 0 ? 1 : 0, decided: true })),
			[Float64Array.from(x, (value) => sign * value)],
		);
	assert.equal(reason(x, along(-1)), 'the margins follow it alone');
	// Margins that are x alone, the wrong way round: no temperature excuses them.
	const against = scoreTest(along(1), x);
	assert.ok(!('reason' in against));
	assert.equal(against.slope, 0);
	assert.ok(against.p < 0.01 && against.b < 0, `p ${against.p}`);
	const none = recordsFromMargins(
		at((i) => ({ cluster: `${i}`, y: y[i]!, decided: true })),
		[new Float64Array(N)],
	);
	assert.equal(reason(x, none), 'every margin is 0');
	const certain = recordsFromMargins(
		at((i) => ({ cluster: `${i}`, y: z[i]! >= 0 ? 1 : 0, decided: true })),
		[Float64Array.from(z)],
	);
	assert.equal(reason(x, certain), 'every label agrees with its margin');
});

test('Welch’s test over clusters agrees with scipy', () => {
	const mean = (values: number[], size: number) => {
		const cluster = values.map((_, i) => Math.floor(i / size));
		return clusteredMean(values, new Float64Array(values.length).fill(1), cluster, Math.ceil(values.length / size))!;
	};
	const one = mean(
		at((i) => Math.sin(2.3 * i) + 1),
		3,
	);
	const two = mean(
		Array.from({ length: 45 }, (_, i) => Math.cos(1.1 * i) * 0.7 + 0.6),
		5,
	);
	const result = twoSamples(one, two)!;
	near(result.value, 0.40861893766662705);
	near(result.se, 0.030739226319166413);
	near(result.df, 16.3956376834018);
	near(result.p / 1.67376092552549e-10, 1, 1e-6);
	near(twoSamples(one, two, 0.3)!.p, 0.0013368829328082104);
});

test('the exact binomial test agrees with scipy, for one verdict too', () => {
	for (const [first, n, p] of [
		[14, 20, 0.11531829833984375],
		[61, 100, 0.035200200217704855],
		[5300, 10_000, 2.076033695920612e-9],
		[10, 20, 1],
		[0, 25, 2 ** -24],
		[1, 1, 1],
	] as const) {
		near(binomialHalf(first, n), p, 1e-8);
		near(binomialHalf(n - first, n), p, 1e-8);
	}
});

test('Benjamini–Hochberg agrees with scipy', () => {
	benjaminiHochberg([0.01, 0.04, 0.03, 0.2, 0.5]).forEach((p, i) => {
		near(p, [0.05, 1 / 15, 1 / 15, 0.25, 0.5][i]!, 1e-12);
	});
});

test('however often people look, the spent levels add up to 5 %', () => {
	near(spend(0.03, 1), 0.03 * (Math.PI ** 2 / 6), 1e-12);
	let level = 0;
	for (let look = 1; look <= 100_000; look++) level += 0.05 / spend(1e-9, look) / 1e9;
	near(level, 0.05, 1e-5);
	assert.equal(spend(0.9, 5), 1);
});

test('half labels are permuted over clusters, within facets that both halves have', () => {
	const half = (g: number): 'R' | 'E' => (g % 2 === 0 ? 'R' : 'E');
	// R is easier in one facet only because that facet is; within facets the halves are alike.
	const confounded: HalfLoss[] = Array.from({ length: 64 }, (_, g) => {
		const easy = g % 2 === 0 ? g % 8 !== 0 : g % 8 === 1;
		return { half: half(g), cluster: `${g}`, facets: [easy ? 'domain:a' : 'domain:b'], loss: easy ? 0.1 : 2 };
	});
	assert.equal(referenceMemorisedP(confounded, 1, 999).p, 1);
	// Nine copies of one cluster's pair are one cluster.
	const copied: HalfLoss[] = Array.from({ length: 20 }, (_, g) => g).flatMap((g) =>
		Array.from({ length: g === 0 ? 30 : 1 }, () => ({
			half: half(g),
			cluster: `${g}`,
			facets: [],
			loss: g === 0 ? 0 : 1,
		})),
	);
	assert.ok(referenceMemorisedP(copied, 1, 999).p! > 0.3);
	const memorised: HalfLoss[] = Array.from({ length: 40 }, (_, g) => ({
		half: half(g),
		cluster: `${g}`,
		facets: [],
		loss: (half(g) === 'R' ? 0.2 : 0.7) + 0.1 * Math.sin(g),
	}));
	assert.equal(referenceMemorisedP(memorised, 1).p, 1 / 10_000);
	assert.equal(referenceMemorisedP(memorised.slice(0, 15), 1).p, null);
	// A facet that only E has is no coin: its clusters take no part.
	const sealedOnly = memorised.map((each) => (each.half === 'E' ? { ...each, facets: ['language:de'] } : each));
	assert.deepEqual(referenceMemorisedP(sealedOnly, 1).clusters, { R: 0, E: 0 });
});
