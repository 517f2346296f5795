import type { Strength, Verdict } from './judgment.ts';
import type { Interval } from './run-record.ts';

/** Nominal categories of a verdict, in this order. */
export const NOMINAL: readonly Verdict[] = ['a', 'b', 'tie', 'both_bad'];

/** Steps of the ordinal scale: a much, a clearly, a slightly, tie, b slightly, b clearly, b much. */
export const ORDINAL_STEPS = 7;
const TIE_STEP = 3;

/**
 * Where a verdict stands between "a much better" (0) and "b much better" (6); missing strength = clearly, as in the weights.
 * null for both_bad: that both are bad says nothing of which is better, so it is a nominal category only.
 */
export function ordinalStep(verdict: Verdict, strength: Strength | null): number | null {
	if (verdict === 'both_bad') return null;
	if (verdict === 'tie') return TIE_STEP;
	return verdict === 'a' ? TIE_STEP - (strength ?? 2) : TIE_STEP + (strength ?? 2);
}

/** Agreement over one group of comparisons; every interval is clustered. Numbers without value say why in `reason`. */
export interface AgreementStatistics {
	/** Comparisons with two or more blind verdicts of named people, and their verdicts, people, clusters. */
	readonly comparisons: number;
	readonly judgments: number;
	readonly people: number;
	readonly clusters: number;
	/** Krippendorff's α, nominal over a, b, tie, both_bad. */
	readonly alpha: Interval;
	/** Krippendorff's α over verdict and strength; `both_bad` verdicts are left out and counted. */
	readonly alpha_ordinal: Interval & { readonly both_bad: number };
	/** Fleiss' κ over the comparisons with the commonest number of verdicts, which is `raters`. */
	readonly fleiss_kappa: Interval & { readonly raters: number | null; readonly comparisons: number };
	/** Share of pairs of verdicts that agree: each comparison weighs alike. */
	readonly agreement_per_comparison: Interval;
	/** The same, each pair of verdicts weighs alike. */
	readonly agreement_pooled: Interval;
}

export interface AgreementGroup extends AgreementStatistics {
	readonly name: string;
}

/** Two people over what both judged. */
export interface PeoplePair {
	readonly a: string;
	readonly b: string;
	/** Comparisons that both judged. */
	readonly n: number;
	/** Cohen's κ over a, b, tie, both_bad. */
	readonly kappa: number | null;
	readonly kappa_low: number | null;
	readonly kappa_high: number | null;
	/** Cohen's κ with linear weights over verdict and strength, both_bad left out. */
	readonly weighted_kappa: number | null;
	/** Share of the same verdict. */
	readonly agreement: number | null;
	readonly agreement_low: number | null;
	readonly agreement_high: number | null;
	/** Why κ or its interval is missing. */
	readonly reason?: string;
}

/** Share of something over verdicts, e.g. of those for the side shown first. */
export interface VerdictShare extends Interval {
	/** Verdicts. */
	readonly n: number;
}

export interface PersonShare extends VerdictShare {
	readonly annotator: string;
}

/** The same pair judged twice by the same person, the second time as a scheduled repeat. */
export interface SelfConsistency extends VerdictShare {
	/** Cohen's κ of first verdict and repeat. */
	readonly kappa: Interval;
	readonly people: number;
	/** Only those that whoever asks may see. */
	readonly by_person: readonly PersonShare[];
}

/** Share of decisive verdicts that went to the side shown first: ½ where the order does not matter. */
export interface PositionShare extends VerdictShare {
	readonly people: number;
	/** Only those that whoever asks may see. */
	readonly by_person: readonly PersonShare[];
}

/**
 * One annotator against the strict majority of the others on the same pair: what a model's accuracy may be compared with, and may
 * exceed. A tie counts ½, as for a model; every pair weighs alike.
 */
export interface HumanReference {
	readonly accuracy: Interval;
	/** Pairs that were judged by three or more and where the others have a strict majority. */
	readonly pairs: number;
	readonly clusters: number;
	/** People who were compared with others. */
	readonly people: number;
}

export interface AgreementReport extends AgreementStatistics {
	/** Most common comparisons first, at most `PEOPLE_PAIRS`; `pairs_total` counts all. */
	readonly pairs: readonly PeoplePair[];
	readonly pairs_total: number;
	readonly self_consistency: SelfConsistency;
	readonly position_bias: PositionShare;
	readonly human_reference: HumanReference;
	readonly by: {
		readonly split: readonly AgreementGroup[];
		readonly source: readonly AgreementGroup[];
		readonly facet: readonly AgreementGroup[];
		/** Month in which a comparison was last judged, `2026-11`. */
		readonly time: readonly AgreementGroup[];
	};
	readonly left_out: {
		/** Verdicts of people on the sealed half: in no number before an opening, and nobody is told on how many comparisons they are. */
		readonly sealed: { readonly judgments: number };
		/** Verdicts given or changed after others' were seen; the blind one before, where there is one, counts. */
		readonly not_blind: number;
		/** Comparisons with one blind verdict. */
		readonly judged_once: number;
	};
}

/** Pairs of people that are listed. */
export const PEOPLE_PAIRS = 200;
