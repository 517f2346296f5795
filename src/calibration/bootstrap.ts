import { binsOf } from './ece.ts';
import { MIN_CLUSTERS } from './jackknife.ts';
import { accuracyWeights, brierScores, type ConfidenceForm, losses, majorityHits } from './proper.ts';
import { quantileSorted } from './random.ts';
import type { Records } from './records.ts';
import { LANES, multinomialResample, type Resample } from './resample.ts';

/** Metrics of each resample, sorted ascending. */
export interface BootstrapDistributions {
	readonly ece: Float64Array;
	readonly overconfidence: Float64Array;
	/** NaN where a loss is infinite. */
	readonly nll: Float64Array;
	readonly brier: Float64Array;
	/** NaN where a resample holds no strict majority: sorted to the end. */
	readonly accuracy: Float64Array;
}

export interface CalibrationBootstrap extends BootstrapDistributions {
	readonly draws: number;
	/** Percentile band of each bin's mean correctness; NaN where fewer than 8 clusters fall into the bin, or all its rows agree. */
	readonly bandLow: Float64Array;
	readonly bandHigh: Float64Array;
}

/** Resamples: 1,000, fewer where that would cost seconds; a rule, so that the same data give the same bytes. */
export function resampleCount(size: number, full = 1000): number {
	return Math.max(200, Math.min(full, Math.floor(2e8 / Math.max(1, size))));
}

/** Clusters reduced to their totals in each bin, ordered by bin. */
interface BinEntries {
	/** Entries of bin b: start[b] … start[b + 1] − 1. */
	readonly start: Int32Array;
	/** Cluster of the entry. */
	readonly at: Int32Array;
	/** Three to an entry: weight, weighted confidence − correct, weighted correct. */
	readonly totals: Float64Array;
}

function binEntries(records: Records, form: ConfidenceForm, bins: number): BinEntries {
	const bin = binsOf(form, bins);
	const { size, clusters } = records;
	// Records by cluster, then one entry for each bin that a cluster touches.
	const first = new Int32Array(clusters + 1);
	for (let i = 0; i < size; i++) first[records.cluster[i]! + 1] = first[records.cluster[i]! + 1]! + 1;
	for (let g = 0; g < clusters; g++) first[g + 1] = first[g + 1]! + first[g]!;
	const order = new Int32Array(size);
	const next = first.slice();
	for (let i = 0; i < size; i++) {
		const g = records.cluster[i]!;
		order[next[g]!] = i;
		next[g] = next[g]! + 1;
	}
	const start = new Int32Array(bins + 1);
	const seen = new Int32Array(bins).fill(-1);
	for (let g = 0; g < clusters; g++) {
		for (let k = first[g]!; k < first[g + 1]!; k++) {
			const b = bin[order[k]!]!;
			if (seen[b] === g) continue;
			seen[b] = g;
			start[b + 1] = start[b + 1]! + 1;
		}
	}
	for (let b = 0; b < bins; b++) start[b + 1] = start[b + 1]! + start[b]!;
	const at = new Int32Array(start[bins]!);
	const totals = new Float64Array(3 * start[bins]!);
	const entry = new Int32Array(bins);
	const free = start.slice();
	seen.fill(-1);
	for (let g = 0; g < clusters; g++) {
		for (let k = first[g]!; k < first[g + 1]!; k++) {
			const i = order[k]!;
			const b = bin[i]!;
			if (seen[b] !== g) {
				seen[b] = g;
				entry[b] = free[b]!;
				free[b] = free[b]! + 1;
				at[entry[b]!] = g;
			}
			const e = 3 * entry[b]!;
			const w = records.weight[i]!;
			totals[e] = totals[e]! + w;
			totals[e + 1] = totals[e + 1]! + w * (form.confidence[i]! - form.correct[i]!);
			totals[e + 2] = totals[e + 2]! + w * form.correct[i]!;
		}
	}
	return { start, at, totals };
}

