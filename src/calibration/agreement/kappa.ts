import type { Measured } from './measured.ts';

/** What a disagreement of two category positions costs: all alike, by distance, by squared distance. */
export type KappaWeights = 'plain' | 'linear' | 'quadratic';

function weight(weights: KappaWeights, i: number, j: number): number {
	if (weights === 'plain') return i === j ? 0 : 1;
	return weights === 'linear' ? Math.abs(i - j) : (i - j) ** 2;
}

/**
 * Cohen's κ = 1 − ΣwO/ΣwE of two raters, plain (1960) or weighted (1968).
 * @param confusion C × C counts, row by row: rows the first rater, columns the second
 * @returns 'unanimous' where both gave one and the same category throughout: 0/0
 */
export function cohenKappa(confusion: Float64Array, size: number, weights: KappaWeights = 'plain'): Measured {
	const rows = new Float64Array(size);
	const columns = new Float64Array(size);
	let n = 0;
	let observed = 0;
	for (let i = 0; i < size; i++) {
		for (let j = 0; j < size; j++) {
			const count = confusion[i * size + j]!;
			rows[i] = rows[i]! + count;
			columns[j] = columns[j]! + count;
			n += count;
			observed += weight(weights, i, j) * count;
		}
	}
	if (n === 0) return 'no_pairable_units';
	let expected = 0;
	for (let i = 0; i < size; i++) {
		for (let j = 0; j < size; j++) expected += (weight(weights, i, j) * rows[i]! * columns[j]!) / n;
	}
	return expected === 0 ? 'unanimous' : 1 - observed / expected;
}

/** Share of items on which two raters agree, and the share expected of independent raters with the same margins. */
export function confusionAgreement(confusion: Float64Array, size: number): { observed: Measured; expected: Measured } {
	let n = 0;
	let same = 0;
	let chance = 0;
	for (let i = 0; i < size; i++) {
		let row = 0;
		let column = 0;
		for (let j = 0; j < size; j++) {
			row += confusion[i * size + j]!;
			column += confusion[j * size + i]!;
		}
		n += row;
		same += confusion[i * size + i]!;
		chance += row * column;
	}
	if (n === 0) return { observed: 'no_pairable_units', expected: 'no_pairable_units' };
	return { observed: same / n, expected: chance / (n * n) };
}

/** Length of the vector that Fleiss' κ is a function of: [units, Σ P_i, ratings of each category …]. */
export function fleissLength(categories: number): number {
	return 2 + categories;
}

/** Adds one unit; every unit of a vector must have as many ratings. P_i = share of its pairs of raters that agree. */
export function addFleissUnit(sums: Float64Array, counts: ArrayLike<number>): void {
	let raters = 0;
	let agreeing = 0;
	for (let c = 0; c < counts.length; c++) {
		raters += counts[c]!;
		agreeing += counts[c]! * (counts[c]! - 1);
		sums[2 + c] = sums[2 + c]! + counts[c]!;
	}
	sums[0] = sums[0]! + 1;
	sums[1] = sums[1]! + agreeing / (raters * (raters - 1));
}

/** Mean agreement within units, and the agreement expected from the margins (Fleiss 1971). */
export function fleissAgreement(sums: Float64Array): { mean: Measured; expected: Measured } {
	const counts = sums.subarray(2);
	const ratings = counts.reduce((sum, x) => sum + x, 0);
	if (sums[0] === 0) return { mean: 'no_pairable_units', expected: 'no_pairable_units' };
	return { mean: sums[1]! / sums[0]!, expected: counts.reduce((sum, x) => sum + (x / ratings) ** 2, 0) };
}

/** Fleiss' κ = (P̄ − P_e)/(1 − P_e) of units with the same number of ratings. With two raters it is Scott's π, not Cohen's κ. */
export function fleissKappa(sums: Float64Array): Measured {
	const { mean, expected } = fleissAgreement(sums);
	if (typeof mean === 'string' || typeof expected === 'string') return 'no_pairable_units';
	if (sums.subarray(2).filter((x) => x > 0).length < 2) return 'unanimous';
	return (mean - expected) / (1 - expected);
}

/** Adds one unit to [Σ agreeing share, units, agreeing pairs, pairs]: percent agreement over pairs of raters in both forms. */
export function addPercent(sums: Float64Array, counts: ArrayLike<number>): void {
	let raters = 0;
	let agreeing = 0;
	for (let c = 0; c < counts.length; c++) {
		raters += counts[c]!;
		agreeing += (counts[c]! * (counts[c]! - 1)) / 2;
	}
	const pairs = (raters * (raters - 1)) / 2;
	if (pairs === 0) return;
	sums[0] = sums[0]! + agreeing / pairs;
	sums[1] = sums[1]! + 1;
	sums[2] = sums[2]! + agreeing;
	sums[3] = sums[3]! + pairs;
}
