import type { ColumnMapping } from './column-mapping.ts';
import type { Message, Prompt, Side } from './comparison.ts';
import type { RewrittenSource } from './erasure.ts';
import type { JudgmentKind, Verdict, VerdictFields } from './judgment.ts';
import type { Half, Split } from './split.ts';

/** What every journal line carries. `id` = content id of the line without `id`. Order is (seq, time, id). */
export interface EventHeader {
	readonly id: string;
	/** Version of the event format; readers refuse larger ones by name. */
	readonly v: 1;
	/** 1 + the largest seq seen by the writer. */
	readonly seq: number;
	/** ISO 8601, UTC. */
	readonly time: string;
	/** The annotator's handle. */
	readonly person: string;
	readonly device: string;
	/** Only on a line written anew after an erasure: its content id, while `id` stays that of the line as it was first written. */
	readonly check?: string;
	/** Only on what is said of prompts that were erased and are back: ids of the tombstones that the writer knew. */
	readonly after?: readonly string[];
}

/** How a response was drawn; null = the server's own default. */
export interface Sampling {
	readonly temperature: number | null;
	readonly top_p: number | null;
	/** Tokens at most. */
	readonly max_tokens: number;
	readonly seed: number | null;
}

/** Two responses to a prompt, given in full because no source file holds them. */
export interface WrittenComparison {
	readonly prompt: Prompt;
	readonly a: readonly Message[];
	readonly b: readonly Message[];
}

