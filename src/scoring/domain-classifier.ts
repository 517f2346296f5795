/**
 * Can held-out be told from train? A logistic ridge classifier on either of two inputs, fitted without the cluster it scores, and
 * what its scores come to (src/shift/two-sample.ts). "Inputs differ; whether preferences differ is the generalization check."
 */
import { seededRandom } from '../calibration/random.ts';
import type { ScoredPair } from '../domain/dataset.ts';
import type { Shift, ShiftAuc } from '../domain/run-record.ts';
import { promptText, sideText } from '../domain/text.ts';
import { sampleClusters } from '../shift/novelty.ts';
import { clusteredAuc, type DomainScores, permutationP, shiftAuc } from '../shift/two-sample.ts';
import { magnitudes, promptRows, type ResponseTexts, responseRows } from './domain-features.ts';
import { dealFolds, MAX_FOLDS } from './folds.ts';
import { kernelOn, LANES, lanesMemory, placeRows } from './lane-kernel.ts';
import { denseScale, type FeatureRows, squaredNorms } from './matrix.ts';
import { accumulate, emptyState, type LaneProblem, LaneSolver, resetState } from './solve.ts';

/** Most clusters and items a side; of more, a seeded sample of whole clusters. At 1,000 a side an AUC is known to ± 0.04 or better. */
export const MAX_CLUSTERS = 1_000;
export const MAX_ITEMS = 2_000;
export const PERMUTATIONS = 199;

/** Ridge of the mean loss, fixed: on five real shifts AUC stays within 0.025 from 0.003 to 0.3. */
const RIDGE = 0.03;
/** Nats; a thousand times tighter moved no real AUC by more than 0.004, against intervals of ± 0.02 and more. */
const TOLERANCE = 1e-3;
const MAX_PASSES = 50;

export interface Sided {
	readonly cluster: string;
	readonly heldout: boolean;
}

export interface ShiftOptions {
	readonly seed: number;
	/** How many; absent = no permutation p. */
	readonly permutations?: number;
	/** Query words of search-made tags: they separate trivially. `word*` = all that begin so. */
	readonly wordsLeftOut?: readonly string[];
	/** The items are a sample already. */
	readonly sampled?: boolean;
	/** Called between fits with the share done. */
	readonly onProgress?: (share: number) => void;
}

/** Does the text of the prompts tell? One item a prompt. */
export function promptShift(items: readonly (Sided & { readonly text: string })[], options: ShiftOptions): ShiftAuc {
	const { wordsLeftOut = [] } = options;
	const found = shiftWith(items, options, (taken, cluster) =>
		promptRows(
			Array.from(taken, (i) => items[i]!.text),
			cluster,
			wordsLeftOut,
		),
	);
	return wordsLeftOut.length === 0 ? found : { ...found, words_left_out: wordsLeftOut };
}

/** Does how the two responses differ tell? One item a pair. */
export function responseShift(items: readonly (Sided & ResponseTexts)[], options: ShiftOptions): ShiftAuc {
	return shiftWith(items, options, (taken, cluster) =>
		responseRows(
			Array.from(taken, (i) => items[i]!),
			cluster,
		),
	);
}

/** Train and R of a run's pairs. E takes no part: nothing of it is known before a decision. */
function sidedPairs(pairs: readonly ScoredPair[]): (Sided & { readonly pair: ScoredPair; readonly row: number })[] {
	return pairs.flatMap((pair, row) =>
		pair.split === 'train' || pair.split === 'heldout_reference'
			? [{ cluster: pair.cluster, heldout: pair.split === 'heldout_reference', pair, row }]
			: [],
	);
}

export interface PromptItems {
	readonly items: readonly (Sided & { readonly text: string })[];
	readonly sampled: boolean;
}

/** What `promptShift` needs of a run's pairs: one item a prompt, sampled here so that few texts travel to a thread. */
export function promptItems(pairs: readonly ScoredPair[], seed: number): PromptItems {
	const seen = new Set<string>();
	const prompts = sidedPairs(pairs).filter(({ pair }) => !seen.has(pair.prompt) && seen.add(pair.prompt));
	const { taken, all } = sampleSides(prompts, seed);
	const items = Array.from(taken, (i) => {
		const { cluster, heldout, pair } = prompts[i]!;
		return { cluster, heldout, text: promptText(pair.turns) };
	});
	return { items, sampled: !all };
}

/**
 * Both, R against train, of the pairs of a run.
 * @param x feature differences of `pairs`, where a fit has made them
 * @param prompts the first of both, where it has been computed
 */
export function shiftOf(
	pairs: readonly ScoredPair[],
	options: ShiftOptions & { readonly x?: FeatureRows; readonly prompts?: ShiftAuc },
): Shift {
	const { x, prompts, seed } = options;
	const sided = sidedPairs(pairs);
	const { items, sampled } = prompts === undefined ? promptItems(pairs, seed) : { items: [], sampled: false };
	return {
		prompts: prompts ?? promptShift(items, { ...options, sampled }),
		responses: shiftWith(sided, options, (taken, cluster) =>
			x === undefined
				? responseRows(
						Array.from(taken, (i) => {
							const { turns, chosen, rejected } = sided[i]!.pair;
							return { prompt: promptText(turns), a: sideText(chosen), b: sideText(rejected) };
						}),
						cluster,
					)
				: magnitudes(
						x,
						taken.map((i) => sided[i]!.row),
						cluster,
					),
		),
	};
}

