import type { Message } from '../domain/comparison.ts';
import type { Strength, Verdict } from '../domain/judgment.ts';
import type { Row } from './parse-row.ts';

/** A judgment as a row gives it, about the row's own first (a) and second (b) side. */
export interface ReadJudgment {
	/** null = the row names nobody: the label is the source's. */
	readonly annotator: string | null;
	readonly verdict: Verdict;
	readonly strength?: Strength;
	readonly note?: string;
	readonly at?: string;
}

/** What a format finds in one row, before canonical sides. */
export interface ReadPair {
	readonly prompt: readonly Message[];
	readonly tools?: unknown;
	readonly first: readonly Message[];
	readonly second: readonly Message[];
	/** Names of the two sides' columns, for messages. */
	readonly sides: readonly [string, string];
	/** The row itself says that `first` is preferred (chosen, rejected). */
	readonly labelled: boolean;
	/** Further verdicts of the row. */
	readonly judgments?: readonly ReadJudgment[];
	/** Where split, half, tags, source, metadata and judgments are read, instead of the row itself. */
	readonly common?: Row;
	/** Facts about this pair alone, for its metadata. */
	readonly facts?: Row;
	/** Columns that are understood; all others become metadata. */
	readonly columns: readonly string[];
	readonly warnings: readonly string[];
}

/** One interchange format's reading half. */
export interface Format {
	readonly name: string;
	/** Whether a row has this format's columns, whatever is in them. */
	readonly fits: (row: Row) => boolean;
	/**
	 * One pair, or several of a ranking. A pair of a ranking whose two texts are equal is no pair and is left out.
	 * @throws RowError naming the field, what was expected and what was found
	 */
	readonly read: (row: Row) => ReadPair | readonly ReadPair[];
}

/** A format whose every row is one pair. */
export interface PairFormat extends Format {
	readonly read: (row: Row) => ReadPair;
}
