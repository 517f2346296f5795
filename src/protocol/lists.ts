/** Lists, filters, and one comparison whole with its history. */
import type { Message, Prompt } from '../domain/comparison.ts';
import type { Judgment, Verdict } from '../domain/judgment.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { OriginFacts } from '../domain/response-origin.ts';
import type { Half, Split } from '../domain/split.ts';

export type Status = 'open' | 'judged' | 'disputed' | 'flagged';

export interface ListQuery {
	readonly split?: Split;
	readonly half?: Half;
	readonly tag?: string;
	/** The comparisons of one prompt, by its whole id. */
	readonly prompt?: string;
	readonly status?: Status;
	readonly source?: string;
	readonly annotator?: string;
	/** Full text over prompts and responses, FTS5; plain words are quoted by the implementation. */
	readonly search?: string;
	/** A kind of shift (`domain`: every tag of it) or one facet (`domain:law`). */
	readonly facet?: string;
	/** What the comparison came to; with `annotator`, the latest verdict of that one. Leaves sealed comparisons out. */
	readonly verdict?: Verdict;
	/** Characters, both ends included; of the prompt, or of the longer response. */
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly lengthOf?: LengthOf;
	readonly limit?: number;
	/** Opaque keyset cursor from the page before. */
	readonly after?: string;
}

export type LengthOf = 'prompt' | 'response';

/** A query without its page: what can be combined, saved by name, and acted on as a whole. */
export type ListFilter = Omit<ListQuery, 'limit' | 'after'>;

export interface ListRow {
	readonly id: string;
	readonly prompt_id: string;
	readonly split: Split;
	readonly half: Half | null;
	readonly tags: readonly string[];
	/** null with `sealed` for E before an opening. */
	readonly verdict: Resolution | null;
	readonly judgments: number | null;
	readonly sealed?: true;
	readonly flagged: boolean;
	/** One line of the last user turn. */
	readonly preview: string;
}

export interface ListPage {
	readonly comparisons: readonly ListRow[];
	/** Of the whole query. */
	readonly total: number;
	readonly next: string | null;
	/** Sealed comparisons that fit but for what people said: left out of a query that asks for it. Absent where none is. */
	readonly sealedOut?: number;
}

/** A row of the Splits view: one prompt. */
export interface PromptRow {
	readonly id: string;
	readonly cluster: string;
	readonly split: Split;
	readonly half: Half | null;
	readonly tags: readonly string[];
	readonly preview: string;
	readonly turns: number;
	readonly pairs: number;
	readonly judged: number | null;
	readonly disputed: number | null;
	readonly flagged: boolean;
	readonly sources: readonly string[];
	/** In a training export, or frozen: a tag makes a proposal. */
	readonly seen: boolean;
	readonly frozen: boolean;
	readonly sealed?: true;
}

export interface PromptPage {
	readonly prompts: readonly PromptRow[];
	readonly total: number;
	readonly next: string | null;
	/** Sealed prompts that fit but for what people said; absent where none is. */
	readonly sealedOut?: number;
}

export interface HistoryEntry {
	readonly event: string;
	readonly at: string | null;
	readonly person: string;
	readonly text: string;
	readonly retracted: boolean;
	/** The event's type. */
	readonly type?: string;
	/** Where it stands: a journal file, or a line of a source. */
	readonly from?: string;
	/** The same in words: this computer or another one, or which line of which import. */
	readonly where?: string;
	/** Random id of the device that wrote it; absent for imported judgments. */
	readonly device?: string;
	/** I can take it back, by this entry's `event`. */
	readonly mine?: true;
}

export interface ComparisonDetail {
	readonly id: string;
	readonly prompt_id: string;
	readonly prompt: Prompt;
	readonly response_a: readonly Message[];
	readonly response_b: readonly Message[];
	readonly judgments: readonly Judgment[];
	/** Names that these people gave themselves, by handle. */
	readonly names?: Readonly<Record<string, string>>;
	readonly resolution: Resolution;
	readonly tags: readonly string[];
	readonly split: Split;
	readonly half: Half | null;
	readonly history: readonly HistoryEntry[];
	readonly sources: readonly { readonly name: string; readonly path: string; readonly line: number }[];
	readonly metadata: unknown;
	readonly derived_from: string | null;
	/** Only of a comparison made of candidates, and only after my verdict. */
	readonly origins?: { readonly a: readonly OriginFacts[]; readonly b: readonly OriginFacts[] };
}
