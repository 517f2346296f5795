/** What every check is made of. */
import type { ClusteredMean } from '../calibration/jackknife.ts';
import { studentUpperTail } from '../calibration/student.ts';
import type { HealthCheck } from '../domain/run-record.ts';

/** Comparison ids named at most. */
export const MAX_EVIDENCE = 10;

/** A check that cannot be made: says why. */
export function insufficient(
	check: string,
	message: string,
	more: Partial<Pick<HealthCheck, 'split' | 'statistic' | 'threshold' | 'remedy' | 'n_needed'>> = {},
): HealthCheck {
	return {
		check,
		status: 'insufficient',
		p: null,
		statistic: null,
		threshold: null,
		n_needed: null,
		evidence: [],
		message,
		reason: message,
		...more,
	};
}

/** One-sided p of mean > 0 against t(G−1); without any spread the sign alone decides. */
export function upperTail(mean: Pick<ClusteredMean, 'value' | 'se'>, df: number, above = 0): number {
	const difference = mean.value - above;
	if (mean.se === null || mean.se === 0) return difference > 0 ? 0 : 1;
	return studentUpperTail(difference / mean.se, df);
}

/** Places with the largest values, in falling order, values at or below `floor` left out. */
export function largest(values: ArrayLike<number>, n = MAX_EVIDENCE, floor = 0): number[] {
	return Array.from({ length: values.length }, (_, i) => i)
		.filter((i) => values[i]! > floor)
		.sort((x, y) => values[y]! - values[x]! || x - y)
		.slice(0, n);
}
