/**
 * What Pairwright can do to one workspace folder. The CLI calls an implementation in its own process; the editor calls the
 * same one in the data process, through RPC. So everything here is plain JSON in and out, and every method is async.
 * Errors: `UserError` (protocol/errors.ts) says what happened, where, and what to do; anything else is a defect.
 */

import type { AgreementReport } from '../domain/agreement.ts';
import type { ColumnMapping } from '../domain/column-mapping.ts';
import type { Message, Prompt, Side } from '../domain/comparison.ts';
import type { WorkspaceConfig } from '../domain/config.ts';
import type { DataCard } from '../domain/data-card.ts';
import type { Leak } from '../domain/dataset.ts';
import type { FacetCoverage, Precision } from '../domain/facet-coverage.ts';
import type { Inspection } from '../domain/inspection.ts';
import type { Judgment, Strength, Verdict } from '../domain/judgment.ts';
import type { ProgressReport } from '../domain/progress.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { Decision, Metrics, ScoreLine } from '../domain/run-record.ts';
import type { SnapshotDiff } from '../domain/snapshot-diff.ts';
import type { Split } from '../domain/split.ts';
import type { SplitMoves } from '../domain/split-moves.ts';
import type {
	GenerateOptions,
	GenerationPlan,
	GenerationResult,
	WaitingCounts,
	WaitingPage,
	WaitingQuery,
} from './candidates.ts';
import type {
	LeakTexts,
	MovePreview,
	PromptSelection,
	SavedSearch,
	SplitsOverview,
	TagPreview,
	TagResult,
} from './curation.ts';
import type { BundleOptions, BundleResult, ExportOptions, ExportResult } from './exports.ts';
import type { ImportOptions, ImportPreview, ImportResult, PreviewOptions, SavedMapping } from './imports.ts';
import type { AdjudicationPage, BlindPair, GoldReport, JudgeInput, QueueKind, QueuePage, Undone } from './judging.ts';
import type { ComparisonDetail, ListFilter, ListPage, ListQuery, PromptPage } from './lists.ts';
import type { GateOptions, GateResult, RejectedRows, RunComparison, RunReport, RunSide, RunSummary } from './runs.ts';
import type { ScoreOptions } from './scoring.ts';
import type { EraseResult, Person, RemovePersonOptions, RemovePersonResult, SyncResult, SyncState } from './team.ts';

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

export interface Job {
	/** Chosen by the caller; progress and cancel name it. */
	readonly job: string;
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
		/** Where prompts go with it, and which stay though it moved them, as they are frozen or were exported. */
		readonly moves?: SplitMoves;
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
