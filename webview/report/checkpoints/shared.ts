/** What the parts of a checkpoint report share: the λ on the slider, and the checkpoints that are looked at side by side. */
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { type JudgedCheckpoints, judgeCheckpoints } from '../../../src/domain/checkpoint-choice.ts';
import { useView } from '../view-state.tsx';
import { useLambdaPlace } from './lambda-state.tsx';
import { type CheckpointRecord, headlineOf, lambdaGrid } from './record.ts';

/** More panels than fit beside each other would compare nothing. */
export const MOST_PICKED = 4;

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
	const { viewed } = useLambdaPlace();
	const grid = lambdaGrid(record);
	const at = Math.min(viewed ?? grid.indexOf(record.settings.lambda), grid.length - 1);
	// Where the run itself had no criterion (too few clusters), there is none at another λ either.
	const weighed = record.checkpoints.some(({ objective }) => objective.value !== null) ? record.checkpoints : [];
	const bestAt = (index: number) => judgeCheckpoints(weighed, grid[index] ?? 0, record.settings.margin);
	const here = bestAt(at);
	let [from, to] = [at, at];
	while (from > 0 && bestAt(from - 1).best === here.best) from--;
	while (to < grid.length - 1 && bestAt(to + 1).best === here.best) to++;
	return { ...here, lambda: grid[at] ?? 0, at, grid, from: grid[from] ?? 0, to: grid[to] ?? 1 };
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
