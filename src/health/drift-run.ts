import type { HealthCheck, ScoreLine } from '../domain/run-record.ts';
import { checkDrift, type DriftPair, noDrift, type PreviousScore } from './drift.ts';

/** An earlier run to look back to. */
export interface PreviousRun {
	/** Scores of its headline outside E; delta = βΔ, nats. `reviewed` = the label of its day where the headline kept a frozen one. */
	readonly scores: readonly (Pick<ScoreLine, 'comparison' | 'split' | 'delta' | 'y' | 'chosen_side'> & {
		readonly reviewed?: { readonly y: number };
	})[];
	/** Which look at drift this is, from 1. */
	readonly look: number;
}

/** One pair of a split under this run's headline, with today's label. */
export interface DriftingPair extends DriftPair {
	readonly chosenSide: 'a' | 'b';
}

export type DriftingSplit = 'eval' | 'heldout_reference';
const DRIFTING: readonly DriftingSplit[] = ['eval', 'heldout_reference'];

/**
 * drift on eval and R since an earlier run: of the probe, or of the headlines of two runs over checkpoints.
 * @param previous null = there is none; undefined = nobody looked
 * @param pairsOf today's pairs of a split; a split without pairs has no check
 */
export function driftSince(
	previous: PreviousRun | null | undefined,
	pairsOf: (split: DriftingSplit) => readonly DriftingPair[],
): HealthCheck[] {
	if (previous === undefined) return [];
	if (previous === null) return [noDrift()];
	const before = new Map(previous.scores.map((line) => [line.comparison, line]));
	return DRIFTING.flatMap((split) => {
		const pairs = pairsOf(split);
		if (pairs.length === 0) return [];
		const known = new Map<string, PreviousScore>();
		for (const { comparison, chosenSide } of pairs) {
			const line = before.get(comparison);
			// A pair that moved between splits is a new pair of this one.
			if (line === undefined || line.split !== split) continue;
			const y = line.reviewed?.y ?? line.y;
			const turned = line.chosen_side !== chosenSide;
			known.set(comparison, { margin: turned ? -line.delta : line.delta, y: turned ? 1 - y : y });
		}
		return [checkDrift(split, pairs, known, previous.look)];
	});
}
