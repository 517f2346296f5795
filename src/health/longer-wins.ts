/**
 * longer-wins: P(the longer response is preferred), a fact without alarm (design.md §7). Length in characters; equal lengths ½.
 * Interval: clustered jackknife over pairs, vote shares as targets.
 */
import { intervalOf, pairMean } from '../calibration/jackknife.ts';
import type { ScoredPair } from '../domain/dataset.ts';
import type { Interval } from '../domain/run-record.ts';
import { sideText } from '../domain/text.ts';

export function longerWins(pairs: readonly ScoredPair[]): Interval {
	const wins = Float64Array.from(pairs, ({ chosen, rejected, y }) => {
		const difference = sideText(chosen).length - sideText(rejected).length;
		return difference > 0 ? y : difference < 0 ? 1 - y : 0.5;
	});
	return intervalOf(pairMean(pairs, wins));
}
