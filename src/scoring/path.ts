import type { PairFeatures } from './features.ts';
import { type FeatureRows, scaledDense, squaredNorms } from './matrix.ts';
import { dot, solve } from './solve.ts';

/** ρ in half-decades from 10 down to 10⁻⁴: the strongest first, because its solution is the cheapest. */
export const RIDGES: readonly number[] = Array.from({ length: 11 }, (_, i) => 10 ** (1 - i / 2));

/**
 * Gaps in nats: while ρ is searched, and certified for what is reported. Measured on the real sets: thirty times tighter search
 * changes no ρ, three times looser does; 1e-7 in the end moves single margins by 0.01, 1e-10 agrees with scikit-learn to 1e-5.
 */
const SEARCH_TOLERANCE = 3e-5;
const FINAL_TOLERANCE = 1e-10;

/** Rows of one run by part; row numbers are those of the features. */
export interface Parts {
	readonly train: Int32Array;
	readonly reference: Int32Array;
	/** False where R is too small for a path: it is scored but not fitted. */
	readonly usesReference: boolean;
	/** eval, E, retention: scored by every fold model. */
	readonly evaluated: Int32Array;
	/** Fold of each row of train and reference; −1 elsewhere. */
	readonly fold: Int32Array;
	readonly folds: number;
	readonly y: Float64Array;
	/** Strength weights: inside the training objective only. */
	readonly weight: Float64Array;
}

/** One member of the family F: s with its own ridge. */
export interface PathPoint {
	readonly s: number;
	readonly ridge: number;
	/** The ridge is an end of the grid. */
	readonly atEdge: boolean;
	/** Margins of train and reference rows, each from the fold model that did not see its cluster. */
	readonly outOfFold: Float64Array;
	/** One array a fold model, over `parts.evaluated` in order. */
	readonly evaluated: readonly Float64Array[];
	/** Mean over fold models of the dense features' weights, per standard deviation, in logits. */
	readonly dense: Float64Array;
	/** Mean over fold models of the sparse columns' weights, in logits per n-gram. */
	readonly grams: Float64Array;
	/** 1 where the weights of all fold models have one sign; n-grams, then dense features. */
	readonly steady: Uint8Array;
	/** Largest certificate of the fold solutions, nats. */
	readonly gap: number;
}

/** One fold's model: everything that does not depend on s and ρ. */
interface Fold {
	readonly x: FeatureRows;
	readonly norm: Float64Array;
	readonly train: Int32Array;
	readonly reference: Int32Array;
	/** The fold's own rows, scored by it. */
	readonly own: Int32Array;
}

interface Fit {
	readonly theta: Float64Array;
	readonly q: Float64Array;
	readonly gap: number;
}

/** Called after every solve with the values of s done: progress, and the place where cancelling takes effect. */
export type Step = (done: number) => Promise<void>;

function weightSum(rows: Int32Array, weight: Float64Array): number {
	let sum = 0;
	for (let k = 0; k < rows.length; k++) sum += weight[rows[k]!]!;
	return sum;
}

function makeFold(features: FeatureRows, parts: Parts, fold: number): Fold {
	const train = parts.train.filter((i) => parts.fold[i] !== fold);
	const reference = parts.reference.filter((i) => parts.fold[i] !== fold);
	const x = scaledDense(features, train, parts.usesReference ? reference : new Int32Array(0));
	return {
		x,
		norm: squaredNorms(x),
		train,
		reference,
		own: Int32Array.from([...parts.train, ...parts.reference].filter((i) => parts.fold[i] === fold)),
	};
}

/**
 * The path: for each s the minimiser of (1−s)·R_T + s·R_R + ½ρ‖θ‖² in every fold, with ρ(s) = argmin over the grid of the same
 * mixture out of fold. The first s comes down the whole grid; each later one starts from its neighbour's ρ and moves while
 * it gets better. Out-of-fold losses are unweighted means over pairs.
 */
