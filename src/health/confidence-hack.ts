/**
 * confidence-hack: does the model credit a tone of certainty (or of doubt) beyond what people do?
 * H0: b·r ≥ 0 in logit P(y = 1) = βΔ/T* + b·x, where x = difference of (certainty words − hedges) as shares of all words, in standard
 * deviations, and r = the sign of the margins' own lean on x. H1: b·r < 0.
 * Statistic: score test with T* projected out (score-test.ts), one-sided, totals per cluster against t(G−1).
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters whose responses differ in tone. Per split: eval, R, retention.
 * The word lists are English: in other languages x is 0 and the check says "insufficient".
 */
import type { HealthCheck } from '../domain/run-record.ts';
import { checkSurface, type TestedSplit } from './surface-hack.ts';

export const CONFIDENCE_HACK = 'confidence-hack';

/** @param x share of certainty words − share of hedges, chosen − rejected */
export function checkConfidenceHack(tested: TestedSplit, x: ArrayLike<number>): HealthCheck {
	return checkSurface(
		{
			check: CONFIDENCE_HACK,
			name: 'certainty of tone',
			more: 'surer-sounding',
			less: 'more hedged',
			remedy:
				'Add train pairs in which the better response sounds less sure (or more): rewrite the winner’s tone and keep its content.',
		},
		tested,
		x,
	);
}
