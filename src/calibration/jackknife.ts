import type { Interval } from '../domain/run-record.ts';
import { numberStrings, type Records } from './records.ts';
import { studentQuantile } from './student.ts';

/** Below this many clusters an interval would promise more than it holds: "insufficient" (rules.md). */
export const MIN_CLUSTERS = 8;

/** A weighted mean with its delete-one-cluster jackknife. */
export interface ClusteredMean {
	readonly value: number;
	/** Standard error; null with fewer than two clusters. */
	readonly se: number | null;
	/** Standard error if every record were independent: the design effect is (se/iid)². */
	readonly iid: number | null;
	/** Clusters with any weight. */
	readonly clusters: number;
	/** Sum of weights: pairs. */
	readonly n: number;
}

/**
 * Σwx/Σw with the delete-one-cluster jackknife in linear time: SE² = (G−1)/G·Σ(θ₍₋g₎ − mean)² (Efron & Tibshirani 1993 §11).
 * It holds for any ratio of cluster totals, so one function serves means and accuracy over a subset.
 * @param values one per record; not read where `weight` is 0
 * @returns null where no record has weight
 */
export function clusteredMean(
	values: ArrayLike<number>,
	weight: ArrayLike<number>,
	cluster: ArrayLike<number>,
	clusters: number,
): ClusteredMean | null {
	const sums = new Float64Array(clusters);
	const sizes = new Float64Array(clusters);
	let total = 0;
	let size = 0;
	for (let i = 0; i < values.length; i++) {
		const w = weight[i]!;
		if (w === 0) continue;
		const g = cluster[i]!;
		sums[g] = sums[g]! + w * values[i]!;
		sizes[g] = sizes[g]! + w;
		total += w * values[i]!;
		size += w;
	}
	if (size === 0) return null;
	const value = total / size;
	let used = 0;
	for (let g = 0; g < clusters; g++) if (sizes[g]! > 0) used++;
	if (used < 2) return { value, se: null, iid: null, clusters: used, n: size };
	// Around θ̂ first: the deviations stay accurate where all clusters agree.
	const deviations = new Float64Array(used);
	let mean = 0;
	for (let g = 0, k = 0; g < clusters; g++) {
		if (sizes[g]! === 0) continue;
		const deviation = -(sums[g]! - value * sizes[g]!) / (size - sizes[g]!);
		deviations[k++] = deviation;
		mean += deviation / used;
	}
	let squares = 0;
	for (const deviation of deviations) squares += (deviation - mean) ** 2;
	let spread = 0;
	for (let i = 0; i < values.length; i++) {
		const w = weight[i]!;
		if (w !== 0) spread += w * (values[i]! - value) ** 2;
	}
	return {
		value,
		se: Math.sqrt(((used - 1) / used) * squares),
		iid: size > 1 ? Math.sqrt(spread / (size - 1) / size) : null,
		clusters: used,
		n: size,
	};
}

/** Mean over pairs that weigh alike. */
export function pairMean(
	pairs: readonly { readonly cluster: string }[],
	values: ArrayLike<number>,
): ClusteredMean | null {
	const { index, count } = numberStrings(pairs.map((pair) => pair.cluster));
	return clusteredMean(values, new Float64Array(pairs.length).fill(1), index, count);
}

/** Mean over records, weighted as the records say. */
export function recordMean(records: Records, values: ArrayLike<number>): ClusteredMean | null {
	return clusteredMean(values, records.weight, records.cluster, records.clusters);
}

export function tooFewClusters(clusters: number): string {
	return `insufficient: ${clusters} cluster${clusters === 1 ? '' : 's'}, an interval needs ${MIN_CLUSTERS}`;
}

/**
 * The two-sided t(G−1) interval of a clustered mean.
 * @param confidence 0.95 unless simultaneous bands need more
 */
export function intervalOf(mean: ClusteredMean | null, reason = 'no pairs', confidence = 0.95): Interval {
	if (mean === null || !Number.isFinite(mean.value)) {
		return { value: null, low: null, high: null, reason: mean === null ? reason : 'not finite' };
	}
	if (mean.clusters < MIN_CLUSTERS || mean.se === null) {
		return { value: mean.value, low: null, high: null, reason: tooFewClusters(mean.clusters) };
	}
	const reach = mean.se === 0 ? 0 : studentQuantile(0.5 + confidence / 2, mean.clusters - 1) * mean.se;
	return { value: mean.value, low: mean.value - reach, high: mean.value + reach };
}

/** Mean of x − z over the same records: the paired difference, with its own interval. */
export function pairedDifference(records: Records, x: ArrayLike<number>, z: ArrayLike<number>): ClusteredMean | null {
	const difference = new Float64Array(records.size);
	for (let i = 0; i < records.size; i++) difference[i] = x[i]! - z[i]!;
	return recordMean(records, difference);
}
