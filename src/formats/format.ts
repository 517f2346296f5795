import type { Message } from '../domain/comparison.ts';
import type { Row } from './parse-row.ts';

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
	/** Columns that are understood; all others become metadata. */
	readonly columns: readonly string[];
	readonly warnings: readonly string[];
}

/** One interchange format's reading half. */
export interface Format {
	readonly name: 'trl' | 'hh-rlhf' | 'pairwright';
	/** Whether a row has this format's columns, whatever is in them. */
	readonly fits: (row: Row) => boolean;
	/** @throws RowError naming the field, what was expected and what was found */
	readonly read: (row: Row) => ReadPair;
}