export async function solvePath(
	features: PairFeatures,
	parts: Parts,
	grid: readonly number[],
	loss: (margin: number, y: number) => number,
	step: Step,
): Promise<PathPoint[]> {
	const folds = Array.from({ length: parts.folds }, (_, f) => makeFold(features.x, parts, f));

	const points: PathPoint[] = [];
	const coefficients = (fold: Fold, s: number): { rows: Int32Array; coefficient: Float64Array } => {
		const coefficient = new Float64Array(features.x.rows);
		const rows: number[] = [];
		for (const [part, share] of [
			[fold.train, 1 - s],
			[fold.reference, s],
		] as const) {
			if (share <= 0 || part.length === 0) continue;
			const total = weightSum(part, parts.weight);
			for (const i of part) {
				coefficient[i] = (share * parts.weight[i]!) / total;
				rows.push(i);
			}
		}
		return { rows: Int32Array.from(rows), coefficient };
	};

	const fitAll = async (s: number, ridge: number, starts: readonly Fit[] | null, tolerance: number): Promise<Fit[]> => {
		const fits: Fit[] = [];
		for (let f = 0; f < folds.length; f++) {
			const fold = folds[f]!;
			const problem = { x: fold.x, norm: fold.norm, y: parts.y, ridge, ...coefficients(fold, s) };
			fits.push(
				solve(problem, starts === null ? null : warmStart(fold, starts[f]!), tolerance, tolerance === FINAL_TOLERANCE),
			);
			await step(points.length);
		}
		return fits;
	};

	/** Rows without weight before have no dual variable yet: σ of what the neighbour's model says of them. */
	const warmStart = (fold: Fold, fit: Fit): Float64Array => {
		const q = fit.q.slice();
		for (const part of [fold.train, fold.reference]) {
			for (const i of part) if (Number.isNaN(q[i]!)) q[i] = 1 / (1 + Math.exp(-dot(fold.x, i, fit.theta)));
		}
		return q;
	};

	const outOfFold = (fits: readonly Fit[]): Float64Array => {
		const out = new Float64Array(features.x.rows);
		folds.forEach((fold, f) => {
			for (const i of fold.own) out[i] = dot(fold.x, i, fits[f]!.theta);
		});
		return out;
	};

	const mean = (rows: Int32Array, margins: Float64Array): number => {
		let sum = 0;
		for (let k = 0; k < rows.length; k++) sum += loss(margins[rows[k]!]!, parts.y[rows[k]!]!);
		return sum / rows.length;
	};

	let from = 0;
	let starts: Fit[] | null = null;
	for (const s of grid) {
		const tried = new Map<number, { loss: number; fits: Fit[] }>();
		const attempt = async (at: number, near: readonly Fit[] | null): Promise<{ loss: number; fits: Fit[] }> => {
			const known = tried.get(at);
			if (known !== undefined) return known;
			const fits = await fitAll(s, RIDGES[at]!, near, SEARCH_TOLERANCE);
			const margins = outOfFold(fits);
			const criterion =
				(s < 1 ? (1 - s) * mean(parts.train, margins) : 0) + (s > 0 ? s * mean(parts.reference, margins) : 0);
			const result = { loss: criterion, fits };
			tried.set(at, result);
			return result;
		};
		const patience = starts === null ? 2 : 1;
		let best = from;
		await attempt(from, starts);
		for (const direction of [-1, 1]) {
			let worse = 0;
			for (let at = best + direction; at >= 0 && at < RIDGES.length && worse < patience; at += direction) {
				const next = await attempt(at, tried.get(at - direction)!.fits);
				if (next.loss < tried.get(best)!.loss) {
					best = at;
					worse = 0;
				} else worse++;
			}
		}
		const fits = await fitAll(s, RIDGES[best]!, tried.get(best)!.fits, FINAL_TOLERANCE);
		points.push({
			s,
			ridge: RIDGES[best]!,
			atEdge: best === 0 || best === RIDGES.length - 1,
			outOfFold: outOfFold(fits),
			evaluated: folds.map((fold, f) => Float64Array.from(parts.evaluated, (i) => dot(fold.x, i, fits[f]!.theta))),
			dense: Float64Array.from(
				{ length: features.x.width },
				(_, j) => fits.reduce((sum, fit) => sum + fit.theta[features.x.columns + j]!, 0) / fits.length,
			),
			grams: Float64Array.from(
				{ length: features.x.columns },
				(_, j) => fits.reduce((sum, fit) => sum + fit.theta[j]!, 0) / fits.length,
			),
			steady: Uint8Array.from({ length: features.x.columns + features.x.width }, (_, j) => {
				const sign = Math.sign(fits[0]!.theta[j]!);
				return sign !== 0 && fits.every((fit) => Math.sign(fit.theta[j]!) === sign) ? 1 : 0;
			}),
			gap: Math.max(...fits.map((fit) => fit.gap)),
		});
		from = best;
		starts = fits;
	}
	return points;
}
