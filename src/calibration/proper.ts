import { pairLoss, type Records } from './records.ts';

/**
 * `pair`: p = P(chosen ≻ rejected), judged in confidence form on [½, 1]: with p itself every label would be 1, and a reliability
 * diagram nonsense (design.md §7). `binary`: p = P(y = 1) as it stands, on [0, 1].
 */
export type CalibrationForm = 'pair' | 'binary';

/** What reliability, the ECE family and over-confidence compare, one entry a record. */
export interface ConfidenceForm {
	readonly form: CalibrationForm;
	/** Pair: max(p, 1−p). Binary: p. */
	readonly confidence: Float64Array;
	/** Pair: y if p > ½, 1−y if p < ½, ½ if p = ½. Binary: y. */
	readonly correct: Float64Array;
}

export function confidenceForm(records: Records, form: CalibrationForm = 'pair'): ConfidenceForm {
	if (form === 'binary') return { form, confidence: records.p, correct: records.y };
	const confidence = new Float64Array(records.size);
	const correct = new Float64Array(records.size);
	for (let i = 0; i < records.size; i++) {
		const p = records.p[i]!;
		const y = records.y[i]!;
		confidence[i] = Math.max(p, 1 - p);
		correct[i] = p > 0.5 ? y : p < 0.5 ? 1 - y : 0.5;
	}
	return { form, confidence, correct };
}

/** Per-record negative log-likelihood of the vote share, nats. */
export function losses(records: Records): Float64Array {
	const out = new Float64Array(records.size);
	for (let i = 0; i < records.size; i++) out[i] = pairLoss(records.margin[i]!, records.y[i]!);
	return out;
}

/** Least probability of `clippedLosses`. */
export const NLL_CLIP = 1e-12;

/** Per-record loss with p and 1−p, each on its own, no less than 1e-12: finite where p is exactly 0 or 1. */
export function clippedLosses(records: Records): Float64Array {
	const out = new Float64Array(records.size);
	for (let i = 0; i < records.size; i++) {
		const p = records.p[i]!;
		const y = records.y[i]!;
		out[i] = -y * Math.log(Math.max(p, NLL_CLIP)) - (1 - y) * Math.log(Math.max(1 - p, NLL_CLIP)) + 0;
	}
	return out;
}

/** Per-record Brier score of a random vote: (p−y)² + y(1−y). */
export function brierScores(records: Records): Float64Array {
	const out = new Float64Array(records.size);
	for (let i = 0; i < records.size; i++) {
		const y = records.y[i]!;
		out[i] = (records.p[i]! - y) ** 2 + y * (1 - y);
	}
	return out;
}

/** Mean of (p−y)²: Brier against the vote share itself. */
export function brierMeanLabel(records: Records): number | null {
	let sum = 0;
	let size = 0;
	for (let i = 0; i < records.size; i++) {
		sum += records.weight[i]! * (records.p[i]! - records.y[i]!) ** 2;
		size += records.weight[i]!;
	}
	return size === 0 ? null : sum / size;
}

/** Per-record 1, ½, 0 against the majority side; 0 and weightless (see `accuracyWeights`) where nobody decided. */
export function majorityHits(records: Records): Float64Array {
	const out = new Float64Array(records.size);
	for (let i = 0; i < records.size; i++) {
		const p = records.p[i]!;
		const right = records.y[i]! >= 0.5 ? p > 0.5 : p < 0.5;
		out[i] = p === 0.5 ? 0.5 : right ? 1 : 0;
	}
	return out;
}

/** The records' weights, 0 where no strict majority decided. */
export function accuracyWeights(records: Records): Float64Array {
	return records.weight.map((w, i) => (records.decided[i] === 1 ? w : 0));
}
