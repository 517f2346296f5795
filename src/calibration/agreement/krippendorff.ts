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

function marginsOf(matrix: Float64Array, size: number): Float64Array {
	const margins = new Float64Array(size);
	for (let c = 0; c < size; c++) for (let k = 0; k < size; k++) margins[c] = margins[c]! + matrix[c * size + k]!;
	return margins;
}

/** Squared difference of two categories. Ordinal: by how many ratings lie between them, so that empty categories are no step. */
function difference(
	metric: AlphaMetric,
	margins: Float64Array,
	values: ArrayLike<number>,
	c: number,
	k: number,
): number {
	if (c === k) return 0;
	if (metric === 'nominal') return 1;
	if (metric === 'interval') return (values[c]! - values[k]!) ** 2;
	const [low, high] = c < k ? [c, k] : [k, c];
	let between = 0;
	for (let g = low; g <= high; g++) between += margins[g]!;
	return (between - (margins[low]! + margins[high]!) / 2) ** 2;
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
	const margins = marginsOf(matrix, size);
	const n = margins.reduce((sum, x) => sum + x, 0);
	if (n === 0) return 'no_pairable_units';
	let observed = 0;
	let expected = 0;
	for (let c = 0; c < size; c++) {
		for (let k = 0; k < size; k++) {
			if (c === k || margins[c] === 0 || margins[k] === 0) continue;
			const squared = difference(metric, margins, values, c, k);
			observed += matrix[c * size + k]! * squared;
			expected += margins[c]! * margins[k]! * squared;
		}
	}
	return expected === 0 ? 'unanimous' : 1 - ((n - 1) * observed) / expected;
}
