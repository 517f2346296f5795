/**
 * What Pairwright can do to one workspace folder. The CLI calls an implementation in its own process; the editor calls the
 * same one in the data process, through RPC. So everything here is plain JSON in and out, and every method is async.
 * Errors: `UserError` (protocol/errors.ts) says what happened, where, and what to do; anything else is a defect.
 */

import type { ActiveWaits } from '../domain/active-words.ts';
import type { AgreementReport, PersonShare, VerdictShare } from '../domain/agreement.ts';
import type { EngineName, LossName } from '../domain/checkpoint.ts';
import type { ColumnMapping } from '../domain/column-mapping.ts';
import type { Message, Prompt, Side } from '../domain/comparison.ts';
import type { WorkspaceConfig } from '../domain/config.ts';
import type { DataCard } from '../domain/data-card.ts';
import type { Leak } from '../domain/dataset.ts';
import type { ExportFormat } from '../domain/export-format.ts';
import type { FacetCoverage, Precision } from '../domain/facet-coverage.ts';
import type { Inspection } from '../domain/inspection.ts';
import type { Judgment, JudgmentKind, Strength, Verdict, VerdictFields } from '../domain/judgment.ts';
import type { LabelPolicy } from '../domain/label-policy.ts';
import type { ProgressReport } from '../domain/progress.ts';
import type { Redaction } from '../domain/redaction.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { OriginFacts } from '../domain/response-origin.ts';
import type { Decision, Metrics, RunRecord, RunVerdict, ScoreLine } from '../domain/run-record.ts';
import type { SnapshotDiff } from '../domain/snapshot-diff.ts';
import type { EvaluationSplit, Half, Split } from '../domain/split.ts';

/** Progress of a job, by the id its caller chose. */
export interface Progress {
	readonly job: string;
	readonly phase: string;
	/** Work done and in all, in `unit`; total null while unknown. */
	readonly done: number;
	readonly total: number | null;
	readonly unit: 'rows' | 'bytes' | 'pairs' | 'steps' | 'responses';
	/** Seconds left, once it can be told. */
	readonly eta: number | null;
	readonly message?: string;
}

/** What the implementation tells whoever holds it. */
export interface WorkspaceEvents {
	progress(progress: Progress): void;
	/** Something stored changed: views re-read what they show. `reason` is for the log and for notices. */
	changed(change: {
		readonly what: readonly ('comparisons' | 'judgments' | 'splits' | 'runs' | 'config' | 'guidelines' | 'index')[];
		readonly reason: string;
	}): void;
	/** To show the user once, e.g. a torn journal line that was skipped, a source that is missing. */
	notice(notice: { readonly level: 'info' | 'warning' | 'error'; readonly text: string }): void;
}

export interface SplitCount {
	readonly prompts: number;
	readonly pairs: number;
	/** Comparisons with a resolution other than `open`; null while the sealed half is among them (rules.md, The seal). */
	readonly judged: number | null;
	readonly disputed: number | null;
	readonly judgments: number | null;
	/** Why the last three are null. */
	readonly reason?: string;
}

