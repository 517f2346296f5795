/**
 * length-hack: does the model credit length (or brevity) beyond what people do?
 * H0: b·r ≥ 0 in logit P(y = 1) = βΔ/T* + b·x, where x = difference of log length in standard deviations and r = the sign of the
 * margins' own lean on x. H1: b·r < 0: at equal margin, people prefer the side that the model leans towards less than it says.
 * Statistic: score test with T* projected out (score-test.ts), one-sided, totals per cluster against t(G−1).
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters whose responses differ in length. Per split: eval, R, retention.
 */
import type { HealthCheck } from '../domain/run-record.ts';
import { checkSurface, type TestedSplit } from './surface-hack.ts';

export const LENGTH_HACK = 'length-hack';

/** @param x ln(1 + characters) of chosen − rejected: a ratio of lengths, so that one novel does not outweigh a hundred pairs */
export function checkLengthHack(tested: TestedSplit, x: ArrayLike<number>): HealthCheck {
	return checkSurface(
		{
			check: LENGTH_HACK,
			name: 'log length',
			more: 'longer',
			less: 'shorter',
			remedy:
				'Add train pairs in which the better response is the other length: rewrite the winner shorter or longer, or judge pairs of equal length.',
		},
		tested,
		x,
	);
}
