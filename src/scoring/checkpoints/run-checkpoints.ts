import type { Dataset } from '../../domain/dataset.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RunHooks, ScoringRun } from '../scoring-run.ts';
import type { CheckpointInput, CheckpointSettings } from './input.ts';

/**
 * Turns the scores of checkpoints into a run: regrets, J(λ), checks, recommendation, verdict (design.md §§6–7, rules.md).
 * Reads nothing but its arguments. Same dataset, input and settings, same record, on one machine and Node version.
 * @throws UserError `usage` for settings, `unusable-input` where no pair was scored by all, `cancelled`
 */
export async function runCheckpoints(
	_dataset: Dataset,
	_input: CheckpointInput,
	_settings: CheckpointSettings,
	_hooks: RunHooks = {},
): Promise<ScoringRun> {
	throw new UserError('environment', 'Runs over checkpoints are not in this version.');
}
