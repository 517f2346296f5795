import { sigmoid, softplus } from '../calibration/records.ts';

/** Feature differences x = φ(chosen) − φ(rejected) of both sides, each row-major, rows × width. */
export interface InSampleProblem {
	readonly width: number;
	readonly train: Float64Array;
	readonly heldout: Float64Array;
	/** m, nats. */
	readonly margin: number;
	/** ρ > 0. */
	readonly ridge: number;
}

export interface InSampleSolution {
	readonly lambda: number;
	/** Dual weight: θ minimises (1−s)·R_T + s·R_H + ½ρ‖θ‖². */
	readonly s: number;
	readonly theta: Float64Array;
	/** R_T and R_H at θ, nats. */
	readonly trainLoss: number;
	readonly heldoutLoss: number;
	/** R_H − R_T. */
	readonly gap: number;
	/** J(θ). */
	readonly objective: number;
	/** J(θ) − a lower bound of the dual value ≥ J(θ) − min J, nats. */
	readonly certificate: number;
}

/** Bound on F_s(θ) − min F_s at which an inner problem counts as solved, nats: far below what a certificate of 1e-7 needs, so that θ too is good to 1e-6. */
const INNER_TOLERANCE = 1e-17;
const MAX_NEWTON = 100;
const MAX_SEARCH = 60;

/** F_s at one θ. */
interface At {
	readonly theta: Float64Array;
	readonly trainLoss: number;
	readonly heldoutLoss: number;
	/** F_s(θ) = (1−s)·R_T + s·R_H + ½ρ‖θ‖². */
	readonly value: number;
	readonly gradient: Float64Array;
	/** θ·x of the rows of train, then of held-out. */
	readonly margins: Float64Array;
}

/**
 * min_θ J = R_T + λ·max(0, R_H − R_T − m) + ½ρ‖θ‖² for each λ in [0, 1], R_D = mean of ln(1+e^{−θ·x}) over the rows of D. There J is
 * convex and equals max over s ∈ [0, λ] of D(s) = min_θ F_s(θ) − s·m, with D concave and D′(s) = gap(θ_s) − m: so s(λ) = min(λ, ŝ) with
 * ŝ the maximiser over [0, 1], found once by Newton on gap(θ_s) = m. Inside, Newton with conjugate gradients for its linear systems:
 * no width × width matrix, and the few steps of Newton where L-BFGS needs hundreds for θ to 1e-6. Each λ starts from the one below.
 * The lower bound in the certificate is F_s(θ) − ‖∇F_s‖²/2ρ − s·m, by strong convexity: it holds however far θ is from solved.
 * @returns one solution a λ, in the order given
 * @throws RangeError for a λ outside [0, 1], ρ ≤ 0, or a side without rows
 */
export function solveInSample(problem: InSampleProblem, lambdas: readonly number[]): InSampleSolution[] {
	if (!(problem.ridge > 0)) throw new RangeError('without a ridge the solution may not exist');
	if (lambdas.some((lambda) => !(lambda >= 0 && lambda <= 1))) throw new RangeError('λ lies in [0, 1]');
	if (problem.train.length === 0 || problem.heldout.length === 0) throw new RangeError('a side has no rows');
	const form = new InnerForm(problem);
	const gap = (at: At): number => at.heldoutLoss - at.trainLoss - problem.margin;
	let s = 0;
	let at = form.minimise(0, new Float64Array(problem.width));
	let settled = gap(at) <= 0;
	const solved = new Map<number, InSampleSolution>();
	for (const lambda of [...new Set(lambdas)].sort((x, y) => x - y)) {
		if (!settled && lambda > s) {
			const end = form.minimise(lambda, at.theta);
			const overshot = gap(end) < 0;
			[s, at] = overshot ? form.balance(s, at, lambda, end) : [lambda, end];
			settled = overshot;
		}
		const excess = gap(at);
		// J − D(s) without subtracting two numbers of the size of J: λ·max(0, g) − s·g + ‖∇F_s‖²/2ρ.
		const certificate = lambda * Math.max(0, excess) - s * excess + form.inexactness(at);
		solved.set(lambda, {
			lambda,
			s,
			theta: at.theta,
			trainLoss: at.trainLoss,
			heldoutLoss: at.heldoutLoss,
			gap: at.heldoutLoss - at.trainLoss,
			objective: at.value - s * (at.heldoutLoss - at.trainLoss) + lambda * Math.max(0, excess),
			certificate,
		});
	}
	return lambdas.map((lambda) => solved.get(lambda)!);
}