/** Held-out items, then train items, of whole clusters; a cluster with held-out members is held-out (rules.md, Splits). */
export function sampleSides(
	items: readonly Sided[],
	seed: number,
	most = MAX_ITEMS,
	mostClusters = MAX_CLUSTERS,
): { taken: Int32Array; all: boolean } {
	const heldout = new Set(items.filter((item) => item.heldout).map(({ cluster }) => cluster));
	const sides = [true, false].map((side) => {
		const places = Int32Array.from(items.keys()).filter(
			(i) => items[i]!.heldout === side && (side || !heldout.has(items[i]!.cluster)),
		);
		const clusters = Array.from(places, (i) => items[i]!.cluster);
		const taken = sampleClusters(clusters, most, seed, mostClusters);
		return { taken: taken.map((k) => places[k]!), all: taken.length === places.length };
	});
	return {
		taken: Int32Array.from(sides.flatMap(({ taken }) => [...taken])),
		all: sides.every(({ all }) => all),
	};
}

function shiftWith(
	items: readonly Sided[],
	{ seed, permutations, onProgress, sampled: alreadySampled = false }: ShiftOptions,
	rowsOf: (taken: Int32Array, cluster: Int32Array) => FeatureRows,
): ShiftAuc {
	const { taken, all } = sampleSides(items, seed);
	const numbers = new Map<string, number>();
	const cluster = Int32Array.from(taken, (i) => {
		const name = items[i]!.cluster;
		if (!numbers.has(name)) numbers.set(name, numbers.size);
		return numbers.get(name)!;
	});
	const heldout = Uint8Array.from(taken, (i) => (items[i]!.heldout ? 1 : 0));
	const names = Array.from(taken, (i) => items[i]!.cluster);
	const data = { heldout, cluster, clusters: numbers.size, ...foldsOf(names, heldout, seed) };
	if (data.folds < 2) {
		return shiftAuc({ ...data, folds: 1, fold: new Int32Array(taken.length), score: new Float64Array(taken.length) });
	}
	const fit = crossFit(rowsOf(taken, cluster), data);
	const found = shiftAuc({ ...data, score: fit(heldout) });
	const sampled =
		all && !alreadySampled
			? {}
			: { reason: `a seeded sample of clusters: ${found.heldout.n} held-out, ${found.train.n} train` };
	if (permutations === undefined || found.auc === null) return { ...sampled, ...found };
	let done = 0;
	const refit = (other: Uint8Array): number => {
		onProgress?.(++done / permutations);
		return clusteredAuc({ ...data, heldout: other, score: fit(other) })?.auc ?? 0.5;
	};
	const p = permutationP(data, found.auc, refit, seededRandom(seed), permutations);
	return { ...sampled, ...found, p, permutations };
}

/** Clusters of each side dealt alike, two or more to a fold: a fold of one has no spread to show. */
function foldsOf(
	clusters: readonly string[],
	heldout: Uint8Array,
	seed: number,
): { readonly fold: Int32Array; readonly folds: number } {
	const fold = new Int32Array(clusters.length);
	const sides = [1, 0].map((side) => Int32Array.from(clusters.keys()).filter((i) => heldout[i] === side));
	const fewest = Math.min(...sides.map((side) => new Set(Array.from(side, (i) => clusters[i]!)).size));
	const folds = Math.min(MAX_FOLDS, LANES, fewest >> 1);
	if (folds < 2) return { fold, folds };
	for (const [k, side] of sides.entries()) {
		const names = Array.from(side, (i) => clusters[i]!);
		const dealt = dealFolds(names, folds, seed, k === 0 ? 'held-out against train' : 'train against held-out');
		side.forEach((i, at) => {
			fold[i] = dealt[at]!;
		});
	}
	return { fold, folds };
}

/**
 * Scores of every row by the model that did not see its fold, for any sides of the rows: logit of "held-out" under
 * min mean loss + ½ρ‖θ‖², either side weighing one half.
 */
export function crossFit(
	x: FeatureRows,
	{ fold, folds }: Pick<DomainScores, 'folds'> & { readonly fold: Int32Array },
): (heldout: Uint8Array) => Float64Array {
	const rows = Int32Array.from({ length: x.rows }, (_, i) => i);
	const scale = denseScale(x, rows, rows);
	const norm = squaredNorms(x, scale);
	const weight = new Float64Array(x.rows).fill(1);
	const memory = lanesMemory();
	const kernel = kernelOn(memory);
	const placed = placeRows(x, memory);
	const state = emptyState(x, memory);
	return (heldout) => {
		const rate = [new Float64Array(LANES), new Float64Array(LANES)] as const;
		for (let i = 0; i < x.rows; i++) {
			for (let l = 0; l < folds; l++) if (fold[i] !== l) rate[heldout[i] === 1 ? 1 : 0][l]!++;
		}
		for (const side of rate) for (let l = 0; l < LANES; l++) side[l] = side[l]! > 0 ? 0.5 / side[l]! : 0;
		const y = Float64Array.from(heldout);
		const problem: LaneProblem = { x: placed, scale, norm, y, weight, fold, part: heldout, rows, rate, ridge: RIDGE };
		resetState(state);
		accumulate(kernel, problem, rows, state.theta, (i, step) => {
			for (let l = 0; l < LANES; l++) {
				step[l] = fold[i] === l ? 0 : (rate[heldout[i] === 1 ? 1 : 0][l]! * (y[i]! - 0.5)) / RIDGE;
			}
		});
		const solver = new LaneSolver(kernel, problem, state);
		for (let pass = 0; pass < MAX_PASSES && solver.pass() > TOLERANCE; pass++);
		const score = new Float64Array(x.rows);
		solver.look(score);
		return score;
	};
}
