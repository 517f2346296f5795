import type { Comparison } from '../domain/comparison.ts';
import type { Strength, Verdict } from '../domain/judgment.ts';
import type { Half, Split } from '../domain/split.ts';

/** A judgment of an incoming row, already in canonical sides. */
export interface IncomingJudgment {
	readonly annotator: string;
	readonly verdict: Verdict;
	readonly strength?: Strength;
	readonly note?: string;
	readonly at?: string;
}

/** What the store needs of a row that a file brings, whatever its format. */
export interface IncomingRow {
	readonly line: number;
	readonly comparison: Comparison;
	readonly judgments: readonly IncomingJudgment[];
	readonly tags: readonly string[];
	readonly split?: Split;
	readonly half?: Half;
	readonly source?: string;
	readonly metadata?: unknown;
}
