/**
 * reference-memorised: was the tuning half R trained on?
 * H0: R and E are exchangeable to the model, since the half of a cluster is a seeded coin. H1: loss on R is lower than on E.
 * Statistic: mean NLL on E − mean NLL on R, against permutations of the half labels over clusters within facets that both
 * halves have; p = (1 + #{permuted ≥ observed}) / (1 + permutations), at least 9,999 of them. Every third facet goes to E only,
 * which is no coin: clusters of such facets take no part.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters in each half.
 * It voids R at unadjusted p < 0.01, outside Holm. It looks at E and shows its p alone: no loss, no difference, no pair.
 * For checkpoints only. The probe scores R out of fold and E by models that have seen most of R, so the halves differ to it by
 * construction and cannot be memorised: there is nothing to test.
 */
import { MIN_CLUSTERS } from '../calibration/jackknife.ts';
import { seededRandom } from '../calibration/random.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { insufficient } from './check.ts';

export const REFERENCE_MEMORISED = 'reference-memorised';
export const PERMUTATIONS = 9_999;
/** A checkpoint's R is void below this. */
export const VOID_BELOW = 0.01;

/** One pair of a held-out half. */
export interface HalfLoss {
	readonly half: 'R' | 'E';
	readonly cluster: string;
	readonly facets: readonly string[];
	/** NLL, nats. */
	readonly loss: number;
}

interface HalfCluster {
	sum: number;
	n: number;
	readonly half: 'R' | 'E';
	readonly facets: Set<string>;
}

/** Clusters by stratum: the first facet that both halves have; clusters with a facet of one half alone left out. */
function strata(pairs: readonly HalfLoss[]): HalfCluster[][] {
	const clusters = new Map<string, HalfCluster>();
	const halves = new Map<string, Set<string>>();
	for (const { half, cluster, facets, loss } of pairs) {
		const of = clusters.get(cluster) ?? { sum: 0, n: 0, half, facets: new Set<string>() };
		clusters.set(cluster, of);
		of.sum += loss;
		of.n++;
		for (const facet of facets) {
			of.facets.add(facet);
			halves.set(facet, (halves.get(facet) ?? new Set()).add(half));
		}
	}
	const groups = new Map<string, HalfCluster[]>();
	for (const of of clusters.values()) {
		const facets = [...of.facets].sort();
		if (!facets.every((facet) => halves.get(facet)!.size === 2)) continue;
		const stratum = facets[0] ?? '';
		groups.set(stratum, [...(groups.get(stratum) ?? []), of]);
	}
	return [...groups.values()].filter((group) => new Set(group.map((of) => of.half)).size === 2);
}

/** @returns the permutation p, or null below 8 clusters in either half */
export function referenceMemorisedP(
	pairs: readonly HalfLoss[],
	seed: number,
	permutations = PERMUTATIONS,
): { readonly p: number | null; readonly clusters: { readonly R: number; readonly E: number } } {
	const groups = strata(pairs);
	const all = groups.flat();
	const inR = all.filter((of) => of.half === 'R').length;
	const clusters = { R: inR, E: all.length - inR };
	if (Math.min(clusters.R, clusters.E) < MIN_CLUSTERS) return { p: null, clusters };
	const sums = Float64Array.from(all, (of) => of.sum);
	const sizes = Float64Array.from(all, (of) => of.n);
	const total = sums.reduce((a, b) => a + b, 0);
	const pairsInAll = sizes.reduce((a, b) => a + b, 0);
	const difference = (sumR: number, nR: number): number => (total - sumR) / (pairsInAll - nR) - sumR / nR;
	const order = Int32Array.from(all.keys());
	let first = 0;
	const counts = groups.map((group) => {
		const at = { first, size: group.length, inR: group.filter((of) => of.half === 'R').length };
		// R's clusters first: the order as it stands is the observed labelling.
		const places = Array.from({ length: group.length }, (_, i) => first + i);
		const sorted = places.sort((x, y) => (all[x]!.half === all[y]!.half ? x - y : all[x]!.half === 'R' ? -1 : 1));
		order.set(sorted, first);
		first += group.length;
		return at;
	});
	let observedSum = 0;
	let observedSize = 0;
	for (const { first: start, inR: take } of counts) {
		for (const cluster of order.subarray(start, start + take)) {
			observedSum += sums[cluster]!;
			observedSize += sizes[cluster]!;
		}
	}
	const observed = difference(observedSum, observedSize);
	const random = seededRandom(seed);
	let atLeast = 0;
	// Sums in another order differ in the last digits: the observed labelling has to count as reaching itself.
	const tolerance = 1e-12 * Math.max(1, Math.abs(observed));
	for (let draw = 0; draw < permutations; draw++) {
		let sumR = 0;
		let nR = 0;
		for (const { first: start, size, inR: take } of counts) {
			// Only who is in R matters: a partial shuffle is enough, and its totals come with it.
			for (let i = 0; i < take; i++) {
				const j = i + random.index(size - i);
				const drawn = order[start + j]!;
				order[start + j] = order[start + i]!;
				order[start + i] = drawn;
				sumR += sums[drawn]!;
				nR += sizes[drawn]!;
			}
		}
		if (difference(sumR, nR) >= observed - tolerance) atLeast++;
	}
	return { p: (1 + atLeast) / (1 + permutations), clusters };
}

/** @param scored subject of the sentence: a checkpoint's name */
export function checkReferenceMemorised(pairs: readonly HalfLoss[], seed: number, scored: string): HealthCheck {
	const { p, clusters } = referenceMemorisedP(pairs, seed);
	if (p === null) {
		return insufficient(
			REFERENCE_MEMORISED,
			`Whether ${scored} was trained on the tuning half cannot be told: in facets that both halves have it has ${clusters.R} clusters and the sealed half ${clusters.E}; ${MIN_CLUSTERS} each are needed.`,
			{ threshold: VOID_BELOW },
		);
	}
	const found = p < VOID_BELOW;
	return {
		check: REFERENCE_MEMORISED,
		status: found ? 'fail' : 'pass',
		p,
		statistic: null,
		threshold: VOID_BELOW,
		n_needed: null,
		evidence: [],
		message: found
			? `The tuning half is easier for ${scored} than the sealed half by more than chance (p = ${p.toPrecision(2)}): it was trained on, so its loss there is void.`
			: `No sign that ${scored} was trained on the tuning half (p = ${p.toPrecision(2)}).`,
		...(found
			? { remedy: 'Rank this checkpoint by its eval loss, or name the parts of the tuning half that training used.' }
			: {}),
	};
}
