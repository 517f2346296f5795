import { normalUpperTail } from './normal.ts';

/** Mann–Whitney U of held-out against train scores. */
export interface RankTest {
	/** P(held-out score > train score) + ½P(equal) = U/(n₁n₀); ½ = cannot be told apart. */
	readonly auc: number;
	readonly u: number;
	/** Of U under H0 (same distribution), corrected for ties. */
	readonly variance: number;
	/** Null where all scores are equal. */
	readonly z: number | null;
	readonly pContinuity: number | null;
	readonly pNoContinuity: number | null;
	/** Exact two-sided p; null with ties or above EXACT_LIMIT. */
	readonly pExact: number | null;
}

/** Largest n₁·n₀ for which the exact distribution is counted. */
const EXACT_LIMIT = 2500;

/** Each value's rank among all, ties sharing their mean, from 1. */
export function midRanks(values: ArrayLike<number>): { readonly ranks: Float64Array; readonly ties: number } {
	const order = Int32Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
	const ranks = new Float64Array(values.length);
	let ties = 0;
	for (let from = 0; from < order.length; ) {
		let to = from + 1;
		while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
		for (let k = from; k < to; k++) ranks[order[k]!] = (from + to + 1) / 2;
		const t = to - from;
		ties += t * t * t - t;
		from = to;
	}
	return { ranks, ties };
}

/** @throws RangeError where a side is empty */
export function rankTest(heldout: ArrayLike<number>, train: ArrayLike<number>): RankTest {
	const [n1, n0] = [heldout.length, train.length];
	if (n1 === 0 || n0 === 0) throw new RangeError('a rank test needs scores on both sides');
	const n = n1 + n0;
	const { ranks, ties } = midRanks(Float64Array.of(...Array.from(heldout), ...Array.from(train)));
	let u = (-n1 * (n1 + 1)) / 2;
	for (let i = 0; i < n1; i++) u += ranks[i]!;
	const mean = (n1 * n0) / 2;
	const variance = (n1 * n0 * (n + 1 - ties / (n * (n - 1)))) / 12;
	const auc = u / (n1 * n0);
	if (!(variance > 0)) return { auc, u, variance, z: null, pContinuity: null, pNoContinuity: null, pExact: null };
	const sd = Math.sqrt(variance);
	const z = (u - mean) / sd;
	return {
		auc,
		u,
		variance,
		z,
		pContinuity: Math.min(1, 2 * normalUpperTail((Math.abs(u - mean) - 0.5) / sd)),
		pNoContinuity: 2 * normalUpperTail(Math.abs(z)),
		pExact: ties > 0 || n1 * n0 > EXACT_LIMIT ? null : exactP(n1, n0, Math.max(u, n1 * n0 - u)),
	};
}

/** min(1, 2·P(U ≥ u)): the generating function Π_{i=1..n₁} (1 − q^{n₀+i})/(1 − q^i), in shares of all orders so that it cannot overflow. */
function exactP(n1: number, n0: number, u: number): number {
	const [small, large] = n1 < n0 ? [n1, n0] : [n0, n1];
	const ways = new Float64Array(small * large + 1);
	ways[0] = 1;
	for (let i = 1; i <= small; i++) {
		for (let s = small * large; s >= large + i; s--) ways[s] = ways[s]! - ways[s - large - i]!;
		for (let s = i; s <= small * large; s++) ways[s] = ways[s]! + ways[s - i]!;
		// C(large+i, i) orders so far.
		const share = i / (large + i);
		for (let s = 0; s <= small * large; s++) ways[s] = ways[s]! * share;
	}
	let tail = 0;
	for (let s = small * large; s >= u; s--) tail += ways[s]!;
	return Math.min(1, 2 * tail);
}
