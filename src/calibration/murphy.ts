import type { Points } from './points.ts';

/** Bins of the Murphy decomposition. */
export const MURPHY_BINS = 10;

/**
 * Murphy's decomposition of the Brier score over bins (1973), with the terms within bins (Stephenson 2008):
 * Brier = reliability − resolution + uncertainty + within-bin variance − within-bin covariance.
 */
export interface Murphy {
	/** Σ (n_b/n)(mean p − mean y)². */
	readonly reliability: number;
	/** Σ (n_b/n)(mean y of the bin − mean y)². */
	readonly resolution: number;
	/** Mean (y − mean y)². */
	readonly uncertainty: number;
	/** Mean (p − mean p of its bin)². */
	readonly within_variance: number;
	/** Mean 2(y − mean y of its bin)(p − mean p of its bin). */
	readonly within_covariance: number;
}

/** @param bin of each point, 0 … bins − 1 @returns null without points */
export function murphy(points: Points, bin: Int32Array, bins: number): Murphy | null {
	const n = new Float64Array(bins);
	const p = new Float64Array(bins);
	const y = new Float64Array(bins);
	let total = 0;
	let sum = 0;
	for (let i = 0; i < bin.length; i++) {
		const b = bin[i]!;
		const w = points.weight[i]!;
		n[b] = n[b]! + w;
		p[b] = p[b]! + w * points.p[i]!;
		y[b] = y[b]! + w * points.y[i]!;
		total += w;
		sum += w * points.y[i]!;
	}
	if (total === 0) return null;
	const mean = sum / total;
	let reliability = 0;
	let resolution = 0;
	for (let b = 0; b < bins; b++) {
		if (n[b] === 0) continue;
		p[b] = p[b]! / n[b]!;
		y[b] = y[b]! / n[b]!;
		reliability += (n[b]! / total) * (p[b]! - y[b]!) ** 2;
		resolution += (n[b]! / total) * (y[b]! - mean) ** 2;
	}
	let uncertainty = 0;
	let variance = 0;
	let covariance = 0;
	for (let i = 0; i < bin.length; i++) {
		const b = bin[i]!;
		const w = points.weight[i]! / total;
		uncertainty += w * (points.y[i]! - mean) ** 2;
		variance += w * (points.p[i]! - p[b]!) ** 2;
		covariance += 2 * w * (points.y[i]! - y[b]!) * (points.p[i]! - p[b]!);
	}
	return { reliability, resolution, uncertainty, within_variance: variance, within_covariance: covariance };
}
