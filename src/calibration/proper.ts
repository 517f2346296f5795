import { pairLoss, type Records } from './records.ts';

/** Confidence form (design.md §7): with P(chosen ≻ rejected) every label would be 1, and a reliability diagram nonsense. */
export interface ConfidenceForm {
	/** max(p, 1−p). */
	readonly confidence: Float64Array;
	/** y if p > ½, 1−y if p < ½, ½ if p = ½. */
	readonly correct: Float64Array;
}

export function confidenceForm(records: Records): ConfidenceForm {
	const confidence = new Float64Array(records.size);
	const correct = new Float64Array(records.size);
	for (let i = 0; i < records.size; i++) {
		const p = records.p[i]!;
		const y = records.y[i]!;
		confidence[i] = Math.max(p, 1 - p);
		correct[i] = p > 0.5 ? y : p < 0.5 ? 1 - y : 0.5;
	}
	return { confidence, correct };
}

/** Per-record negative log-likelihood of the vote share, nats. */
export function losses(records: Records): Float64Array {
	const out = new Float64Array(records.size);
	for (let i = 0; i < records.size; i++) out[i] = pairLoss(records.margin[i]!, records.y[i]!);
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
