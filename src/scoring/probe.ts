import { MIN_CLUSTERS, recordMean } from '../calibration/jackknife.ts';
import { losses } from '../calibration/proper.ts';
import { type PairLabel, type Records, recordsFromMargins, withMargins } from '../calibration/records.ts';
import type { Dataset, ScoredPair } from '../domain/dataset.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import { pathGrid } from './criterion.ts';
import { type OwnFeatures, pairFeatures } from './features.ts';
import { dealFolds, MAX_FOLDS } from './folds.ts';
import type { FeatureRows } from './matrix.ts';
import { type Parts, type PathPoint, solvePath } from './path.ts';
import { type Threads, threadsFor } from './threads.ts';

export const EVALUATED: readonly EvaluationSplit[] = ['eval', 'heldout_sealed', 'retention'];

/** Every solution of a run with what each says of every split. */
export interface ProbeFamily {
	readonly points: readonly PathPoint[];
	/** Place of `dpo` (s = 0) is 0; of `pooled`, or null without a path. */
	readonly pooled: number | null;
	/** R has the 8 clusters that a path needs. */
	readonly hasPath: boolean;
	readonly folds: number;
	readonly denseNames: readonly string[];
	/** Bucket of each weight in `PathPoint.grams`, as `forEachGram` names buckets. */
	readonly gramBuckets: Int32Array;
	/** Feature differences, one row a pair of the dataset; dense columns unscaled. */
	readonly x: FeatureRows;
	/** Rows of `x` that belong to a split, ascending. */
	rows(split: EvaluationSplit): Int32Array;
	/** Pairs of a split, in dataset order. */
	pairs(split: EvaluationSplit): readonly ScoredPair[];
	/** One array a model: K for eval, E and retention; one, out of fold, for train and R. */
	margins(split: EvaluationSplit, point: number): readonly Float64Array[];
	records(split: EvaluationSplit, point: number): Records;
	/** Clustered mean loss; null for an empty split. */
	loss(split: EvaluationSplit, point: number): ReturnType<typeof recordMean>;
}

export interface ProbeHooks {
	readonly onProgress?: (progress: { phase: string; done: number; total: number }) => void;
	readonly signal?: AbortSignal;
	/** The user's own features, one row a pair of the dataset, in its order. */
	readonly own?: OwnFeatures;
	/** Where the fits run; left open. Without them, threads are opened for the fit alone. */
	readonly threads?: Threads;
}

export function labelsOf(pairs: readonly ScoredPair[]): PairLabel[] {
	return pairs.map(({ cluster, y, decided }) => ({ cluster, y, decided }));
}

function clusterCount(pairs: readonly ScoredPair[]): number {
	return new Set(pairs.map((pair) => pair.cluster)).size;
}

function cancelled(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new UserError('cancelled', 'The scoring run was cancelled; nothing was recorded.');
}

