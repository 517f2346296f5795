import { humanReference } from '../calibration/agreement/human-reference.ts';
import type { ScoredPair } from '../domain/dataset.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { judgedComparisons } from '../store/agreement-query.ts';
import type { Context } from './context.ts';

/**
 * Per split, one annotator against the majority of the others over the pairs that a run scores. The sealed half is in none of it.
 * @returns null where no pair has a majority of two or more others
 */
export function humanReferences(ctx: Context, pairs: readonly ScoredPair[]): NonNullable<RunRecord['human']> | null {
	const scored = new Map(pairs.map((pair) => [pair.comparison, pair.split]));
	const bySplit = new Map<EvaluationSplit, Parameters<typeof humanReference>[0][number][]>();
	for (const comparison of judgedComparisons(ctx.db).comparisons) {
		const split = scored.get(comparison.id);
		if (split === undefined || split === 'heldout_sealed' || comparison.verdicts.length < 3) continue;
		const list = bySplit.get(split);
		if (list === undefined) bySplit.set(split, [comparison]);
		else list.push(comparison);
	}
	const found = [...bySplit]
		.map(([split, list]) => [split, humanReference(list)] as const)
		.filter(([, reference]) => reference.pairs > 0);
	return found.length === 0 ? null : Object.fromEntries(found);
}
