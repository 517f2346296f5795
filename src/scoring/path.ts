import type { PairFeatures } from './features.ts';
import type { FitData, FitTask } from './fit.ts';
import { emptyWeights, lanesMemory, placeRows, STRIDE } from './lane-kernel.ts';
import { denseScale, type FeatureRows, squaredNorms } from './matrix.ts';
import { type States, searchRidges, type Tried } from './ridge-search.ts';
import { asShared, sharedFloat64 } from './shared.ts';
import { emptySearch, type LaneState } from './solve.ts';
import { inline, type Threads } from './threads.ts';

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

/** Searched solutions, reused: at 1 M pairs each is 100 MB. */
class Pool implements States {
	private readonly free: LaneState[] = [];
	private readonly x: FeatureRows;
	private readonly memory: WebAssembly.Memory;

	constructor(x: FeatureRows, memory: WebAssembly.Memory) {
		this.x = x;
		this.memory = memory;
	}

	weights(): Float64Array {
		return emptyWeights(this.memory, this.x.columns + this.x.width);
	}

	take(): LaneState {
		return this.free.pop() ?? emptySearch(this.x, this.memory);
	}

	give(state: LaneState): void {
		this.free.push(state);
	}
}

function fitData({ x }: PairFeatures, parts: Parts): FitData {
	const scale = denseScale(x, parts.train, parts.usesReference ? parts.reference : new Int32Array(0));
	const part = new Uint8Array(x.rows);
	for (let k = 0; k < parts.reference.length; k++) part[parts.reference[k]!] = 1;
	const memory = lanesMemory();
	return {
		memory,
		x: placeRows(
			{
				...x,
				start: asShared(x.start),
				mid: asShared(x.mid),
				column: asShared(x.column),
				dense: asShared(x.dense),
			},
			memory,
		),
		scale: asShared(scale),
		norm: asShared(squaredNorms(x, scale)),
		y: asShared(parts.y),
		weight: asShared(parts.weight),
		fold: asShared(parts.fold),
		part: asShared(part),
		train: asShared(parts.train),
		reference: asShared(parts.reference),
		evaluated: asShared(parts.evaluated),
		folds: parts.folds,
		usesReference: parts.usesReference,
	};
}

/** Share of the grid that is searched upwards from s = 0, in parallel to the rest downwards from s = 1, where R's few rows come first. */
const UPWARDS = 0.4;

/**
 * The path: for each s the minimiser of (1−s)·R_T + s·R_R + ½ρ‖θ‖² in every fold, with ρ(s) = argmin over the grid of the same
 * mixture out of fold, searched from both ends of the path at once. Out-of-fold losses are unweighted means over pairs. Dense columns
 * are scaled once for all folds: no label enters.
 *
 * What is solved, and from which start, does not depend on how many threads there are: the final fit of one s runs beside the
 * search of the next, which needs the searched solutions only.
 */
export async function solvePath(
	features: PairFeatures,
	parts: Parts,
	grid: readonly number[],
	options: {
		readonly threads?: Threads;
		readonly onStep?: (done: number) => void;
		/** As soon as one is solved, in any order. */
		readonly onPoint?: (point: PathPoint) => void;
	} = {},
): Promise<PathPoint[]> {
	const { threads = inline(), onStep = () => {}, onPoint = () => {} } = options;
	const { x } = features;
	const data = fitData(features, parts);
	threads.share(data);
	const states = new Pool(x, data.memory);
	let done = 0;
	const fit = async (task: FitTask) => {
		const result = await threads.fit(task);
		onStep(done);
		return result;
	};

	const finish = async (best: Tried, atEdge: boolean): Promise<PathPoint> => {
		const { s, ridge } = best;
		const outOfFold = sharedFloat64(x.rows);
		const evaluated = Array.from({ length: parts.folds }, () => sharedFloat64(parts.evaluated.length));
		const searching = states.take();
		// Kept with the point: its weights are read of one point in fourteen.
		const into = { ...searching, theta: states.weights() };
		const { gap } = await fit({ s, ridge, start: best, into, margins: { outOfFold, evaluated } });
		states.give(searching);
		done++;
		let read: ReturnType<typeof meanWeights> | null = null;
		const weights = () => {
			read ??= meanWeights(data, into.theta);
			return read;
		};
		const point: PathPoint = {
			...{ s, ridge, atEdge, outOfFold, evaluated, gap },
			get dense() {
				return weights().dense;
			},
			get grams() {
				return weights().grams;
			},
			get steady() {
				return weights().steady;
			},
		};
		onPoint(point);
		return point;
	};

	const finals = new Map<number, Promise<PathPoint>>();
	const search = (part: readonly number[]): Promise<void> =>
		searchRidges(part, { fit, states }, (best, atEdge) => {
			const final = finish(best, atEdge);
			// Awaited at the end; without this, a failure before would count as unhandled.
			final.catch(() => {});
			finals.set(best.s, final);
			return final;
		});
	const cut = Math.ceil(UPWARDS * grid.length);
	await Promise.all([search(grid.slice(0, cut)), search(grid.slice(cut).toReversed())]);
	return Promise.all(grid.map((s) => finals.get(s)!));
}

/** Means over fold models, and which signs all of them share. θ of a dense column is kept divided by its scale. */
function meanWeights({ x, scale, folds }: FitData, theta: Float64Array): Pick<PathPoint, 'dense' | 'grams' | 'steady'> {
	const columns = x.columns + x.width;
	const mean = new Float64Array(columns);
	const steady = new Uint8Array(columns);
	for (let j = 0; j < columns; j++) {
		const first = theta[j * STRIDE]!;
		let sum = first;
		let same = first !== 0;
		for (let l = 1; l < folds; l++) {
			const weight = theta[j * STRIDE + l]!;
			sum += weight;
			same &&= first > 0 ? weight > 0 : weight < 0;
		}
		mean[j] = sum / folds;
		steady[j] = same ? 1 : 0;
	}
	const dense = mean.slice(x.columns).map((value, j) => value * scale[j]!);
	return { dense, grams: mean.slice(0, x.columns), steady };
}
