import type { Measured } from './measured.ts';

export type AlphaMetric = 'nominal' | 'ordinal' | 'interval';

/**
 * Adds one unit to a coincidence matrix: every ordered pair of its ratings counts 1/(m − 1), so that a unit weighs as many
 * as it has ratings. A unit with fewer than two ratings is not pairable and adds nothing (Krippendorff 2011).
 * @param counts how many raters gave each category
 * @param matrix C × C, row by row
 */
export function addCoincidences(matrix: Float64Array, counts: ArrayLike<number>): void {
	const size = counts.length;
	let raters = 0;
	for (let c = 0; c < size; c++) raters += counts[c]!;
	if (raters < 2) return;
	for (let c = 0; c < size; c++) {
		if (counts[c] === 0) continue;
		for (let k = 0; k < size; k++) {
			const pairs = counts[c]! * (counts[k]! - (c === k ? 1 : 0));
			if (pairs !== 0) matrix[c * size + k] = matrix[c * size + k]! + pairs / (raters - 1);
		}
	}
}

/**
 * Krippendorff's α = 1 − D_o/D_e on a coincidence matrix (Krippendorff 2011).
 * @param matrix C × C from `addCoincidences`, categories in ascending order for the ordinal metric
 * @param values the categories as numbers; only for the interval metric
 * @returns 'unanimous' where all pairable ratings are equal: the expected disagreement is 0
 */
export function krippendorffAlpha(
	matrix: Float64Array,
	size: number,
	metric: AlphaMetric = 'nominal',
	values: ArrayLike<number> = [],
): Measured {
	const margins = new Float64Array(size);
	let n = 0;
	for (let c = 0; c < size; c++) {
		for (let k = 0; k < size; k++) margins[c] = margins[c]! + matrix[c * size + k]!;
		n += margins[c]!;
	}
	if (n === 0) return 'no_pairable_units';
	let observed = 0;
	let expected = 0;
	for (let c = 0; c < size; c++) {
		// Ratings between c and k: ordinal categories are as far apart as that, so that an empty one is no step.
		let between = margins[c]!;
		for (let k = c + 1; k < size; k++) {
			between += margins[k]!;
			if (margins[c] === 0 || margins[k] === 0) continue;
			const apart =
				metric === 'nominal'
					? 1
					: metric === 'interval'
						? values[c]! - values[k]!
						: between - (margins[c]! + margins[k]!) / 2;
			// The matrix is symmetric: both orders at once.
			observed += 2 * matrix[c * size + k]! * apart ** 2;
			expected += 2 * margins[c]! * margins[k]! * apart ** 2;
		}
	}
	return expected === 0 ? 'unanimous' : 1 - ((n - 1) * observed) / expected;
}
