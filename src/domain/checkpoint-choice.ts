import type { CheckpointResult } from './checkpoint.ts';
import { chooseSolution, type Judged, judgeFamily } from './criterion.ts';
import type { RunRecord } from './run-record.ts';

type Candidate = Pick<CheckpointResult, 'name' | 'void'> & {
	readonly objective: Pick<CheckpointResult['objective'], 'eval_loss' | 'heldout_loss'>;
};

/** J(λ) of a run's checkpoints. */
export interface JudgedCheckpoints {
	/** By name; void ones and those without both losses are not in F and are not here. */
	readonly judged: ReadonlyMap<string, Judged>;
	/** Lowest J, ties to the first; null where F is empty. */
	readonly best: string | null;
}

/**
 * The family F of a checkpoint run at any λ: A = loss on eval, H = loss on R (rules.md, Checkpoints).
 * @param margin m, nats, as resolved in the run's settings
 */
export function judgeCheckpoints(checkpoints: readonly Candidate[], lambda: number, margin: number): JudgedCheckpoints {
	const family = checkpoints.flatMap(({ name, objective, void: gone }) =>
		gone === undefined && objective.eval_loss !== null && objective.heldout_loss !== null
			? [{ name, fit: objective.eval_loss, heldout: objective.heldout_loss }]
			: [],
	);
	if (family.length === 0) return { judged: new Map(), best: null };
	const all = judgeFamily(family, lambda, margin);
	return {
		judged: new Map(family.flatMap(({ name }, index) => (all[index] ? [[name, all[index]] as const] : []))),
		best: family[chooseSolution(family, lambda, margin).index]?.name ?? null,
	};
}

/** What stays the same checkpoint over steps: its name without the number that is its step, for a line through a training run. */
export function trainingRunOf({ name, step }: Pick<CheckpointResult, 'name' | 'step'>): string {
	if (step === null) return '';
	const at = name.lastIndexOf(String(step));
	if (at === -1) return '';
	const rest = `${name.slice(0, at)}${name.slice(at + String(step).length)}`;
	return rest.replace(/[-_. ]*(?:global_?step|step|checkpoint|ckpt|iter)?[-_. ]*$/i, '');
}

export interface CheckpointChoice {
	readonly checkpoint: string;
	/** "recommended, used in this run's headline numbers"; may be empty. */
	readonly detail: string;
}

/** What a decision on a checkpoint run may name, beside none: any of its checkpoints, void ones last and said so. */
export function checkpointChoices({ checkpoints = [], recommended, best }: RunRecord): CheckpointChoice[] {
	return checkpoints.map(({ name, step, void: gone, beats_reference }) => ({
		checkpoint: name,
		detail: [
			recommended.checkpoint === name ? 'recommended' : '',
			step === null ? '' : `step ${step}`,
			best?.last === name ? 'last' : '',
			gone === undefined ? '' : 'held-out void',
			gone === undefined && !beats_reference ? 'does not beat the reference' : '',
		]
			.filter((part) => part !== '')
			.join(', '),
	}));
}
