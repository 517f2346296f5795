import type { HumanReference } from '../../domain/agreement.ts';
import type { Side } from '../../domain/comparison.ts';
import type { Verdict } from '../../domain/judgment.ts';
import { ClusterSums, share } from './measured.ts';
import type { RatedPair } from './summary.ts';

/** The side that more than half of the verdicts are for, both_bad and ties included in the whole: as `accuracy` has it. */
function majority(count: Readonly<Record<Verdict, number>>, total: number): Side | null {
	if (count.a * 2 > total) return 'a';
	return count.b * 2 > total ? 'b' : null;
}

/**
 * Human reference for accuracy: each annotator in turn against the strict majority of the others on the same pair, where two or
 * more others judged it. Right 1, wrong 0, tie ½ as for a model's p = ½; both_bad names no side and is not compared. The
 * annotators of a pair share its weight, so that pairs weigh alike, as they do in a model's accuracy.
 */
export function humanReference(pairs: readonly RatedPair[]): HumanReference {
	const sums = new ClusterSums(2);
	const people = new Set<string>();
	let compared = 0;
	for (const { cluster, verdicts } of pairs) {
		if (verdicts.length < 3) continue;
		const count: Record<Verdict, number> = { a: 0, b: 0, tie: 0, both_bad: 0 };
		for (const { verdict } of verdicts) count[verdict]++;
		let right = 0;
		let n = 0;
		for (const { annotator, verdict } of verdicts) {
			if (verdict === 'both_bad') continue;
			count[verdict]--;
			const winner = majority(count, verdicts.length - 1);
			count[verdict]++;
			if (winner === null) continue;
			right += verdict === 'tie' ? 0.5 : verdict === winner ? 1 : 0;
			n++;
			people.add(annotator);
		}
		if (n === 0) continue;
		compared++;
		const own = sums.of(cluster);
		own[0] = own[0]! + right / n;
		own[1] = own[1]! + 1;
	}
	return {
		accuracy:
			compared === 0
				? { value: null, low: null, high: null, reason: 'no pair with a majority of two or more others' }
				: sums.interval(share),
		pairs: compared,
		clusters: sums.size,
		people: people.size,
	};
}
