import { confidenceBins } from './ece.ts';
import { drawCount } from './ece-null.ts';
import { MIN_CLUSTERS } from './jackknife.ts';
import type { ConfidenceForm } from './proper.ts';
import { quantileSorted, seededRandom } from './random.ts';
import type { Records } from './records.ts';

export interface CalibrationBootstrap {
	/** Basic 95 % interval of ECE, clipped at 0. Approximate: near calibration it covers too rarely (design.md §7). */
	readonly low: number;
	readonly high: number;
	/** Resampled ECE, sorted: for percentile intervals and tests. */
	readonly eces: Float64Array;
	/** Percentile band of each bin's mean correctness; NaN where fewer than 8 clusters fall into the bin. */
	readonly bandLow: Float64Array;
	readonly bandHigh: Float64Array;
}

/**
 * Cluster bootstrap of ECE and of the reliability curve: G clusters drawn with replacement, their records pooled.
 * Clusters are reduced to their totals per bin first, so a resample costs (cluster, bin) entries, not records.
 * @param pick which cluster to draw: the seeded generator, or a counter for an exact enumeration
 */
export function bootstrapCalibration(
	records: Records,
	form: ConfidenceForm,
	observed: number,
	options: {
		readonly bins: number;
		readonly seed: number;
		readonly draws?: number;
		readonly pick?: (draw: number, position: number) => number;
	},
): CalibrationBootstrap {
	const { bins } = options;
	const { clusters } = records;
	const bin = confidenceBins(form.confidence, bins);
	const entryOf = new Map<number, number>();
	for (let i = 0; i < records.size; i++) {
		const key = records.cluster[i]! * bins + bin[i]!;
		if (!entryOf.has(key)) entryOf.set(key, 0);
	}
	const keys = Float64Array.from(entryOf.keys()).sort();
	const entries = keys.length;
	for (let e = 0; e < entries; e++) entryOf.set(keys[e]!, e);
	const start = new Int32Array(clusters + 1);
	const entryBin = new Int32Array(entries);
	const weight = new Float64Array(entries);
	const gap = new Float64Array(entries);
	const correct = new Float64Array(entries);
	const inBin = new Int32Array(bins);
	for (let e = 0; e < entries; e++) {
		const cluster = Math.floor(keys[e]! / bins);
		entryBin[e] = keys[e]! - cluster * bins;
		start[cluster + 1] = start[cluster + 1]! + 1;
		inBin[entryBin[e]!] = inBin[entryBin[e]!]! + 1;
	}
	for (let g = 0; g < clusters; g++) start[g + 1] = start[g + 1]! + start[g]!;
	for (let i = 0; i < records.size; i++) {
		const e = entryOf.get(records.cluster[i]! * bins + bin[i]!)!;
		const w = records.weight[i]!;
		weight[e] = weight[e]! + w;
		gap[e] = gap[e]! + w * (form.confidence[i]! - form.correct[i]!);
		correct[e] = correct[e]! + w * form.correct[i]!;
	}
	const draws = options.draws ?? drawCount(entries);
	const random = seededRandom(options.seed);
	const pick = options.pick ?? (() => random.index(clusters));
	const eces = new Float64Array(draws);
	const perBin = Array.from({ length: bins }, () => [] as number[]);
	const w = new Float64Array(bins);
	const g = new Float64Array(bins);
	const c = new Float64Array(bins);
	for (let d = 0; d < draws; d++) {
		w.fill(0);
		g.fill(0);
		c.fill(0);
		for (let k = 0; k < clusters; k++) {
			const drawn = pick(d, k);
			for (let e = start[drawn]!; e < start[drawn + 1]!; e++) {
				const b = entryBin[e]!;
				w[b] = w[b]! + weight[e]!;
				g[b] = g[b]! + gap[e]!;
				c[b] = c[b]! + correct[e]!;
			}
		}
		let sum = 0;
		let total = 0;
		for (let b = 0; b < bins; b++) {
			sum += Math.abs(g[b]!);
			total += w[b]!;
			if (w[b]! > 0) perBin[b]!.push(c[b]! / w[b]!);
		}
		eces[d] = sum / total;
	}
	eces.sort();
	const bandLow = new Float64Array(bins).fill(Number.NaN);
	const bandHigh = new Float64Array(bins).fill(Number.NaN);
	for (let b = 0; b < bins; b++) {
		if (inBin[b]! < MIN_CLUSTERS) continue;
		const sorted = Float64Array.from(perBin[b]!).sort();
		bandLow[b] = quantileSorted(sorted, 0.025);
		bandHigh[b] = quantileSorted(sorted, 0.975);
	}
	return {
		low: Math.max(0, 2 * observed - quantileSorted(eces, 0.975)),
		high: Math.max(0, 2 * observed - quantileSorted(eces, 0.025)),
		eces,
		bandLow,
		bandHigh,
	};
}
