import type { Leak } from './dataset.ts';
import type { Shift, ShiftAuc } from './run-record.ts';
import type { EvaluationSplit } from './split.ts';

/** How unlike the train prompts the prompts of one place are. */
export interface PlaceNovelty {
	readonly split: EvaluationSplit;
	readonly prompts: number;
	/** Prompts beyond the threshold. */
	readonly beyond: number;
	readonly median: number | null;
	readonly p95: number | null;
}

/** A prompt that may lie outside the training distribution; the annotator decides. */
export interface Suggestion {
	/** Prompt id. */
	readonly prompt: string;
	readonly cluster: string;
	/** Prompts of its cluster: they would move together. */
	readonly members: number;
	readonly split: EvaluationSplit;
	/** Distance to the k-th nearest train prompt, in [0, 1]. */
	readonly novelty: number;
	readonly preview: string;
	/** The reason: what train has that comes nearest. */
	readonly nearest: readonly { readonly prompt: string; readonly similarity: number; readonly preview: string }[];
}

/** Suggestions that share their words: a topic to hold out as a whole, in part, or not at all. */
export interface SuggestionGroup {
	/** The prompt that is closest to all others; names the group. */
	readonly id: string;
	/** What tells its prompts from train, the most telling first; `prompts` of the group have the word. */
	readonly words: readonly { readonly word: string; readonly prompts: number }[];
	/** One a cluster, the most typical first. */
	readonly suggestions: readonly Suggestion[];
	/** Prompts with those of their clusters: so many would move. */
	readonly prompts: number;
}

/** Prompts that need a second response and lie beyond the threshold; they can be tagged before they have a pair. */
export interface WaitingSuggestions {
	/** Prompts of train and eval that wait. */
	readonly prompts: number;
	/** How many of them were compared with train, where not all were: the first by id. */
	readonly compared?: number;
	/** Clusters of those compared that lie beyond the threshold, dismissed ones left out. */
	readonly beyond: number;
	/** The farthest 50 of these, one a cluster. */
	readonly suggestions: readonly Suggestion[];
}

/** Held-out against train where the difference has a name; of a sample, one value a cluster, so that the tests' p hold. */
export interface ShiftFacts {
	readonly heldout: number;
	readonly train: number;
	readonly lengths: readonly {
		/** Of pairs: the mean of both responses. */
		readonly what: 'prompt' | 'response';
		/** Median characters. */
		readonly heldout: number;
		readonly train: number;
		/** P(the held-out one is longer), equal lengths ½. */
		readonly longer: number;
		/** Kolmogorov–Smirnov. */
		readonly d: number;
		readonly p: number;
	}[];
	/** Of the sizes of the named response differences, standardised: energy distance and unbiased MMD² at the median distance. */
	readonly responses: { readonly energy: number; readonly mmd2: number; readonly sigma: number } | null;
}

/** What `inspect` says of a workspace's splits, without a run. */
export interface Inspection {
	/** Standing ones first; at most 1,000. */
	readonly leakage: readonly Leak[];
	/** All of them, counted by kind and splits. */
	readonly leaks?: readonly {
		readonly kind: Leak['kind'];
		readonly splits: Leak['splits'];
		readonly standing: number;
		readonly accepted: number;
	}[];
	/** `auc`, `low`, `high`, `pairs` are those of the prompt text; both classifiers by name beside them. */
	readonly shift: Pick<ShiftAuc, 'auc' | 'low' | 'high' | 'status' | 'reason'> & {
		readonly pairs: number;
		readonly message: string;
		readonly facts?: ShiftFacts;
	} & Shift;
	readonly novelty: {
		/** Distance to the k-th nearest train prompt that 95 % of train prompts stay below, each left out in turn. */
		readonly threshold: number | null;
		readonly k: number;
		readonly places: readonly PlaceNovelty[];
		readonly suggestions: readonly Suggestion[];
		/** The farthest 400, grouped; the largest group first. */
		readonly groups?: readonly SuggestionGroup[];
		/** Of logs, without a pair yet: the first source of held-out prompts. Only where some wait. */
		readonly waiting?: WaitingSuggestions;
		/** Suggested once and dismissed: left out. */
		readonly dismissed?: number;
		readonly reason?: string;
	};
	readonly composition: readonly {
		readonly split: EvaluationSplit | 'excluded';
		readonly prompts: number;
		readonly pairs: number;
		readonly judged: number | null;
		readonly clusters: number;
		readonly facets: readonly { readonly facet: string; readonly prompts: number }[];
		readonly sources: readonly { readonly source: string; readonly prompts: number }[];
	}[];
}
