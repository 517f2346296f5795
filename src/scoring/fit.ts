import { pairLoss, sigmoid } from '../calibration/records.ts';
import { kernelOn, LANES, type LaneKernel, STRIDE } from './lane-kernel.ts';
import { accumulate, type LaneProblem, LaneSolver, type LaneState, logit, resetState } from './solve.ts';

/**
 * Gaps in nats: while ρ is searched, and certified for what is reported. Measured on the real sets: thirty times tighter search
 * changes no ρ, three times looser does; 1e-7 in the end moves single margins by 0.01, 1e-9 agrees with scikit-learn to 1e-5.
 */
const SEARCH_TOLERANCE = 3e-5;
const FINAL_TOLERANCE = 1e-9;
const MAX_PASSES = 200;

/** What every fit of a run reads; shared between threads. */
export interface FitData extends Omit<LaneProblem, 'rows' | 'rate' | 'ridge'> {
	/** Where the weights of every state are. */
	readonly memory: WebAssembly.Memory;
	readonly folds: number;
	readonly train: Int32Array;
	readonly reference: Int32Array;
	readonly evaluated: Int32Array;
	/** False where R is scored but not fitted. */
	readonly usesReference: boolean;
}

/** A solution of all folds at one (s, ρ). */
export interface Fitted {
	readonly s: number;
	readonly ridge: number;
	readonly state: LaneState;
	/** Mean loss of T and of R out of fold; NaN of a part without a share. */
	readonly losses: readonly [number, number];
}

/** One (s, ρ) in every fold. */
export interface FitTask {
	readonly s: number;
	readonly ridge: number;
	/** A neighbour's solution, whose θ is of the same precision; of a final fit, that of the search at this (s, ρ). null = from nothing. */
	readonly start: Fitted | null;
	/** Where the solution goes. */
	readonly into: LaneState;
	/** Search: no more than tells this loss out of fold from `against`. */
	readonly against?: number | null;
	/** Search: a hundred times closer. */
	readonly close?: boolean;
	/** Final: margins of train and reference rows by the fold model that did not see them; of evaluated rows by each. */
	readonly margins?: { readonly outOfFold: Float64Array; readonly evaluated: readonly Float64Array[] };
}

export interface FitResult {
	/** (1−s)·mean loss of T + s·mean loss of R, out of fold, unweighted; of a search. */
	readonly loss: number;
	readonly losses: readonly [number, number];
	/** Certified, of a final fit; nats. */
	readonly gap: number;
	readonly passes: number;
}

function rates(data: FitData, s: number): [Float64Array, Float64Array] {
	const totals = [new Float64Array(LANES), new Float64Array(LANES)] as const;
	for (const [part, rows] of [data.train, data.reference].entries()) {
		const into = totals[part]!;
		for (let k = 0; k < rows.length; k++) {
			const i = rows[k]!;
			for (let l = 0; l < data.folds; l++) if (data.fold[i] !== l) into[l] = into[l]! + data.weight[i]!;
		}
	}
	const share = (part: 0 | 1, of: number): Float64Array => totals[part].map((total) => (total > 0 ? of / total : 0));
	return [share(0, 1 - s), share(1, data.usesReference ? s : 0)];
}

function problemAt(data: FitData, s: number, ridge: number): LaneProblem {
	const rate = rates(data, s);
	const used = [...(s < 1 ? [data.train] : []), ...(s > 0 ? [data.reference] : [])];
	const rows = new Int32Array(used.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of used) {
		rows.set(part, at);
		at += part.length;
	}
	return { ...data, rows, rate, ridge };
}

/** Rows that tell how far to go on the way to a weaker ridge. */
const SAMPLE = 500;

/**
 * At a ridge that is weaker by `ratio`, the neighbour's duals would make θ larger by as much, which is far too long. Of all
 * q′ = y − κ·(y − q), whose θ is κ·ratio·θ, this is the κ of the largest dual objective, by rows here and there: the root of
 * Σ c·(y − q)·(logit q′ − κ·ratio·z), which falls from 1/ratio to 1. At the neighbour's solution, z = logit q.
 */
