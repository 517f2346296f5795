/**
 * Messages between the Splits view and the extension, checked where they arrive. The view pages through prompts by keyset
 * cursors; the extension asks for confirmation where many prompts move.
 */
import * as v from 'valibot';
import type { Leak } from '../domain/dataset.ts';
import type { FacetCoverage, Precision } from '../domain/facet-coverage.ts';
import type { Inspection } from '../domain/inspection.ts';
import { type Half, SPLITS, type Split } from '../domain/split.ts';
import type { LeakTexts, PromptSelection, SavedSearch, SplitsOverview } from './curation.ts';
import type { ListFilter, ListQuery, PromptPage, Status } from './lists.ts';
import {
	type ArgumentSchemas,
	countSchema,
	filterSchema,
	finiteSchema,
	halfSchema,
	idSchema,
	leakSchema,
	listQuerySchema,
	precisionSchema,
	selectionSchema,
	splitSchema,
} from './schemas.ts';
import type { WorkspaceInfo } from './workspace-api.ts';

/** Filters of the list; combined with "and". */
export type SplitsFilter = Omit<ListFilter, 'prompt'>;

/** What a click elsewhere wants to see. */
export interface SplitsFocus {
	readonly split?: Split;
	readonly half?: Half;
	readonly status?: Status;
	readonly section?: 'proposals';
}

export interface SplitsState {
	readonly overview: SplitsOverview;
	readonly index: WorkspaceInfo['index'];
	/** `.pairwright/config.json`, in two sentences: what the training distribution is. */
	readonly scope: string;
	/** Of the team, by name. */
	readonly searches: readonly SavedSearch[];
}

/** An action that was done; null where the person cancelled. */
export interface SplitsDone {
	/** As it reads after the action: "Moved 12 prompts to eval." */
	readonly text: string;
	/** For undo; null where there is nothing to take back. */
	readonly event: string | null;
}

/** An action that everything was answered for and that is being stored; it ends with the answer to its call. */
export interface SplitsActing {
	/** "Moving 100,000 prompts to eval…" */
	readonly text: string;
	/** Where the chosen prompts go, as far as they may. */
	readonly split: Split | null;
}

export type ShellCommand = 'annotate' | 'import' | 'openGuidelines' | 'openConfig' | 'waiting';

/** What the view may ask of the extension. Each rejects with a UserError that the view shows. */
export interface SplitsHost {
	/** The first call; `keep` lets the panel survive a reload. */
	ready(): Promise<{
		readonly keep: { readonly folder: string };
		readonly name: string;
		readonly focus: SplitsFocus | null;
	}>;
	state(): Promise<SplitsState>;
	page(query: ListQuery): Promise<PromptPage>;
	/** Cursors behind every `every`-th prompt, for a jump in a long list. */
	cursors(filter: SplitsFilter, every: number): Promise<readonly string[]>;
	/** Opens the pair of a prompt, or lets the person pick one; of a prompt without a pair its text. */
	open(prompt: string): Promise<void>;
	/** Both texts of a leak, to be read side by side. */
	texts(leak: Pick<Leak, 'kind' | 'a' | 'b'>): Promise<LeakTexts>;
	/** Asks facet and reason, shows the count, tags. `hint`: a facet to start from. */
	tag(selection: PromptSelection, hint?: string): Promise<SplitsDone | null>;
	/** Asks which of the selection's tags to take away. */
	untag(selection: PromptSelection): Promise<SplitsDone | null>;
	/** Asks a name and saves the filters for the team. */
	saveSearch(filter: SplitsFilter): Promise<SplitsDone | null>;
	deleteSearch(name: string): Promise<SplitsDone | null>;
	/** Suggested prompts that are not out of distribution: suggested no more. */
	dismiss(prompts: readonly string[]): Promise<SplitsDone | null>;
	coverage(precision: Precision): Promise<FacetCoverage>;
	/** Moves after a confirmation; `split` null asks where to. */
	assign(selection: PromptSelection, split: Split | null): Promise<SplitsDone | null>;
	/** Brings clusters together in their most protected split, or excludes the less protected prompts alone. */
	mend(prompts: readonly string[], how: 'together' | 'exclude'): Promise<SplitsDone | null>;
	/** Asks why the leaks between these prompts are right as they are. */
	accept(prompts: readonly string[]): Promise<SplitsDone | null>;
	/** Leakage, shift and novelty; the view hears how far it is. null where it was stopped. */
	inspect(): Promise<Inspection | null>;
	stopInspecting(): Promise<void>;
	undo(event: string): Promise<SplitsDone>;
	freeze(split: Split): Promise<void>;
	answer(proposal: string, accepted: boolean): Promise<SplitsDone | null>;
	run(command: ShellCommand): Promise<void>;
}

