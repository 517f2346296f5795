import { humanReference } from '../calibration/agreement/human-reference.ts';
import type { HumanReference } from '../domain/agreement.ts';
import type { ScoredPair } from '../domain/dataset.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { type JudgedComparison, judgedComparisons } from '../store/agreement-query.ts';
import type { Context } from './context.ts';

/**
 * Per split, one annotator against the majority of the others over the pairs that a run scores; splits without a pair that has a
 * majority of two or more others are absent. That of the sealed half is for the run's sealed file alone, until a decision.
 */
export function humanReferences(
	ctx: Context,
	pairs: readonly ScoredPair[],
): Readonly<Partial<Record<EvaluationSplit, HumanReference>>> {
	const scored = new Map(pairs.map((pair) => [pair.comparison, pair.split]));
	const bySplit = new Map<EvaluationSplit, JudgedComparison[]>();
	for (const comparison of judgedComparisons(ctx.db, true).comparisons) {
		const split = scored.get(comparison.id);
		if (split === undefined || comparison.verdicts.length < 3) continue;
		const list = bySplit.get(split);
		if (list === undefined) bySplit.set(split, [comparison]);
		else list.push(comparison);
	}
	const references = [...bySplit].map(([split, list]) => [split, humanReference(list)] as const);
	return Object.fromEntries(references.filter(([, reference]) => reference.pairs > 0));
}
