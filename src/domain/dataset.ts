import type { Message, Prompt, Side } from './comparison.ts';
import type { LabelPolicy } from './label-policy.ts';
import type { EvaluationSplit } from './split.ts';

/** One member of a scored set (rules.md, Votes): a comparison with at least one vote, oriented so that y ≥ ½. */
export interface ScoredPair {
	readonly comparison: string;
	readonly prompt: string;
	/** The unit of dependence: folds, halves, intervals, permutations. */
	readonly cluster: string;
	readonly split: EvaluationSplit;
	readonly facets: readonly string[];
	readonly turns: Prompt;
	readonly chosen: readonly Message[];
	readonly rejected: readonly Message[];
	/** Which canonical side is `chosen` (a where y = ½). */
	readonly chosenSide: Side;
	/** Vote share of the chosen side, in [½, 1]. */
	readonly y: number;
	/** Strict majority for the chosen side: only these count for `accuracy`. */
	readonly decided: boolean;
	/** Mean strength weight of the votes; inside the training objective only. */
	readonly weight: number;
	readonly source: { readonly path: string; readonly line: number } | null;
}

/** Counted, never dropped silently. */
export interface LeftOut {
	/** Judged by nobody, in no fit and no metric. */
	readonly open: number;
	/** In the scored set but not in `accuracy`: ties and disputed. */
	readonly unresolved: number;
	readonly both_bad: number;
	/** Judged, but behind the first not yet passed comparison in the judging order (rules.md, Votes). */
	readonly waiting: number;
	/** The comparison they wait behind, or null. */
	readonly waiting_behind: string | null;
	/** Less protected members of clusters that span splits. */
	readonly spanning: number;
	/** Judged, but without a label under the run's label policy; absent = none. */
	readonly policy?: number;
}

/** One annotator's verdicts for a or b on pairs outside E whose shown order is known, first blind ones only. No name. */
export interface PositionCount {
	/** For the side shown first (left). */
	readonly first: number;
	readonly second: number;
}

/** Everything a scoring run reads. Pairs are sorted by (split, comparison id). */
export interface Dataset {
	readonly pairs: readonly ScoredPair[];
	readonly leftOut: Readonly<Record<EvaluationSplit, LeftOut>>;
	/** Prompt texts that stand in more than one split after normalisation. */
	readonly leakage: readonly Leak[];
	/** SHA-256 over ids, splits, y and weights: same dataset, same hash. */
	readonly sha256: string;
	/** SHA-256 of the frozen splits' manifests in force, or null. */
	readonly manifest: string | null;
	/** One entry an annotator, sorted by the numbers so that their order names nobody. Absent = no recorded sides. */
	readonly positions?: readonly PositionCount[];
	/** Absent = vote share. */
	readonly labels?: LabelPolicy;
	/** Cluster of every prompt, those that no scored set holds included: a near-copy of an excluded prompt is no unseen one. */
	readonly clusters?: ReadonlyMap<string, string>;
	/** Judged members of E without a label, both bad or by the policy: how many they are would tell what people said there. */
	readonly sealedUnlabelled?: readonly Pick<ScoredPair, 'prompt' | 'cluster'>[];
	/** Words that people searched for to tag prompts, `word*` = all that begin so: the shift check leaves them out. */
	readonly searched?: readonly string[];
}

export interface Leak {
	readonly kind: 'prompt-copy' | 'prompt-near' | 'response-copy';
	readonly similarity: number;
	/** Prompt ids. */
	readonly a: string;
	readonly b: string;
	readonly splits: readonly [EvaluationSplit, EvaluationSplit];
	/** Accepted with a reason: listed, no longer counted. */
	readonly accepted?: string;
}
