import type { Side } from './comparison.ts';
import { isNamed, type Judgment, type Verdict } from './judgment.ts';

/** What a comparison resolves to (design.md §2). `open` = nobody, no source label. */
export type Resolution = Verdict | 'disputed' | 'open';

/** Weight of a vote inside the training objective only, by strength; missing = 1 (rules.md, Votes). */
const STRENGTH_WEIGHT = { 1: 0.5, 2: 1, 3: 1.5 } as const;

export interface Resolved {
	readonly resolution: Resolution;
	/** Who decided: an adjudication, named people, the import's own label, or nobody. */
	readonly by: 'adjudication' | 'people' | 'source' | 'nobody';
	/**
	 * P(a random annotator prefers a): share of votes for a, a tie counts ½; 1, 0 or ½ when adjudicated.
	 * null = in no fit and no metric (resolved both_bad, or no vote).
	 */
	readonly y: number | null;
	/** The votes behind y, one per annotator; both_bad and models excluded. */
	readonly votes: number;
	/** Mean strength weight over those votes. */
	readonly weight: number;
	/** The side with a strict majority, where there is one: what `accuracy` and exports use. */
	readonly winner: Side | null;
}

/**
 * Resolves a comparison from the latest judgment of each annotator.
 * (1) adjudication; (2) strict majority of named people; (3) only if nobody named has judged, the source's label.
 * @param latest at most one judgment per annotator, retracted ones left out
 * @param adjudicated the latest adjudication's verdict, if any
 */
export function resolve(latest: readonly Judgment[], adjudicated: Verdict | null): Resolved {
	const named = latest.filter((j) => isNamed(j.annotator));
	const voters = named.length > 0 ? named : latest.filter((j) => j.annotator.startsWith('source:'));
	const votes = voters.filter((j) => j.verdict !== 'both_bad');
	const weight =
		votes.length === 0
			? 1
			: votes.reduce((sum, j) => sum + (j.strength === undefined ? 1 : STRENGTH_WEIGHT[j.strength]), 0) / votes.length;
	if (adjudicated !== null) {
		return {
			resolution: adjudicated,
			by: 'adjudication',
			y: adjudicated === 'both_bad' ? null : adjudicated === 'a' ? 1 : adjudicated === 'b' ? 0 : 0.5,
			votes: votes.length,
			weight,
			winner: adjudicated === 'a' || adjudicated === 'b' ? adjudicated : null,
		};
	}
	if (voters.length === 0) {
		return { resolution: 'open', by: 'nobody', y: null, votes: 0, weight: 1, winner: null };
	}
	const count: Record<Verdict, number> = { a: 0, b: 0, tie: 0, both_bad: 0 };
	for (const j of voters) count[j.verdict]++;
	const majority = (Object.keys(count) as Verdict[]).find((v) => count[v] * 2 > voters.length);
	const resolution: Resolution = majority ?? 'disputed';
	return {
		resolution,
		by: named.length > 0 ? 'people' : 'source',
		y: resolution === 'both_bad' || votes.length === 0 ? null : (count.a + count.tie / 2) / votes.length,
		votes: votes.length,
		weight,
		winner: resolution === 'a' || resolution === 'b' ? resolution : null,
	};
}