/** Four totals to a cluster: loss, Brier, hits and weight of strict majorities. */
function clusterTotals(records: Records): Float64Array {
	const totals = new Float64Array(4 * records.clusters);
	const loss = losses(records);
	const brier = brierScores(records);
	const hits = majorityHits(records);
	const decided = accuracyWeights(records);
	for (let i = 0; i < records.size; i++) {
		const g = 4 * records.cluster[i]!;
		const w = records.weight[i]!;
		totals[g] = totals[g]! + w * loss[i]!;
		totals[g + 1] = totals[g + 1]! + w * brier[i]!;
		totals[g + 2] = totals[g + 2]! + decided[i]! * hits[i]!;
		totals[g + 3] = totals[g + 3]! + decided[i]!;
	}
	return totals;
}

/**
 * Cluster bootstrap (Field & Welsh 2007) of every headline metric and of the reliability curve: G clusters drawn with replacement,
 * their records pooled. The clusters are drawn once a resample for all metrics.
 * @param options.resample which clusters to take: seeded draws, or every resample in turn for an exact enumeration
 */
export function bootstrapCalibration(
	records: Records,
	form: ConfidenceForm,
	options: {
		readonly bins: number;
		readonly seed: number;
		readonly draws?: number;
		/** False leaves `nll`, `brier` and `accuracy` empty, which saves their sums. */
		readonly proper?: boolean;
		readonly resample?: Resample;
	},
): CalibrationBootstrap {
	const { bins } = options;
	const { clusters } = records;
	const { start, at, totals } = binEntries(records, form, bins);
	const perCluster = options.proper === false ? null : clusterTotals(records);
	const proper = perCluster === null ? 0 : 1;
	const draws = options.draws ?? resampleCount(at.length + clusters);
	const resample = options.resample ?? multinomialResample(clusters, options.seed);
	const counts = new Uint8Array(LANES * clusters);
	// A cluster's four counts in one word: the machine is little-endian, as all that the product runs on.
	const packed = new Int32Array(counts.buffer);
	const out = {
		ece: new Float64Array(draws),
		overconfidence: new Float64Array(draws),
		nll: new Float64Array(proper * draws),
		brier: new Float64Array(proper * draws),
		accuracy: new Float64Array(proper * draws),
	};
	const perBin = Array.from({ length: bins }, () => new Float64Array(draws));
	for (let d = 0; d < draws; d += LANES) {
		const lanes = Math.min(LANES, draws - d);
		resample(counts, d);
		const weight = [0, 0, 0, 0];
		const gap = [0, 0, 0, 0];
		const absolute = [0, 0, 0, 0];
		for (let b = 0; b < bins; b++) {
			const sums = sumBin(start[b]!, start[b + 1]!, at, totals, packed);
			for (let lane = 0; lane < lanes; lane++) {
				const w = sums[lane]!;
				weight[lane] = weight[lane]! + w;
				gap[lane] = gap[lane]! + sums[LANES + lane]!;
				absolute[lane] = absolute[lane]! + Math.abs(sums[LANES + lane]!);
				perBin[b]![d + lane] = w > 0 ? sums[2 * LANES + lane]! / w : Number.NaN;
			}
		}
		const sums = perCluster === null ? null : sumClusters(clusters, perCluster, packed);
		for (let lane = 0; lane < lanes; lane++) {
			const w = weight[lane]!;
			out.ece[d + lane] = absolute[lane]! / w;
			out.overconfidence[d + lane] = gap[lane]! / w;
			if (sums === null) continue;
			out.nll[d + lane] = sums[lane]! / w;
			out.brier[d + lane] = sums[LANES + lane]! / w;
			out.accuracy[d + lane] = sums[2 * LANES + lane]! / sums[3 * LANES + lane]!;
		}
	}
	for (const values of Object.values(out)) values.sort();
	const bandLow = new Float64Array(bins).fill(Number.NaN);
	const bandHigh = new Float64Array(bins).fill(Number.NaN);
	for (let b = 0; b < bins; b++) {
		if (start[b + 1]! - start[b]! < MIN_CLUSTERS) continue;
		// Resamples without the bin are NaN, which sort to the end.
		const sorted = perBin[b]!.sort();
		let length = draws;
		while (length > 0 && Number.isNaN(sorted[length - 1])) length--;
		// Where all rows of a bin agree, so do all resamples: a band without width would claim certainty.
		if (sorted[length - 1]! - sorted[0]! < 1e-12) continue;
		bandLow[b] = quantileSorted(sorted.subarray(0, length), 0.025);
		bandHigh[b] = quantileSorted(sorted.subarray(0, length), 0.975);
	}
	return { ...out, draws, bandLow, bandHigh };
}