export type EventBody =
	| {
			readonly type: 'imported';
			readonly source: {
				readonly sha256: string;
				readonly name: string;
				readonly format: string;
				readonly bytes: number;
				/** Where to read it again: a copy in `sources/`, or the file where it lay, relative to the workspace if inside. */
				readonly stored: 'copy' | 'link';
				readonly path: string;
			};
			readonly split?: Split;
			readonly half?: Half;
			readonly options?: Readonly<Record<string, string | number | boolean>>;
	  }
	| ({
			readonly type: 'judged';
			readonly kind: JudgmentKind;
			/** Which queue asked: a judgment queued from a report repairs train only (design.md §6). */
			readonly queue?: 'judge' | 'review' | 'rejudge' | 'cli' | 'look-back' | 'author';
			/** It stood where active ordering had put it: numbers over train, out of fold too, are of pairs chosen by what a probe knew. */
			readonly order?: 'active';
	  } & VerdictFields)
	| { readonly type: 'retracted'; readonly event: string }
	| {
			readonly type: 'tagged';
			readonly prompts: readonly string[];
			readonly facet: string;
			readonly reason?: string;
			readonly remove?: true;
			/** The search that found the prompts: its words tell them apart by themselves, so the shift test leaves them out. */
			readonly query?: string;
			/** Every prompt of the clusters, all of which move to held-out; absent for a removal. */
			readonly moves?: readonly string[];
	  }
	| { readonly type: 'authored'; readonly comparison: WrittenComparison; readonly written_by: string }
	| {
			readonly type: 'improved';
			readonly comparison: WrittenComparison;
			readonly derived_from: string;
			/** The side of the original that was rewritten, and the side of the new comparison that holds the rewrite. */
			readonly side: Side;
			readonly rewrite: Side;
			readonly written_by: string;
	  }
	| {
			readonly type: 'split-assigned';
			readonly prompts: readonly string[];
			readonly split: Split;
			readonly half?: Half;
			readonly reason?: string;
			/** They stay where they stood when an import, or a taking-back, would have moved them out of a freeze or an export. */
			readonly kept?: true;
	  }
	| {
			readonly type: 'half-drawn';
			readonly draws: readonly { readonly prompts: readonly string[]; readonly half: Half }[];
			/** Facets drawn for the first time here; `sealed_only` = every third. */
			readonly facets: readonly { readonly facet: string; readonly sealed_only: boolean }[];
	  }
	| {
			readonly type: 'proposed';
			readonly prompts: readonly string[];
			readonly split: Split;
			readonly facet?: string;
			readonly reason?: string;
			readonly because: 'frozen' | 'exported';
	  }
	| {
			readonly type: 'proposal-answered';
			readonly proposal: string;
			readonly accepted: boolean;
			readonly reason?: string;
	  }
	| { readonly type: 'skipped'; readonly comparison: string; readonly cannot?: string }
	| { readonly type: 'flagged'; readonly comparison: string; readonly note?: string }
	| { readonly type: 'adjudicated'; readonly comparison: string; readonly verdict: Verdict; readonly reason: string }
	/** A search of the team by its name; the latest under a name holds, `query` null takes it away. */
	| {
			readonly type: 'search-saved';
			readonly name: string;
			readonly query: Readonly<Record<string, string | number>> | null;
	  }
	/** How the columns of tables are read, by name; `table` are the columns it was made for. The latest under a name holds, null takes it away. */
	| {
			readonly type: 'mapping-saved';
			readonly name: string;
			readonly mapping: ColumnMapping | null;
			readonly table: readonly string[];
	  }
	/** Prompts that were suggested as out of distribution and are not: suggested no more. */
	| { readonly type: 'suggestions-dismissed'; readonly prompts: readonly string[]; readonly reason?: string }
	/** The answer to a gold pair is known; null = it is gold no longer. */
	| {
			readonly type: 'gold-marked';
			readonly comparison: string;
			readonly verdict: Verdict | null;
			readonly reason?: string;
	  }
	/** A verdict on a gold pair: no vote, so nothing that counts judgments meets it. */
	| ({ readonly type: 'gold-answered' } & VerdictFields)
	| { readonly type: 'leak-accepted'; readonly clusters: readonly string[]; readonly reason: string }
	| { readonly type: 'frozen'; readonly split: Split; readonly manifest: string; readonly prompts: number }
	| {
			readonly type: 'exported';
			readonly export: string;
			readonly format: string;
			readonly splits: readonly Split[];
			readonly prompts: number;
			/** `LabelPolicy`; absent in events of earlier versions = strict majority. */
			readonly labels?: string;
	  }
	| {
			readonly type: 'run-recorded';
			readonly run: string;
			readonly engine: string;
			/** SHA-256 of each file of the run's folder by name: written once and never changed. Earlier versions did not say. */
			readonly files?: Readonly<Record<string, string>>;
	  }
	| {
			readonly type: 'decided';
			readonly run: string;
			readonly lambda: number | null;
			readonly checkpoint: string | null;
			readonly reason: string;
			/** A seal over any comparison of this run's E had been opened before. */
			readonly after_opening: boolean;
	  }
	| { readonly type: 'seal-opened'; readonly run: string; readonly decision: string; readonly comparisons: number }
	/** A response that a model gave to a prompt, by the prompt's id. Its text stands here alone: no source holds it. */
	| {
			readonly type: 'generated';
			readonly prompt: string;
			readonly response: readonly Message[];
			readonly model: string;
			/** Origin of the server; `gguf` where the model ran in the scoring process. */
			readonly server: string;
			readonly sampling: Sampling;
	  }
	/** Comparisons made of two candidates of a prompt, by ids: the texts stay where the candidates have them. */
	| {
			readonly type: 'paired';
			readonly pairs: readonly {
				readonly comparison: string;
				readonly prompt: string;
				/** Ids of the candidates that became side a and side b. */
				readonly a: string;
				readonly b: string;
			}[];
	  }
	| { readonly type: 'renamed'; readonly name: string }
	| {
			/** A tombstone: what it names is out of every journal and source, and stays out. No text. */
			readonly type: 'erased';
			readonly comparisons: readonly string[];
			readonly reason: string;
			/** Prompts that are out with everything on them, also what comes later. */
			readonly prompts?: readonly string[];
			/** Prompts of which no comparison was left. */
			readonly gone?: readonly string[];
			/** Events whose notes, reasons or searches quoted it: those words are out. */
			readonly words?: readonly string[];
			/** Those of them that are saved searches under a name that quotes nothing: it stays, as that of a deleted search. */
			readonly searches?: readonly string[];
			/** SHA-256 of reasons, facets and entries of mappings that quoted it: out wherever they stand. */
			readonly quotes?: readonly string[];
			readonly sources?: readonly RewrittenSource[];
	  }
	| {
			/** A tombstone for a person. */
			readonly type: 'person-removed';
			/** `personKey` of the handle: found again without being named. */
			readonly subject: string;
			/** The name that stands for them from now on. */
			readonly as: string;
			/** Their verdicts, notes and tags stay. */
			readonly work: boolean;
			readonly sources?: readonly RewrittenSource[];
			readonly reason?: string;
	  };

export type EventType = EventBody['type'];
export type JournalEvent = EventHeader & EventBody;
export type EventOf<T extends EventType> = EventHeader & Extract<EventBody, { type: T }>;

/** Total order of events, the same on every machine. */
export function compareEvents(x: EventHeader, y: EventHeader): number {
	return x.seq - y.seq || (x.time < y.time ? -1 : x.time > y.time ? 1 : 0) || (x.id < y.id ? -1 : x.id > y.id ? 1 : 0);
}
