import { confidenceBins } from './ece.ts';
import type { ConfidenceForm } from './proper.ts';
import { quantileSorted, seededRandom } from './random.ts';
import type { Records } from './records.ts';

/** What ECE a perfectly calibrated model would show on these confidences and this many pairs. */
export interface EceNull {
	readonly mean: number;
	readonly q95: number;
	/** Share of calibrated draws with an ECE at least as large, with the usual +1. */
	readonly p: number;
	/** 95 % band of a bin's mean correctness under calibration; NaN where the bin is empty. */
	readonly bandLow: Float64Array;
	readonly bandHigh: Float64Array;
	readonly draws: number;
}

/** Draws for n records: 1,000, fewer where that would cost seconds; a rule, so that the same data give the same bytes. */
export function drawCount(size: number, full = 1000): number {
	return Math.max(200, Math.min(full, Math.floor(3e7 / Math.max(1, size))));
}

/**
 * Consistency resampling (Bröcker & Smith 2007): confidences and bins stay, labels are redrawn as if p were true.
 * Every pair draws one uniform number that all its records share, since fold models score the same label.
 * The label keeps the observed split of votes where that can have mean p: it is y or 1−y. Where p is more extreme than
 * the votes, it is 1 or 0, which is the widest a label of mean p can be: p-values err on the cautious side there.
 * Pairs are drawn independently of each other: dependence inside clusters is left to the intervals of NLL and O.
 */
export function eceNull(
	records: Records,
	form: ConfidenceForm,
	observed: number,
	options: { readonly bins: number; readonly seed: number; readonly draws?: number },
): EceNull {
	const { bins, seed } = options;
	const draws = options.draws ?? drawCount(records.size);
	const random = seededRandom(seed);
	const bin = confidenceBins(form.confidence, bins);
	const size = records.size;
	const weights = new Float64Array(bins);
	const gaps = new Float64Array(bins);
	// A record's correctness is `high` where its pair's uniform is below `cut`, else `low`.
	const cut = new Float64Array(size);
	const high = new Float64Array(size);
	const low = new Float64Array(size);
	const base = new Float64Array(bins);
	let total = 0;
	for (let i = 0; i < size; i++) {
		const p = records.p[i]!;
		const w = records.weight[i]!;
		const b = bin[i]!;
		const top = Math.max(records.y[i]!, 1 - records.y[i]!);
		const within = p <= top && p >= 1 - top;
		const win = within ? top : 1;
		const flip = p < 0.5;
		cut[i] = within ? (top === 0.5 ? 1 : (p - (1 - top)) / (2 * top - 1)) : p;
		high[i] = p === 0.5 ? w / 2 : w * (flip ? 1 - win : win);
		low[i] = p === 0.5 ? w / 2 : w * (flip ? win : 1 - win);
		weights[b] = weights[b]! + w;
		base[b] = base[b]! + w * form.confidence[i]!;
		total += w;
	}
	const eces = new Float64Array(draws);
	const perBin = Array.from({ length: bins }, () => new Float64Array(draws));
	const uniform = new Float64Array(records.pairs);
	for (let d = 0; d < draws; d++) {
		for (let j = 0; j < uniform.length; j++) uniform[j] = random.unit();
		gaps.fill(0);
		for (let i = 0; i < size; i++) {
			const b = bin[i]!;
			gaps[b] = gaps[b]! + (uniform[records.pair[i]!]! < cut[i]! ? high[i]! : low[i]!);
		}
		let sum = 0;
		for (let b = 0; b < bins; b++) {
			sum += Math.abs(base[b]! - gaps[b]!);
			perBin[b]![d] = gaps[b]! / weights[b]!;
		}
		eces[d] = sum / total;
	}
	let asLarge = 0;
	let mean = 0;
	for (const ece of eces) {
		// Equal up to rounding counts as equal: the same sums come in another order.
		if (ece >= observed - 1e-12) asLarge++;
		mean += ece / draws;
	}
	const bandLow = new Float64Array(bins).fill(Number.NaN);
	const bandHigh = new Float64Array(bins).fill(Number.NaN);
	for (let b = 0; b < bins; b++) {
		if (weights[b] === 0) continue;
		const sorted = perBin[b]!.sort();
		bandLow[b] = quantileSorted(sorted, 0.025);
		bandHigh[b] = quantileSorted(sorted, 0.975);
	}
	return { mean, q95: quantileSorted(eces.sort(), 0.95), p: (asLarge + 1) / (draws + 1), bandLow, bandHigh, draws };
}
