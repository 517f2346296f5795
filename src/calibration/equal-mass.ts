import type { SortedPoints } from './points.ts';

/** Calibration errors over parts of equal size (Nixon 2019). */
export interface Part {
	/** Sum of weights. */
	readonly n: number;
	/** Weighted means. */
	readonly p: number;
	readonly y: number;
	/** Weighted sum of (y − mean y)². */
	readonly spread: number;
}

function part(points: SortedPoints, from: number, to: number): Part {
	let n = 0;
	let p = 0;
	let y = 0;
	for (let k = from; k < to; k++) {
		n += points.weight[k]!;
		p += points.weight[k]! * points.p[k]!;
		y += points.weight[k]! * points.y[k]!;
	}
	let spread = 0;
	for (let k = from; k < to; k++) spread += points.weight[k]! * (points.y[k]! - y / n) ** 2;
	return { n, p: p / n, y: y / n, spread };
}

/** Where part b of B ends, cut like numpy.array_split: the first n mod B parts get one more. */
function partEnd(n: number, bins: number, b: number): number {
	return (b + 1) * Math.floor(n / bins) + Math.min(b + 1, n % bins);
}

/** B parts of equal size, empty ones left out. Where p has ties a boundary can cut one: values then depend on input order. */
export function equalMassParts(points: SortedPoints, bins: number): Part[] {
	const out: Part[] = [];
	for (let b = 0, from = 0; b < bins; b++) {
		const to = partEnd(points.size, bins, b);
		if (to > from) out.push(part(points, from, to));
		from = to;
	}
	return out;
}

/** The same with edges midway between neighbouring parts and right-closed, so that equal p stay together (Kumar 2019's code). */
export function tieMergedParts(points: SortedPoints, bins: number): Part[] {
	const { size, p } = points;
	const count = Math.min(bins, size);
	const out: Part[] = [];
	for (let b = 0, from = 0; b < count; b++) {
		let to = partEnd(size, count, b);
		if (to < size) {
			const edge = (p[to - 1]! + p[to]!) / 2;
			while (to < size && p[to]! <= edge) to++;
		}
		if (to > from) out.push(part(points, from, to));
		from = Math.max(from, to);
	}
	return out;
}

export interface PartErrors {
	/** Σ (n/N)·|mean p − mean y|. */
	readonly ece: number;
	readonly mce: number;
	/** Root of the mean square gap. */
	readonly rms: number;
	/** Mean square gap less the noise of each part's mean (Kumar 2019; Bröcker 2012): signed. */
	readonly debiasedSquared: number;
	/** Its root, clipped at 0. */
	readonly debiased: number;
}

/** @returns null without points */
export function partErrors(parts: readonly Part[]): PartErrors | null {
	if (parts.length === 0) return null;
	let total = 0;
	let ece = 0;
	let mce = 0;
	let squares = 0;
	let noise = 0;
	for (const { n, p, y, spread } of parts) {
		const gap = Math.abs(p - y);
		total += n;
		ece += n * gap;
		mce = Math.max(mce, gap);
		squares += n * gap * gap;
		// A part of fewer than two pairs says nothing of its noise: it contributes 0.
		noise += n >= 2 ? spread / (n - 1) : n * gap * gap;
	}
	const debiasedSquared = (squares - noise) / total;
	return {
		ece: ece / total,
		mce,
		rms: Math.sqrt(squares / total),
		debiasedSquared,
		debiased: Math.sqrt(Math.max(0, debiasedSquared)),
	};
}
