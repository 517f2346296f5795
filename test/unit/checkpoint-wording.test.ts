import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withinShares } from '../../src/domain/accuracy-bounds.ts';
import { difference } from '../../src/scoring/checkpoints/wording.ts';

const words = (value: number, low: number | null, high: number | null): string =>
	difference({ value, low, high, ...(low === null ? { reason: '3 clusters' } : {}) }, 'sigmoid', 'the reference');

test('a difference is never written as nothing while its interval leaves 0 out, and one that holds 0 is said to', () => {
	assert.equal(words(-0.043, -0.066, -0.02), '−0.043 nats (−0.066 to −0.020)');
	assert.equal(words(-0.00031, -0.00052, -0.00011), '−0.0003 nats (−0.001 to −0.0001)');
	assert.equal(
		words(-0.00004, -0.001, 0.0009),
		'−0.00004 nats (−0.001 to +0.001: not distinguishable from the reference)',
	);
	assert.equal(words(0, 0, 0), '0.000 nats (0.000 to 0.000: not distinguishable from the reference)');
	assert.equal(words(-0.2, null, null), '−0.200 nats (no interval: 3 clusters)');
});

test('an accuracy’s interval is shown within 0 and 1; what it holds besides stays', () => {
	assert.deepEqual(withinShares({ value: 0.97, low: 0.91, high: 1.03 }), { value: 0.97, low: 0.91, high: 1 });
	assert.deepEqual(withinShares({ value: 0.02, low: -0.01, high: 0.05, n: 3 }), {
		value: 0.02,
		low: 0,
		high: 0.05,
		n: 3,
	});
	assert.deepEqual(withinShares({ value: 0.5, low: null, high: null }), { value: 0.5, low: null, high: null });
});
