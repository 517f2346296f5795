/**
 * Can a classifier tell two samples apart? The AUC of cross-fitted scores with an interval for clustered data, a three-way verdict,
 * and the permutation p. Scores come from anywhere; src/scoring/domain-classifier.ts makes them.
 */
import { MIN_CLUSTERS, tooFewClusters } from '../calibration/jackknife.ts';
import type { Random } from '../calibration/random.ts';
import { sigmoid } from '../calibration/records.ts';
import { studentQuantile } from '../calibration/student.ts';
import type { ShiftAuc } from '../domain/run-record.ts';
import { midRanks } from './rank-test.ts';

/** Below: not out of distribution; above: it is (design.md §5). */
export const OOD_AUC = 0.6;

/**
 * Fold models learn from each other's test folds. Where little tells the sides apart, chance in one fold moves every other fold's AUC
 * the same way: their correlation is 1/(K−1), so the variance of the mean is twice that of independent folds, whatever K (no estimate
 * from the folds themselves exists: Bengio & Grandvalet 2004). Measured on made-up prompts: 1.9 at AUC 0.5, 1.6 at 0.6, 1.6 at 0.8, 1.1
 * at 0.97; on random splits of real ones 1.3 to 2.0. Twice throughout: the interval is too wide only where the answer is clear.
 */
const CROSS_FITTED = 2;

/** One score an item, out of fold. */
export interface DomainScores {
	readonly score: ArrayLike<number>;
	/** 1 = held-out, 0 = train. */
	readonly heldout: ArrayLike<number>;
	/** 0 … clusters − 1; a cluster lies in one fold. */
	readonly cluster: ArrayLike<number>;
	readonly clusters: number;
	/** Scores of different folds come from different models and are not compared. */
	readonly fold: ArrayLike<number>;
	readonly folds: number;
}

export interface ClusteredAuc {
	/** Mean over folds of P(held-out score > train score) + ½P(equal). */
	readonly auc: number;
	/** Null below two clusters a side in some fold. */
	readonly se: number | null;
	/** Degrees of freedom of `se` (Satterthwaite). */
	readonly df: number;
	readonly perFold: readonly number[];
}

/**
 * Fold-wise AUC with DeLong's (1988) variance for clustered data (Obuchowski 1997): the placements of a cluster's items are summed
 * before they are squared, per fold and side, with I/(I−1) for I clusters; held-out and train parts of one cluster keep their
 * covariance. Folds count alike (LeDell, Petersen & van der Laan 2015); one without both sides is left out.
 * @returns null where no fold has both sides
 */
export function clusteredAuc(data: DomainScores): ClusteredAuc | null {
	const byFold = Array.from({ length: data.folds }, (): number[] => []);
	for (let i = 0; i < data.score.length; i++) byFold[data.fold[i]!]!.push(i);
	const used = byFold.filter(
		(rows) => rows.some((i) => data.heldout[i] === 1) && rows.some((i) => data.heldout[i] !== 1),
	);
	if (used.length === 0) return null;
	const parts = used.map((rows) => foldAuc(data, rows));
	const k = parts.length;
	const perFold = parts.map(({ auc }) => auc);
	const auc = perFold.reduce((sum, value) => sum + value, 0) / k;
	if (parts.some(({ variance }) => variance === null)) return { auc, se: null, df: 0, perFold };
	let variance = 0;
	let spread = 0;
	for (const part of parts) {
		for (const side of part.variance!) {
			variance += side.value / (k * k);
			spread += (side.value / (k * k)) ** 2 / side.df;
		}
		variance += (2 * part.covariance) / (k * k);
	}
	const df = spread === 0 ? Infinity : variance ** 2 / spread;
	return { auc, se: Math.sqrt(Math.max(0, variance) * (k > 1 ? CROSS_FITTED : 1)), df, perFold };
}

interface FoldAuc {
	readonly auc: number;
	/** Held-out and train side; null with a side of one cluster. */
	readonly variance: readonly { readonly value: number; readonly df: number }[] | null;
	readonly covariance: number;
}