/** What the extension tells the view, after `ready`. */
export interface SplitsView {
	/** `rows`: prompts came, went or moved; `counts`: only what is known of them changed. */
	changed(what: 'rows' | 'counts'): void;
	/** How far `inspect` is; total null while unknown. */
	inspecting(progress: { readonly phase: string; readonly done: number; readonly total: number | null }): void;
	/** What was asked for last is under way. */
	acting(acting: SplitsActing): void;
	focus(focus: SplitsFocus): void;
}

const ids = v.pipe(v.array(idSchema), v.maxLength(1000));

export const splitsHostSchemas: ArgumentSchemas<SplitsHost> = {
	ready: v.strictTuple([]),
	state: v.strictTuple([]),
	page: v.strictTuple([listQuerySchema]),
	cursors: v.strictTuple([filterSchema, v.pipe(countSchema, v.minValue(1))]),
	open: v.strictTuple([idSchema]),
	texts: v.strictTuple([leakSchema]),
	tag: v.strictTuple([selectionSchema, v.optional(v.pipe(v.string(), v.maxLength(200)))]),
	untag: v.strictTuple([selectionSchema]),
	saveSearch: v.strictTuple([filterSchema]),
	deleteSearch: v.strictTuple([v.string()]),
	dismiss: v.strictTuple([v.pipe(ids, v.minLength(1))]),
	coverage: v.strictTuple([precisionSchema]),
	assign: v.strictTuple([selectionSchema, v.nullable(splitSchema)]),
	mend: v.strictTuple([ids, v.picklist(['together', 'exclude'])]),
	accept: v.strictTuple([v.pipe(ids, v.minLength(1))]),
	inspect: v.strictTuple([]),
	stopInspecting: v.strictTuple([]),
	undo: v.strictTuple([idSchema]),
	freeze: v.strictTuple([splitSchema]),
	answer: v.strictTuple([idSchema, v.boolean()]),
	run: v.strictTuple([v.picklist(['annotate', 'import', 'openGuidelines', 'openConfig', 'waiting'])]),
};

const focusSchema = v.strictObject({
	split: v.exactOptional(v.picklist(SPLITS)),
	half: v.exactOptional(halfSchema),
	status: v.exactOptional(v.picklist(['open', 'judged', 'disputed', 'flagged'])),
	section: v.exactOptional(v.literal('proposals')),
});

export const splitsViewSchemas: ArgumentSchemas<SplitsView> = {
	changed: v.strictTuple([v.picklist(['rows', 'counts'])]),
	inspecting: v.strictTuple([
		v.strictObject({ phase: v.string(), done: finiteSchema, total: v.nullable(finiteSchema) }),
	]),
	acting: v.strictTuple([v.strictObject({ text: v.string(), split: v.nullable(splitSchema) })]),
	focus: v.strictTuple([focusSchema]),
};

/** What a tree row hands over: anything could call the command. */
export function parseFocus(value: unknown): SplitsFocus | null {
	const parsed = v.safeParse(focusSchema, value);
	return parsed.success ? parsed.output : null;
}
