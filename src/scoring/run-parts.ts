/** What every scoring run does alike, whatever scores. */
import type { Dataset, ScoredPair } from '../domain/dataset.ts';
import type { Metrics, SplitSize } from '../domain/run-record.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';

/** Splits that may be shown before a decision. */
export const OPEN_SPLITS = ['train', 'eval', 'heldout_reference', 'retention'] as const;
const SPLITS: readonly EvaluationSplit[] = [...OPEN_SPLITS, 'heldout_sealed'];

/** @throws UserError `usage`, naming what was expected and found */
export function checkRunSettings({
	lambda,
	margin,
	seed,
}: {
	readonly lambda: number | null;
	readonly margin: number | 'auto';
	readonly seed: number;
}): void {
	if (lambda !== null && !(lambda >= 0 && lambda <= 1)) {
		throw new UserError(
			'usage',
			`λ lies between 0 (in-distribution fit alone) and 1 (minimax regret); found ${lambda}.`,
		);
	}
	if (margin !== 'auto' && !(margin >= 0 && Number.isFinite(margin))) {
		throw new UserError('usage', `The margin is a number of nats from 0 up, or auto; found ${margin}.`);
	}
	if (!Number.isInteger(seed)) throw new UserError('usage', `The seed is a whole number; found ${seed}.`);
}

export function leftOutOf(dataset: Dataset, split: EvaluationSplit): Metrics['left_out'] {
	const { unresolved, both_bad, waiting, open, spanning, policy } = dataset.leftOut[split];
	return { unresolved, both_bad, waiting, open, spanning, ...(policy === undefined ? {} : { policy }) };
}

function sizeOf(pairs: readonly Pick<ScoredPair, 'prompt' | 'cluster'>[]): SplitSize {
	return {
		pairs: pairs.length,
		prompts: new Set(pairs.map((pair) => pair.prompt)).size,
		clusters: new Set(pairs.map((pair) => pair.cluster)).size,
	};
}

/** Sizes of the scored sets; of E everything judged, or its size would tell how many are both bad, two policies how many are disputed. */
export function splitSizes({ pairs, sealedUnlabelled = [] }: Dataset): Record<EvaluationSplit, SplitSize> {
	const membersOf = (split: EvaluationSplit) => {
		const labelled = pairs.filter((pair) => pair.split === split);
		return split === 'heldout_sealed' ? [...labelled, ...sealedUnlabelled] : labelled;
	};
	return Object.fromEntries(SPLITS.map((split) => [split, sizeOf(membersOf(split))])) as Record<
		EvaluationSplit,
		SplitSize
	>;
}
