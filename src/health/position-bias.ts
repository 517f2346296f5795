/**
 * position-bias: does somebody's verdict depend on which side was shown first?
 * H0: every annotator takes the side shown first in half of their verdicts. H1: somebody does not.
 * Statistic: exact two-sided binomial test per annotator, smallest p times the number of annotators tested (Bonferroni). The order is
 * a coin that knows neither texts nor people, so under H0 verdicts are independent even within a cluster, and the test is exact.
 * Recorded sides only, first blind verdicts for a or b, none on E.
 * Unit: the verdict. Minimum n: 20 verdicts from an annotator; where several people judge, two of them.
 * Nobody is named: individual results are each person's own to see. The pooled share is given where one person judges alone, or where
 * none of those tested could take their own off it and be left with somebody else's.
 */
import { poolingTells } from '../calibration/agreement/people.ts';
import { logGamma, studentQuantile } from '../calibration/student.ts';
import type { PositionCount } from '../domain/dataset.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { insufficient } from './check.ts';
import { counted, percent } from './phrases.ts';
import { LEVEL, PLANNED_FAMILY, POWER } from './planning.ts';

export const POSITION_BIAS = 'position-bias';
export const MIN_VERDICTS = 20;
/** Share for the side shown first that the sample-size sentence speaks of. */
const EFFECT = 0.65;

/** P(X ≤ k) for X ~ Bin(n, ½), k ≤ n/2, summed from the largest term down. */
function lowerTail(k: number, n: number): number {
	let term = Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - n * Math.LN2);
	let sum = 0;
	for (let i = k; i >= 0 && term > 0; i--) {
		sum += term;
		if (term < sum * 1e-17) break;
		term *= i / (n - i + 1);
	}
	return sum;
}

/** Exact two-sided p of `first` of n fair coins. */
export function binomialHalf(first: number, n: number): number {
	return Math.min(1, 2 * lowerTail(Math.min(first, n - first), n));
}

/** 95 % Wilson interval of a share. */
function wilson(share: number, n: number): { low: number; high: number } {
	const z = 1.959963984540054;
	const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
	const reach = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
	return { low: centre - reach, high: centre + reach };
}

/** Verdicts that one annotator needs for 90 % power at `EFFECT`, after Holm and with as many annotators as there are. */
function verdictsNeeded(annotators: number): number {
	const reach =
		studentQuantile(1 - LEVEL / PLANNED_FAMILY / annotators / 2, 1e6) * 0.5 +
		studentQuantile(POWER, 1e6) * Math.sqrt(EFFECT * (1 - EFFECT));
	return Math.ceil((reach / (EFFECT - 0.5)) ** 2);
}

/** @param counts one entry for everybody whose verdicts have a recorded side, without names and in no telling order */
export function checkPositionBias(counts: readonly PositionCount[]): HealthCheck {
	const tested = counts.filter(({ first, second }) => first + second >= MIN_VERDICTS);
	if (tested.length === 0 || (counts.length > 1 && tested.length < 2)) {
		return insufficient(
			POSITION_BIAS,
			counts.length === 0
				? 'No verdict has a recorded side: only those given in the Annotate view have one.'
				: `${counted(tested.length, 'annotator')} of ${counts.length} ${tested.length === 1 ? 'has' : 'have'} ${MIN_VERDICTS} verdicts with a recorded side; ${counts.length > 1 ? 'two are' : 'one is'} needed.`,
			{ threshold: 0.5 },
		);
	}
	const p = Math.min(1, tested.length * Math.min(...tested.map((c) => binomialHalf(c.first, c.first + c.second))));
	const first = tested.reduce((sum, c) => sum + c.first, 0);
	const n = tested.reduce((sum, c) => sum + c.first + c.second, 0);
	const share = first / n;
	const needed = verdictsNeeded(tested.length);
	const found = p < LEVEL;
	const sizes = tested.map((c) => c.first + c.second);
	const pooled = counts.length === 1 || sizes.every((_, me) => !poolingTells(sizes.toSpliced(me, 1)));
	return {
		check: POSITION_BIAS,
		status: found ? 'warn' : 'pass',
		p,
		...(pooled ? { statistic: share, ...wilson(share, n) } : { statistic: null }),
		threshold: 0.5,
		n_needed: needed,
		evidence: [],
		evidence_kind: 'annotator',
		message: `${counted(tested.length, 'annotator')} tested${pooled ? `: ${percent(share)} of ${n} verdicts went to the side shown first` : ''}. ${found ? 'At least one annotator prefers one place on the screen.' : 'No sign that anybody prefers one place on the screen.'}`,
		sample_size: `To see somebody take one place in ${percent(EFFECT)} of verdicts takes about ${needed} verdicts from them; the median annotator here has ${median(tested.map((c) => c.first + c.second))}.`,
		...(found
			? {
					remedy:
						'Ask everybody to look at their own figure, and have pairs from the affected time judged a second time.',
				}
			: {}),
	};
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((x, y) => x - y);
	return sorted[Math.floor((sorted.length - 1) / 2)]!;
}