function shrinkage({ rows, part, rate, fold, weight, y }: LaneProblem, { q, v }: LaneState, ratio: number): number {
	const every = Math.ceil(rows.length / SAMPLE);
	const slope = (kappa: number): number => {
		let sum = 0;
		for (let k = 0; k < rows.length; k += every) {
			const i = rows[k]!;
			const rates = rate[part[i] === 1 ? 1 : 0];
			for (let l = 0; l < LANES; l++) {
				const at = i * STRIDE + l;
				const away = y[i]! - q[at]!;
				if (fold[i] !== l)
					sum += weight[i]! * rates[l]! * away * (logit(y[i]! - kappa * away) - kappa * ratio * v[at]!);
			}
		}
		return sum;
	};
	let [low, high] = [1 / ratio, 1];
	for (let step = 0; step < 10; step++) {
		const middle = (low + high) / 2;
		if (slope(middle) > 0) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}

/**
 * θ(q) of a neighbour's q at this (s, ρ). Changing ρ or a part's share scales what that part adds to θ, so only the other part's rows are
 * read again: R's, the fewer, unless the neighbour knows nothing else.
 */
function carryOver(
	kernel: LaneKernel,
	problem: LaneProblem,
	data: FitData,
	{ s, start, into }: { s: number; start: Fitted; into: LaneState },
): void {
	const before = problemAt(data, start.s, start.ridge).rate;
	const { rows, fold, weight, y, ridge } = problem;
	const share = start.s < 1 ? (1 - s) / (1 - start.s) : s / start.s;
	const ratio = start.ridge / ridge;
	const kappa = s === start.s && ratio > 1 ? shrinkage(problem, start.state, ratio) : 1;
	const scaling = ratio * kappa * (s === start.s ? 1 : share);
	into.q.set(start.state.q);
	into.v.set(start.state.v);
	for (let j = 0; j < into.theta.length; j++) into.theta[j] = scaling * start.state.theta[j]!;
	if (kappa < 1) {
		for (let k = 0; k < rows.length; k++) {
			for (let l = 0, at = rows[k]! * STRIDE; l < LANES; l++, at++) {
				into.q[at] = y[rows[k]!]! - kappa * (y[rows[k]!]! - into.q[at]!);
				into.v[at] = logit(into.q[at]!);
			}
		}
	}
	if (s === start.s) return;
	const [other, others] = start.s < 1 ? ([1, data.reference] as const) : ([0, data.train] as const);
	const enters = start.s === 0 || start.s === 1;
	accumulate(kernel, problem, others, into.theta, (i, step) => {
		// The part had no weight yet and so no dual variables: what the neighbour's model says of it.
		if (enters) kernel.dot(start.state.theta);
		for (let l = 0; l < LANES; l++) {
			const at = i * STRIDE + l;
			if (enters) {
				into.v[at] = kernel.z[l]!;
				into.q[at] = sigmoid(kernel.z[l]!);
			}
			const change = problem.rate[other][l]! / ridge - (scaling * before[other][l]!) / start.ridge;
			step[l] = fold[i] === l ? 0 : weight[i]! * change * (y[i]! - into.q[at]!);
		}
	});
}

/** θ(q) of the state's own q. */
function restate(
	kernel: LaneKernel,
	{ rows, part, rate, fold, weight, y, ridge, ...problem }: LaneProblem,
	{ q, theta }: LaneState,
): void {
	theta.fill(0);
	accumulate(kernel, problem, rows, theta, (i, step) => {
		const rates = rate[part[i] === 1 ? 1 : 0];
		for (let l = 0, at = i * STRIDE; l < LANES; l++, at++) {
			step[l] = fold[i] === l ? 0 : (weight[i]! * rates[l]! * (y[i]! - q[at]!)) / ridge;
		}
	});
}

/** (1−s)·T + s·R, a part without weight left out. */
function mixture(s: number, [train, reference]: readonly [number, number]): number {
	return (s < 1 ? (1 - s) * train : 0) + (s > 0 ? s * reference : 0);
}

/** Mean losses out of fold of the parts that have a share, from the margins of their rows. */
function meanLosses(data: FitData, s: number, margins: Float64Array): [number, number] {
	const mean = (rows: Int32Array): number => {
		let loss = 0;
		for (let k = 0; k < rows.length; k++) loss += pairLoss(margins[rows[k]!]!, data.y[rows[k]!]!);
		return loss / rows.length;
	};
	return [s < 1 ? mean(data.train) : Number.NaN, s > 0 ? mean(data.reference) : Number.NaN];
}

/**
 * Solves while it is open whether the loss out of fold is lower than `against`.
 */
function search(data: FitData, solver: LaneSolver, { s, start, against, close }: FitTask): FitResult {
	const margins = new Float64Array(data.x.rows);
	// Where the solution starts from, its loss is known.
	let last = start === null ? Number.NaN : mixture(s, start.losses);
	const tolerance = close === true ? SEARCH_TOLERANCE / 100 : SEARCH_TOLERANCE;
	for (let passes = 1; ; passes++) {
		const solved = solver.pass(margins) <= tolerance || passes === MAX_PASSES;
		if (solved) solver.look(margins);
		const losses = meanLosses(data, s, margins);
		const loss = mixture(s, losses);
		if (solved) return { loss, losses, gap: Infinity, passes };
		const excess = against == null ? 0 : loss - against;
		// Worse by more than the passes left could take back: each moves it by less than half of the last, but for the first, which
		// meets most rows before its own steps have told.
		if (excess > (passes === 1 ? 4 : 1) * Math.abs(loss - last)) return { loss, losses, gap: Infinity, passes };
		last = loss;
	}
}

/** Solves one (s, ρ) in every fold at once. A pure function of the data and the task, wherever it runs. */
export function runFit(data: FitData, task: FitTask): FitResult {
	const { s, ridge, start, into, margins } = task;
	const kernel = kernelOn(data.memory);
	const problem = problemAt(data, s, ridge);
	if (start === null) {
		resetState(into);
		restate(kernel, problem, into);
	} else if (margins === undefined) carryOver(kernel, problem, data, { s, start, into });
	else {
		into.q.set(start.state.q);
		into.v.set(start.state.v);
		restate(kernel, problem, into);
	}
	const solver = new LaneSolver(kernel, problem, into);
	if (margins === undefined) return search(data, solver, task);
	let passes = 0;
	let gap = Infinity;
	while (gap > FINAL_TOLERANCE && passes < MAX_PASSES) {
		passes++;
		if (solver.pass() <= 10 * FINAL_TOLERANCE || passes === MAX_PASSES) {
			gap = solver.certificate(margins.outOfFold);
		}
	}
	for (const [part, rows] of [data.train, data.reference].entries()) {
		if ((part === 0 ? s < 1 : s > 0) === true) continue;
		for (let k = 0; k < rows.length; k++) {
			kernel.row(data.x, rows[k]!);
			kernel.dot(into.theta);
			margins.outOfFold[rows[k]!] = kernel.z[data.fold[rows[k]!]!]!;
		}
	}
	for (let k = 0; k < data.evaluated.length; k++) {
		kernel.row(data.x, data.evaluated[k]!);
		kernel.dot(into.theta);
		for (let l = 0; l < data.folds; l++) margins.evaluated[l]![k] = kernel.z[l]!;
	}
	return { loss: Number.NaN, losses: [Number.NaN, Number.NaN], gap, passes };
}
