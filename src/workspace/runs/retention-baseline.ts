import type { ComparisonScore } from '../../domain/checkpoint.ts';
import type { Side } from '../../domain/comparison.ts';
import { UserError } from '../../protocol/errors.ts';
import type { CheckpointSettings } from '../../scoring/checkpoints/input.ts';
import { decisionOn } from './decisions.ts';
import type { RunsPort } from './port.ts';
import { findRun, readRecord, readScores } from './run-files.ts';

export interface BaselineChoice {
	readonly run: string;
	readonly checkpoint: string;
}

/**
 * Which checkpoint of an earlier run forgetting is measured against: the one decided on, else the recommended one.
 * @throws UserError usage where that run chose none
 */
export function chooseBaseline(port: RunsPort, wanted: string): BaselineChoice {
	const run = findRun(port.paths.runs, wanted);
	const { recommended, checkpoints } = readRecord(port.paths.runs, run);
	const decision = decisionOn(port, run);
	const checkpoint = decision === null ? recommended.checkpoint : decision.checkpoint;
	if (checkpointless(checkpoints) || checkpoint === null) {
		const why = checkpointless(checkpoints)
			? 'scored no checkpoints'
			: decision === null
				? 'recommends none, and none was decided on'
				: 'was decided: ship none';
		throw new UserError(
			'usage',
			`Run ${run} ${why}, so it is no baseline for the must-not-forget split. Name a run with a chosen checkpoint, or leave --retention-baseline out: then the reference model is the baseline.`,
		);
	}
	return { run, checkpoint };
}

function checkpointless(checkpoints: unknown): boolean {
	return !Array.isArray(checkpoints) || checkpoints.length === 0;
}

/** Policy scores of the baseline on the retention split. @throws UserError usage where there are none */
export function readBaseline(
	runs: string,
	{ run, checkpoint }: BaselineChoice,
): NonNullable<CheckpointSettings['retentionBaseline']> {
	const scores = new Map<string, ComparisonScore>();
	for (const line of readScores(runs, run)) {
		const { chosen_logps, rejected_logps } = line;
		if (line.split !== 'retention' || line.checkpoint !== checkpoint) continue;
		if (chosen_logps === undefined || rejected_logps === undefined) continue;
		const side = { logp: chosen_logps, tokens: line.chosen_tokens ?? null };
		const other = { logp: rejected_logps, tokens: line.rejected_tokens ?? null };
		const bySide: Record<Side, ComparisonScore> = { a: { a: side, b: other }, b: { a: other, b: side } };
		scores.set(line.comparison, bySide[line.chosen_side]);
	}
	if (scores.size === 0) {
		throw new UserError(
			'usage',
			`Run ${run} scored no pair of the must-not-forget split with ${checkpoint}, so it is no baseline for it. Leave --retention-baseline out, or name a run that scored some.`,
		);
	}
	return { name: `${checkpoint} of run ${run}`, scores };
}
