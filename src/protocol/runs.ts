/** Runs as they are listed, read, compared and gated. */
import type { Metrics, RunRecord, RunVerdict } from '../domain/run-record.ts';
import type { EvaluationSplit } from '../domain/split.ts';

/** Rows of log-probability or feature files that a run left out: all counted, the first 1,000 named. */
export interface RejectedRows {
	readonly total: number;
	readonly rows: readonly { readonly path: string; readonly line: number; readonly reason: string }[];
}

/** One side of a comparison of runs: a run's headline solution, or one of its checkpoints. */
export interface RunSide {
	/** Id, unique prefix, or `latest`. */
	readonly run: string;
	/** Absent = what the run's top-level metrics are of. */
	readonly checkpoint?: string;
}

/** Paired differences second − first over pairs that both scored, with the labels that both scored with. */
export interface RunComparison {
	readonly baseline: { readonly run: string; readonly checkpoint: string | null };
	readonly other: { readonly run: string; readonly checkpoint: string | null };
	readonly differences: readonly {
		readonly what: 'nll' | 'accuracy' | 'brier' | 'overconfidence';
		readonly split: EvaluationSplit;
		readonly value: number | null;
		readonly low: number | null;
		readonly high: number | null;
		readonly pairs: number;
		readonly clusters: number;
		readonly reason?: string;
	}[];
	/** Pairs whose side changed: outside E, the largest change first. */
	readonly flipped: readonly {
		readonly comparison: string;
		readonly split: EvaluationSplit;
		readonly now: 'right' | 'wrong';
		/** P(chosen ≻ rejected) then and now. */
		readonly p?: readonly [number, number];
		readonly preview: string;
	}[];
	readonly flippedTotal: { readonly lost: number; readonly gained: number };
	/** What was left out and why, in words: e.g. "12 pairs have other labels now". */
	readonly notes: readonly string[];
}

/** One threshold of the gate. */
export interface GateCheck {
	/** e.g. `heldout.overconfidence`, `heldout.nll vs baseline`. */
	readonly check: string;
	readonly status: 'pass' | 'fail' | 'insufficient';
	readonly value: number | null;
	readonly low: number | null;
	readonly high: number | null;
	readonly threshold: number;
	/** Whether the interval has to lie below or above; absent where a count or a yes is asked for. */
	readonly bound?: 'max' | 'min';
	readonly message: string;
}

export interface GateResult {
	readonly run: string;
	readonly baseline: string | null;
	/** No `fail`; and no `insufficient` unless the config allows it. */
	readonly passed: boolean;
	readonly checks: readonly GateCheck[];
	readonly sentence: string;
	/** What was gated: a checkpoint's name, null for a probe run. */
	readonly checkpoint?: string | null;
	readonly created?: string;
	/** The settings let `insufficient` pass. */
	readonly allowInsufficient?: boolean;
	/** What was left out of changes against the baseline and why, and what the two do not share. */
	readonly notes?: readonly string[];
}

export interface GateOptions {
	/** Absolute path of a settings file that the user named; absent = the workspace's own. */
	readonly config?: string;
	/** One of the run's checkpoints; absent = what its top-level metrics are of. */
	readonly checkpoint?: string;
}

export interface RunSummary {
	readonly run: string;
	/** Local ordinal on screen. */
	readonly ordinal: number;
	readonly created: string;
	readonly engine: string;
	readonly lambda: number | null;
	/** Runs over checkpoints: how many, and which one is recommended (null = ship none). */
	readonly checkpoints?: { readonly count: number; readonly recommended: string | null };
	readonly verdict: RunVerdict;
	readonly decided: boolean;
	/** Headline numbers for "runs over time": in distribution (eval) and held out, tuning half. */
	readonly eval: Pick<Metrics, 'nll' | 'accuracy' | 'overconfidence' | 'ece' | 'n'> | null;
	readonly heldout: Pick<Metrics, 'nll' | 'accuracy' | 'overconfidence' | 'ece' | 'n'> | null;
}

export interface Mistake {
	readonly comparison: string;
	/** max(p, 1−p) of the wrong side. */
	readonly confidence: number;
	readonly split: 'train' | 'eval' | 'heldout_reference';
	readonly preview: string;
	/** First words of what the model prefers. */
	readonly prefers: string;
	/** Facts about the pair, no score: "3 people, 1 differs", "prefers the longer by 210 words". */
	readonly facts: readonly string[];
}

/** What the report view shows of one run. */
export interface RunReport {
	readonly record: RunRecord;
	readonly ordinal: number;
	/** Judgments, tags or imports since the run that change its dataset: "out of date", with how many comparisons differ. */
	readonly outOfDate: { readonly changed: number } | null;
	readonly mistakes: readonly Mistake[];
	readonly history: readonly RunSummary[];
	/** How many mistakes + controls a re-judge would queue. */
	readonly rejudge: { readonly mistakes: number; readonly controls: number };
	/** Only the record was read: the lists are empty and `outOfDate` is not known yet. */
	readonly pending?: true;
}
