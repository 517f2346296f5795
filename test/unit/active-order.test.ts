import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { activeScores } from '../../src/scoring/active-order.ts';

const scores = (models: readonly number[], novelty: number): number =>
	activeScores(
		models.map((margin) => Float64Array.of(margin)),
		[novelty],
	)[0]!;

test('worth is what the formula says: entropy of the mean × distance × what the fold models differ by', () => {
	// p = 0.8, 0.2: mean ½ (1 bit), each 0.7219 bits.
	const margin = Math.log(4);
	assert.ok(Math.abs(scores([margin, -margin], 0.5) - 0.5 * (1 - 0.721928)) < 1e-6);
});

test('a pair that all find even, that all are sure of, or whose prompt is known is worth nothing; more of each is worth more', () => {
	assert.deepEqual([scores([0, 0, 0], 1), scores([2, -2], 0)], [0, 0]);
	assert.ok(scores([40, 41, 39], 1) < 1e-9);
	assert.ok(scores([1, -1], 0.9) > scores([1, -1], 0.3));
	assert.ok(scores([2, -2], 1) > scores([1, -1], 1), 'further apart about the same mean');
	assert.ok(scores([1, -1], 1) > scores([3, 1], 1), 'as far apart, less sure');
});

test('worth is finite, in [0, 1], and the sides do not matter', () => {
	fc.assert(
		fc.property(
			fc.array(fc.double({ min: -800, max: 800, noNaN: true }), { minLength: 1, maxLength: 6 }),
			fc.double({ min: 0, max: 1, noNaN: true }),
			(models, distance) => {
				const worth = scores(models, distance);
				assert.ok(worth >= 0 && worth <= 1);
				assert.ok(
					Math.abs(
						worth -
							scores(
								models.map((m) => -m),
								distance,
							),
					) < 1e-9,
				);
			},
		),
		{ numRuns: 300, seed: 1 },
	);
});
