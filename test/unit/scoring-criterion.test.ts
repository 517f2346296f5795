import assert from 'node:assert/strict';
import { test } from 'node:test';
import { autoMargin, chooseSolution, LAMBDAS, pathGrid } from '../../src/scoring/criterion.ts';
import { dealFolds } from '../../src/scoring/folds.ts';
import { recommend } from '../../src/scoring/recommend.ts';

const FAMILY = [
	{ s: 0, fit: 0.6, heldout: 0.8 },
	{ s: 0.2, fit: 0.62, heldout: 0.7 },
	{ s: 0.5, fit: 0.65, heldout: 0.66 },
	{ s: 1, fit: 0.8, heldout: 0.64 },
];

test('λ = 0 asks for fit alone; λ = 1 is minimax regret', () => {
	assert.equal(chooseSolution(FAMILY, 0, 0).index, 0);
	const minimax = chooseSolution(FAMILY, 1, 0);
	assert.equal(minimax.index, 2);
	assert.ok(Math.abs(minimax.value - 0.05) < 1e-12);
	assert.ok(Math.abs(minimax.fitRegret - 0.05) < 1e-12 && Math.abs(minimax.heldoutRegret - 0.02) < 1e-12);
});

test('a held-out set that is merely harder changes nothing', () => {
	const harder = FAMILY.map((member) => ({ ...member, heldout: member.heldout + 0.3 }));
	for (const lambda of LAMBDAS) {
		assert.equal(chooseSolution(harder, lambda, 0).index, chooseSolution(FAMILY, lambda, 0).index);
	}
});

test('a margin forgives a gap in regrets; ties go to the smallest s', () => {
	assert.equal(chooseSolution(FAMILY, 1, 10).index, 0);
	assert.equal(chooseSolution([FAMILY[1]!, { ...FAMILY[1]!, s: 0.3 }], 1, 0).index, 0);
});

test('the grids are those of the rules', () => {
	assert.equal(LAMBDAS.length, 21);
	assert.equal(LAMBDAS[7], 0.35);
	assert.deepEqual(pathGrid(0.2).length, 13);
	const grid = pathGrid(0.123);
	assert.equal(grid.length, 14);
	assert.deepEqual(grid.slice(2, 5), [0.1, 0.123, 0.15]);
	assert.equal(autoMargin(0.03, 0.04), 1.645 * 0.05);
	assert.equal(autoMargin(null, 0.04), 0);
});

test('folds keep clusters whole, are even, and depend on seed alone', () => {
	const clusters = Array.from({ length: 40 }, (_, i) => `c${i % 13}`);
	const folds = dealFolds(clusters, 5, 3, 'train');
	const byCluster = new Map<string, number>();
	clusters.forEach((cluster, i) => {
		assert.equal(byCluster.get(cluster) ?? folds[i], folds[i]);
		byCluster.set(cluster, folds[i]!);
	});
	const sizes = [0, 0, 0, 0, 0];
	for (const fold of byCluster.values()) sizes[fold]!++;
	assert.deepEqual(sizes.sort(), [2, 2, 3, 3, 3]);
	assert.deepEqual([...dealFolds([...clusters].reverse(), 5, 3, 'train')].reverse(), [...folds]);
	assert.notDeepEqual([...dealFolds(clusters, 5, 4, 'train')], [...folds]);
});

const mean = (value: number, se: number, clusters = 50) => ({ value, se, iid: se, clusters, n: clusters });
const judged = (lambda: number, index: number) => ({ lambda, index, fitRegret: 0, heldoutRegret: 0, value: 0 });

test('the recommendation is the smallest λ near the best on R that does not cost eval', () => {
	const candidates = [judged(0, 0), judged(0.5, 1), judged(1, 2)];
	const heldout = [0.8, 0.66, 0.65];
	const over = (index: number, best: number) => mean(heldout[index]! - heldout[best]!, 0.02);
	const options = { rise: 0.01, riseOn: 'eval' } as const;
	const cheap = recommend(
		candidates,
		(i) => heldout[i]!,
		over,
		() => mean(0.001, 0.001),
		options,
	);
	assert.equal(cheap.lambda, 0.5);
	const costly = recommend(
		candidates,
		(i) => heldout[i]!,
		over,
		() => mean(0.05, 0.001),
		options,
	);
	assert.equal(costly.lambda, null);
	assert.match(
		costly.sentence,
		/No λ is supported.*λ = 1 changes .* by −0\.150 \(−0\.190 to −0\.110\), the loss on eval by \+0\.050/,
	);
	const worse = recommend(
		candidates,
		(i) => heldout[i]! + 0.1,
		over,
		() => mean(0.001, 0.001),
		options,
	);
	assert.match(worse.sentence, /not below that of knowing nothing/);
	assert.doesNotMatch(cheap.sentence, /knowing nothing/);
	const standIn = recommend(
		candidates,
		(i) => heldout[i]!,
		over,
		() => mean(0.001, 0.001),
		{ rise: 0.01, riseOn: 'train_oof' },
	);
	assert.match(standIn.sentence, /train out of fold/);
	const few = recommend(
		candidates,
		(i) => heldout[i]!,
		over,
		() => mean(0.001, 0.001, 5),
		options,
	);
	assert.equal(few.lambda, null, 'a rise without an interval is not known to be small');
});
