import type { SortedPoints } from './points.ts';

/** Equal means may differ in the last digits of running sums. */
const ROUNDING = 1e-9;

/**
 * ECE sweep (Roelofs 2022): counted up from one equal-mass part, the last number of parts before mean y falls from one part to the next.
 * Two neighbouring parts can only fall where y itself falls somewhere inside them, so only those are looked at: a test of B parts
 * costs the smaller of B and the number of falls, however far the sweep gets.
 */
export function eceSweep(points: SortedPoints): { readonly value: number; readonly bins: number } | null {
	const n = points.size;
	if (n === 0) return null;
	const weights = new Float64Array(n + 1);
	const gaps = new Float64Array(n + 1);
	const targets = new Float64Array(n + 1);
	// First position from k on whose y is below the one before it; n if there is none.
	const nextFall = new Int32Array(n + 1).fill(n);
	for (let k = 0; k < n; k++) {
		const w = points.weight[k]!;
		weights[k + 1] = weights[k]! + w;
		targets[k + 1] = targets[k]! + w * points.y[k]!;
		gaps[k + 1] = gaps[k]! + w * (points.p[k]! - points.y[k]!);
	}
	for (let k = n - 1; k > 0; k--) nextFall[k] = points.y[k]! < points.y[k - 1]! ? k : nextFall[k + 1]!;
	nextFall[0] = n > 1 ? nextFall[1]! : n;

	let bins = 1;
	while (bins < n && rises(bins + 1)) bins++;
	let sum = 0;
	for (let b = 0; b < bins; b++) sum += Math.abs(gaps[from(bins, b + 1)]! - gaps[from(bins, b)]!);
	return { value: sum / weights[n]!, bins };

	function from(of: number, b: number): number {
		return b * Math.floor(n / of) + Math.min(b, n % of);
	}
	function mean(of: number, b: number): number {
		const low = from(of, b);
		const high = from(of, b + 1);
		return (targets[high]! - targets[low]!) / (weights[high]! - weights[low]!);
	}
	function partOf(of: number, k: number): number {
		const size = Math.floor(n / of);
		const longer = n % of;
		const cut = longer * (size + 1);
		return k < cut ? Math.floor(k / (size + 1)) : longer + Math.floor((k - cut) / size);
	}
	function falls(of: number, b: number): boolean {
		return b > 0 && b < of && mean(of, b) < mean(of, b - 1) - ROUNDING;
	}
	function rises(of: number): boolean {
		for (let k = nextFall[0]!; k < n; ) {
			const b = partOf(of, k);
			if (falls(of, b)) return false;
			if (k === from(of, b)) k = nextFall[k + 1]!;
			else {
				// Further falls inside the same part change nothing once both its neighbours are compared.
				if (falls(of, b + 1)) return false;
				k = nextFall[from(of, b + 1)]!;
			}
		}
		return true;
	}
}