const sums = new Float64Array(4 * LANES);

/** Sums of three totals over a bin's entries for all lanes: weight, gap, correct. */
function sumBin(from: number, to: number, at: Int32Array, totals: Float64Array, counts: Int32Array): Float64Array {
	let w0 = 0;
	let w1 = 0;
	let w2 = 0;
	let w3 = 0;
	let g0 = 0;
	let g1 = 0;
	let g2 = 0;
	let g3 = 0;
	let c0 = 0;
	let c1 = 0;
	let c2 = 0;
	let c3 = 0;
	for (let e = from; e < to; e++) {
		const k = at[e]!;
		const x = counts[k]!;
		const n0 = x & 255;
		const n1 = (x >>> 8) & 255;
		const n2 = (x >>> 16) & 255;
		const n3 = x >>> 24;
		const w = totals[3 * e]!;
		w0 += n0 * w;
		w1 += n1 * w;
		w2 += n2 * w;
		w3 += n3 * w;
		const g = totals[3 * e + 1]!;
		g0 += n0 * g;
		g1 += n1 * g;
		g2 += n2 * g;
		g3 += n3 * g;
		const c = totals[3 * e + 2]!;
		c0 += n0 * c;
		c1 += n1 * c;
		c2 += n2 * c;
		c3 += n3 * c;
	}
	sums[0] = w0;
	sums[1] = w1;
	sums[2] = w2;
	sums[3] = w3;
	sums[4] = g0;
	sums[5] = g1;
	sums[6] = g2;
	sums[7] = g3;
	sums[8] = c0;
	sums[9] = c1;
	sums[10] = c2;
	sums[11] = c3;
	return sums;
}

/** Sums of four totals over clusters for all lanes. */
function sumClusters(clusters: number, totals: Float64Array, counts: Int32Array): Float64Array {
	sums.fill(0);
	for (let part = 0; part < 4; part += 2) {
		let a0 = 0;
		let a1 = 0;
		let a2 = 0;
		let a3 = 0;
		let b0 = 0;
		let b1 = 0;
		let b2 = 0;
		let b3 = 0;
		for (let g = 0, k = 0; g < clusters; g++, k += 4) {
			const x = counts[g]!;
			const n0 = x & 255;
			const n1 = (x >>> 8) & 255;
			const n2 = (x >>> 16) & 255;
			const n3 = x >>> 24;
			const a = totals[k + part]!;
			a0 += n0 * a;
			a1 += n1 * a;
			a2 += n2 * a;
			a3 += n3 * a;
			const b = totals[k + part + 1]!;
			b0 += n0 * b;
			b1 += n1 * b;
			b2 += n2 * b;
			b3 += n3 * b;
		}
		sums[LANES * part] = a0;
		sums[LANES * part + 1] = a1;
		sums[LANES * part + 2] = a2;
		sums[LANES * part + 3] = a3;
		sums[LANES * part + 4] = b0;
		sums[LANES * part + 5] = b1;
		sums[LANES * part + 6] = b2;
		sums[LANES * part + 7] = b3;
	}
	return sums;
}
