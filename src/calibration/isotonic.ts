import type { SortedPoints } from './points.ts';

/** CORP decomposition of the Brier score (Dimitriadis 2021): MCB − DSC + UNC = Brier, exactly. */
export interface Corp {
	/** What recalibrating could gain. */
	readonly miscalibration: number;
	/** What the recalibrated order gains over saying the mean. */
	readonly discrimination: number;
	/** Brier of the mean: the variance of y. */
	readonly uncertainty: number;
	/** Brier of the isotonic fit. */
	readonly isotonic: number;
}

/** Pool adjacent violators on sorted points, equal p pooled first. @returns the fitted value of each point */
export function isotonicFit(points: SortedPoints): Float64Array {
	const { size, p, y, weight } = points;
	const blockEnd = new Int32Array(size);
	const blockWeight = new Float64Array(size);
	const blockSum = new Float64Array(size);
	let blocks = 0;
	for (let k = 0; k < size; ) {
		let w = 0;
		let s = 0;
		const tie = p[k];
		for (; k < size && p[k] === tie; k++) {
			w += weight[k]!;
			s += weight[k]! * y[k]!;
		}
		while (blocks > 0 && blockSum[blocks - 1]! * w >= s * blockWeight[blocks - 1]!) {
			blocks--;
			w += blockWeight[blocks]!;
			s += blockSum[blocks]!;
		}
		blockEnd[blocks] = k;
		blockWeight[blocks] = w;
		blockSum[blocks] = s;
		blocks++;
	}
	const fit = new Float64Array(size);
	for (let b = 0, from = 0; b < blocks; b++) {
		fit.fill(blockSum[b]! / blockWeight[b]!, from, blockEnd[b]!);
		from = blockEnd[b]!;
	}
	return fit;
}

/** @returns null without points */
export function corp(points: SortedPoints): Corp | null {
	const { size, p, y, weight } = points;
	if (size === 0) return null;
	const fit = isotonicFit(points);
	let total = 0;
	let sum = 0;
	for (let k = 0; k < size; k++) {
		total += weight[k]!;
		sum += weight[k]! * y[k]!;
	}
	const mean = sum / total;
	let score = 0;
	let isotonic = 0;
	let uncertainty = 0;
	for (let k = 0; k < size; k++) {
		const w = weight[k]! / total;
		score += w * (p[k]! - y[k]!) ** 2;
		isotonic += w * (fit[k]! - y[k]!) ** 2;
		uncertainty += w * (y[k]! - mean) ** 2;
	}
	return { miscalibration: score - isotonic, discrimination: uncertainty - isotonic, uncertainty, isotonic };
}
