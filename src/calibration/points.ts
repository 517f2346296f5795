/** Probabilities against targets, as the calibration errors that need an order see them. */
export interface Points {
	readonly p: ArrayLike<number>;
	readonly y: ArrayLike<number>;
	/** 1 for a pair; 1/K for each of K records of one pair. Equal for all points. */
	readonly weight: ArrayLike<number>;
}

/** The same, ascending by p; equal p in input order. */
export interface SortedPoints {
	readonly size: number;
	readonly p: Float64Array;
	readonly y: Float64Array;
	readonly weight: Float64Array;
}

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;

/**
 * Stable ascending order of doubles ≥ 0, by radix: their bits sort as integers. A comparator over a million records takes seconds.
 * @returns positions
 */
export function ascendingOrder(values: Float64Array): Int32Array {
	const n = values.length;
	const words = new Uint32Array(values.buffer, values.byteOffset, 2 * n);
	// Little or big end first: the exponent of 1 lies in the high word.
	const high = new Uint32Array(new Float64Array([1]).buffer)[1] === 0 ? 0 : 1;
	let order = Int32Array.from({ length: n }, (_, i) => i);
	let next = new Int32Array(n);
	const start = new Int32Array(BUCKETS + 1);
	for (const [word, shift] of [
		[1 - high, 0],
		[1 - high, 11],
		[1 - high, 22],
		[high, 0],
		[high, 11],
		[high, 22],
	] as const) {
		start.fill(0);
		for (let i = 0; i < n; i++) {
			const digit = (words[2 * i + word]! >>> shift) & (BUCKETS - 1);
			start[digit + 1] = start[digit + 1]! + 1;
		}
		if (n === 0 || start[((words[word]! >>> shift) & (BUCKETS - 1)) + 1] === n) continue;
		for (let b = 0; b < BUCKETS; b++) start[b + 1] = start[b + 1]! + start[b]!;
		for (let k = 0; k < n; k++) {
			const i = order[k]!;
			const digit = (words[2 * i + word]! >>> shift) & (BUCKETS - 1);
			next[start[digit]!] = i;
			start[digit] = start[digit]! + 1;
		}
		[order, next] = [next, order];
	}
	return order;
}

export function sortPoints(points: Points): SortedPoints {
	// Adding 0 turns −0, whose bits sort last, into 0.
	const values = Float64Array.from(points.p, (p) => p + 0);
	const order = ascendingOrder(values);
	const size = values.length;
	const sorted = { size, p: new Float64Array(size), y: new Float64Array(size), weight: new Float64Array(size) };
	for (let k = 0; k < size; k++) {
		const i = order[k]!;
		sorted.p[k] = values[i]!;
		sorted.y[k] = points.y[i]!;
		sorted.weight[k] = points.weight[i]!;
	}
	return sorted;
}

/** y replaced by its mean within equal p: what then depends on input order no longer does. */
export function averageTies(points: SortedPoints): SortedPoints {
	const y = new Float64Array(points.size);
	for (let from = 0; from < points.size; ) {
		let to = from;
		let sum = 0;
		let weight = 0;
		for (; to < points.size && points.p[to] === points.p[from]; to++) {
			sum += points.weight[to]! * points.y[to]!;
			weight += points.weight[to]!;
		}
		y.fill(sum / weight, from, to);
		from = to;
	}
	return { ...points, y };
}

/** Whether any two p are equal: then equal-mass parts may cut a tie. */
export function hasTies(points: SortedPoints): boolean {
	for (let k = 1; k < points.size; k++) if (points.p[k] === points.p[k - 1]) return true;
	return false;
}
