/** What a checkpoint run's record says, read in the same way by every part of its report. */
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { headlineCheckpoint } from '../../../src/domain/headline.ts';
import type { Interval, RunRecord } from '../../../src/domain/run-record.ts';

/** A record that holds checkpoints. */
export type CheckpointRecord = RunRecord & { readonly checkpoints: readonly CheckpointResult[] };

export function hasCheckpoints(record: RunRecord): record is CheckpointRecord {
	return (record.checkpoints?.length ?? 0) > 0;
}

/** The places of the slider: the frontier's λ and the one the run used. */
export function lambdaGrid({ frontier, settings }: RunRecord): number[] {
	const grid =
		frontier.length > 0 ? frontier.map(({ lambda }) => lambda) : Array.from({ length: 21 }, (_, i) => i / 20);
	return [...new Set([...grid, settings.lambda])].toSorted((a, b) => a - b);
}

/** The one whose numbers stand at the top: the recommended one, else the last. */
export function headlineOf(record: CheckpointRecord): CheckpointResult | undefined {
	const name = headlineCheckpoint(record);
	return record.checkpoints.find((one) => one.name === name) ?? record.checkpoints.at(-1);
}

/** The reference model's name; logprobs files need not tell one. */
export function referenceName(record: RunRecord): string {
	return record.engine.models?.find(({ role }) => role === 'reference')?.name ?? 'the reference';
}

/**
 * A loss with its 95 % interval. The reference's loss is a constant (Δ = 0), so the paired difference to it has the loss's own interval,
 * moved by that constant.
 */
export function lossInterval(checkpoint: CheckpointResult, split: 'eval' | 'heldout_reference'): Interval {
	const value = split === 'eval' ? checkpoint.objective.eval_loss : checkpoint.objective.heldout_loss;
	const over = checkpoint.over_reference[split];
	if (value === null) return { value, low: null, high: null, reason: over?.reason ?? 'no scored pairs' };
	if (over === undefined || over.value === null || over.low === null || over.high === null) {
		return { value, low: null, high: null, reason: over?.reason ?? 'too few clusters for an interval' };
	}
	return { value, low: value + over.low - over.value, high: value + over.high - over.value };
}
