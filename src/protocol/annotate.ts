/**
 * Messages between the annotate screen and the extension, checked where they arrive. Until a verdict is given nothing here
 * carries a split, tag, score, label, source or another person's opinion: the screen cannot show what it was never sent.
 */
import * as v from 'valibot';
import type { Side } from '../domain/comparison.ts';
import type { Judgment, JudgmentKind, Strength, Verdict } from '../domain/judgment.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { BlindPair, QueueKind, QueuePage, Undone } from './judging.ts';
import type { ComparisonDetail } from './lists.ts';
import {
	type ArgumentSchemas,
	countSchema,
	idSchema,
	messagesSchema,
	promptSchema,
	queueKindSchema,
	sideSchema,
	strengthSchema,
	validateArguments,
	verdictSchema,
} from './schemas.ts';

/** What a key can ask for. Each is the command `pairwright.annotate.<action>`. */
export const ANNOTATE_ACTIONS = [
	'left',
	'leftMuch',
	'leftSlightly',
	'right',
	'rightMuch',
	'rightSlightly',
	'tie',
	'bothBad',
	'reasons',
	'note',
	'outsideScope',
	'generate',
	'flag',
	'later',
	'cannot',
	'improve',
	'diff',
	'raw',
	'undo',
	'history',
	'guidelines',
	'previous',
	'next',
	'adjudicate',
	'scrollDown',
	'scrollUp',
	'close',
] as const;
export type AnnotateAction = (typeof ANNOTATE_ACTIONS)[number];

/** Where a pair opened by id came from: a verdict on a pair picked from a report repairs train only (design.md §6). */
export type PairOrigin = 'list' | 'report';

/** What the screen works on. */
export type AnnotateTarget =
	| { readonly type: 'queue'; readonly kind: QueueKind }
	| { readonly type: 'pair'; readonly comparison: string; readonly origin: PairOrigin };

/** What the panel keeps over a reload of the window: names only, never texts. */
export interface AnnotatePanelState {
	readonly folder: string;
	readonly target: AnnotateTarget;
}

/** Reasons and note that are not saved yet: the host keeps them in memory while the panel is hidden. */
export interface UnsavedWork {
	readonly comparison: string;
	readonly reasons: readonly string[];
	readonly note: string;
}

export interface GuidelinesText {
	readonly sha256: string;
	readonly text: string;
}

export interface AnnotateInit {
	readonly keep: AnnotatePanelState;
	readonly initialised: boolean;
	readonly folderName: string;
	readonly person: string | null;
	readonly reasons: readonly string[];
	readonly guidelines: GuidelinesText | null;
	/** What this person last read here; null before the first time. */
	readonly guidelinesRead: GuidelinesText | null;
	readonly comparisons: number;
	/** What may wait elsewhere once the queue is done. */
	readonly waiting: { readonly judge: number; readonly review: number; readonly rejudge: number };
	/** Prompts that need a second response. */
	readonly second?: number;
	readonly trusted: boolean;
	readonly unsaved: UnsavedWork | null;
}

/** A verdict on what was painted. */
export interface VerdictMessage {
	/** Names this painting of this comparison; a second verdict for it is refused. */
	readonly showing: string;
	readonly comparison: string;
	readonly verdict: Verdict;
	readonly strength?: Strength;
	readonly reasons?: readonly string[];
	readonly note?: string;
	readonly shown_first: Side;
	readonly ms: number;
	/** The guidelines that were on this screen. */
	readonly guideline?: string;
	readonly kind?: JudgmentKind;
	readonly queue: QueueKind | 'look-back';
}

/** Why a person cannot judge a pair. */
export const CANNOT_REASONS = ['language', 'expertise', 'distressing', 'broken'] as const;
export type CannotReason = (typeof CANNOT_REASONS)[number];

export interface PastEntry {
	readonly event: string;
	readonly comparison: string;
	readonly at: string;
}

/** What leads on when there is nothing to judge. */
export const ANNOTATE_ERRANDS = [
	'setUp',
	'import',
	'demo',
	'handle',
	'score',
	'log',
	'author',
	'editGuidelines',
	'generate',
] as const;
export type AnnotateErrand = (typeof ANNOTATE_ERRANDS)[number];

