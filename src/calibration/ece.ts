import type { CalibrationForm, ConfidenceForm } from './proper.ts';
import type { Records } from './records.ts';

/** Bins of the product's ECE; on [½, 1] for pairs (rules.md, Intervals and checks). */
export const ECE_BINS = 15;

/** Equal cells of [0, 1] that B bins of a form come from: pairs use the upper half of 2B. */
function cellsOf(form: CalibrationForm, bins: number): { readonly cells: number; readonly first: number } {
	return form === 'pair' ? { cells: 2 * bins, first: bins } : { cells: bins, first: 0 };
}

/**
 * Bin of a value: B left-closed bins, the last one closed, on [½, 1] for pairs and [0, 1] for the binary form. Edges are the
 * doubles k/cells by division: `floor((conf−½)·2B)` would put 0.6 one bin too low.
 */
export function binOf(value: number, bins: number, form: CalibrationForm): number {
	const { cells, first } = cellsOf(form, bins);
	let cell = Math.floor(value * cells);
	// The product may round up to an edge that the value lies below, or down from one.
	if (value < cell / cells) cell--;
	else if (value >= (cell + 1) / cells) cell++;
	return Math.min(bins - 1, Math.max(0, cell - first));
}

export function binsOf(form: ConfidenceForm, bins: number): Int32Array {
	const out = new Int32Array(form.confidence.length);
	for (let i = 0; i < out.length; i++) out[i] = binOf(form.confidence[i]!, bins, form.form);
	return out;
}

/** Lower edge of bin b; bin B − 1 ends at the edge of B, 1. */
export function binEdge(form: CalibrationForm, bins: number, b: number): number {
	const { cells, first } = cellsOf(form, bins);
	return (first + b) / cells;
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

/** Root of Σ (n_b/n)·(mean confidence − mean correct)² over non-empty bins, not debiased. */
export function rootMeanSquareError(totals: BinTotals): number | null {
	if (totals.total === 0) return null;
	let sum = 0;
	for (let b = 0; b < totals.bins; b++) {
		if (totals.weight[b]! > 0) sum += (totals.confidence[b]! - totals.correct[b]!) ** 2 / totals.weight[b]!;
	}
	return Math.sqrt(sum / totals.total);
}