/** F_s and its minimiser, for changing s. */
class InnerForm {
	readonly #problem: InSampleProblem;
	readonly #rowsTrain: number;
	readonly #rows: number;

	constructor(problem: InSampleProblem) {
		this.#problem = problem;
		this.#rowsTrain = problem.train.length / problem.width;
		this.#rows = this.#rowsTrain + problem.heldout.length / problem.width;
	}

	/** Upper bound of F_s(θ) − min F_s. */
	inexactness({ gradient }: At): number {
		return inner(gradient, gradient) / (2 * this.#problem.ridge);
	}

	/** Newton's method from `start`, with Armijo's rule while it is far. */
	minimise(s: number, start: Float64Array): At {
		let at = this.#evaluate(s, start, this.#multiply(start));
		for (let step = 0; step < MAX_NEWTON && this.inexactness(at) > INNER_TOLERANCE; step++) {
			const size = Math.sqrt(inner(at.gradient, at.gradient));
			const weight = this.#curvature(s, at.margins);
			// Looser far away, where an exact step is wasted (Nocedal & Wright 2006, §7.1).
			const direction = this.#solve(weight, at.gradient, Math.min(0.1, Math.sqrt(size)));
			const along = this.#multiply(direction);
			const slope = -inner(at.gradient, direction);
			let next: At | null = null;
			for (let t = 1; t > 1e-10; t /= 2) {
				const theta = at.theta.map((value, j) => value - t * direction[j]!);
				const trial = this.#evaluate(
					s,
					theta,
					at.margins.map((z, i) => z - t * along[i]!),
				);
				// A promised decrease below rounding cannot be seen in F; the gradient then has to fall instead.
				const enough =
					-slope > 1e-12 ? trial.value <= at.value + 1e-4 * t * slope : this.inexactness(trial) < this.inexactness(at);
				if (!enough) continue;
				next = trial;
				break;
			}
			// As good as doubles allow: the certificate says how good that is.
			if (next === null) break;
			at = next;
		}
		return at;
	}

	/** The root of gap(θ_s) = m between a positive and a negative excess: Newton kept inside the bracket. */
	balance(low: number, atLow: At, high: number, atHigh: At): [number, At] {
		const excess = (at: At): number => at.heldoutLoss - at.trainLoss - this.#problem.margin;
		let [from, to] = [low, high];
		let [s, at] = excess(atLow) < -excess(atHigh) ? [low, atLow] : [high, atHigh];
		for (let step = 0; step < MAX_SEARCH && Math.abs(excess(at)) > 1e-14 && to - from > 1e-15; step++) {
			const pull = this.#gapGradient(at.margins);
			// dθ/ds = −H⁻¹(∇R_H − ∇R_T), and so d gap/ds = −(∇R_H − ∇R_T)ᵀ H⁻¹ (∇R_H − ∇R_T).
			const change = this.#solve(this.#curvature(s, at.margins), pull, 1e-10);
			const slope = -inner(pull, change);
			const newton = s - excess(at) / slope;
			const inside = newton > from && newton < to;
			const next = inside ? newton : (from + to) / 2;
			const start = at.theta.map((value, j) => value - (next - s) * change[j]!);
			at = this.minimise(next, start);
			s = next;
			if (excess(at) > 0) from = s;
			else to = s;
		}
		return [s, at];
	}

	#evaluate(s: number, theta: Float64Array, margins: Float64Array): At {
		const { train, heldout, ridge } = this.#problem;
		const split = this.#rowsTrain;
		let trainLoss = 0;
		let heldoutLoss = 0;
		for (let i = 0; i < this.#rows; i++) {
			if (i < split) trainLoss += softplus(-margins[i]!);
			else heldoutLoss += softplus(-margins[i]!);
		}
		trainLoss /= split;
		heldoutLoss /= this.#rows - split;
		const gradient = theta.map((value) => ridge * value);
		const share = margins.map((z, i) => -sigmoid(-z) * this.#coefficient(s, i));
		addRows(train, share, 0, gradient);
		addRows(heldout, share, split, gradient);
		const value = (1 - s) * trainLoss + s * heldoutLoss + (ridge / 2) * inner(theta, theta);
		return { theta, trainLoss, heldoutLoss, value, gradient, margins };
	}

