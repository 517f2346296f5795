/**
 * longer-wins: P(the longer response is preferred), a fact without alarm (design.md §7). Length in characters; equal lengths ½.
 * Interval: clustered jackknife over pairs, vote shares as targets.
 */
import { clusteredMean, intervalOf } from '../calibration/jackknife.ts';
import { numberStrings } from '../calibration/records.ts';
import type { ScoredPair } from '../domain/dataset.ts';
import type { Interval } from '../domain/run-record.ts';
import { sideText } from '../domain/text.ts';

export function longerWins(pairs: readonly ScoredPair[]): Interval {
	const { index, count } = numberStrings(pairs.map((pair) => pair.cluster));
	const wins = Float64Array.from(pairs, ({ chosen, rejected, y }) => {
		const difference = sideText(chosen).length - sideText(rejected).length;
		return difference > 0 ? y : difference < 0 ? 1 - y : 0.5;
	});
	return intervalOf(clusteredMean(wins, new Float64Array(pairs.length).fill(1), index, count));
}
