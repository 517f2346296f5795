import type { CheckpointResult } from '../../domain/checkpoint.ts';
import type { HealthCheck, RunRecord } from '../../domain/run-record.ts';
import type { EvaluationSplit } from '../../domain/split.ts';
import { OPEN_SPLITS } from '../run-parts.ts';
import { type CheckpointChoice, objectiveOf } from './choose.ts';
import { divergencesOf, rewardsOf } from './contrasts.ts';
import type { CheckpointFamily } from './family.ts';
import type { Retention } from './retention.ts';
import { skippedOf } from './score-lines.ts';

/** One checkpoint as the record holds it (contract: `checkpoints`). */
export function resultOf(
	family: CheckpointFamily,
	choice: CheckpointChoice,
	k: number,
	of: {
		readonly metrics: CheckpointResult['metrics'];
		readonly health: readonly HealthCheck[];
		readonly retention: Retention | null;
	},
): CheckpointResult {
	const { name, step, given, standing } = family.members[k]!;
	const [divergence, ...more] = divergencesOf(family, k);
	const skipped = skippedOf(family, k);
	const rewards = OPEN_SPLITS.flatMap((split) => {
		const means = rewardsOf(family, split, k);
		return means === null ? [] : [[split, means] as const];
	});
	return {
		name,
		step,
		objective: objectiveOf(family, choice, k),
		over_reference: {
			eval: family.over('eval', k, null),
			...(standing.void === null ? { heldout_reference: family.over('heldout_reference', k, null) } : {}),
		},
		beats_reference: choice.beats[k]!,
		metrics: of.metrics,
		rewards: Object.fromEntries(rewards),
		divergence,
		...(more.length === 0 ? {} : { divergences: [divergence, ...more] }),
		health: of.health,
		...(standing.void === null ? {} : { void: { what: 'heldout_reference' as const, reason: standing.void.reason } }),
		skipped: skipped.pairs,
		...(skipped.why.length === 0 ? {} : { skipped_why: skipped.why }),
		...(given.trainedOn === null
			? {}
			: {
					trained_on: {
						export: given.trainedOn.export,
						prompts: given.trainedOn.prompts.length,
						...(given.trainedOn.penalty === undefined ? {} : { penalty: given.trainedOn.penalty }),
					},
				}),
		...(of.retention === null ? {} : { forgetting: of.retention.result }),
	};
}

/** The reference is the one baseline; of a probe's there is none. */
export function baselinesOf(family: CheckpointFamily, member: number): RunRecord['baselines'] {
	const none = { s: null, ridge: null, train_loss: null, eval_loss: null, heldout_loss: null };
	const reason = 'checkpoints are scored, not fitted: there is none';
	const at = (split: EvaluationSplit): number | null =>
		family.pairs(split, member).length === 0 ? null : family.referenceLoss;
	return {
		uninformed: {
			...none,
			train_loss: at('train'),
			eval_loss: at('eval'),
			heldout_loss: at('heldout_reference'),
		},
		dpo: { ...none, reason },
		pooled: { ...none, reason },
	};
}