/** What the screen may ask of the extension. Each rejects with a UserError that the screen shows. */
export interface AnnotateHost {
	/** The first call; nothing is sent before it. */
	ready(): Promise<AnnotateInit>;
	/** The window of the screen has the focus or not. */
	focus(on: boolean): Promise<void>;
	/** A text field of ours has the focus; a list answered by digits is open. */
	mode(mode: { readonly input: boolean; readonly list: boolean }): Promise<void>;
	queue(kind: QueueKind, options: { readonly count: number; readonly held: readonly string[] }): Promise<QueuePage>;
	pair(comparison: string): Promise<BlindPair>;
	past(options: { readonly before?: string; readonly count: number }): Promise<readonly PastEntry[]>;
	/** Answers once the verdict is on disk. */
	judge(message: VerdictMessage): Promise<{ readonly event: string; readonly blind: boolean }>;
	skip(comparison: string, cannot?: CannotReason): Promise<{ readonly event: string }>;
	flag(comparison: string, note?: string): Promise<{ readonly event: string }>;
	/** Asks facet and reason; null when the person left it. */
	outsideScope(comparison: string): Promise<{ readonly text: string } | null>;
	/** Lets a model write two more responses to this prompt: another pair. Nothing of the pair on screen changes. */
	generate(comparison: string): Promise<void>;
	/** The pair comes along when it belongs on screen again. */
	undo(): Promise<{ readonly undone: Undone; readonly pair: BlindPair | null } | null>;
	/** After my verdict only. From then on a changed verdict is stored as not blind. */
	history(comparison: string): Promise<ComparisonDetail>;
	/**
	 * Takes a step of mine in the history of a pair back; asks first where it is about more than this pair. After my verdict only.
	 * @returns null where the person left it; `detail` is null once my verdict itself is gone: the history is shut again
	 */
	revert(
		comparison: string,
		event: string,
	): Promise<{ readonly pair: BlindPair; readonly detail: ComparisonDetail | null } | null>;
	/** Asks what and why, then takes the text out for good. After my verdict only. */
	erase(comparison: string): Promise<void>;
	/** In Review, after my verdict. */
	others(comparison: string): Promise<{ readonly judgments: readonly Judgment[]; readonly resolution: Resolution }>;
	/** Opens a draft that rewrites one response. */
	improve(comparison: string, side: Side): Promise<void>;
	guidelinesRead(sha256: string): Promise<void>;
	unsaved(work: UnsavedWork | null): Promise<void>;
	open(target: AnnotateTarget): Promise<void>;
	openLink(url: string): Promise<void>;
	errand(errand: AnnotateErrand): Promise<void>;
}

/** What the extension tells the screen. */
export interface AnnotateView {
	/** `key`: the screen has to have seen the press; `palette`: chosen by name. A verdict always needs a press or a click. */
	action(action: AnnotateAction, by: 'key' | 'palette'): void;
	/** A digit from 1 to 9 while a list is open. */
	digit(digit: number): void;
	/** Something stored changed. */
	changed(what: readonly string[]): void;
	/** Starts over with another target. */
	restart(): void;
}

const flagNote = v.pipe(v.string(), v.maxLength(20_000));
const originSchema = v.picklist(['list', 'report']);
const targetSchema = v.variant('type', [
	v.strictObject({ type: v.literal('queue'), kind: queueKindSchema }),
	v.strictObject({ type: v.literal('pair'), comparison: idSchema, origin: originSchema }),
]);
const reasonsSchema = v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.maxLength(100));