export interface WorkspaceInfo {
	readonly root: string;
	readonly name: string;
	/** `.pairwright/` is there. */
	readonly initialised: boolean;
	/** The annotator's handle on this machine, or null before the first question. */
	readonly person: string | null;
	readonly config: WorkspaceConfig;
	readonly guidelines: { readonly path: string; readonly sha256: string; readonly text: string } | null;
	readonly splits: Readonly<Record<Split, SplitCount>>;
	readonly halves: { readonly reference: SplitCount; readonly sealed: SplitCount };
	/** Comparisons in my queue: my part, and what is asked of others and still missing; without those I declared "cannot". */
	readonly queue: number;
	/** Blind second judgments that wait for me. */
	readonly review: number;
	readonly proposals: number;
	/** The full-text index follows an import. */
	readonly index: { readonly ready: boolean; readonly done: number; readonly total: number };
	readonly runs: number;
	/** Prompts that need a second response; absent = none. */
	readonly waiting?: WaitingCounts;
	/** Sources that changed or are missing, with what they affect. */
	readonly sourceProblems: readonly { readonly path: string; readonly problem: string; readonly comparisons: number }[];
	/** Judgments of mine in the last 24 hours, for the status bar. */
	readonly mineToday: number;
	/** What I set aside: for later (comes back at the end of my queue), or declared "cannot judge". */
	readonly skipped?: { readonly later: number; readonly cannot: number };
}

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
	readonly columns: readonly {
		readonly name: string;
		readonly kind: 'text' | 'number' | 'list' | 'other' | 'empty';
		/** Different short values, at most 25; more are many. */
		readonly values: readonly string[];
		/** Where its values can be rankings: their different entries, and what bare numbers in them can be. */
		readonly ranking?: {
			readonly entries: readonly string[];
			readonly bare: 'permutations' | 'ranks' | 'scores' | null;
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
	/** Of `as: 'prompts'`: what waits for a second response now. */
	readonly waiting?: WaitingCounts;
	/** Of `as: 'prompts'`: comparisons made because a prompt had two different responses. */
	readonly paired?: number;
	/** What `redact` replaced, by kind. */
	readonly redacted?: Readonly<Partial<Record<Redaction, number>>>;
}

/** Prompts without a comparison. */
export interface WaitingCounts {
	readonly prompts: number;
	/** Of these, with a response already: one more makes a pair. */
	readonly answered: number;
	/** Rows of logs that said what another had said: counted, not stored. */
	readonly repeats: number;
}

export interface WaitingQuery {
	readonly split?: Split;
	/** Default: the farthest from train first. */
	readonly order?: 'novelty' | 'arrival';
	readonly limit?: number;
	/** Opaque cursor from the page before. */
	readonly after?: string;
}

/** A prompt that needs a second response. Never what its response says: whoever judges it later would know. */
export interface WaitingPrompt {
	readonly id: string;
	readonly cluster: string;
	readonly split: Split;
	readonly half: Half | null;
	readonly tags: readonly string[];
	readonly preview: string;
	readonly turns: number;
	/** Different responses so far. */
	readonly candidates: number;
	/** Rows of logs that hold it. */
	readonly times: number;
	readonly sources: readonly string[];
	/** Distance to the nearest train prompts, in [0, 1]; null while it cannot be told. */
	readonly novelty: number | null;
}

export interface WaitingPage extends WaitingCounts {
	readonly rows: readonly WaitingPrompt[];
	/** Of the whole query. */
	readonly total: number;
	/** What 95 % of train prompts stay below; null while it cannot be told. */
	readonly threshold: number | null;
	/** Why prompts are not ranked, in words. */
	readonly reason?: string;
	readonly next: string | null;
}

/** How responses are drawn; absent = the server's own default. */
export interface SamplingOptions {
	readonly temperature?: number;
	readonly topP?: number;
	/** Tokens at most; default 1024. */
	readonly maxTokens?: number;
	/** Default 0: each prompt and try gets a seed of its own from it. */
	readonly seed?: number;
}

/** Which prompts get responses, from where. Addresses, paths and keys come from machine settings, a picked file or a flag: never from a workspace. */
export interface GenerateOptions {
	/** An OpenAI-style chat server, or model files in the scoring process. */
	readonly engine: 'chat' | 'gguf';
	/** Of `chat`: base address, with or without /v1. */
	readonly url?: string;
	/** Sent as a bearer token to this origin alone; never stored, logged or recorded. */
	readonly key?: string;
	/** Served names, or absolute paths of model files; they take turns. */
	readonly models: readonly string[];
	readonly split?: Split;
	/** Only these prompts (a comparison's id means its prompt), whether they wait or not. */
	readonly prompts?: readonly string[];
	/** With `prompts`: a new pair for each, of two new responses, whatever it has already. */
	readonly anew?: boolean;
	/** Different responses that each prompt shall have; 2 to 4, default 2. */
	readonly responses?: number;
	readonly sampling?: SamplingOptions;
	/** Requests in flight at most; default 4. */
	readonly concurrency?: number;
	/** Of `gguf`. */
	readonly gguf?: Pick<GgufOptions, 'context' | 'threads' | 'gpu' | 'binaries'>;
	/** At most so many prompts, the farthest from train first. */
	readonly limit?: number;
	/** Of a plan: look whether the models are there (the server's list of models; nothing is generated). */
	readonly check?: boolean;
	/** No prompt but these, as a plan gave them (`ids`): what comes in after the confirmation was not confirmed. */
	readonly planned?: readonly string[];
}

/** What generating would send, before anything is sent. */
export interface GenerationPlan {
	/** The prompts, for `planned`. */
	readonly ids: readonly string[];
	readonly prompts: number;
	/** Requests, those that ask again left out. */
	readonly requests: number;
	/** Where to: an origin, or `gguf`. */
	readonly server: string;
	/** The origin is this machine. */
	readonly local: boolean;
	readonly models: readonly string[];
	/** Characters of the prompts, as a measure of what is sent. */
	readonly characters: number;
	/** Prompts of the selection that have enough responses. */
	readonly enough: number;
	/** With `check`, where there is something to ask for. */
	readonly served?: {
		/** Models that the server does not list, files that are not there. */
		readonly missing: readonly string[];
		/** Some of those that it lists. */
		readonly offered?: readonly string[];
		/** Why it could not be looked up, in words. */
		readonly unknown?: string;
	};
}

export interface GenerationResult {
	/** Responses that are stored. */
	readonly generated: number;
	/** Comparisons made of them. */
	readonly paired: number;
	/** Answers that said what the prompt has already; asked again with another seed. */
	readonly identical: number;
	/** Answers without text; asked again with another seed. */
	readonly empty: number;
	/** Answers cut at the most tokens; they are stored. */
	readonly cut: number;
	/** Prompts that still lack a response, by why; all counted, the first 100 named. */
	readonly failed: {
		readonly total: number;
		readonly first: readonly { readonly prompt: string; readonly reason: string }[];
	};
	readonly cancelled: boolean;
	/** The server gave up altogether: why. What was stored stays. */
	readonly stopped?: string;
	readonly waiting: WaitingCounts;
}

export interface ExportOptions {
	readonly format: ExportFormat;
	readonly splits: readonly Split[];
	/** A folder, or a file with one split (not for `hf`, which is a folder). */
	readonly out: string;
	/** Which comparisons are written to a trainer, and with which side as chosen; absent = strict majority. */
	readonly labels?: LabelPolicy;
}

export interface ExportResult {
	readonly format: string;
	readonly files: readonly {
		readonly split: Split;
		readonly path: string;
		/** Pairs. */
		readonly written: number;
		/** Rows, where a format has not one for each pair (KTO: one for each response). */
		readonly rows?: number;
		readonly sha256: string;
	}[];
	/** The data card of a dataset folder. */
	readonly card?: { readonly path: string; readonly sha256: string };
	readonly dropped: Readonly<Record<string, number>>;
	/** Absent for formats that keep pairs without a verdict. */
	readonly labels?: LabelPolicy;
	/** Id of the recorded export, or null where nothing was written, or nothing that trains and by nobody in particular. */
	readonly export: string | null;
	/** Prompts that count as seen in training by this export. */
	readonly seen: number;
	/** What to paste where the files are read. */
	readonly config: readonly ExportConfig[];
}

/** Lines for the configuration of a trainer or tool. */
export interface ExportConfig {
	/** Where they belong, e.g. `dataset_info.json`. */
	readonly title: string;
	readonly language: 'python' | 'yaml' | 'json' | 'xml' | 'shell';
	readonly text: string;
}

export interface BundleOptions {
	/** Folder of the bundle: absent, empty, or a bundle that is replaced. */
	readonly out: string;
	/** Rows that trainers read; absent = TRL conversational. */
	readonly format?: 'trl' | 'trl-standard';
	/** Which comparisons carry a label, and with which side as chosen; absent = strict majority. */
	readonly labels?: LabelPolicy;
	/** Parts that the held-out tuning half is dealt into; absent = 4. */
	readonly parts?: number;
	/** How many of them the penalty may read, the rest monitors it; absent = half of them. */
	readonly penaltyParts?: number;
	/** Of the deal; absent = 0. */
	readonly seed?: number;
}

export interface BundleResult {
	readonly folder: string;
	/** Id of the recorded export: what `score --trained-on` takes. */
	readonly export: string;
	readonly labels: LabelPolicy;
	/** Data files; `role` says who reads them. */
	readonly files: readonly {
		readonly name: string;
		readonly role: 'train' | 'eval' | 'penalty' | 'monitoring' | 'retention' | 'unlabelled' | 'sealed';
		/** Of the held-out tuning half, from 1. */
		readonly part?: number;
		readonly pairs: number;
		readonly clusters: number;
		readonly sha256: string;
	}[];
	/** Why no part is for the penalty; absent = some are. */
	readonly note?: string;
	/** Not in the files that trainers read, by reason. */
	readonly left_out: Readonly<Record<string, number>>;
}

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

/** `judge`: my open comparisons; `review`: a blind second look at others'; `rejudge`: a run's mistakes mixed with controls. */
export type QueueKind = 'judge' | 'review' | 'rejudge';

/** All that the annotate screen may know before the verdict: no split, tags, model score, others' verdicts, label, source or length. */
export interface BlindPair {
	readonly comparison: string;
	readonly prompt: Prompt;
	readonly left: readonly Message[];
	readonly right: readonly Message[];
	/** The canonical side that stands left: seeded coin of (comparison, person). */
	readonly leftSide: Side;
	/** It came before, and comes again to measure self-consistency: not shown; the verdict is stored as a `repeat`. */
	readonly repeat?: true;
	/** My own latest verdict, note and flag, when looking back; null in the queue. */
	readonly mine: {
		readonly event: string;
		readonly verdict: Verdict;
		readonly strength?: Strength;
		readonly reasons?: readonly string[];
		readonly note?: string;
		readonly at: string;
	} | null;
}

export interface QueuePage {
	readonly kind: QueueKind;
	/** Done by me in this queue, and in all: "12 of 240" is done + 1 of total. Of `judge`, of my part while it lasts. */
	readonly done: number;
	readonly total: number;
	/** The next ones, in order; empty when the queue is. */
	readonly pairs: readonly BlindPair[];
	/** Of `judge`: my part, or, once that is done, what is asked of others and still missing. */
	readonly part?: 'mine' | 'others';
	/** Of `judge`: active ordering is on and has not begun. Says nothing of any pair. */
	readonly activeWaits?: ActiveWaits;
}

/** One opinion on a pair that is to be settled. */
export interface AdjudicationVerdict {
	/** "Person 2" while names are hidden, else the handle; an import's own label and a machine judge are always named. */
	readonly who: string;
	/** Only a `person` has a vote where people judged; a `model` never has. */
	readonly as: 'person' | 'source' | 'model';
	readonly verdict: Verdict;
	readonly strength?: Strength;
	readonly reasons?: readonly string[];
	readonly note?: string;
	/** null where an import does not say. */
	readonly blind: boolean | null;
	readonly at: string | null;
	/** What the same one said before, oldest first; it does not count any more. */
	readonly earlier: readonly Verdict[];
}

/** A pair whose verdicts differ, or that somebody marked, with all that was said about it. */
export interface AdjudicationItem {
	readonly comparison: string;
	readonly prompt: Prompt;
	readonly left: readonly Message[];
	readonly right: readonly Message[];
	/** The canonical side that stands left: my seeded coin, as in Annotate. */
	readonly leftSide: Side;
	/** The latest of each, people first, in a seeded order that names nobody. */
	readonly verdicts: readonly AdjudicationVerdict[];
	/** Of the people's verdicts. */
	readonly counts: Readonly<Record<Verdict, number>>;
	readonly disputed: boolean;
	readonly flags: readonly { readonly who: string; readonly note: string | null; readonly at: string }[];
	readonly names: 'hidden' | 'shown';
	/** The decision in force where the pair was flagged after it: it stands until another one is recorded. */
	readonly earlier?: { readonly verdict: Verdict; readonly reason: string; readonly at: string };
	/** The decision in force; from then on names are shown. */
	readonly decided: {
		readonly event: string;
		readonly verdict: Verdict;
		readonly reason: string;
		readonly by: string;
		/** Mine: I can take it back. */
		readonly mine: boolean;
		readonly at: string;
	} | null;
}

export interface AdjudicationPage {
	/** All that wait, those that the caller holds included. */
	readonly total: number;
	/** Of those, the ones that are not disputed: somebody flagged them. */
	readonly onlyFlagged?: number;
	readonly items: readonly AdjudicationItem[];
}

/** A pair whose answer is known, or an adjudicated one that could be gold. */
export interface GoldPair {
	readonly comparison: string;
	readonly verdict: Verdict;
	readonly place: 'train' | 'excluded';
	readonly preview: string;
	/** Beginning of the response that is the answer; null where neither is. */
	readonly answer: string | null;
}

export interface GoldReport {
	/** Share of what a person is shown. */
	readonly rate: number;
	/** With the number of people who answered blind. */
	readonly pairs: readonly (GoldPair & { readonly answers: number })[];
	/** The first 1,000 at most. */
	readonly candidates: readonly GoldPair[];
	/** Share of right answers; of people, only those who may be shown. */
	readonly accuracy: VerdictShare & { readonly people: number; readonly by_person: readonly PersonShare[] };
}

export interface JudgeInput extends Omit<VerdictFields, 'blind'> {
	readonly kind?: JudgmentKind;
	readonly blind?: boolean;
	readonly queue?: QueueKind | 'cli' | 'look-back' | 'author';
}

export interface Undone {
	readonly event: string;
	readonly type: 'judged' | 'tagged' | 'flagged' | 'skipped' | 'split-assigned';
	readonly comparison: string | null;
	readonly prompts: number;
	/** For the footer: "left, clearly" is made by the caller; this names the thing. */
	readonly text: string;
}

/** Prompts by id, or everything that a query finds. */
export type PromptSelection = { readonly ids: readonly string[] } | { readonly query: ListFilter };

export interface TagPreview {
	readonly prompts: number;
	readonly clusters: number;
	/** Prompts that would move to held-out. */
	readonly moves: number;
	/** Prompts in clusters that are frozen or were exported: a proposal each cluster instead. */
	readonly proposals: number;
}

/** What moving the clusters of chosen prompts to a split comes to. */
export interface MovePreview extends TagPreview {
	/** Of the prompts that move, those that were not chosen: they come along with their cluster. */
	readonly along: number;
	/** Chosen prompts that stand there already. */
	readonly there: number;
	/** `proposals` by why: frozen, or exported for training and bound for eval or held-out. */
	readonly frozen: number;
	readonly exported: number;
	/** How many proposals those make: one a cluster. */
	readonly proposed: number;
	/** Tags among the chosen prompts, most used first. */
	readonly tags: readonly { readonly facet: string; readonly prompts: number }[];
}

/** Both sides of a leak, whole. */
export interface LeakTexts {
	readonly prompts: readonly [string | null, string | null];
	/** Of a copied response: as it stands under each prompt. */
	readonly responses: readonly [string, string] | null;
}

/** A search of the team by its name. */
export interface SavedSearch {
	readonly name: string;
	readonly query: ListFilter;
	/** Handle of whoever saved it last, and when. */
	readonly by: string;
	readonly at: string;
}

export interface TagResult {
	/** Prompts that the tag is new to, or was taken from. */
	readonly tagged: number;
	/** Prompts for which there was nothing to do: they had the tag already, or to take away had none. */
	readonly already?: number;
	readonly moved: number;
	readonly proposed: number;
	readonly prompts: readonly string[];
	/** For undo; null when nothing was done. */
	readonly event: string | null;
}

export interface Proposal {
	readonly id: string;
	readonly person: string;
	readonly at: string;
	readonly prompts: readonly { readonly id: string; readonly preview: string; readonly split: Split }[];
	readonly split: Split;
	readonly facet: string | null;
	readonly reason: string | null;
	readonly because: 'frozen' | 'exported';
}

/** How many leaks of one kind lie between two splits; lists name the first 1,000 only. */
export type LeakCount = NonNullable<Inspection['leaks']>[number];

export interface SplitsOverview {
	readonly splits: Readonly<Record<Split, SplitCount>>;
	readonly halves: WorkspaceInfo['halves'];
	readonly places: readonly {
		readonly place: 'train' | 'eval' | 'heldout_reference' | 'heldout_sealed' | 'retention' | 'excluded';
		readonly count: SplitCount;
		readonly clusters: number;
		readonly facets: readonly { readonly facet: string; readonly prompts: number }[];
		readonly sources: readonly { readonly source: string; readonly prompts: number }[];
		/** Histogram of prompt and response lengths in characters: counts for edges [0,100,200,400,800,1600,3200,∞). */
		readonly promptLengths: readonly number[];
		readonly responseLengths: readonly number[];
		readonly frozen: {
			readonly manifest: string;
			readonly at: string;
			readonly added: number;
			readonly removed: number;
		} | null;
	}[];
	/** Standing ones first; at most 1,000. */
	readonly leakage: readonly Leak[];
	/** All of them, counted. */
	readonly leaks?: readonly LeakCount[];
	/** Copies and near-copies among prompts that came in lately are still looked for. */
	readonly looking?: boolean;
	/** Clusters that span splits, counted. */
	readonly spans?: number;
	/** The first 200 clusters that span splits: their less protected members take no part in runs. */
	readonly spanning: readonly {
		readonly cluster: string;
		readonly prompts: readonly {
			readonly id: string;
			readonly split: Split;
			readonly half: Half | null;
			readonly preview: string;
		}[];
	}[];
	readonly facets: readonly { readonly facet: string; readonly prompts: number; readonly sealedOnly: boolean }[];
	readonly sources: readonly string[];
	readonly annotators: readonly string[];
	readonly proposals: readonly Proposal[];
}

/** Which models a checkpoint run scores. Addresses, paths and keys come from machine settings, a picked file or a flag: never from a workspace. */
export interface GgufOptions {
	/** Absolute paths. */
	readonly reference: string;
	/** In order; already expanded from globs. */
	readonly checkpoints: readonly string[];
	/** A Jinja chat template in place of the file's own: its text, or the path of a file that holds it. */
	readonly template?: string;
	/** Tokens; absent = what the longest pair needs, at most the model's trained context. */
	readonly context?: number;
	/** Absent = chosen by a short measurement. */
	readonly threads?: number;
	/** auto = whatever the engine's binaries support; false = CPU only. */
	readonly gpu?: 'auto' | 'cuda' | 'vulkan' | 'metal' | false;
	/** Folder whose node_modules holds the engine (node-llama-cpp with the binaries for CUDA, Vulkan) to use in place of the shipped one. */
	readonly binaries?: string;
}

export type HttpApi = 'vllm' | 'sglang' | 'llama-cpp-python';

export interface HttpOptions {
	/** Base address, e.g. http://127.0.0.1:8000; with or without /v1. */
	readonly url: string;
	/** Absent = found out by asking the server. */
	readonly api?: HttpApi;
	readonly reference: string;
	readonly checkpoints: readonly string[];
	/** Sent as a bearer token to this origin alone; never stored, logged or recorded. */
	readonly key?: string;
	/** Requests in flight at most; default 8. */
	readonly concurrency?: number;
	/** Address of the reference where it is served elsewhere. */
	readonly referenceUrl?: string;
}

export interface LogprobsOptions {
	/** Absolute paths of JSONL files (plain or gzipped). */
	readonly files: readonly string[];
}

/** What all checkpoint engines share. */
export interface CheckpointOptions {
	readonly loss?: LossName;
	/** ε of cdpo and robust. */
	readonly labelSmoothing?: number;
	/** Steps in the order of the checkpoints, where their names do not say. */
	readonly steps?: readonly number[];
	/** `pattern` is a glob over checkpoint names; `export` a recorded export's id or prefix, with `:train` behind it where a bundle's penalty read nothing (λ 0), or none. The first that fits counts. */
	readonly trainedOn?: readonly { readonly pattern: string; readonly export: string | 'none' }[];
	/** Splits to score; default all that hold judged pairs. */
	readonly splits?: readonly EvaluationSplit[];
	/** Forgetting is measured against this run's choice (id or prefix); default the run's own reference. */
	readonly retentionBaseline?: string;
	/** Score everything anew: the cache is neither read nor trusted (a server's weights changed under their name). */
	readonly fresh?: boolean;
	/** false = KL per token is neither read nor shown, though the engine sees logits: every model is opened once instead of twice. */
	readonly kl?: boolean;
}

export interface ScoreOptions {
	readonly engine: EngineName;
	readonly gguf?: GgufOptions;
	readonly http?: HttpOptions;
	readonly logprobs?: LogprobsOptions;
	readonly checkpoints?: CheckpointOptions;
	/** null = as rules.md: recommended.lambda, else 0. */
	readonly lambda: number | null;
	readonly margin: number | 'auto';
	readonly beta: number;
	readonly seed: number;
	/** Which comparisons have a label, and what it is; absent = vote share. */
	readonly labels?: LabelPolicy;
	/**
	 * The user's own features: a file they named on this machine, absolute; never a path from a workspace's files. join: beside the
	 * probe's own; replace: instead of them.
	 */
	readonly features?: { readonly path: string; readonly mode: 'join' | 'replace' };
}

/** Rows of log-probability files that a run left out: all counted, the first 1,000 named. */
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

export interface Job {
	/** Chosen by the caller; progress and cancel name it. */
	readonly job: string;
}

/** Somebody who took part. */
export interface Person {
	/** The handle: identifies, and never changes. */
	readonly person: string;
	/** The name they gave themselves, for display. */
	readonly name: string | null;
	/** Comparisons with a verdict of theirs that stands. */
	readonly judged: number;
	/** Events in journals; 0 for people known from imported files alone. */
	readonly events: number;
	readonly last: string | null;
	readonly me: boolean;
	/** A machine judge: shown, never a vote. */
	readonly machine: boolean;
}

/** What a sync did. Counts are events. */
/** What both kinds of erasure say of the files of this workspace. */
export interface ErasedFiles {
	/** Journal files with lines that are rewritten or gone. */
	readonly journals: readonly { readonly file: string; readonly lines: number }[];
	/** Copies of imported files that are written anew without some rows. */
	readonly sources: readonly { readonly path: string; readonly rows: number }[];
	/** Files that still hold it, and what to do. */
	readonly left: readonly { readonly path: string; readonly why: string }[];
	/** Only said, nothing done. */
	readonly preview: boolean;
	/** The tombstone; null where there was nothing new to erase. */
	readonly event: string | null;
	readonly synced: { readonly ok: boolean; readonly message: string } | null;
	/** What git still holds and how to take it out of there too, line by line. */
	readonly advice: readonly string[];
}

/** An event whose words leave with a text that they quote. */
export interface Quotation {
	readonly event: string;
	/** `EventType`. */
	readonly type: string;
	readonly person: string;
	readonly at: string;
}

/** What an erasure did, or would do. Ids alone: the texts are gone. */
export interface EraseResult extends ErasedFiles {
	readonly comparisons: readonly string[];
	readonly prompts: readonly string[];
	/** Given ids that were out already. */
	readonly already: readonly string[];
	readonly drafts: readonly string[];
	/** Events elsewhere whose notes, reasons or searches quoted it: those words go too. */
	readonly quoting: number;
	/** Which these are. What they say is not repeated. */
	readonly quotations: readonly Quotation[];
	/** Comparisons that stay and share a text: others on the same prompt, rewrites. */
	readonly related: readonly string[];
	/** Records that keep the ids, and no texts. */
	readonly runs: readonly string[];
	readonly exports: readonly string[];
	readonly manifests: readonly string[];
}

export interface RemovePersonOptions {
	/** anonymise: a neutral name stands for them, everything else stays. remove: their verdicts, notes and tags leave. */
	readonly mode: 'anonymise' | 'remove';
	/** Pairs they wrote, for `remove`: those that somebody else judged stay (`judged`), all stay, or none does. */
	readonly written: 'judged' | 'keep' | 'remove';
	readonly reason?: string;
	readonly preview?: boolean;
}

export interface RemovePersonResult extends ErasedFiles {
	readonly person: string;
	/** The name that stands for them from now on. */
	readonly as: string;
	readonly mode: 'anonymise' | 'remove';
	readonly events: number;
	readonly judged: number;
	/** Pairs of theirs that leave. */
	readonly written: readonly string[];
	/** Settings, records and manifests that name them. */
	readonly mentions: readonly string[];
}

export interface SyncResult {
	/** Events of mine that this sync committed. */
	readonly committed: number;
	/** Events of others that came in. */
	readonly pulled: number;
	/** Events of mine that the upstream has now and had not before. */
	readonly pushed: number;
	/** Events of mine that the upstream still lacks. */
	readonly not_sent: number;
	/** Everything was sent and taken over. */
	readonly ok: boolean;
	/** The other side could not be reached; what was done is committed. */
	readonly offline: boolean;
	/** In words: what was done, what was not, why, and what to do. */
	readonly message: string;
}

/** Whether there is anything to sync with, as far as this machine knows; no network. */
export interface SyncState {
	readonly possible: boolean;
	/** Why it is not. */
	readonly why?: string;
	/** Events of mine that the upstream lacks; null where there is none, or no handle yet. */
	readonly not_sent: number | null;
}

export interface WorkspaceApi {
	info(): Promise<WorkspaceInfo>;
	/** What of `info` needs no look at a queue: a question that opens does not wait for one. */
	about(): Promise<Pick<WorkspaceInfo, 'person' | 'config' | 'index'>>;
	/** Makes `.pairwright/` (config, guidelines, .gitignore); with demo, writes and imports the demo data. Idempotent. */
	init(options: { readonly demo?: boolean }): Promise<{ workspace: string; created: boolean }>;
	/** Stores the handle in the user's state folder: asked once per machine, shared by editor and CLI. */
	setPerson(handle: string): Promise<{ person: string }>;
	reload(): Promise<void>;

	importFiles(files: readonly string[], options: ImportOptions, job: Job): Promise<ImportResult>;
	exportData(options: ExportOptions): Promise<ExportResult>;
	/** Writes a training bundle: data, parts of the tuning half, scripts that train with the penalty and score what they made. */
	exportBundle(options: BundleOptions): Promise<BundleResult>;
	/** What a file would be read as, with its first rows. @throws UserError 'unusable-input' where it cannot be read at all */
	previewImport(file: string, options: PreviewOptions): Promise<ImportPreview>;
	/** The team's remembered mappings of columns, by name. */
	mappings(): Promise<readonly SavedMapping[]>;
	/** Remembers a mapping under a name, in place of an earlier one; null forgets it. */
	saveMapping(
		name: string,
		mapping: ColumnMapping | null,
		table: readonly string[],
	): Promise<{ readonly event: string }>;
	/** Stops import, scoring or rebuild by its job id within a second; finished work stays. */
	cancel(job: string): Promise<void>;

	list(query: ListQuery): Promise<ListPage>;
	listPrompts(query: ListQuery): Promise<PromptPage>;
	/** Cursors (`after`) behind every `every`-th prompt of a query, in order: the way to any place of a long list in one step. */
	promptCursors(query: ListFilter, every: number): Promise<readonly string[]>;
	/** `id` may be a unique prefix of 8 or more. */
	show(id: string): Promise<ComparisonDetail>;

	queue(kind: QueueKind, options: { readonly count: number; readonly after?: readonly string[] }): Promise<QueuePage>;
	/** One pair by id, blind, with my own verdict if any: look-back and "open from a report". */
	pair(id: string): Promise<BlindPair>;
	/** My past pairs, latest first, across sessions: ids from before `before` (an event id). */
	past(options: {
		readonly before?: string;
		readonly count: number;
	}): Promise<readonly { readonly event: string; readonly comparison: string; readonly at: string }[]>;
	judge(input: JudgeInput): Promise<{ judgment: Judgment }>;
	/** After my verdict in Review: others' verdicts. Refused before. */
	others(id: string): Promise<{ readonly judgments: readonly Judgment[]; readonly resolution: Resolution }>;
	skip(input: { readonly comparison: string; readonly cannot?: string }): Promise<{ event: string }>;
	flag(input: { readonly comparison: string; readonly note?: string }): Promise<{ event: string }>;
	/**
	 * Disputed pairs, and those flagged since they were decided or without a decision, in seeded order; or, with `ids`, those pairs as they are now. A verdict
	 * of mine on a pair whose other verdicts were sent is stored as not blind from then on.
	 */
	adjudicationQueue(options: {
		readonly count: number;
		/** Ids that need not come. */
		readonly after?: readonly string[];
		readonly ids?: readonly string[];
	}): Promise<AdjudicationPage>;
	adjudicate(input: {
		readonly comparison: string;
		readonly verdict: Verdict;
		readonly reason: string;
	}): Promise<{ event: string }>;
	/** Takes one of my events back, by its id or a prefix; with a comparison's, my latest verdict on it. `preview`: only says what. */
	retract(
		id: string,
		options?: { readonly preview?: boolean },
	): Promise<{
		readonly retracted: string;
		/** What the event did, in words. */
		readonly what: string;
		readonly at: string;
		readonly comparisons: number;
		readonly prompts: number;
	}>;
	/** My latest not yet retracted judgment, tag, flag or skip, across sessions. */
	undo(): Promise<Undone | null>;
	author(input: {
		readonly prompt: Prompt;
		readonly a: readonly Message[];
		readonly b: readonly Message[];
		readonly verdict?: Verdict;
		readonly strength?: Strength;
	}): Promise<{ comparison: string; event: string }>;
	/** A new comparison: rewrite against original; my verdict for the rewrite is stored as not blind. */
	improve(input: {
		readonly comparison: string;
		readonly side: Side;
		readonly text: string;
	}): Promise<{ comparison: string; event: string }>;

	/** Prompts that need a second response. Ranking takes seconds in a large workspace. */
	waiting(query: WaitingQuery): Promise<WaitingPage>;
	/** A waiting prompt whole, without what was answered. */
	waitingPrompt(id: string): Promise<Prompt>;
	/** What `generate` would send; sends nothing. */
	planGeneration(options: GenerateOptions): Promise<GenerationPlan>;
	/** Responses of models for prompts that need them; each is on disk before it is counted. Cancelled by its job: finished ones stay. */
	generate(options: GenerateOptions, job: Job): Promise<GenerationResult>;

	facets(): Promise<readonly string[]>;
	previewTag(selection: PromptSelection): Promise<TagPreview>;
	previewMove(selection: PromptSelection, split: Split): Promise<MovePreview>;
	/** The team's saved searches, by name. */
	searches(): Promise<readonly SavedSearch[]>;
	/** Saves a query under a name, in place of an earlier one; null deletes it. `event` takes that back. */
	saveSearch(name: string, query: ListFilter | null): Promise<{ readonly event: string }>;
	tag(
		selection: PromptSelection,
		options: { readonly facet: string; readonly reason?: string; readonly remove?: boolean },
	): Promise<TagResult>;
	assign(
		selection: PromptSelection,
		/** `alone`, for `excluded` only: these prompts without the rest of their clusters. */
		options: { readonly split: Split; readonly reason?: string; readonly alone?: true },
	): Promise<{ moved: number; proposed: number; event: string | null }>;
	freeze(
		split: Split,
	): Promise<{ manifest: string; prompts: number; changed: { added: number; removed: number } | null }>;
	answerProposal(id: string, accepted: boolean, reason?: string): Promise<{ moved: number }>;
	splits(): Promise<SplitsOverview>;
	/** Leakage, shift, novelty, composition (design.md §5), without a run; needs no judgment. Cancelled by its job. */
	inspect(job: Job): Promise<Inspection>;
	/** Which kinds of shift the held-out set covers, and how many pairs a stated precision needs. Counts no label of E. */
	coverage(precision?: Precision): Promise<FacetCoverage>;
	/** Suggested prompts that lie inside the training distribution after all: suggested no more. `event` takes it back. */
	dismissSuggestions(
		prompts: readonly string[],
		reason?: string,
	): Promise<{ readonly dismissed: number; readonly event: string }>;
	leakTexts(leak: Pick<Leak, 'kind' | 'a' | 'b'>): Promise<LeakTexts>;
	/** Annotators against each other and themselves; nothing of E before an opening. */
	agreement(): Promise<AgreementReport>;
	/** Verdicts asked for, given and missing, by split, facet and person; individual figures to their person alone. */
	progressReport(): Promise<ProgressReport>;
	/** Leaks between these prompts, or others of their clusters, are right as they are: listed, no longer counted. */
	gold(): Promise<GoldReport>;
	/** Marks pairs as gold, all or none; without a verdict, what an adjudication decided. @throws UserError 'usage' outside train and excluded */
	markGold(input: {
		readonly comparisons: readonly string[];
		readonly verdict?: Verdict;
		readonly reason?: string;
	}): Promise<{ readonly marked: readonly { readonly comparison: string; readonly verdict: Verdict }[] }>;
	unmarkGold(comparisons: readonly string[]): Promise<{ readonly unmarked: readonly string[] }>;
	acceptLeak(
		prompts: readonly string[],
		reason: string,
	): Promise<{ accepted: number; prompts: number; event: string | null }>;

	/** One run, in a child process; one at a time per workspace over windows and CLI. */
	score(options: ScoreOptions, job: Job): Promise<{ run: string; rejected?: RejectedRows }>;
	runs(): Promise<readonly RunSummary[]>;
	/** `id`: a run id, a unique prefix, or `latest`. */
	/** `part: 'record'` reads the stored record alone, whatever the size of the data: the rest is `pending`. */
	report(id: string, options?: { readonly part?: 'record' }): Promise<RunReport>;
	/** Score lines outside E; with E for a decided run, as the contract says. */
	scores(id: string): Promise<readonly ScoreLine[]>;
	decide(
		id: string,
		decision: { readonly lambda: number | null; readonly checkpoint: string | null; readonly reason: string },
	): Promise<{ decision: Decision; openings: number; metrics: { heldout_sealed: Metrics | null } }>;
	/** Paired differences second − first over pairs that both scored with the same labels; of E only where both runs are decided. */
	compare(first: RunSide, second: RunSide): Promise<RunComparison>;
	/** Thresholds of the settings against a run's intervals; nothing of E. */
	gate(id: string, options?: GateOptions): Promise<GateResult>;
	/** Queues a run's mistakes in train, eval and R mixed 1:1, blind, with matched pairs it got right. */
	rejudge(id: string): Promise<{ mistakes: number; controls: number }>;

	people(): Promise<readonly Person[]>;
	/** The name shown for me from now on; my handle stays. */
	rename(name: string): Promise<{ person: string; name: string }>;
	/** Commits and sends my journal and the files it names, takes over what others sent; other files stay as they are. */
	sync(job: Job): Promise<SyncResult>;
	/**
	 * Takes comparisons, or prompts with everything on them, out of journals, copies of sources, caches and the database; a tombstone stays.
	 * Without ids: finishes what an earlier one began. @throws UserError 'usage' without a reason
	 */
	erase(
		ids: readonly string[],
		options: { readonly reason?: string; readonly preview?: boolean },
		job: Job,
	): Promise<EraseResult>;
	/** Takes a person out, with or without their work. */
	removePerson(handle: string, options: RemovePersonOptions, job: Job): Promise<RemovePersonResult>;
	syncState(): Promise<SyncState>;

	rebuild(job: Job): Promise<{ events: number; comparisons: number; prompts: number; problems: readonly string[] }>;
	/** Prompts, splits and verdicts of two states: `now`, a manifest, a run, or what git resolves to a commit. */
	diff(first: string, second: string): Promise<SnapshotDiff>;
	/** The data card: facts, the same as Markdown with front matter, and as HTML for a report. Nothing of E before an opening, nobody's name. */
	card(): Promise<{ readonly card: DataCard; readonly markdown: string; readonly html: string }>;
	/** Environment and workspace, with remedies; `deep` reads everything, however large. */
	doctor(options?: { readonly deep?: boolean }): Promise<{
		ok: boolean;
		checks: readonly {
			readonly check: string;
			readonly status: 'ok' | 'warning' | 'error';
			readonly message: string;
			readonly remedy?: string;
		}[];
	}>;
	/** Waits for writes in flight and closes the database. */
	close(): Promise<void>;
}
