import { intervalOf, pairMean } from '../../calibration/jackknife.ts';
import type { MetricsOptions } from '../../calibration/metrics.ts';
import { type Records, recordsFromMargins } from '../../calibration/records.ts';
import type { ScoredPair } from '../../domain/dataset.ts';
import { longerWins } from '../../health/longer-wins.ts';
import { leftOutOf } from '../run-parts.ts';
import { facetGroups, type Sealed } from '../sealed.ts';
import type { Threads } from '../threads.ts';
import type { CheckpointChoice } from './choose.ts';
import type { CheckpointFamily, Member } from './family.ts';

const NONE = { value: null, low: null, high: null, reason: 'no such baseline over checkpoints' };

/** Places of E's pairs that every checkpoint is measured on, void ones too: whichever a decision names, the others stand beside it. */
function sealedRows(family: CheckpointFamily): Int32Array {
	const [first, ...others] = family.members.map((_, k) => family.rows('heldout_sealed', k));
	const also = others.map((rows) => new Set(rows));
	return first!.filter((i) => also.every((rows) => rows.has(i)));
}

function optionsOf(family: CheckpointFamily, pairs: readonly ScoredPair[]): MetricsOptions {
	const split = 'heldout_sealed';
	const seen = Math.max(...family.members.map((_, k) => family.leftOut(split, k).seen));
	const all = family.dataset.pairs.filter((pair) => pair.split === split).length;
	const unscored = all - pairs.length - seen;
	return {
		leftOut: {
			...leftOutOf(family.dataset, split),
			...(unscored > 0 ? { unscored } : {}),
			...(seen > 0 ? { seen } : {}),
		},
		seed: family.settings.seed,
		longerWins: longerWins(pairs),
	};
}

/** log π of both sides and log π_ref of both sides of one pair. */
function logpsAt({ scores }: Member, i: number): [number, number, number, number] {
	return [scores.chosen[i]!, scores.rejected[i]!, scores.refChosen[i]!, scores.refRejected[i]!];
}

/**
 * Everything of E in a run over checkpoints, for every checkpoint that a decision may name; null where no pair of E was scored by all.
 * It goes to sealed.bin and nowhere else.
 */
export async function sealCheckpoints(
	family: CheckpointFamily,
	choice: CheckpointChoice,
	threads: Threads,
): Promise<Sealed | null> {
	const rows = sealedRows(family);
	if (rows.length === 0) return null;
	const { members, dataset, settings, referenceLoss } = family;
	const pairs: readonly ScoredPair[] = Array.from(rows, (i) => dataset.pairs[i]!);
	const of = ({ scores }: Member): { loss: Float64Array; records: Records } => ({
		loss: Float64Array.from(rows, (i) => scores.loss[i]!),
		records: recordsFromMargins(pairs, [Float64Array.from(rows, (i) => settings.beta * scores.delta[i]!)]),
	});
	const sealed = members.map(of);
	const options = optionsOf(family, pairs);
	const metrics = await Promise.all(sealed.map(({ records }) => threads.measure(records, options)));
	const groups = facetGroups(pairs, family.pairs('heldout_reference', choice.headline), sealed[0]!.records);
	const bestByEval = members.findIndex(({ name }) => name === choice.best.by_eval_nll);
	const baselines = { recommended: choice.recommended, best: bestByEval < 0 ? null : bestByEval };
	const over = (loss: Float64Array, other: number | null) => {
		if (other === null) return NONE;
		const difference = loss.map((x, i) => x - sealed[other]!.loss[i]!);
		return intervalOf(pairMean(pairs, difference));
	};
	return {
		version: 1,
		pairs: pairs.length,
		facets: { seen: groups.seen.size, unseen: groups.unseen.size },
		by_lambda: choice.lambdas.map(({ lambda, point }) => ({ lambda, solution: point })),
		own: choice.headline,
		dpo: null,
		pooled: null,
		checkpoints: {
			beta: settings.beta,
			loss: settings.loss,
			reference: referenceLoss,
			recommended: baselines.recommended,
			best_by_eval: baselines.best,
		},
		solutions: members.map(({ name }, k) => {
			const { loss } = sealed[k]!;
			return {
				s: null,
				ridge: null,
				checkpoint: name,
				loss: intervalOf(pairMean(pairs, loss)),
				// Bonferroni over all checkpoints.
				band: intervalOf(pairMean(pairs, loss), 'no pairs', 1 - 0.05 / members.length),
				over_dpo: NONE,
				over_pooled: NONE,
				over_reference: intervalOf(
					pairMean(
						pairs,
						loss.map((x) => x - referenceLoss),
					),
				),
				over_recommended: over(loss, baselines.recommended),
				over_best_by_eval: over(loss, baselines.best),
				by_facet: { seen: groups.seen.of(loss), unseen: groups.unseen.of(loss) },
				metrics: metrics[k]!,
			};
		}),
		lines: Array.from(rows, (i, at) => {
			const pair = pairs[at]!;
			return {
				comparison: pair.comparison,
				checkpoint: null,
				y: pair.y,
				decided: pair.decided,
				chosen_side: pair.chosenSide,
				split: 'heldout_sealed' as const,
				source: pair.source,
				deltas: members.map(({ scores }) => scores.delta[i]!),
				logps: members.map((member) => logpsAt(member, i)),
			};
		}),
	};
}
