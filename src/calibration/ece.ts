import type { ConfidenceForm } from './proper.ts';
import type { Records } from './records.ts';

/** Bins of the product's ECE, on [½, 1] (rules.md, Intervals and checks). */
export const ECE_BINS = 15;

/**
 * Bin of a confidence: B left-closed bins on [½, 1] with edges (B+k)/(2B), the last one closed.
 * `floor(conf·2B) − B`, not `floor((conf−½)·2B)`, which puts 0.6 one bin too low.
 */
export function confidenceBin(confidence: number, bins: number): number {
	return Math.min(bins - 1, Math.max(0, Math.floor(confidence * 2 * bins) - bins));
}

export function confidenceBins(confidence: Float64Array, bins: number): Int32Array {
	const out = new Int32Array(confidence.length);
	for (let i = 0; i < confidence.length; i++) out[i] = confidenceBin(confidence[i]!, bins);
	return out;
}

/** Weighted totals per bin. */
export interface BinTotals {
	readonly bins: number;
	readonly weight: Float64Array;
	readonly confidence: Float64Array;
	readonly correct: Float64Array;
	readonly total: number;
}

export function binTotals(records: Records, form: ConfidenceForm, bin: Int32Array, bins: number): BinTotals {
	const weight = new Float64Array(bins);
	const confidence = new Float64Array(bins);
	const correct = new Float64Array(bins);
	let total = 0;
	for (let i = 0; i < records.size; i++) {
		const b = bin[i]!;
		const w = records.weight[i]!;
		weight[b] = weight[b]! + w;
		confidence[b] = confidence[b]! + w * form.confidence[i]!;
		correct[b] = correct[b]! + w * form.correct[i]!;
		total += w;
	}
	return { bins, weight, confidence, correct, total };
}

/** ECE = Σ (n_b/n)·|mean confidence − mean correct| over non-empty bins (Guo 2017). */
export function expectedCalibrationError(totals: BinTotals): number | null {
	if (totals.total === 0) return null;
	let sum = 0;
	for (let b = 0; b < totals.bins; b++) sum += Math.abs(totals.confidence[b]! - totals.correct[b]!);
	return sum / totals.total;
}

/** MCE = the largest |mean confidence − mean correct| over non-empty bins. */
export function maximumCalibrationError(totals: BinTotals): number | null {
	let worst: number | null = null;
	for (let b = 0; b < totals.bins; b++) {
		const w = totals.weight[b]!;
		if (w > 0) worst = Math.max(worst ?? 0, Math.abs(totals.confidence[b]! - totals.correct[b]!) / w);
	}
	return worst;
}
