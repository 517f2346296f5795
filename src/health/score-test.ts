import { MIN_CLUSTERS } from '../calibration/jackknife.ts';
import { type Records, sigmoid } from '../calibration/records.ts';
import { studentQuantile, studentUpperTail } from '../calibration/student.ts';

/** Score test of b = 0 in logit P(y = 1) = a·margin + b·x, a = 1/T* fitted on the same records. */
export interface ScoreTest {
	/** One-step estimate of b, logits per standard deviation of x, with its clustered error. */
	readonly b: number;
	readonly se: number;
	/** SE if all pairs were independent. */
	readonly iid: number;
	readonly low: number;
	readonly high: number;
	readonly t: number;
	/** One-sided: b against the direction in which the margins lean on x. */
	readonly p: number;
	/** +1: margins rise with x; −1: they fall with it. It depends on no label. */
	readonly leans: 1 | -1;
	/** Correlation of margins and x about 0: how far they follow it. */
	readonly follows: number;
	/** 1/T* on these records; 0 where the margins do not help, or are the wrong way round. */
	readonly slope: number;
	/** Clusters with x ≠ 0 somewhere. */
	readonly clusters: number;
	/** Each pair's share of the alarm: large = the margin leans on x and people did not follow. */
	readonly contributions: Float64Array;
}

export type ScoreTestResult = ScoreTest | { readonly reason: string; readonly clusters: number };

/** Margins that x explains this well cannot be told from a temperature. */
const COLLINEAR = 0.99;
const SLOPE_MAX = 100;

/** Root of Σ w·z·(y − σ(az)), which falls in a: Newton inside a shrinking bracket; ±SLOPE_MAX where labels are separable. */
function fitSlope({ size, margin, y, weight }: Records): number {
	let low = -SLOPE_MAX;
	let high = SLOPE_MAX;
	let a = 1;
	for (let step = 0; step < 200; step++) {
		let score = 0;
		let information = 0;
		for (let i = 0; i < size; i++) {
			const z = margin[i]!;
			const p = sigmoid(a * z);
			score += weight[i]! * z * (y[i]! - p);
			information += weight[i]! * z * z * p * (1 - p);
		}
		if (score > 0) low = a;
		else high = a;
		const newton = a + score / information;
		const next = newton > low && newton < high ? newton : (low + high) / 2;
		if (Math.abs(next - a) <= 1e-12 * Math.max(1, Math.abs(a))) return next;
		a = next;
	}
	return a;
}

/**
 * The test behind length-hack, confidence-hack and format-hack. It asks whether people credit x less than the margins do, at
 * equal margin: a matched comparison of accuracies would alarm on data where length and quality merely go together.
 *
 * Since T* is estimated on the same labels, the score of b is projected on the nuisance score: s_i = (x_i − γz_i)(y_i − p_i)
 * with γ = I_ba/I_aa (Boos 1992, generalised score test). Totals per cluster against Student's t with (active clusters − 1)
 * degrees of freedom.
 *
 * A temperature is positive. Where the best slope is not, it stays at 0 and there is no nuisance left to project out: else margins
 * that are length and nothing else, the wrong way round, would be excused by a negative temperature. That branch doubles its p:
 * at a true slope of 0 it is taken half of the time, P(score < −z₂.₅, nuisance < 0) ≤ 2.5 % at any correlation of the two, and
 * the projected score, independent of the nuisance, adds 2.5 % in the other half: 5 % together.
 *
 * One-sided in the direction that the margins themselves lean (sign of Σzx, free of labels): noise in fitted margins makes
 * any honest model credit x too little, which is no hack, and a two-sided test would report it on every large set.
 * @param x one value a pair: chosen − rejected. Antisymmetric, so it is scaled by its root mean square and never centred
 */
export function scoreTest(records: Records, x: ArrayLike<number>): ScoreTestResult {
	const { size, margin, y, weight, cluster, clusters, pair, pairs } = records;
	let squares = 0;
	const seen = new Uint8Array(clusters);
	for (let i = 0; i < size; i++) {
		const value = x[pair[i]!]!;
		if (value !== 0) seen[cluster[i]!] = 1;
		squares += weight[i]! * value * value;
	}
	const active = seen.reduce((sum, one) => sum + one, 0);
	if (active < MIN_CLUSTERS) return { reason: 'too few clusters differ', clusters: active };
	const scale = 1 / Math.sqrt(squares / pairs);
	let zz = 0;
	let zx = 0;
	for (let i = 0; i < size; i++) {
		const z = margin[i]!;
		if (!Number.isFinite(z)) return { reason: 'a margin is infinite', clusters: active };
		zz += weight[i]! * z * z;
		zx += weight[i]! * z * x[pair[i]!]! * scale;
	}
	if (zz === 0) return { reason: 'every margin is 0', clusters: active };
	const follows = zx / Math.sqrt(zz * pairs);
	const fitted = fitSlope(records);
	const slope = Math.max(0, fitted);
	if (slope > 0 && Math.abs(follows) > COLLINEAR) return { reason: 'the margins follow it alone', clusters: active };
	if (slope > 0.999 * SLOPE_MAX) return { reason: 'every label agrees with its margin', clusters: active };
	let aa = 0;
	let ab = 0;
	let bb = 0;
	for (let i = 0; i < size; i++) {
		const z = margin[i]!;
		const p = sigmoid(slope * z);
		const v = weight[i]! * p * (1 - p);
		const scaled = x[pair[i]!]! * scale;
		aa += v * z * z;
		ab += v * z * scaled;
		bb += v * scaled * scaled;
	}
	const gamma = slope === 0 ? 0 : ab / aa;
	const information = bb - gamma * ab;
	if (!(information > 1e-6 * pairs)) return { reason: 'the margins leave no doubt', clusters: active };
	const totals = new Float64Array(clusters);
	const contributions = new Float64Array(pairs);
	for (let i = 0; i < size; i++) {
		const s = weight[i]! * (x[pair[i]!]! * scale - gamma * margin[i]!) * (y[i]! - sigmoid(slope * margin[i]!));
		totals[cluster[i]!] = totals[cluster[i]!]! + s;
		contributions[pair[i]!] = contributions[pair[i]!]! + s;
	}
	let score = 0;
	let spread = 0;
	let iid = 0;
	for (const total of totals) {
		score += total;
		spread += total * total;
	}
	for (const s of contributions) iid += s * s;
	// Around its mean: else a large score would hide itself in its own variance.
	const variance = (active / (active - 1)) * Math.max(0, spread - (score * score) / active);
	if (!(variance > 0)) return { reason: 'no spread between clusters', clusters: active };
	const leans = zx < 0 ? -1 : 1;
	const df = active - 1;
	const t = score / Math.sqrt(variance);
	const b = score / information;
	const se = Math.sqrt(variance) / information;
	const reach = studentQuantile(0.975, df) * se;
	const tail = studentUpperTail(-leans * t, df);
	for (let i = 0; i < pairs; i++) contributions[i] = -leans * contributions[i]!;
	return {
		b,
		se,
		iid: Math.sqrt(iid) / information,
		low: b - reach,
		high: b + reach,
		t,
		p: slope === 0 ? Math.min(1, 2 * tail) : tail,
		leans,
		follows,
		slope,
		clusters: active,
		contributions,
	};
}
