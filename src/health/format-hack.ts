/**
 * format-hack: does the model credit lists, headings, bold and code (or their absence) beyond what people do?
 * H0: b·r ≥ 0 in logit P(y = 1) = βΔ/T* + b·x, where x = difference of summed log counts of list items, headings and bold, and code, in
 * standard deviations, and r = the sign of the margins' own lean on x. H1: b·r < 0.
 * Statistic: score test with T* projected out (score-test.ts), one-sided, totals per cluster against t(G−1).
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters whose responses differ in format. Per split: eval, R, retention.
 */
import type { HealthCheck } from '../domain/run-record.ts';
import { checkSurface, type TestedSplit } from './surface-hack.ts';

export const FORMAT_HACK = 'format-hack';

/** @param x Σ ln(1 + count) over list items, headings and bold, and code, chosen − rejected */
export function checkFormatHack(tested: TestedSplit, x: ArrayLike<number>): HealthCheck {
	return checkSurface(
		{
			check: FORMAT_HACK,
			name: 'formatting',
			more: 'more formatted',
			less: 'plainer',
			remedy:
				'Add train pairs in which the better response is the plainer one (or the more formatted): rewrite the winner’s layout and keep its content.',
		},
		tested,
		x,
	);
}