const hostSchemas: ArgumentSchemas<AnnotateHost> = {
	ready: v.strictTuple([]),
	focus: v.strictTuple([v.boolean()]),
	mode: v.strictTuple([v.strictObject({ input: v.boolean(), list: v.boolean() })]),
	queue: v.strictTuple([
		queueKindSchema,
		v.strictObject({ count: v.pipe(countSchema, v.maxValue(50)), held: v.pipe(v.array(idSchema), v.maxLength(200)) }),
	]),
	pair: v.strictTuple([idSchema]),
	past: v.strictTuple([
		v.strictObject({ before: v.exactOptional(idSchema), count: v.pipe(countSchema, v.maxValue(200)) }),
	]),
	judge: v.strictTuple([
		v.strictObject({
			showing: idSchema,
			comparison: idSchema,
			verdict: verdictSchema,
			strength: v.exactOptional(strengthSchema),
			reasons: v.exactOptional(reasonsSchema),
			note: v.exactOptional(flagNote),
			shown_first: sideSchema,
			ms: countSchema,
			guideline: v.exactOptional(idSchema),
			kind: v.exactOptional(v.picklist(['first', 'correction', 'repeat'])),
			queue: v.picklist(['judge', 'review', 'rejudge', 'look-back']),
		}),
	]),
	skip: v.union([v.strictTuple([idSchema]), v.strictTuple([idSchema, v.picklist(CANNOT_REASONS)])]),
	flag: v.union([v.strictTuple([idSchema]), v.strictTuple([idSchema, flagNote])]),
	outsideScope: v.strictTuple([idSchema]),
	generate: v.strictTuple([idSchema]),
	undo: v.strictTuple([]),
	history: v.strictTuple([idSchema]),
	revert: v.strictTuple([idSchema, idSchema]),
	erase: v.strictTuple([idSchema]),
	others: v.strictTuple([idSchema]),
	improve: v.strictTuple([idSchema, sideSchema]),
	guidelinesRead: v.strictTuple([idSchema]),
	unsaved: v.strictTuple([
		v.nullable(v.strictObject({ comparison: idSchema, reasons: reasonsSchema, note: flagNote })),
	]),
	open: v.strictTuple([targetSchema]),
	openLink: v.strictTuple([v.pipe(v.string(), v.maxLength(4000))]),
	errand: v.strictTuple([v.picklist(ANNOTATE_ERRANDS)]),
};

const viewSchemas: ArgumentSchemas<AnnotateView> = {
	action: v.strictTuple([v.picklist(ANNOTATE_ACTIONS), v.picklist(['key', 'palette'])]),
	digit: v.strictTuple([v.pipe(countSchema, v.minValue(1), v.maxValue(9))]),
	changed: v.strictTuple([v.array(v.string())]),
	restart: v.strictTuple([]),
};

/** For `createRpc` on the extension's side. */
export const validateHostCall = validateArguments(hostSchemas);
/** For `createRpc` on the screen's side. */
export const validateViewCall = validateArguments(viewSchemas);

const panelStateSchema = v.object({ folder: v.pipe(v.string(), v.minLength(1)), target: targetSchema });

/** A panel's kept state, or null where there is none that can be used. */
export function parsePanelState(value: unknown): AnnotatePanelState | null {
	const result = v.safeParse(panelStateSchema, value);
	return result.success ? result.output : null;
}

const mineSchema = v.strictObject({
	event: idSchema,
	verdict: verdictSchema,
	strength: v.exactOptional(strengthSchema),
	reasons: v.exactOptional(v.array(v.string())),
	note: v.exactOptional(v.string()),
	at: v.string(),
});
/** Strict: a key that is not named here must not reach the screen. */
const pairSchema = v.strictObject({
	comparison: idSchema,
	prompt: promptSchema,
	left: messagesSchema,
	right: messagesSchema,
	leftSide: sideSchema,
	repeat: v.exactOptional(v.literal(true)),
	mine: v.nullable(mineSchema),
});
const pageSchema = v.strictObject({
	kind: queueKindSchema,
	done: countSchema,
	total: countSchema,
	pairs: v.array(pairSchema),
	part: v.exactOptional(v.picklist(['mine', 'others'])),
	activeWaits: v.exactOptional(
		v.variant('for', [
			v.strictObject({ for: v.literal('judgments'), judged: countSchema }),
			v.strictObject({ for: v.literal('run') }),
		]),
	),
});

/** Checks what the extension answered. @throws ValiError where it has another shape, so that nothing half-read is shown */
export function parsePair(value: unknown): BlindPair {
	return v.parse(pairSchema, value);
}

/** As parsePair, for a page of a queue. */
export function parseQueuePage(value: unknown): QueuePage {
	return v.parse(pageSchema, value);
}
