/** What the parts of a checkpoint report share: the λ on the slider, and the checkpoints that are looked at side by side. */
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { type JudgedCheckpoints, judgeCheckpoints } from '../../../src/domain/checkpoint-choice.ts';
import { headlineCheckpoint } from '../../../src/domain/headline.ts';
import type { Interval, RunRecord } from '../../../src/domain/run-record.ts';
import { useView } from '../view-state.tsx';

/** A record that holds checkpoints. */
export type CheckpointRecord = RunRecord & { readonly checkpoints: readonly CheckpointResult[] };

export function hasCheckpoints(record: RunRecord): record is CheckpointRecord {
	return (record.checkpoints?.length ?? 0) > 0;
}

/** More panels than fit beside each other would compare nothing. */
export const MOST_PICKED = 4;

/** The places of the slider: the frontier's λ and the one the run used. */
export function lambdaGrid({ frontier, settings }: RunRecord): number[] {
	const grid =
		frontier.length > 0 ? frontier.map(({ lambda }) => lambda) : Array.from({ length: 21 }, (_, i) => i / 20);
	return [...new Set([...grid, settings.lambda])].toSorted((a, b) => a - b);
}

export interface AtLambda extends JudgedCheckpoints {
	readonly lambda: number;
	/** Place on the slider. */
	readonly at: number;
	readonly grid: readonly number[];
	/** The λ next to each other for which the same checkpoint is best. */
	readonly from: number;
	readonly to: number;
}

/** J of every checkpoint at the slider's λ. */
export function useLambda(record: CheckpointRecord): AtLambda {
	const { state } = useView();
	const grid = lambdaGrid(record);
	const at = Math.min(state.viewed ?? grid.indexOf(record.settings.lambda), grid.length - 1);
	// Where the run itself had no criterion (too few clusters), there is none at another λ either.
	const weighed = record.checkpoints.some(({ objective }) => objective.value !== null) ? record.checkpoints : [];
	const bestAt = (index: number) => judgeCheckpoints(weighed, grid[index] ?? 0, record.settings.margin);
	const here = bestAt(at);
	let [from, to] = [at, at];
	while (from > 0 && bestAt(from - 1).best === here.best) from--;
	while (to < grid.length - 1 && bestAt(to + 1).best === here.best) to++;
	return { ...here, lambda: grid[at] ?? 0, at, grid, from: grid[from] ?? 0, to: grid[to] ?? 1 };
}

/** The one whose numbers stand at the top: the recommended one, else the last. */
export function headlineOf(record: CheckpointRecord): CheckpointResult | undefined {
	const name = headlineCheckpoint(record);
	return record.checkpoints.find((one) => one.name === name) ?? record.checkpoints.at(-1);
}

/** The checkpoints looked at side by side, in the record's order; at first the headline and the last one. */
export function usePicked(record: CheckpointRecord): {
	readonly picked: readonly CheckpointResult[];
	readonly add: (name: string) => void;
	readonly remove: (name: string) => void;
} {
	const { state, set } = useView();
	const { checkpoints, best } = record;
	const first = [headlineOf(record)?.name, best?.last ?? checkpoints.at(-1)?.name];
	const names = (state.picked ?? first).filter((name) => checkpoints.some((one) => one.name === name));
	const picked = checkpoints.filter(({ name }) => names.includes(name));
	const now = picked.map(({ name }) => name);
	return {
		picked,
		add: (name) => set({ picked: [...new Set([...now, name])].slice(0, MOST_PICKED) }),
		remove: (name) => set({ picked: now.filter((other) => other !== name) }),
	};
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
