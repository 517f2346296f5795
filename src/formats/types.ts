import type { ColumnMapping } from '../domain/column-mapping.ts';
import type { Comparison, Message, Prompt } from '../domain/comparison.ts';
import type { Judgment, Strength, Verdict } from '../domain/judgment.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { Half, Split } from '../domain/split.ts';

/** A judgment as a file gave it, already turned to canonical sides. */
export interface ImportedJudgment {
	/** A handle, or `source:NAME` where the file names nobody. */
	readonly annotator: string;
	readonly verdict: Verdict;
	readonly strength?: Strength;
	readonly note?: string;
	readonly at?: string;
}

/** One good row. `line` counts from 1; in a JSON array it is the line on which the element begins. */
export interface ImportedRow {
	readonly line: number;
	/** Every line of the tree that it was gathered with, where rows are single messages. */
	readonly lines?: readonly number[];
	readonly comparison: Comparison;
	readonly judgments: readonly ImportedJudgment[];
	/** Facets such as `domain:law`. */
	readonly tags: readonly string[];
	readonly split?: Split;
	readonly half?: Half;
	readonly source?: string;
	readonly metadata?: unknown;
	/** E.g. an empty response, roles that do not alternate: accepted and noted. */
	readonly warnings: readonly string[];
}

/** One good row of a log: a prompt, and the response that was given to it where there is one. */
export interface LoggedRow {
	readonly line: number;
	/** Every line of the tree that it was gathered with, where rows are single messages. */
	readonly lines?: readonly number[];
	readonly prompt: Prompt;
	readonly response: readonly Message[] | null;
	/** Which model answered, where the row says so. */
	readonly model?: string;
	readonly tags: readonly string[];
	readonly split?: Split;
	readonly half?: Half;
	readonly source?: string;
	readonly metadata?: unknown;
	readonly warnings: readonly string[];
}

/** One bad row: the line, the field, what was expected, what was found. */
export interface RejectedRow {
	readonly line: number;
	readonly reason: string;
}

export interface RowBatch<Read = ImportedRow> {
	readonly rows: readonly Read[];
	readonly rejected: readonly RejectedRow[];
	/** Bytes of the file consumed so far (compressed bytes of a .gz). */
	readonly bytes: number;
}

export interface RowReader {
	/** The format's name as sniffed or asked for; `columns` where a mapping reads them. */
	readonly format: string;
	/** How the columns are read: given, remembered, or guessed and sure. */
	readonly mapping?: ColumnMapping;
	/** Name of the remembered mapping that was found for these columns. */
	readonly remembered?: string;
	readonly totalBytes: number;
	/** Small batches (≤ 250 rows), in file order. Constant memory whatever the size. */
	readonly batches: AsyncIterable<RowBatch>;
}

/** A comparison as an export sees it: with its resolution. */
export interface ExportRow {
	readonly comparison: Comparison;
	readonly resolution: Resolution;
	readonly judgments: readonly Judgment[];
	readonly tags: readonly string[];
	readonly split: Split;
	readonly half: Half | null;
	readonly source: string | null;
	readonly metadata: unknown;
	/** Share of votes for the side that is written as chosen; only where the label policy is vote share. */
	readonly share?: number;
	/** E before an opening: texts only, no verdicts. */
	readonly unlabelled: boolean;
}

/** Why a row cannot be written in a format: counted. */
export interface Dropped {
	readonly dropped:
		| 'ties'
		| 'unresolved'
		| 'both_bad'
		| 'disputed'
		| 'sealed'
		/** What a format cannot say without changing the pair. */
		| 'multi_turn_response'
		| 'multi_turn_prompt'
		| 'tools'
		| 'named_or_other_role'
		| 'roles_not_alternating'
		| 'empty_response'
		/** Argilla only: its server refuses records with an empty turn, or a longer one than it takes. */
		| 'empty_turn'
		| 'too_long'
		/** Axolotl only: a response that it would cut out of the chat in the wrong place. */
		| 'cut_wrongly';
}

/** A row to write (without line end), with further rows of the same pair where the format has one for each response. */
export type Encoded = { readonly line: string; readonly more?: readonly string[] } | Dropped;
