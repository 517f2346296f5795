import { seededRandom } from '../calibration/random.ts';
import { softplus } from '../calibration/records.ts';
import {
	emptyDuals,
	emptySingles,
	emptyWeights,
	LANES,
	type LaneKernel,
	STRIDE,
	type SweepTable,
	type SweptRows,
	type Weights,
} from './lane-kernel.ts';
import type { FeatureRows } from './matrix.ts';

/**
 * For each lane l: min_θ Σ_i c_il·[y_i·ln(1+e^{−z_i}) + (1−y_i)·ln(1+e^{z_i})] + ½ρ‖θ‖², z_i = θ·x_i. Strongly convex; no intercept, since
 * a constant would prefer a position (P(a ≻ b) = 1 − P(b ≻ a) has to hold).
 * c_il = weight_i·rate[part_i][l], and 0 where l = fold_i: that lane's model does not see the row.
 */
export interface LaneProblem extends SweptRows {
	/** The dense columns are divided by these. */
	readonly scale: Float64Array;
	/** Vote share of `chosen`, one a row of x. */
	readonly y: Float64Array;
	/** Rows with a coefficient above 0 in some lane, in any order. */
	readonly rows: Int32Array;
	readonly ridge: number;
}

/**
 * Where a solution is kept, all in the kernel's memory: dual variables q ≈ σ(z) and their logits v, as `emptyDuals` makes them, and
 * θ(q), weights of n-grams, then of dense features ÷ scale, as `emptyWeights` or `emptySingles` makes them.
 */
export interface LaneState {
	readonly q: Float64Array;
	readonly v: Float64Array;
	readonly theta: Weights;
}

/** How much of the rows may hold nine tenths of the gap for passes over those alone to pay. */
const FEW = 0.3;
/** Passes over the rows that hold the gap, between two passes over all. */
const INNER_PASSES = 8;
/** Rows that stay together when the order is shuffled: neighbours in memory; 32 already cost more passes than they save. */
const BLOCK = 8;

export function emptyState(x: FeatureRows, memory: WebAssembly.Memory): LaneState {
	const [q, v] = [emptyDuals(memory, x.rows), emptyDuals(memory, x.rows)];
	return { q, v, theta: emptyWeights(memory, x.columns + x.width) };
}

/**
 * To search in, with θ in single precision: θ(q) but for roundings. Measured on real sets and on 100,000 pairs, they add up to 10⁻⁵ to
 * 10⁻⁴ of its length, where a search stops 2·10⁻³ to 2·10⁻² from the minimum. A final fit begins with θ(q) anew.
 */
export function emptySearch(x: FeatureRows, memory: WebAssembly.Memory): LaneState {
	const [q, v] = [emptyDuals(memory, x.rows), emptyDuals(memory, x.rows)];
	return { q, v, theta: emptySingles(memory, x.columns + x.width) };
}

