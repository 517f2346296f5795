import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairsNeeded } from '../../src/domain/facet-coverage.ts';

const there = { reference: 64, sealed: 74 };

test('without a run an accuracy within 3 points takes 1,068 independent pairs in each half', () => {
	const need = pairsNeeded({ metric: 'accuracy', width: 0.03 }, null, [1, 1, 1, 1], there);
	assert.deepEqual([need.pairs, need.design, need.from], [1068, 1, 'clusters']);
	assert.match(
		need.text,
		/1,068 judged pairs.*2,136 in total; the tuning half has 64, 1,004 short, the sealed half has 74, 994 short/,
	);
});

test('clusters of several pairs raise the bound by Σm²/Σm', () => {
	const need = pairsNeeded({ metric: 'accuracy', width: 0.03 }, null, [4, 4, 1, 1], there);
	assert.equal(need.design, 34 / 10);
	assert.equal(need.pairs, Math.ceil(1068 * 3.4));
	assert.match(need.text, /1,068 to 3,632 judged pairs/);
});

test('with a run its own half-width counts, dependence included', () => {
	const measured = { run: 'r', value: 0.7, low: 0.6, high: 0.8, n: 100 };
	const need = pairsNeeded({ metric: 'accuracy', width: 0.05 }, measured, [1], { reference: 400, sealed: 500 });
	assert.deepEqual([need.pairs, need.from, need.run], [400, 'run', 'r']);
	// ±0.1 on 100 pairs against ±1.96·√(0.21/100) of independent ones.
	assert.ok(Math.abs((need.design ?? 0) - 0.01 / (1.959964 ** 2 * 0.0021)) < 1e-9);
	assert.match(need.text, /the tuning half has 400: enough, the sealed half has 500: enough/);
});

test('for the loss nothing is promised before a run', () => {
	const need = pairsNeeded({ metric: 'nll', width: 0.05 }, null, [1, 2], there);
	assert.deepEqual([need.pairs, need.from], [null, null]);
	assert.match(need.text, /known only from a run/);
	const measured = { run: 'r', value: 0.6, low: 0.5, high: 0.7, n: 50 };
	assert.equal(pairsNeeded({ metric: 'nll', width: 0.05 }, measured, [1], there).pairs, 200);
});
