import type { AgreementReport } from './agreement.ts';
import type { Decision, Interval } from './run-record.ts';
import type { EvaluationSplit } from './split.ts';

/** Sizes of one place. What people said of the sealed half is null until a decision opened all of it. */
export interface CardSplit {
	readonly place: EvaluationSplit | 'heldout' | 'excluded';
	readonly prompts: number;
	readonly pairs: number;
	readonly clusters: number;
	readonly judged: number | null;
	readonly disputed: number | null;
	readonly both_bad: number | null;
	readonly flagged: number | null;
	/** Judged, but behind a comparison that is not judged yet in the judging order: in no metric. */
	readonly waiting: number | null;
	/** Comparisons of prompts whose cluster stands in a more protected split too: they take no part in runs. */
	readonly spanning: number;
	/** The manifest it is frozen as, and what changed since. */
	readonly frozen: { readonly manifest: string; readonly added: number; readonly removed: number } | null;
}

export interface CardSource {
	readonly name: string;
	readonly format: string;
	readonly rows: number;
	readonly sha256: string;
	readonly licence: string | null;
}

/** Under a name that tells nobody who it is. */
export interface CardPerson {
	readonly name: string;
	/** Comparisons with a verdict in force; none of the sealed half before an opening. */
	readonly judged: number;
	/** Of those, given without having seen others'. */
	readonly blind: number;
	readonly written: number;
	readonly adjudicated: number;
}

export interface CardRun {
	readonly run: string;
	readonly engine: string;
	readonly labels: string;
	readonly verdict: string;
	/** Loss on eval, on the tuning half, and, once decided, on the sealed half. */
	readonly eval: Interval | null;
	readonly heldout: Interval | null;
	readonly sealed: Interval | null;
	/** By `people`'s names. */
	readonly decision:
		| (Pick<Decision, 'lambda' | 'checkpoint' | 'reason' | 'after_opening'> & { readonly by: string })
		| null;
	readonly openings: number;
}

/** What a reader of the data needs to know of how it came about. No texts, no names, nothing of the sealed half before an opening. */
export interface DataCard {
	readonly title: string;
	readonly licence: string | null;
	readonly description: string | null;
	readonly scope: string | null;
	readonly prompts: number;
	readonly pairs: number;
	readonly sources: readonly CardSource[];
	readonly written: { readonly authored: number; readonly rewritten: number };
	readonly splits: readonly CardSplit[];
	readonly people: readonly CardPerson[];
	/** Machine judges: shown, never a vote. */
	readonly machines: readonly string[];
	readonly agreement: Pick<
		AgreementReport,
		| 'comparisons'
		| 'judgments'
		| 'people'
		| 'clusters'
		| 'alpha'
		| 'alpha_ordinal'
		| 'fleiss_kappa'
		| 'agreement_pooled'
		| 'human_reference'
		| 'left_out'
	>;
	readonly agreement_by_split: AgreementReport['by']['split'];
	readonly facets: readonly { readonly facet: string; readonly prompts: number; readonly sealedOnly: boolean }[];
	readonly leaks: readonly {
		readonly kind: string;
		readonly splits: readonly [EvaluationSplit, EvaluationSplit];
		readonly standing: number;
		readonly accepted: number;
	}[];
	/** Clusters that stand in more than one split. */
	readonly spanning: number;
	/** Policies of training exports, each with how many; and what applies where none is named. */
	readonly exports: readonly { readonly labels: string; readonly exports: number }[];
	readonly runs: readonly CardRun[];
	readonly guidelines: {
		readonly sha256: string | null;
		/** Judgments by the guidelines in force when they were given. */
		readonly judged: readonly { readonly sha256: string; readonly judgments: number }[];
	};
}
