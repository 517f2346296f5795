/**
 * Two models over the same pairs with the same labels: paired differences and the pairs whose side changed.
 * A model is one margin a pair. For the probe it is the mean over fold models, as in its score lines, so a difference is not exactly
 * the difference of two printed metrics, which average over the models' records.
 */
import { metricDifference, PAIRED_METRICS } from '../calibration/difference.ts';
import { intervalOf } from '../calibration/jackknife.ts';
import { recordsFromMargins, sigmoid } from '../calibration/records.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import type { RunComparison } from '../protocol/runs.ts';

/** One pair under one model. */
export interface SideScore {
	readonly comparison: string;
	readonly split: EvaluationSplit;
	/** Vote share of the chosen side that the run scored with. */
	readonly y: number;
	readonly decided: boolean;
	readonly chosenSide: 'a' | 'b';
	/** Logit of P(chosen ≻ rejected), nats: βΔ. */
	readonly margin: number;
	/** The model was trained on it or on one of its cluster. */
	readonly seen?: boolean;
}

/** Where a pair stands today. */
export interface PairPlace {
	/** The unit of dependence. */
	readonly cluster: string;
	readonly split: EvaluationSplit;
}

export interface ComparedPair {
	readonly comparison: string;
	readonly cluster: string;
	readonly split: EvaluationSplit;
	readonly y: number;
	readonly decided: boolean;
	/** Margins of both models, turned to one chosen side. */
	readonly first: number;
	readonly second: number;
}

/** Pairs that cannot be compared, by why. */
export interface NotCompared {
	/** Scored by both with another label. */
	readonly labels: number;
	/** Scored by both in different splits. */
	readonly moved: number;
	/** One of the models was trained on them, or on near-copies. */
	readonly seen: number;
	/** Scored by both before they went to the sealed half. */
	readonly sealed: number;
	/** Scored by both, but excluded or no longer in the workspace. */
	readonly gone: number;
	readonly onlyFirst: number;
	readonly onlySecond: number;
}

const shareOfA = ({ chosenSide, y }: SideScore): number => (chosenSide === 'a' ? y : 1 - y);

/**
 * Pairs that both scored in one split with one label, in order of comparison id.
 * @param first with lines of E only where both sides may show it
 * @param places today's; a pair that lies in E now is compared in no other split, whatever it was when it was scored
 */
export function matchScores(
	first: readonly SideScore[],
	second: readonly SideScore[],
	places: ReadonlyMap<string, PairPlace>,
): { readonly pairs: ComparedPair[]; readonly left: NotCompared } {
	const before = new Map(first.map((score) => [score.comparison, score]));
	const left = { labels: 0, moved: 0, seen: 0, sealed: 0, gone: 0, onlyFirst: 0, onlySecond: 0 };
	const pairs: ComparedPair[] = [];
	let common = 0;
	for (const now of second) {
		const then = before.get(now.comparison);
		if (then === undefined) {
			left.onlySecond++;
			continue;
		}
		common++;
		const place = places.get(now.comparison);
		if (place === undefined) left.gone++;
		else if (then.split !== now.split) left.moved++;
		else if (place.split === 'heldout_sealed' && now.split !== 'heldout_sealed') left.sealed++;
		else if (then.seen === true || now.seen === true) left.seen++;
		else if (shareOfA(then) !== shareOfA(now) || then.decided !== now.decided) left.labels++;
		else {
			const { comparison, split, y, decided, margin } = now;
			const turned = then.chosenSide !== now.chosenSide;
			pairs.push({
				comparison,
				cluster: place.cluster,
				split,
				y,
				decided,
				first: turned ? -then.margin : then.margin,
				second: margin,
			});
		}
	}
	left.onlyFirst = before.size - common;
	pairs.sort((x, y) => (x.comparison < y.comparison ? -1 : 1));
	return { pairs, left };
}

export const COMPARED_SPLITS = [
	'train',
	'eval',
	'heldout_reference',
	'heldout_sealed',
	'retention',
] as const satisfies readonly EvaluationSplit[];

/** Paired, clustered differences second − first (delete-one-cluster jackknife, t(G−1)), of every split with a pair. */
export function scoreDifferences(pairs: readonly ComparedPair[]): RunComparison['differences'] {
	return COMPARED_SPLITS.flatMap((split) => {
		const here = pairs.filter((pair) => pair.split === split);
		if (here.length === 0) return [];
		const first = recordsFromMargins(here, [Float64Array.from(here, (pair) => pair.first)]);
		const second = recordsFromMargins(here, [Float64Array.from(here, (pair) => pair.second)]);
		return PAIRED_METRICS.map((what) => {
			const mean = metricDifference(second, first, what);
			const interval = intervalOf(mean, 'no pair with a strict majority');
			return { what, split, ...interval, pairs: mean?.n ?? 0, clusters: mean?.clusters ?? 0 };
		});
	});
}

export interface Flip {
	readonly comparison: string;
	readonly split: EvaluationSplit;
	readonly now: 'right' | 'wrong';
	/** P(chosen ≻ rejected) under the first and the second model. */
	readonly p: readonly [number, number];
}

/** Pairs with a strict majority on whose side the models differ, outside E, the largest change first. p = ½ is no side. */
export function flippedPairs(pairs: readonly ComparedPair[]): Flip[] {
	return pairs
		.filter(({ split, decided, first, second }) => split !== 'heldout_sealed' && decided && first * second < 0)
		.sort(
			(x, y) => Math.abs(y.second - y.first) - Math.abs(x.second - x.first) || (x.comparison < y.comparison ? -1 : 1),
		)
		.map(({ comparison, split, y, first, second }) => ({
			comparison,
			split,
			now: second > 0 === y >= 0.5 ? ('right' as const) : ('wrong' as const),
			p: [sigmoid(first), sigmoid(second)],
		}));
}
