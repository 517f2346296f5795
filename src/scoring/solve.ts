import { seededRandom } from '../calibration/random.ts';
import { pairLoss, softplus } from '../calibration/records.ts';
import { emptyWeights, LANES, type LaneKernel, type LaneRows } from './lane-kernel.ts';
import type { FeatureRows } from './matrix.ts';

/**
 * For each lane l: min_θ Σ_i c_il·[y_i·ln(1+e^{−z_i}) + (1−y_i)·ln(1+e^{z_i})] + ½ρ‖θ‖², z_i = θ·x_i. Strongly convex; no intercept, since
 * a constant would prefer a position (P(a ≻ b) = 1 − P(b ≻ a) has to hold).
 * c_il = weight_i·rate[part_i][l], and 0 where l = fold_i: that lane's model does not see the row.
 */
export interface LaneProblem {
	readonly x: LaneRows;
	/** The dense columns are divided by these. */
	readonly scale: Float64Array;
	/** ‖x_i‖² after scaling, one a row of x. */
	readonly norm: Float64Array;
	/** Vote share of `chosen`, one a row of x. */
	readonly y: Float64Array;
	readonly weight: Float64Array;
	/** Lane that does not see the row; −1 = all do. */
	readonly fold: Int32Array;
	/** 0 or 1: which of the two rates a row has. */
	readonly part: Uint8Array;
	/** Rows with a coefficient above 0 in some lane, in any order. */
	readonly rows: Int32Array;
	readonly rate: readonly [Float64Array, Float64Array];
	readonly ridge: number;
}

/**
 * Where a solution is kept: dual variables q ≈ σ(z), rows × LANES, and θ(q), weights of n-grams, then of dense features ÷ scale, as
 * `emptyWeights` makes them.
 */
export interface LaneState {
	readonly q: Float64Array;
	readonly theta: Float64Array;
}

export interface PassResult {
	/** Largest over lanes of Σ c·½·q(1−q)·(logit q − z)²: second order of the gap, as each row met it before its step. */
	readonly seen: number;
	/** By part: Σ over rows of the loss under the model that does not see the row, as it was met on the way. */
	readonly heldOut: readonly [number, number];
}

/** How much of the rows may hold nine tenths of the gap for passes over those alone to pay. */
const FEW = 0.3;
/** Passes over the rows that hold the gap, between two passes over all. */
const INNER_PASSES = 8;
/** Rows that stay together when the order is shuffled: neighbours in memory; 32 already cost more passes than they save. */
const BLOCK = 8;

export function emptyState(x: FeatureRows, memory: WebAssembly.Memory): LaneState {
	return { q: new Float64Array(x.rows * LANES), theta: emptyWeights(memory, x.columns + x.width) };
}

/**
 * Dual coordinate ascent (Shalev-Shwartz & Zhang 2013; for the logistic loss as Yu, Huang & Lin 2011): one row at a time moves to
 * its maximum, θ(q) = Σ c_i (y_i − q_i) x_i / ρ is kept. Chosen over L-BFGS (measured at ρ = 0.01 on 1,400 rows: 41 ms against
 * 123 ms): no vector as long as θ is touched per step, and the duality gap, here Σ c_i·KL(q_i ‖ σ(z_i)), is a certificate that
 * costs next to nothing. No Node library has a ridge logistic solver for sparse rows with soft labels and a certificate.
 */
export class LaneSolver {
	readonly #kernel: LaneKernel;
	readonly #problem: LaneProblem;
	readonly #state: LaneState;
	/** Logits of q. */
	readonly #v: Float64Array;
	readonly #order: Int32Array;
	readonly #share: Float64Array;
	readonly #blocks: Int32Array;
	readonly #random: ReturnType<typeof seededRandom>;
	readonly #seen = new Float64Array(LANES);

