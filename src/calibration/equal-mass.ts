/** Calibration errors over parts of equal size (Nixon 2019), over any probabilities p against targets y. */
export interface Points {
	readonly p: ArrayLike<number>;
	readonly y: ArrayLike<number>;
	/** 1 for a pair; 1/K for each of K records of one pair. Equal for all points. */
	readonly weight: ArrayLike<number>;
}

interface Part {
	/** Sum of weights. */
	readonly n: number;
	readonly p: number;
	readonly y: number;
	/** Weighted sum of (y − mean y)². */
	readonly spread: number;
}

function order(points: Points): Int32Array {
	const index = Int32Array.from({ length: points.p.length }, (_, i) => i);
	// By index among ties: typed arrays do not promise a stable sort everywhere.
	return index.sort((i, j) => points.p[i]! - points.p[j]! || i - j);
}

/** Sorted points cut like numpy.array_split: the first n mod B parts get one more; empty parts are left out. */
function parts(points: Points, sorted: Int32Array, bins: number): Part[] {
	const n = sorted.length;
	const out: Part[] = [];
	let from = 0;
	for (let b = 0; b < bins; b++) {
		const to = from + Math.floor(n / bins) + (b < n % bins ? 1 : 0);
		if (to > from) out.push(part(points, sorted, from, to));
		from = to;
	}
	return out;
}

function part(points: Points, sorted: Int32Array, from: number, to: number): Part {
	let n = 0;
	let p = 0;
	let y = 0;
	for (let k = from; k < to; k++) {
		const i = sorted[k]!;
		n += points.weight[i]!;
		p += points.weight[i]! * points.p[i]!;
		y += points.weight[i]! * points.y[i]!;
	}
	let spread = 0;
	for (let k = from; k < to; k++) spread += points.weight[sorted[k]!]! * (points.y[sorted[k]!]! - y / n) ** 2;
	return { n, p: p / n, y: y / n, spread };
}

function meanGap(of: readonly Part[]): number {
	let sum = 0;
	let total = 0;
	for (const { n, p, y } of of) {
		sum += n * Math.abs(p - y);
		total += n;
	}
	return sum / total;
}

/** ECE over B parts of equal size. Where p has ties, a part boundary can cut a tie: the value then depends on input order. */
export function eceMass(points: Points, bins: number): number | null {
	return points.p.length === 0 ? null : meanGap(parts(points, order(points), bins));
}

/** Root of the debiased mean square gap (Kumar 2019; Bröcker 2012), clipped at 0; `squared` keeps the sign. */
export function debiasedRms(points: Points, bins: number): { readonly value: number; readonly squared: number } | null {
	if (points.p.length === 0) return null;
	let sum = 0;
	let total = 0;
	for (const { n, p, y, spread } of parts(points, order(points), bins)) {
		total += n;
		// A part of fewer than two pairs says nothing of its noise.
		if (n >= 2) sum += n * ((p - y) ** 2 - spread / (n * (n - 1)));
	}
	return { value: Math.sqrt(Math.max(0, sum / total)), squared: sum / total };
}

/**
 * ECE sweep (Roelofs 2022): the most parts, counted up from 1, whose mean y do not fall. Sums up to each point are kept, so that
 * B parts cost B steps; where y never falls at all, that is n parts at once.
 */
export function eceSweep(points: Points): { readonly value: number; readonly bins: number } | null {
	const n = points.p.length;
	if (n === 0) return null;
	const sorted = order(points);
	const sums = { n: new Float64Array(n + 1), p: new Float64Array(n + 1), y: new Float64Array(n + 1) };
	let rising = true;
	sorted.forEach((i, k) => {
		const w = points.weight[i]!;
		sums.n[k + 1] = sums.n[k]! + w;
		sums.p[k + 1] = sums.p[k]! + w * points.p[i]!;
		sums.y[k + 1] = sums.y[k]! + w * points.y[i]!;
		if (k > 0 && points.y[i]! < points.y[sorted[k - 1]!]!) rising = false;
	});
	/** null where a part's mean y is below the one before. */
	const gap = (bins: number): number | null => {
		let sum = 0;
		let before = -Infinity;
		for (let b = 0, from = 0; b < bins; b++) {
			const to = from + Math.floor(n / bins) + (b < n % bins ? 1 : 0);
			const y = sums.y[to]! - sums.y[from]!;
			const mean = y / (sums.n[to]! - sums.n[from]!);
			// Equal means may differ in the last digits of running sums.
			if (mean < before - 1e-12) return null;
			before = mean;
			sum += Math.abs(sums.p[to]! - sums.p[from]! - y);
			from = to;
		}
		return sum / sums.n[n]!;
	};
	if (rising) return { value: gap(n)!, bins: n };
	let best = { value: gap(1)!, bins: 1 };
	for (let bins = 2; bins <= n; bins++) {
		const value = gap(bins);
		if (value === null) break;
		best = { value, bins };
	}
	return best;
}
