import type { ClusteredMean } from '../calibration/jackknife.ts';
import { studentQuantile, studentUpperTail } from '../calibration/student.ts';

/** Difference of the means of two independent cluster samples. */
export interface TwoSamples {
	readonly value: number;
	readonly se: number;
	/** Welch–Satterthwaite degrees of freedom. */
	readonly df: number;
	readonly low: number;
	readonly high: number;
	/** P(difference this large | difference = `above`), one-sided. */
	readonly p: number;
}

/**
 * Welch's test of mean(x) − mean(y) > above, with clustered jackknife errors (Welch 1947): the two sides share no cluster,
 * because a cluster that spans splits takes part in one of them only.
 * @returns null without an error on either side
 */
export function twoSamples(x: ClusteredMean, y: ClusteredMean, above = 0): TwoSamples | null {
	if (x.se === null || y.se === null) return null;
	const value = x.value - y.value;
	const se = Math.hypot(x.se, y.se);
	if (!Number.isFinite(value) || !Number.isFinite(se)) return null;
	if (se === 0) return { value, se, df: Infinity, low: value, high: value, p: value > above ? 0 : 1 };
	const df = se ** 4 / (x.se ** 4 / (x.clusters - 1) + y.se ** 4 / (y.clusters - 1));
	const reach = studentQuantile(0.975, df) * se;
	return { value, se, df, low: value - reach, high: value + reach, p: studentUpperTail((value - above) / se, df) };
}