	/** @param state θ has to be θ(q) of this problem, in the kernel's memory; changed in place */
	constructor(kernel: LaneKernel, problem: LaneProblem, state: LaneState) {
		this.#kernel = kernel;
		this.#problem = problem;
		this.#state = state;
		const { rows } = problem;
		this.#v = new Float64Array(rows.length * LANES);
		this.#order = Int32Array.from(rows, (_, k) => k);
		this.#share = new Float64Array(rows.length);
		this.#blocks = Int32Array.from({ length: Math.ceil(rows.length / BLOCK) }, (_, b) => b);
		// A fixed seed: an order that depends on nothing but the problem.
		this.#random = seededRandom(rows.length);
		for (let k = 0; k < rows.length; k++) {
			const at = rows[k]! * LANES;
			for (let l = 0; l < LANES; l++) this.#v[k * LANES + l] = logit(state.q[at + l]!);
		}
	}

	/**
	 * One step on every row, in a new order; then, where few rows hold the gap (R's, each of which weighs much), more on those.
	 */
	pass(): PassResult {
		const { rows } = this.#problem;
		this.#shuffle();
		const heldOut = this.#sweep(rows.length);
		const seen = this.#most();
		const least = seen / (3 * rows.length);
		const order = this.#order;
		let active = 0;
		for (let k = 0; k < order.length; k++) {
			if (this.#share[k]! <= least) continue;
			const row = order[k]!;
			order[k] = order[active]!;
			order[active++] = row;
		}
		if (active <= FEW * rows.length) {
			for (let inner = 0, left = seen; inner < INNER_PASSES && left > seen / 10 && active > 0; inner++) {
				this.#sweep(active);
				left = this.#most();
			}
		}
		return { seen, heldOut };
	}

	/**
	 * Largest over lanes of P(θ) − D(q) ≥ F(θ) − min F, nats.
	 * @param margins takes z of each row under the model that does not see it
	 */
	certificate(margins: Float64Array | null = null): number {
		const { x, rows, part, rate, fold, weight } = this.#problem;
		const { q, theta } = this.#state;
		const kernel = this.#kernel;
		const { z } = kernel;
		const seen = this.#seen.fill(0);
		for (let k = 0; k < rows.length; k++) {
			const i = rows[k]!;
			const rates = rate[part[i] === 1 ? 1 : 0];
			kernel.row(x, i);
			kernel.dot(theta);
			if (margins !== null && fold[i]! >= 0) margins[i] = z[fold[i]!]!;
			for (let l = 0; l < LANES; l++) {
				const c = fold[i] === l ? 0 : weight[i]! * rates[l]!;
				if (c > 0) seen[l] = seen[l]! + c * divergence(q[i * LANES + l]!, z[l]!);
			}
		}
		return this.#most();
	}

	#most(): number {
		let most = 0;
		for (let l = 0; l < LANES; l++) most = Math.max(most, this.#seen[l]!);
		return most;
	}

	#shuffle(): void {
		const blocks = this.#blocks;
		const n = this.#order.length;
		for (let b = blocks.length - 1; b > 0; b--) {
			const other = this.#random.index(b + 1);
			const block = blocks[other]!;
			blocks[other] = blocks[b]!;
			blocks[b] = block;
		}
		for (let b = 0, k = 0; b < blocks.length; b++) {
			const first = blocks[b]! * BLOCK;
			for (let row = first, end = Math.min(n, first + BLOCK); row < end; row++) this.#order[k++] = row;
		}
	}

