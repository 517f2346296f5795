import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusteredMean, intervalOf, pairedDifference, recordMean } from '../../src/calibration/jackknife.ts';
import { computeMetrics } from '../../src/calibration/metrics.ts';
import { confidenceForm, losses } from '../../src/calibration/proper.ts';
import { seededRandom } from '../../src/calibration/random.ts';
import { type PairLabel, recordsFromMargins } from '../../src/calibration/records.ts';
import { studentQuantile, studentUpperTail } from '../../src/calibration/student.ts';

const NOTHING_LEFT_OUT = { unresolved: 0, both_bad: 0, waiting: 0 };

test("Student's t agrees with SciPy 1.17", () => {
	// scipy.stats.t.ppf and t.sf
	const quantiles: [number, number, number][] = [
		[0.6, 1, 0.32491969623290634],
		[0.6, 2, 0.2886751345948128],
		[0.6, 7, 0.2631668613520229],
		[0.6, 29, 0.25568363457125604],
		[0.6, 1999, 0.2533808236822733],
		[0.6, 1000000.0, 0.25334717053784184],
		[0.9, 1, 3.0776835371752544],
		[0.9, 2, 1.8856180831641272],
		[0.9, 7, 1.4149239276505086],
		[0.9, 29, 1.311433647301551],
		[0.9, 1999, 1.2819752125780834],
		[0.9, 1000000.0, 1.281552412129939],
		[0.95, 1, 6.313751514675037],
		[0.95, 2, 2.9199855803537242],
		[0.95, 7, 1.8945786050900062],
		[0.95, 29, 1.6991270265334972],
		[0.95, 1999, 1.6456162481872625],
		[0.95, 1000000.0, 1.6448551507220404],
		[0.975, 1, 12.706204736174694],
		[0.975, 2, 4.302652729749462],
		[0.975, 7, 2.364624251592784],
		[0.975, 29, 2.045229642132703],
		[0.975, 1999, 1.9611514201705613],
		[0.975, 1000000.0, 1.959966356814107],
		[0.995, 1, 63.656741162871526],
		[0.995, 2, 9.924843200918287],
		[0.995, 7, 3.4994832973504924],
		[0.995, 29, 2.756385903670605],
		[0.995, 1999, 2.5782910195219233],
		[0.995, 1000000.0, 2.5758342201053344],
		[0.9999, 1, 3183.098757118502],
		[0.9999, 2, 70.70007107496818],
		[0.9999, 7, 7.063432828157639],
		[0.9999, 29, 4.253894118432321],
		[0.9999, 1999, 3.7259260267056393],
		[0.9999, 1000000.0, 3.719030274762571],
	];
	for (const [q, df, expected] of quantiles) {
		assert.ok(
			Math.abs(studentQuantile(q, df) / expected - 1) < (df > 1e5 ? 1e-7 : 1e-10),
			`ppf(${q}, ${df}) = ${studentQuantile(q, df)}`,
		);
	}
	const tails: [number, number, number][] = [
		[0.1, 1, 0.4682744825694465],
		[0.1, 3, 0.46332617440040297],
		[0.1, 15, 0.4608343100353805],
		[0.1, 400, 0.4601972124442742],
		[1, 1, 0.25000000000000006],
		[1, 3, 0.19550110947788524],
		[1, 15, 0.1665850679577382],
		[1, 400, 0.15895752821875697],
		[2.5, 1, 0.12111894159084341],
		[2.5, 3, 0.04385332350403278],
		[2.5, 15, 0.012252901623256913],
		[2.5, 400, 0.006409433381715792],
		[8, 1, 0.039583424160565546],
		[8, 3, 0.002038288793892733],
		[8, 15, 4.305465191353813e-7],
		[8, 400, 6.7868882676560746e-15],
		[-1.3, 1, 0.7912855998398473],
		[-1.3, 3, 0.8577662456360515],
		[-1.3, 15, 0.8933883394433686],
		[-1.3, 400, 0.9028252140559235],
	];
	for (const [t, df, expected] of tails) {
		assert.ok(Math.abs(studentUpperTail(t, df) / expected - 1) < 1e-9, `sf(${t}, ${df}) = ${studentUpperTail(t, df)}`);
	}
	assert.equal(studentQuantile(0.5, 3), 0);
});

test('the jackknife equals leaving each cluster out in turn', () => {
	const random = seededRandom(3);
	const n = 60;
	const clusters = 11;
	const values = Float64Array.from({ length: n }, () => random.unit());
	const weight = Float64Array.from({ length: n }, () => (random.unit() < 0.2 ? 0 : random.unit()));
	const cluster = Int32Array.from({ length: n }, () => random.index(clusters));
	const mean = clusteredMean(values, weight, cluster, clusters)!;
	const without = Array.from({ length: clusters }, (_, g) => {
		let sum = 0;
		let size = 0;
		for (let i = 0; i < n; i++) {
			if (cluster[i] === g) continue;
			sum += weight[i]! * values[i]!;
			size += weight[i]!;
		}
		return sum / size;
	});
	const centre = without.reduce((s, x) => s + x, 0) / clusters;
	const se = Math.sqrt(((clusters - 1) / clusters) * without.reduce((s, x) => s + (x - centre) ** 2, 0));
	assert.ok(Math.abs(mean.se! - se) < 1e-12);
	const interval = intervalOf(mean);
	assert.ok(Math.abs(interval.high! - interval.value! - studentQuantile(0.975, clusters - 1) * se) < 1e-12);
});

