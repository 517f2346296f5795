import type { RunSummary } from '../../protocol/runs.ts';

/** What scored, as people call it; an engine of another version keeps its own name. */
export const ENGINE_NAMES: Readonly<Record<string, string>> = {
	probe: 'Text probe; no language model was scored',
	gguf: 'GGUF files',
	http: 'Scoring server',
	logprobs: 'Files of log-probabilities',
};

/** "λ 0.3", "3 checkpoints". */
export function scoredText({ checkpoints, lambda }: Pick<RunSummary, 'checkpoints' | 'lambda'>): string {
	if (checkpoints !== undefined) return `${checkpoints.count} checkpoint${checkpoints.count === 1 ? '' : 's'}`;
	return lambda === null ? 'no λ' : `λ ${lambda}`;
}

/** "dpo-step50 recommended" or "ship none"; empty for a run that is not over checkpoints. */
export function shipText({ checkpoints }: Pick<RunSummary, 'checkpoints'>): string {
	if (checkpoints === undefined) return '';
	return checkpoints.recommended === null ? 'ship none' : `${checkpoints.recommended} recommended`;
}
