/** Importing: what is read, what a preview shows, what an import did. */
import type { ColumnMapping } from '../domain/column-mapping.ts';
import type { Strength, Verdict } from '../domain/judgment.ts';
import type { Redaction } from '../domain/redaction.ts';
import type { Half, Split } from '../domain/split.ts';
import type { SplitMoves } from '../domain/split-moves.ts';
import type { WaitingCounts } from './candidates.ts';

export interface ImportOptions {
	readonly format?: string;
	readonly split?: Split;
	readonly half?: Half;
	readonly source?: string;
	/** Leave files where they are instead of copying those from outside the workspace. */
	readonly link?: boolean;
	/** Copy files above 50 MB too: whoever asked has been told that the copy travels with the workspace. */
	readonly copyLarge?: boolean;
	/** How the columns of a table are read; else recognised, remembered, or guessed where that is sure. */
	readonly mapping?: ColumnMapping;
	/** Rows are prompts with at most one response: they wait for another. Absent = pairs. */
	readonly as?: 'prompts';
	/** With `as: 'prompts'`: what is replaced before anything is hashed or stored. */
	readonly redact?: readonly Redaction[];
}

export interface PreviewOptions {
	readonly format?: string;
	readonly mapping?: ColumnMapping;
	readonly source?: string;
	/** Rows to show, at most 100; default 20. */
	readonly rows?: number;
}

/** A row as it would be read; texts are cut. */
export interface PreviewPair {
	readonly prompt: string;
	readonly a: string;
	readonly b: string;
	/** The columns, or places in a list, that the two responses come from. */
	readonly sides?: readonly [string, string];
	/** About the row's own order: `a` is its first response. */
	readonly judgments: readonly {
		readonly annotator: string;
		readonly verdict: Verdict;
		readonly strength?: Strength;
		readonly note?: string;
	}[];
	readonly tags: readonly string[];
	readonly split: Split | null;
	/** Names of what is kept as metadata. */
	readonly metadata: readonly string[];
	readonly warnings: readonly string[];
}

/** What a file would be read as; nothing of it is stored. */
export interface ImportPreview {
	readonly path: string;
	readonly container: 'json' | 'csv' | 'tsv' | 'parquet';
	/** `columns` where a mapping reads it; null where nothing could be made of it yet. */
	readonly format: string | null;
	readonly mapping: ColumnMapping | null;
	/** What the columns look like, whatever reads them now: where mapping them by hand begins. */
	readonly suggestion: ColumnMapping;
	/** Name of the remembered mapping that fits these columns. */
	readonly remembered: string | null;
	/** What has to be looked at before it is imported; empty = sure. */
	readonly doubts: readonly string[];
	/** Other columns that say which response is better and say something else: a person says which holds. */
	readonly rivals?: readonly {
		readonly columns: readonly string[];
		/** `winner and preference say different things of 3 of 20 rows`. */
		readonly words: string;
		/** The mapping with them instead. */
		readonly mapping: ColumnMapping;
		/** Rows of which they say something else, and rows of which only they say something. */
		readonly differ: number;
		readonly only: number;
		readonly rows: number;
	}[];
	readonly columns: readonly {
		readonly name: string;
		readonly kind: 'text' | 'number' | 'list' | 'other' | 'empty';
		/** Different short values, at most 25; more are many. */
		readonly values: readonly string[];
		/** Where its values can be rankings: their different entries, and what bare numbers in them can be. */
		readonly ranking?: {
			readonly entries: readonly string[];
			readonly bare: 'permutations' | 'ranks' | 'scores' | null;
			/** Every cell puts some before others with > or <. */
			readonly ordered: boolean;
		};
	}[];
	/** The first ones, then at most ten refused ones from further on. */
	readonly rows: readonly (
		| { readonly line: number; readonly pairs: readonly PreviewPair[] }
		| { readonly line: number; readonly reason: string }
	)[];
	/** Of the rows that were looked at: at most the first 1,000. */
	readonly looked: {
		readonly rows: number;
		readonly pairs: number;
		readonly rejected: number;
		readonly whole: boolean;
	};
}

export interface SavedMapping {
	readonly name: string;
	readonly mapping: ColumnMapping;
	/** Columns of the table that it was made for. */
	readonly table: readonly string[];
	readonly by: string;
	readonly at: string;
}

export interface ImportResult {
	readonly files: readonly {
		readonly path: string;
		readonly format: string;
		readonly rows: number;
		readonly imported: number;
		readonly duplicates: number;
		readonly ties: number;
		readonly rejected: number;
		readonly warnings?: readonly string[];
	}[];
	/** At most 1,000 named; `files[].rejected` counts all. */
	readonly rejected: readonly { readonly path: string; readonly line: number; readonly reason: string }[];
	readonly comparisons: number;
	readonly prompts: number;
	/** Cancelled by the user: what was in stays in. */
	readonly cancelled: boolean;
	/** Prompts that were there before and went to another split, or stay where they are frozen or were exported. */
	readonly moves?: SplitMoves;
	/** Rows that ask for another split than their prompt has: an earlier import or a person said otherwise. */
	readonly unheeded?: number;
	/** Of `as: 'prompts'`: what waits for a second response now. */
	readonly waiting?: WaitingCounts;
	/** Of `as: 'prompts'`: comparisons made because a prompt had two different responses. */
	readonly paired?: number;
	/** What `redact` replaced, by kind. */
	readonly redacted?: Readonly<Partial<Record<Redaction, number>>>;
}