	/** One step on each of the first `count` rows of the order. @returns the held-out loss of the rows met */
	#sweep(count: number): [number, number] {
		const { x, scale, rows, part, rate, fold, weight, norm, y, ridge } = this.#problem;
		const { q, theta } = this.#state;
		const [v, order, share] = [this.#v, this.#order, this.#share];
		const kernel = this.#kernel;
		const factors = kernel.factors(scale);
		const { z, step } = kernel;
		const seen = this.#seen.fill(0);
		const heldOut: [number, number] = [0, 0];
		for (let k = 0; k < count; k++) {
			const row = order[k]!;
			const i = rows[row]!;
			const of = part[i] === 1 ? 1 : 0;
			const rates = rate[of];
			const own = fold[i]!;
			const reachOfOne = norm[i]! / ridge;
			kernel.row(x, i);
			kernel.dot(theta);
			if (own >= 0) heldOut[of] += pairLoss(z[own]!, y[i]!);
			let most = 0;
			let moved = false;
			for (let l = 0; l < LANES; l++) {
				const c = l === own ? 0 : weight[i]! * rates[l]!;
				if (c === 0) {
					step[l] = 0;
					continue;
				}
				const old = q[i * LANES + l]!;
				const before = v[row * LANES + l]!;
				const distance = z[l]! - before;
				const after = coordinate(before, old, distance, c * reachOfOne);
				const now = reached;
				const curve = Math.max(old * (1 - old), now * (1 - now));
				const gap = 0.5 * c * curve * distance * distance;
				seen[l] = seen[l]! + gap;
				if (gap > most) most = gap;
				v[row * LANES + l] = after;
				q[i * LANES + l] = now;
				step[l] = (c * (old - now)) / ridge;
				if (now !== old) moved = true;
			}
			share[k] = most;
			if (moved) kernel.add(theta, factors);
		}
		return heldOut;
	}
}

/**
 * θ += Σ over rows of factor(i, lane)·x_i: how a state starts.
 * @param stepOf fills in the factors of row i, which the kernel has at hand
 */
export function accumulate(
	kernel: LaneKernel,
	{ x, scale }: Pick<LaneProblem, 'x' | 'scale'>,
	rows: Int32Array,
	theta: Float64Array,
	stepOf: (i: number, into: Float64Array) => void,
): void {
	const factors = kernel.factors(scale);
	for (let k = 0; k < rows.length; k++) {
		kernel.row(x, rows[k]!);
		stepOf(rows[k]!, kernel.step);
		kernel.add(theta, factors);
	}
}

function logit(p: number): number {
	if (p === 0.5) return 0;
	// A saturated q (|z| > 36) must not bring infinities into differences.
	return Math.max(-40, Math.min(40, Math.log(p) - Math.log1p(-p)));
}

/** σ(w) of the w that `coordinate` returned last: it has been computed there, and an exponential is a tenth of a row's time. */
let reached = 0.5;

/**
 * Towards the root w of w + reach·σ(w) = z + reach·q, where q = σ(v): Newton from v inside the bracket. The first step needs no
 * exponential, and a tenth of the distance left over is near enough: the next passes come back to this row, and every w is feasible.
 * @param distance z − v
 */
function coordinate(v: number, q: number, distance: number, reach: number): number {
	const target = v + distance + reach * q;
	let low = target - reach;
	let high = target;
	let w = v + distance / (1 + reach * q * (1 - q));
	const near = 0.1 * Math.abs(distance);
	for (let step = 0; step < 60; step++) {
		if (!(w >= low && w <= high)) w = (low + high) / 2;
		const p = 1 / (1 + Math.exp(-w));
		const value = w + reach * p - target;
		if (Math.abs(value) <= near) {
			reached = p;
			return w;
		}
		if (value > 0) high = w;
		else low = w;
		w -= value / (1 + reach * p * (1 - p));
	}
	reached = 1 / (1 + Math.exp(-w));
	return w;
}

/** KL(Bern(q) ‖ Bern(σ(z))) = q·ln q + (1−q)·ln(1−q) + ln(1+e^z) − q·z, never below 0. */
function divergence(q: number, z: number): number {
	const entropy = (q > 0 ? q * Math.log(q) : 0) + (q < 1 ? (1 - q) * Math.log1p(-q) : 0);
	return Math.max(0, entropy + softplus(z) - q * z);
}