function foldAuc({ score, heldout, cluster }: DomainScores, rows: readonly number[]): FoldAuc {
	const sides = [rows.filter((i) => heldout[i] === 1), rows.filter((i) => heldout[i] !== 1)] as const;
	const all = midRanks(Float64Array.from([...sides[0], ...sides[1]], (i) => score[i]!)).ranks;
	const [m, n] = [sides[0].length, sides[1].length];
	// Placement: the share of the other side that an item beats (held-out) or is beaten by (train).
	const placements = sides.map((side, s) => {
		const own = midRanks(Float64Array.from(side, (i) => score[i]!)).ranks;
		return side.map((_, k) => (s === 0 ? (all[k]! - own[k]!) / n : 1 - (all[m + k]! - own[k]!) / m));
	});
	const auc = placements[0]!.reduce((sum, value) => sum + value, 0) / m;
	const totals = sides.map((side, s) => {
		const byCluster = new Map<number, number>();
		side.forEach((i, k) => {
			byCluster.set(cluster[i]!, (byCluster.get(cluster[i]!) ?? 0) + (placements[s]![k]! - auc) / side.length);
		});
		return byCluster;
	});
	if (totals.some((side) => side.size < 2)) return { auc, variance: null, covariance: 0 };
	const variance = totals.map((side) => {
		let squares = 0;
		for (const value of side.values()) squares += value * value;
		return { value: (side.size / (side.size - 1)) * squares, df: side.size - 1 };
	});
	let covariance = 0;
	for (const [g, value] of totals[0]!) covariance += value * (totals[1]!.get(g) ?? 0);
	const clusters = new Set([...totals[0]!.keys(), ...totals[1]!.keys()]).size;
	return { auc, variance, covariance: (clusters / (clusters - 1)) * covariance };
}

function sideSize({ heldout, cluster }: DomainScores, side: 0 | 1): { n: number; clusters: number } {
	const seen = new Set<number>();
	let n = 0;
	for (let i = 0; i < heldout.length; i++) {
		if (heldout[i] !== side) continue;
		seen.add(cluster[i]!);
		n++;
	}
	return { n, clusters: seen.size };
}

/**
 * 95 %, on the logit scale (Pepe 2003): it stays inside (0, 1) and covers near 1, where one around the AUC itself does not (measured at 16
 * clusters and AUC 0.93: cover 0.91 against 0.78).
 */
function interval({ auc, se, df }: ClusteredAuc): readonly [low: number, high: number] {
	if (se === null || se === 0) return [auc, auc];
	const scale = auc * (1 - auc);
	const logit = Math.log(auc / (1 - auc));
	const reach = (studentQuantile(0.975, df) * se) / scale;
	return [sigmoid(logit - reach), sigmoid(logit + reach)];
}

/** AUC, 95 % interval and verdict: upper bound < 0.60 fail, lower bound > 0.60 pass, else or below 8 clusters a side insufficient. */
export function shiftAuc(data: DomainScores): ShiftAuc {
	const [heldout, train] = [sideSize(data, 1), sideSize(data, 0)];
	const fewest = Math.min(heldout.clusters, train.clusters);
	const found = clusteredAuc(data);
	const without = { low: null, high: null, heldout, train, status: 'insufficient' } as const;
	if (found === null) return { auc: null, ...without, reason: 'no pairs on both sides' };
	if (fewest < MIN_CLUSTERS || found.se === null) {
		const side = heldout.clusters <= train.clusters ? 'held-out' : 'train';
		return { auc: found.auc, ...without, reason: `${side}: ${tooFewClusters(fewest)}` };
	}
	const [low, high] = interval(found);
	const status = high < OOD_AUC ? 'fail' : low > OOD_AUC ? 'pass' : 'insufficient';
	return { auc: found.auc, low, high, heldout, train, status };
}

/**
 * One-sided permutation p of an AUC: sides change places among the clusters of a fold, so that each fold keeps its numbers.
 * (1 + permutations that reach the observed AUC) / (1 + permutations).
 * @param refit the AUC that the whole procedure, fitting included, gives for other sides of the items
 */
export function permutationP(
	data: Pick<DomainScores, 'heldout' | 'cluster' | 'clusters' | 'fold' | 'folds'>,
	observed: number,
	refit: (heldout: Uint8Array) => number,
	random: Random,
	permutations: number,
): number {
	const side = new Uint8Array(data.clusters);
	const foldOf = new Int32Array(data.clusters);
	for (let i = 0; i < data.heldout.length; i++) {
		side[data.cluster[i]!] = data.heldout[i]!;
		foldOf[data.cluster[i]!] = data.fold[i]!;
	}
	const decks = Array.from({ length: data.folds }, (): number[] => []);
	for (let g = 0; g < data.clusters; g++) decks[foldOf[g]!]!.push(g);
	let reached = 1;
	for (let b = 0; b < permutations; b++) {
		for (const deck of decks) {
			for (let k = deck.length - 1; k > 0; k--) {
				const other = random.index(k + 1);
				const [g, h] = [deck[k]!, deck[other]!];
				const moved = side[g]!;
				side[g] = side[h]!;
				side[h] = moved;
			}
		}
		if (refit(Uint8Array.from(data.cluster, (g) => side[g]!)) >= observed) reached++;
	}
	return reached / (permutations + 1);
}