function concatenated(parts: readonly Int32Array[]): Int32Array {
	const out = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/** Opens threads for a run and ends them with it, or when it is cancelled; works in those that are open already. */
export async function inThreads<T>(
	pairs: number,
	{ signal, threads: opened }: ProbeHooks,
	work: (threads: Threads) => Promise<T>,
): Promise<T> {
	if (opened !== undefined) return work(opened);
	cancelled(signal);
	const threads = threadsFor(pairs);
	const close = (): void => threads.close();
	signal?.addEventListener('abort', close, { once: true });
	try {
		const result = await work(threads);
		cancelled(signal);
		return result;
	} catch (error) {
		// Closed threads fail their tasks; why they were closed is what counts.
		cancelled(signal);
		throw error;
	} finally {
		signal?.removeEventListener('abort', close);
		close();
	}
}

function rowsBySplit(pairs: readonly ScoredPair[]): Readonly<Record<EvaluationSplit, Int32Array>> {
	const lists: Record<EvaluationSplit, number[]> = {
		train: [],
		eval: [],
		heldout_reference: [],
		heldout_sealed: [],
		retention: [],
	};
	for (const [i, { split }] of pairs.entries()) lists[split].push(i);
	return {
		train: Int32Array.from(lists.train),
		eval: Int32Array.from(lists.eval),
		heldout_reference: Int32Array.from(lists.heldout_reference),
		heldout_sealed: Int32Array.from(lists.heldout_sealed),
		retention: Int32Array.from(lists.retention),
	};
}

/**
 * Fits the probe's whole path (rules.md, The probe).
 * @throws UserError `too-little-data` below two scored train clusters, `cancelled` when the signal fires
 */
export async function fitProbe(dataset: Dataset, seed: number, hooks: ProbeHooks = {}): Promise<ProbeFamily> {
	const { pairs } = dataset;
	const rows = rowsBySplit(pairs);
	const listed = new Map<EvaluationSplit, readonly ScoredPair[]>();
	const bySplit = (split: EvaluationSplit): readonly ScoredPair[] => {
		const known = listed.get(split) ?? Array.from(rows[split], (i) => pairs[i]!);
		listed.set(split, known);
		return known;
	};
	const clustersT = clusterCount(bySplit('train'));
	const clustersR = clusterCount(bySplit('heldout_reference'));
	if (clustersT < 2) {
		const { open, policy = 0 } = dataset.leftOut.train;
		const under = policy > 0 ? `; ${policy} more have no label under ${dataset.labels}` : '';
		throw new UserError(
			'too-little-data',
			`A run needs judged pairs from at least 2 independent train prompts; ${rows.train.length} train pair${rows.train.length === 1 ? ' is' : 's are'} judged, from ${clustersT} cluster${clustersT === 1 ? '' : 's'} of prompts${open > 0 ? ` (${open} still open)` : ''}${under}. Judge or import more train pairs, then score again.`,
		);
	}
	const hasPath = clustersR >= MIN_CLUSTERS;
	const folds = Math.min(MAX_FOLDS, clustersT, ...(hasPath ? [clustersR] : []));
	const fold = new Int32Array(pairs.length).fill(-1);
	const dealtClusters = (): Int32Array => {
		const fitCluster = new Int32Array(pairs.length).fill(-1);
		const clusterNumbers = new Map<string, number>();
		for (const split of ['train', 'heldout_reference'] as const) {
			const dealt = dealFolds(
				bySplit(split).map((pair) => pair.cluster),
				folds,
				seed,
				split,
			);
			rows[split].forEach((row, k) => {
				fold[row] = dealt[k]!;
				// R takes part in choosing columns only where it is fitted.
				if (split === 'heldout_reference' && !hasPath) return;
				const { cluster } = pairs[row]!;
				if (!clusterNumbers.has(cluster)) clusterNumbers.set(cluster, clusterNumbers.size);
				fitCluster[row] = clusterNumbers.get(cluster)!;
			});
		}
		return fitCluster;
	};
	const evaluated = concatenated(EVALUATED.map((split) => rows[split]));
	const parts: Parts = {
		train: rows.train,
		reference: rows.heldout_reference,
		usesReference: hasPath,
		evaluated,
		fold,
		folds,
		y: Float64Array.from(pairs, (pair) => pair.y),
		weight: Float64Array.from(pairs, (pair) => pair.weight),
	};
	const pooledS = rows.heldout_reference.length / (rows.heldout_reference.length + rows.train.length);
	const grid = hasPath ? pathGrid(pooledS) : [0];
	const offsets = new Map<EvaluationSplit, number>();
	let offset = 0;
	for (const split of EVALUATED) {
		offsets.set(split, offset);
		offset += rows[split].length;
	}
	const labelled = new Map<EvaluationSplit, Records>();
	const margins = (split: EvaluationSplit, solution: PathPoint): Float64Array[] => {
		const at = offsets.get(split);
		if (at === undefined) return [Float64Array.from(rows[split], (i) => solution.outOfFold[i]!)];
		return solution.evaluated.map((all) => all.subarray(at, at + rows[split].length));
	};
	const records = (split: EvaluationSplit, solution: PathPoint): Records => {
		const scored = margins(split, solution);
		const known = labelled.get(split);
		if (known !== undefined) return withMargins(known, scored);
		const first = recordsFromMargins(labelsOf(bySplit(split)), scored);
		labelled.set(split, first);
		return first;
	};
	const knownLosses = new Map<PathPoint, Map<EvaluationSplit, ReturnType<typeof recordMean>>>();
	const lossOf = (split: EvaluationSplit, solution: PathPoint): ReturnType<typeof recordMean> => {
		const known = knownLosses.get(solution) ?? new Map<EvaluationSplit, ReturnType<typeof recordMean>>();
		knownLosses.set(solution, known);
		if (!known.has(split)) {
			const of = records(split, solution);
			known.set(split, recordMean(of, losses(of)));
		}
		return known.get(split)!;
	};
	const { features, points } = await inThreads(pairs.length, hooks, async (threads) => {
		const features = await pairFeatures(pairs, dealtClusters, {
			...(hooks.own === undefined ? {} : { own: hooks.own }),
			threads,
			onRead: (done) => hooks.onProgress?.({ phase: 'reading texts', done, total: pairs.length }),
		});
		const solved = await solvePath(features, parts, grid, {
			threads,
			onStep: (done) => hooks.onProgress?.({ phase: 'fitting the path', done, total: grid.length }),
			// What choosing λ asks of every solution, while this thread would wait for the others.
			onPoint: (point) => {
				for (const split of ['train', 'eval', 'heldout_reference'] as const) lossOf(split, point);
			},
		});
		return { features, points: solved };
	});
	return {
		points,
		pooled: hasPath ? grid.indexOf(pooledS) : null,
		hasPath,
		folds,
		denseNames: features.denseNames,
		gramBuckets: features.buckets,
		x: features.x,
		rows: (split) => rows[split],
		pairs: bySplit,
		margins: (split, point) => margins(split, points[point]!),
		records: (split, point) => records(split, points[point]!),
		loss: (split, point) => lossOf(split, points[point]!),
	};
}
