import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logGamma } from '../../src/calibration/student.ts';
import { normaliseText } from '../../src/domain/text.ts';
import { sampleDistances } from '../../src/shift/distances.ts';
import { kolmogorovSmirnov } from '../../src/shift/kolmogorov-smirnov.ts';
import { findNearDuplicates } from '../../src/shift/near-duplicates.ts';
import { normalUpperTail } from '../../src/shift/normal.ts';
import { rankTest } from '../../src/shift/rank-test.ts';
import { jaccard, shingles } from '../../src/shift/shingles.ts';

const file = join(import.meta.dirname, '../../../shared/vectors/shift.json');
const skip = existsSync(file) ? false : 'the reference vectors are not here';

interface Case {
	readonly name: string;
	/** Each kind of case has its own of these. */
	readonly input: {
		readonly scores_heldout: readonly number[];
		readonly scores_train: readonly number[];
		readonly accuracy: number;
		readonly n_test: number;
		readonly X: readonly (readonly number[])[];
		readonly Y: readonly (readonly number[])[];
		readonly a: string & readonly number[];
		readonly b: string & readonly number[];
		readonly bands: number;
		readonly rows: number;
		readonly jaccard: readonly number[];
	};
	readonly expected: {
		readonly by_sigma: readonly { readonly sigma: number }[];
		readonly minhash_128_tolerance: number;
	};
	readonly tolerance: { readonly default: number };
}

const all: readonly Case[] = skip === false ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
const checked = new Set<string>();

/** Cases whose name starts with one of the prefixes; every field of `expected` has to be answered. */
function check(
	prefixes: readonly string[],
	answer: (input: Case['input'], expected: Case['expected']) => object,
): void {
	const cases = all.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
	assert.ok(cases.length > 0);
	for (const { name, input, expected, tolerance } of cases) {
		checked.add(name);
		compare(answer(input, expected), expected, tolerance.default, name);
	}
}

function compare(actual: unknown, expected: unknown, tolerance: number, path: string): void {
	if (typeof expected === 'number') {
		assert.ok(
			typeof actual === 'number' && Math.abs(actual - expected) <= tolerance,
			`${path}: ${actual} is not ${expected}`,
		);
	} else if (typeof expected === 'object' && expected !== null) {
		for (const [key, value] of Object.entries(expected)) {
			assert.ok(key in (actual as object), `${path}.${key}: no answer`);
			compare((actual as Record<string, unknown>)[key], value, tolerance, `${path}.${key}`);
		}
	} else assert.equal(actual, expected, path);
}

test('AUC and the rank test match the vectors, ties and exact p included', { skip }, () => {
	check(['auc_'], ({ scores_heldout, scores_train }) => {
		const found = rankTest(scores_heldout, scores_train);
		return {
			auc: found.auc,
			u: found.u,
			tie_corrected_variance: found.variance,
			z: found.z,
			p_two_sided_continuity: found.pContinuity,
			p_two_sided_no_continuity: found.pNoContinuity,
			p_two_sided_exact_no_ties: found.pExact,
			...(found.z === null ? { undefined: 'all scores equal: z undefined, auc is 1/2' } : {}),
		};
	});
});

/**
 * Not in the product: its test cases have to be independent and balanced, and cross-fitted scores are neither; the permutation p of
 * the AUC stands in its place. What it is made of is.
 */
test('the accuracy of a two-sample classifier matches the vectors through the tails that the product has', {
	skip,
}, () => {
	check(['c2st_'], ({ accuracy, n_test: n }) => {
		const z = (accuracy - 0.5) * 2 * Math.sqrt(n);
		let tail = 0;
		for (let k = n; k >= Math.round(accuracy * n); k--) {
			tail += Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - n * Math.LN2);
		}
		return { z, p_one_sided_normal: normalUpperTail(z), p_one_sided_exact_binomial: tail };
	});
});

test('energy distance and MMD² match the vectors, the median heuristic included', { skip }, () => {
	const rows = (matrix: readonly (readonly number[])[]) => ({
		rows: matrix.length,
		width: matrix[0]!.length,
		values: matrix.flat(),
	});
	check(['mmd_', 'energy_'], ({ X, Y }, { by_sigma }) => {
		const sigmas = by_sigma.map(({ sigma }) => sigma);
		const found = sampleDistances(rows(X), rows(Y), sigmas);
		assert.equal(sampleDistances(rows(X), rows(Y)).mmd2[0]!.sigma, found.medianSigma);
		return {
			median_heuristic_sigma: found.medianSigma,
			energy_distance_v: found.energy,
			by_sigma: found.mmd2.map(({ sigma, unbiased, biased }) => ({
				sigma,
				mmd2_unbiased: unbiased,
				mmd2_biased: biased,
			})),
		};
	});
});

test('Kolmogorov–Smirnov matches the vectors', { skip }, () => {
	check(['ks_'], ({ a, b }) => {
		const found = kolmogorovSmirnov(a, b);
		return { d: found.d, p_exact: found.pExact, p_asymptotic_kolmogorov: found.pAsymptotic };
	});
});

test('normalisation, shingles and Jaccard match the vectors; the join on hashes gives the same figures', {
	skip,
}, () => {
	check(['jaccard_'], ({ a, b }, { minhash_128_tolerance }) => {
		const [x, y] = [shingles(a), shingles(b)];
		const similarity = jaccard(x, y);
		// Nothing is estimated: the joined figure is the exact one, so MinHash's tolerance bounds it trivially.
		const { copyOf, pairs } = findNearDuplicates([a, b], 0.05);
		const joined = copyOf[1] === 0 ? 1 : (pairs[0]?.similarity ?? 0);
		assert.ok(Math.abs(joined - similarity) <= minhash_128_tolerance);
		assert.equal(joined, similarity);
		return {
			normalised_a: normaliseText(a),
			normalised_b: normaliseText(b),
			shingles_a: x.size,
			shingles_b: y.size,
			intersection: [...x].filter((shingle) => y.has(shingle)).length,
			union: new Set([...x, ...y]).size,
			jaccard: similarity,
			minhash_128_tolerance: 5 * Math.sqrt((similarity * (1 - similarity)) / 128),
		};
	});
});

test('at every similarity of the LSH cases the join finds all pairs, where bands and rows find the stated share', {
	skip,
}, () => {
	check(['lsh_'], ({ bands, rows, jaccard: similarities }) => {
		for (const similarity of similarities) {
			const texts = Array.from({ length: 20 }, (_, i) => textsWithJaccard(similarity, i)).flat();
			assert.equal(findNearDuplicates(texts, similarity).pairs.length, 20);
		}
		return {
			collision_probability: similarities.map((j) => 1 - (1 - j ** rows) ** bands),
			threshold: (1 / bands) ** (1 / rows),
		};
	});
});

/** Two texts that share s·10 of 10 shingles in all: one is the other with words appended. */
function textsWithJaccard(similarity: number, seed: number): readonly string[] {
	const words = Array.from({ length: 14 }, (_, i) => `w${seed}x${i}`);
	return [words.join(' '), words.slice(0, Math.round(similarity * 10) + 4).join(' ')];
}

test('no case of the file is left out', { skip }, () => {
	assert.deepEqual(
		all.map(({ name }) => name).filter((name) => !checked.has(name)),
		[],
	);
});