	/** Weight of row i in F_s. */
	#coefficient(s: number, i: number): number {
		return i < this.#rowsTrain ? (1 - s) / this.#rowsTrain : s / (this.#rows - this.#rowsTrain);
	}

	/** ∇R_H − ∇R_T. */
	#gapGradient(margins: Float64Array): Float64Array {
		const { train, heldout, width } = this.#problem;
		const split = this.#rowsTrain;
		const share = margins.map((z, i) => (i < split ? sigmoid(-z) / split : -sigmoid(-z) / (this.#rows - split)));
		const out = new Float64Array(width);
		addRows(train, share, 0, out);
		addRows(heldout, share, split, out);
		return out;
	}

	/** Second derivatives of F_s's losses by row. */
	#curvature(s: number, margins: Float64Array): Float64Array {
		return margins.map((z, i) => this.#coefficient(s, i) * sigmoid(z) * sigmoid(-z));
	}

	/** θ·x of all rows. */
	#multiply(theta: Float64Array): Float64Array {
		const out = new Float64Array(this.#rows);
		rowsTimes(this.#problem.train, theta, 0, out);
		rowsTimes(this.#problem.heldout, theta, this.#rowsTrain, out);
		return out;
	}

	/** (Xᵀ diag(weight) X + ρI)⁻¹ b by conjugate gradients, preconditioned by the diagonal, to ‖residual‖ ≤ tolerance·‖b‖. */
	#solve(weight: Float64Array, b: Float64Array, tolerance: number): Float64Array {
		const { train, heldout, width, ridge } = this.#problem;
		const diagonal = new Float64Array(width).fill(ridge);
		addSquares(train, weight, 0, diagonal);
		addSquares(heldout, weight, this.#rowsTrain, diagonal);
		const x = new Float64Array(width);
		const residual = b.slice();
		let scaled = residual.map((value, j) => value / diagonal[j]!);
		const direction = scaled.slice();
		let energy = inner(residual, scaled);
		const enough = tolerance ** 2 * inner(b, b);
		for (let step = 0; step < 10 * width + 50 && inner(residual, residual) > enough; step++) {
			const image = direction.map((value) => ridge * value);
			const along = this.#multiply(direction).map((z, i) => z * weight[i]!);
			addRows(train, along, 0, image);
			addRows(heldout, along, this.#rowsTrain, image);
			const length = energy / inner(direction, image);
			for (let j = 0; j < width; j++) {
				x[j] = x[j]! + length * direction[j]!;
				residual[j] = residual[j]! - length * image[j]!;
			}
			scaled = residual.map((value, j) => value / diagonal[j]!);
			const next = inner(residual, scaled);
			for (let j = 0; j < width; j++) direction[j] = scaled[j]! + (next / energy) * direction[j]!;
			energy = next;
		}
		return x;
	}
}

function inner(x: Float64Array, z: Float64Array): number {
	let sum = 0;
	for (let j = 0; j < x.length; j++) sum += x[j]! * z[j]!;
	return sum;
}

/** out[offset + i] = row i · theta. */
function rowsTimes(values: Float64Array, theta: Float64Array, offset: number, out: Float64Array): void {
	const width = theta.length;
	for (let at = 0, i = offset; at < values.length; at += width, i++) {
		let sum = 0;
		for (let j = 0; j < width; j++) sum += values[at + j]! * theta[j]!;
		out[i] = sum;
	}
}

/** out += Σ factor[offset + i] · row i. */
function addRows(values: Float64Array, factor: Float64Array, offset: number, out: Float64Array): void {
	const width = out.length;
	for (let at = 0, i = offset; at < values.length; at += width, i++) {
		const by = factor[i]!;
		if (by === 0) continue;
		for (let j = 0; j < width; j++) out[j] = out[j]! + by * values[at + j]!;
	}
}

/** out += Σ factor[offset + i] · (row i)², by column. */
function addSquares(values: Float64Array, factor: Float64Array, offset: number, out: Float64Array): void {
	const width = out.length;
	for (let at = 0, i = offset; at < values.length; at += width, i++) {
		const by = factor[i]!;
		for (let j = 0; j < width; j++) out[j] = out[j]! + by * values[at + j]! ** 2;
	}
}