test('below eight clusters there is a value, no interval and a reason', () => {
	const mean = clusteredMean([0, 1, 1, 0, 1, 1, 1], new Array(7).fill(1), [0, 1, 2, 3, 4, 5, 6], 7);
	const interval = intervalOf(mean);
	assert.equal(interval.value, 5 / 7);
	assert.equal(interval.low, null);
	assert.match(interval.reason!, /insufficient/);
});

function simulated(n: number, models: number, seed: number): { labels: PairLabel[]; margins: Float64Array[] } {
	const random = seededRandom(seed);
	const margins = Array.from({ length: models }, () => new Float64Array(n));
	const labels = Array.from({ length: n }, (_, i) => {
		const z = 4 * random.unit() - 2;
		for (const m of margins) m[i] = z + random.unit() - 0.5;
		const votes = [0.5, 2 / 3, 1][random.index(3)]!;
		return { cluster: `c${Math.floor(i / 2)}`, y: votes, decided: votes > 0.5 };
	});
	return { labels, margins };
}

test('metrics over K fold models count pairs, not records, and average the fold models', () => {
	const { labels, margins } = simulated(80, 5, 1);
	const metrics = computeMetrics(recordsFromMargins(labels, margins), { leftOut: NOTHING_LEFT_OUT, seed: 1 });
	assert.equal(metrics.n, 80);
	assert.equal(metrics.groups, 40);
	assert.equal(metrics.n_accuracy, labels.filter((l) => l.decided).length);
	const each = margins.map((m) => recordsFromMargins(labels, [m]));
	const nll = each.map((r) => recordMean(r, losses(r))!.value).reduce((s, x) => s + x, 0) / 5;
	assert.ok(Math.abs(metrics.nll.value! - nll) < 1e-12);
	const pairs = metrics.reliability.reduce((s, bin) => s + bin.n, 0);
	assert.ok(Math.abs(pairs - 80) < 1e-9);
	assert.ok(Math.abs(metrics.overconfidence.value! - (metrics.mean_confidence! - metrics.mean_correct!)) < 1e-12);
});

test('swapping every pair leaves all metrics as they are', () => {
	const { labels, margins } = simulated(60, 2, 5);
	const swapped = recordsFromMargins(
		labels.map((l) => ({ ...l, y: 1 - l.y })),
		margins.map((m) => m.map((z) => -z)),
	);
	const one = computeMetrics(recordsFromMargins(labels, margins), { leftOut: NOTHING_LEFT_OUT, seed: 1 });
	const two = computeMetrics(swapped, { leftOut: NOTHING_LEFT_OUT, seed: 1 });
	for (const key of ['nll', 'brier', 'overconfidence', 'ece', 'accuracy'] as const) {
		assert.ok(Math.abs(one[key].value! - two[key].value!) < 1e-12, key);
	}
});

test('only ties: no accuracy, correct is one half, temperature unidentified at p = ½', () => {
	const labels = Array.from({ length: 20 }, (_, i) => ({ cluster: `${i}`, y: 0.5, decided: false }));
	const metrics = computeMetrics(recordsFromMargins(labels, [new Float64Array(20)]), {
		leftOut: NOTHING_LEFT_OUT,
		seed: 1,
	});
	assert.equal(metrics.accuracy.value, null);
	assert.equal(metrics.n_accuracy, 0);
	assert.equal(metrics.overconfidence.value, 0);
	assert.equal(metrics.ece.value, 0);
	assert.equal(metrics.temperature.status, 'unidentified');
	assert.ok(Math.abs(metrics.nll.value! - Math.LN2) < 1e-15);
});

test('a bin whose rows all agree has no band: resamples of a constant would claim certainty', () => {
	const labels = Array.from({ length: 60 }, (_, i) => ({
		cluster: `${i}`,
		y: i < 30 && i % 3 === 0 ? 0 : 1,
		decided: true,
	}));
	const margins = Float64Array.from({ length: 60 }, (_, i) => (i < 30 ? 0.3 : 2.5));
	const { reliability } = computeMetrics(recordsFromMargins(labels, [margins]), { leftOut: NOTHING_LEFT_OUT, seed: 1 });
	const [mixed, agreed] = reliability.filter(({ n }) => n > 0);
	assert.ok(mixed!.accuracy_low! < mixed!.accuracy! && mixed!.accuracy! < mixed!.accuracy_high!);
	assert.deepEqual([agreed!.accuracy, agreed!.accuracy_low, agreed!.accuracy_high], [1, null, null]);
});

test('no number of an empty split is made up', () => {
	const metrics = computeMetrics(recordsFromMargins([], [new Float64Array(0)]), { leftOut: NOTHING_LEFT_OUT, seed: 1 });
	assert.equal(metrics.n, 0);
	assert.equal(metrics.nll.value, null);
	assert.equal(metrics.nll.reason, 'no pairs');
	assert.deepEqual(metrics.reliability, []);
});

test('a difference is paired: common noise cancels', () => {
	const { labels, margins } = simulated(100, 1, 9);
	const records = recordsFromMargins(labels, margins);
	const loss = losses(records);
	const difference = pairedDifference(
		records,
		loss.map((l) => l + 0.1),
		loss,
	)!;
	assert.ok(Math.abs(difference.value - 0.1) < 1e-12);
	assert.ok(difference.se! < 1e-12);
	assert.equal(confidenceForm(records).confidence.length, 100);
});
