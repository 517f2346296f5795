import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '../../src/calibration/random.ts';
import { rankTest } from '../../src/shift/rank-test.ts';
import { clusteredAuc, type DomainScores, permutationP, shiftAuc } from '../../src/shift/two-sample.ts';

function normal(random: Random): number {
	return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}

/** Clusters of 1–6 items that share a part of their score; held-out ones lie `shift` higher. */
function clustered(random: Random, clusters: number, shift: number, folds = 1): DomainScores {
	const score: number[] = [];
	const heldout: number[] = [];
	const cluster: number[] = [];
	for (let g = 0; g < clusters; g++) {
		const side = g % 2;
		const shared = normal(random);
		for (let k = random.index(6); k >= 0; k--) {
			score.push(shared + 0.7 * normal(random) + side * shift);
			heldout.push(side);
			cluster.push(g);
		}
	}
	const fold = cluster.map((g) => (g >> 1) % folds);
	return { score, heldout, cluster, clusters, fold, folds };
}

test('one item a cluster: the AUC is the rank test’s, its error DeLong’s', () => {
	// Computed apart, by the definition: placements, their sample variances.
	const [heldout, train] = [
		[0.9, 0.4, 0.7, 0.6],
		[0.1, 0.5, 0.4, 0.3, 0.8],
	];
	const score = [...heldout, ...train];
	const found = clusteredAuc({
		score,
		heldout: score.map((_, i) => (i < 4 ? 1 : 0)),
		cluster: score.map((_, i) => i),
		clusters: 9,
		fold: score.map(() => 0),
		folds: 1,
	})!;
	assert.ok(Math.abs(found.auc - rankTest(heldout, train).auc) < 1e-15);
	const beats = (x: number, y: number): number => (x > y ? 1 : x === y ? 0.5 : 0);
	const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
	const variance = (values: number[]): number =>
		values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1);
	const v10 = heldout.map((x) => mean(train.map((y) => beats(x, y))));
	const v01 = train.map((y) => mean(heldout.map((x) => beats(x, y))));
	assert.ok(Math.abs(found.se! ** 2 - (variance(v10) / 4 + variance(v01) / 5)) < 1e-15);
});

test('the clustered interval covers the true AUC where items of a cluster go together', () => {
	// P(X > Y) for X − Y ~ N(shift, 2·(1 + 0.49)).
	const shift = 0.6;
	const truth = 0.63785;
	const repetitions = 400;
	let covered = 0;
	for (let seed = 0; seed < repetitions; seed++) {
		const { low, high } = shiftAuc(clustered(seededRandom(seed), 40, shift));
		if (low! <= truth && truth <= high!) covered++;
	}
	// Three binomial errors below 0.95; treating items as independent covers about 0.80.
	const error = Math.sqrt((0.95 * 0.05) / repetitions);
	assert.ok(covered / repetitions > 0.95 - 3 * error, `${covered / repetitions}`);
	assert.ok(covered / repetitions < 0.95 + 3 * error, `${covered / repetitions}`);
});

test('three verdicts: told apart, not told apart, and too little to say', () => {
	const random = seededRandom(5);
	assert.equal(shiftAuc(clustered(random, 200, 3)).status, 'pass');
	assert.equal(shiftAuc(clustered(random, 2_000, 0)).status, 'fail');
	assert.equal(shiftAuc(clustered(random, 20, 0.5)).status, 'insufficient');
	const few = shiftAuc(clustered(random, 14, 3));
	assert.deepEqual([few.status, few.low, few.high], ['insufficient', null, null]);
	assert.match(few.reason!, /held-out: insufficient: 7 clusters/);
	const none = shiftAuc({ score: [1], heldout: [1], cluster: [0], clusters: 1, fold: [0], folds: 1 });
	assert.equal(none.auc, null);
});

test('folds are averaged, never pooled, and their chance is counted twice', () => {
	const data = clustered(seededRandom(9), 60, 0.5, 3);
	const shifted = { ...data, score: Array.from(data.score, (s, i) => s + 100 * data.fold[i]!) };
	const [one, other] = [clusteredAuc(data)!, clusteredAuc(shifted)!];
	assert.equal(one.perFold.length, 3);
	assert.ok(Math.abs(one.auc - other.auc) < 1e-12);
	assert.ok(Math.abs(one.auc - one.perFold.reduce((sum, v) => sum + v, 0) / 3) < 1e-12);
	let squares = 0;
	for (let f = 0; f < 3; f++) {
		const rows = Array.from(data.score, (_, i) => i).filter((i) => data.fold[i] === f);
		const part = clusteredAuc({
			score: rows.map((i) => data.score[i]!),
			heldout: rows.map((i) => data.heldout[i]!),
			cluster: rows.map((i) => data.cluster[i]!),
			clusters: data.clusters,
			fold: rows.map(() => 0),
			folds: 1,
		})!;
		squares += part.se! ** 2 / 9;
	}
	assert.ok(Math.abs(one.se! ** 2 - 2 * squares) < 1e-12);
});

test('permuting moves whole clusters inside their fold and reaches 1/(B+1) at best', () => {
	const data = clustered(seededRandom(2), 40, 2, 2);
	const sizes = (heldout: ArrayLike<number>): string =>
		[0, 1]
			.map((f) => new Set(Array.from(data.cluster).filter((_, i) => heldout[i] === 1 && data.fold[i] === f)).size)
			.join();
	const auc = (heldout: Uint8Array): number => {
		assert.equal(sizes(heldout), sizes(data.heldout));
		const sides = new Map<number, number>();
		Array.from(data.cluster).forEach((g, i) => {
			assert.equal(sides.get(g) ?? heldout[i], heldout[i]);
			sides.set(g, heldout[i]!);
		});
		return clusteredAuc({ ...data, heldout })!.auc;
	};
	assert.equal(permutationP(data, clusteredAuc(data)!.auc, auc, seededRandom(1), 49), 1 / 50);
	assert.ok(permutationP(data, 0.5, auc, seededRandom(1), 99) > 0.2);
});