/** Every dual at ½ and θ = 0. */
export function resetState({ q, v, theta }: LaneState): void {
	q.fill(0.5);
	v.fill(0);
	theta.fill(0);
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
	readonly #table: SweepTable;
	readonly #blocks: Int32Array;
	readonly #random: ReturnType<typeof seededRandom>;

	/**
	 * One at a time on a kernel.
	 * @param state θ has to be θ(q) of this problem, in the kernel's memory; changed in place
	 */
	constructor(kernel: LaneKernel, problem: LaneProblem, state: LaneState) {
		this.#kernel = kernel;
		this.#problem = problem;
		this.#state = state;
		this.#table = kernel.table(problem);
		const { rows } = problem;
		this.#blocks = Int32Array.from({ length: Math.ceil(rows.length / BLOCK) }, (_, b) => b);
		// A fixed seed: an order that depends on nothing but the problem.
		this.#random = seededRandom(rows.length);
	}

	/**
	 * One step on every row, in a new order; then, where few rows hold the gap (R's, each of which weighs much), more on those.
	 * @param margins takes z of each row under the model that does not see it, as the row was met before its step
	 * @returns largest over lanes of Σ c·½·q(1−q)·(logit q − z)², second order of the gap, as each row met it before its step
	 */
	pass(margins: Float64Array | null = null): number {
		const { rows } = this.#problem;
		this.#shuffle();
		const seen = this.#sweep(rows.length);
		if (margins !== null) this.#read(margins);
		const least = seen / (3 * rows.length);
		const { order } = this.#table;
		let active = 0;
		for (let k = 0; k < order.length; k++) {
			const place = order[k]!;
			if (this.#table.gap(place) <= least) continue;
			order[k] = order[active]!;
			order[active++] = place;
		}
		if (active <= FEW * rows.length) {
			for (let inner = 0, left = seen; inner < INNER_PASSES && left > seen / 10 && active > 0; inner++) {
				left = this.#sweep(active);
			}
		}
		return seen;
	}

	/** z of every row under the model that does not see it, at the present θ. */
	look(margins: Float64Array): void {
		const { rows, x } = this.#problem;
		this.#kernel.sweep(this.#table, rows.length, x, this.#state, null);
		this.#read(margins);
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
		const seen = new Float64Array(LANES);
		for (let k = 0; k < rows.length; k++) {
			const i = rows[k]!;
			const rates = rate[part[i] === 1 ? 1 : 0];
			kernel.row(x, i);
			kernel.dot(theta);
			if (margins !== null && fold[i]! >= 0) margins[i] = z[fold[i]!]!;
			for (let l = 0; l < LANES; l++) {
				const c = fold[i] === l ? 0 : weight[i]! * rates[l]!;
				if (c > 0) seen[l] = seen[l]! + c * divergence(q[i * STRIDE + l]!, z[l]!);
			}
		}
		return Math.max(...seen);
	}

	#read(margins: Float64Array): void {
		const { rows, fold } = this.#problem;
		for (let k = 0; k < rows.length; k++) if (fold[rows[k]!]! >= 0) margins[rows[k]!] = this.#table.z(k);
	}

	#shuffle(): void {
		const blocks = this.#blocks;
		const { order } = this.#table;
		const n = order.length;
		for (let b = blocks.length - 1; b > 0; b--) {
			const other = this.#random.index(b + 1);
			const block = blocks[other]!;
			blocks[other] = blocks[b]!;
			blocks[b] = block;
		}
		for (let b = 0, k = 0; b < blocks.length; b++) {
			const first = blocks[b]! * BLOCK;
			for (let row = first, end = Math.min(n, first + BLOCK); row < end; row++) order[k++] = row;
		}
	}

	/** One step on each of the first `count` rows of the order. @returns as `pass` does */
	#sweep(count: number): number {
		const { x, scale, ridge } = this.#problem;
		const factors = this.#kernel.factors(scale);
		this.#kernel.sweep(this.#table, count, x, this.#state, { factors, ridge });
		return Math.max(...this.#kernel.seen);
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
	theta: Weights,
	stepOf: (i: number, into: Float64Array) => void,
): void {
	const factors = kernel.factors(scale);
	for (let k = 0; k < rows.length; k++) {
		kernel.row(x, rows[k]!);
		stepOf(rows[k]!, kernel.step);
		kernel.add(theta, factors);
	}
}

/** KL(Bern(q) ‖ Bern(σ(z))) = q·ln q + (1−q)·ln(1−q) + ln(1+e^z) − q·z, never below 0. */
function divergence(q: number, z: number): number {
	const entropy = (q > 0 ? q * Math.log(q) : 0) + (q < 1 ? (1 - q) * Math.log1p(-q) : 0);
	return Math.max(0, entropy + softplus(z) - q * z);
}

/** ln(q/(1−q)); of a saturated q ± 40, as infinities must not get into differences. */
export function logit(q: number): number {
	if (q === 0.5) return 0;
	return Math.max(-40, Math.min(40, Math.log(q) - Math.log1p(-q)));
}
