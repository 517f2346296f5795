import { sigmoid } from '../../calibration/records.ts';
import type { ScoreLine } from '../../domain/run-record.ts';
import { OPEN_SPLITS } from '../run-parts.ts';
import type { CheckpointFamily } from './family.ts';

function told(x: number): number | null {
	return Number.isNaN(x) ? null : x;
}

/** One line a pair and checkpoint that it scored, outside E: checkpoints in the record's order, pairs in the dataset's, by split. */
export function scoreLines({ members, dataset, settings }: CheckpointFamily): ScoreLine[] {
	const places = OPEN_SPLITS.map((split) => ({
		split,
		rows: Int32Array.from(dataset.pairs.keys()).filter((i) => dataset.pairs[i]!.split === split),
	}));
	return members.flatMap(({ name, scores, standing }) =>
		places.flatMap(({ split, rows }) =>
			Array.from(rows)
				.filter((i) => scores.has[i] === 1)
				.map((i): ScoreLine => {
					const pair = dataset.pairs[i]!;
					const delta = scores.delta[i]!;
					return {
						comparison: pair.comparison,
						checkpoint: name,
						delta,
						p: sigmoid(settings.beta * delta),
						y: pair.y,
						decided: pair.decided,
						chosen_side: pair.chosenSide,
						split,
						source: scores.source.get(i) ?? pair.source,
						chosen_logps: scores.chosen[i]!,
						rejected_logps: scores.rejected[i]!,
						ref_chosen_logps: scores.refChosen[i]!,
						ref_rejected_logps: scores.refRejected[i]!,
						chosen_tokens: told(scores.chosenTokens[i]!),
						rejected_tokens: told(scores.rejectedTokens[i]!),
						...(standing.seen.has(pair.cluster) && split !== 'train' ? { seen: true as const } : {}),
					};
				}),
		),
	);
}

/** Pairs outside E that one checkpoint did not score, and why as far as its engine said. */
export function skippedOf(
	{ members, dataset }: CheckpointFamily,
	member: number,
): { readonly pairs: number; readonly why: readonly { readonly reason: string; readonly pairs: number }[] } {
	const { given, scores } = members[member]!;
	const reasons = new Map(given.skipped.map(({ comparison, reason }) => [comparison, reason]));
	const counts = new Map<string, number>();
	let pairs = 0;
	for (const [i, pair] of dataset.pairs.entries()) {
		if (pair.split === 'heldout_sealed' || scores.has[i] === 1) continue;
		pairs++;
		const reason = reasons.get(pair.comparison) ?? 'no score was given';
		counts.set(reason, (counts.get(reason) ?? 0) + 1);
	}
	const why = [...counts].map(([reason, n]) => ({ reason, pairs: n }));
	return { pairs, why: why.sort((x, y) => y.pairs - x.pairs || (x.reason < y.reason ? -1 : 1)) };
}
