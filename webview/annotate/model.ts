import type { ActiveWaits } from '../../src/domain/active-words.ts';
import type { Judgment } from '../../src/domain/judgment.ts';
import type { BlindPair, QueueKind, QueuePage } from '../../src/protocol/judging.ts';
import { describe, type ScreenVerdict, toCanonical, toScreen } from './verdict.ts';

/** Verdicts that may wait for the disk at once; with more, the next one waits too. */
export const MOST_UNSAVED = 3;
/** Pairs kept ready behind the one on screen. */
export const PREFETCH = 4;

/** What the annotator adds to the coming verdict. */
export interface Draft {
	readonly reasons: readonly string[];
	readonly note: string;
}
export const EMPTY_DRAFT: Draft = { reasons: [], note: '' };

/** A verdict on its way to the disk. */
export interface Unsaved {
	readonly showing: number;
	readonly pair: BlindPair;
	readonly verdict: ScreenVerdict;
	readonly draft: Draft;
}

/** In Review, the pair that has my verdict and shows the others' now. */
export interface Revealed {
	readonly pair: BlindPair;
	readonly verdict: ScreenVerdict;
	readonly draft: Draft;
	/** null until the verdict is on disk and the others' are read. */
	readonly judgments: readonly Judgment[] | null;
	readonly adjudication: boolean;
}

/** A pair looked at outside the queue: a past one, or one opened from a list or report. */
export interface Look {
	readonly pair: BlindPair;
	readonly from: 'past' | 'list' | 'report';
	/** How many pairs back, from 1; 0 where it is not a past one. */
	readonly back: number;
}

export interface Status {
	readonly tone: 'saving' | 'saved' | 'problem' | 'info';
	readonly text: string;
	/** U would take it back. */
	readonly undo: boolean;
}

export interface Model {
	readonly phase: 'loading' | 'judging' | 'finished' | 'empty' | 'uninitialised' | 'person' | 'error';
	readonly error: string | null;
	readonly kind: QueueKind;
	readonly done: number;
	readonly total: number;
	/** Of the judging queue: my part is done, and what others were asked for is still missing. */
	readonly beyondMine: boolean;
	/** Of the judging queue: active ordering is on and has not begun. */
	readonly activeWaits: ActiveWaits | null;
	/** The first is on screen, unless something else is looked at. */
	readonly queue: readonly BlindPair[];
	/** The queue has nothing behind what is held here. */
	readonly drained: boolean;
	/** Number of the painting on screen; every replacement counts on. */
	readonly showing: number;
	readonly unsaved: readonly Unsaved[];
	/** Dealt with here: a page that was under way when they were judged must not bring them back. */
	readonly passed: ReadonlySet<string>;
	readonly look: Look | null;
	readonly revealed: Revealed | null;
	readonly draft: Draft;
	/** The draft of the queue's pair while another pair is looked at. */
	readonly parked: Draft;
	readonly status: Status | null;
}

export function emptyModel(kind: QueueKind): Model {
	return {
		phase: 'loading',
		error: null,
		kind,
		done: 0,
		total: 0,
		beyondMine: false,
		activeWaits: null,
		queue: [],
		drained: false,
		showing: 0,
		unsaved: [],
		passed: new Set(),
		look: null,
		revealed: null,
		draft: EMPTY_DRAFT,
		parked: EMPTY_DRAFT,
		status: null,
	};
}

/** The pair on screen. */
export function currentPair(model: Model): BlindPair | null {
	return model.look?.pair ?? model.revealed?.pair ?? (model.phase === 'judging' ? (model.queue[0] ?? null) : null);
}

/** A scheduled repeat is another showing of its comparison: having dealt with the first must not keep it out. */
function showingOf({ comparison, repeat }: BlindPair): string {
	return repeat === true ? `${comparison}/again` : comparison;
}

/** Ids that a page need not bring. */
export function heldIds(model: Model): string[] {
	return [
		...model.queue.map((pair) => pair.comparison),
		...model.unsaved.map(({ pair }) => pair.comparison),
		...(model.revealed === null ? [] : [model.revealed.pair.comparison]),
	];
}

export type Event =
	| { readonly type: 'page'; readonly page: QueuePage; readonly asked: number }
	| { readonly type: 'phase'; readonly phase: Model['phase']; readonly error?: string }
	| { readonly type: 'judged'; readonly verdict: ScreenVerdict }
	| { readonly type: 'saved'; readonly showing: number; readonly event: string; readonly at: string }
	| { readonly type: 'failed'; readonly showing: number; readonly message: string }
	| { readonly type: 'others'; readonly comparison: string; readonly judgments: readonly Judgment[] }
	| { readonly type: 'adjudication' }
	| { readonly type: 'kept' }
	| { readonly type: 'passed'; readonly cannot: boolean; readonly status: Status }
	| { readonly type: 'returned'; readonly pair: BlindPair; readonly status: Status; readonly uncount: boolean }
	| { readonly type: 'look'; readonly look: Look | null; readonly status?: Status }
	| { readonly type: 'draft'; readonly draft: Draft }
	| { readonly type: 'status'; readonly status: Status | null };

/** My stored verdict on a pair, as it looks on screen. */
function screenVerdict({ mine, leftSide }: BlindPair): ScreenVerdict | null {
	if (mine === null) return null;
	const choice = toScreen(mine.verdict, leftSide);
	return mine.strength === undefined ? { choice } : { choice, strength: mine.strength };
}

/** What was said about a pair before, to go on from: my reasons and note. */
function draftOf(pair: BlindPair): Draft {
	return { reasons: pair.mine?.reasons ?? [], note: pair.mine?.note ?? '' };
}

/** Puts another pair on screen. */
function replaced(model: Model): Model {
	const pair = currentPair(model);
	const draft = model.look === null || pair === null ? EMPTY_DRAFT : draftOf(pair);
	return { ...model, showing: model.showing + 1, draft };
}

function resting(model: Model): Model {
	if (model.queue.length > 0) return { ...model, phase: 'judging' };
	return { ...model, phase: model.drained ? (model.total > 0 ? 'finished' : 'empty') : 'loading' };
}

function takePage(model: Model, page: QueuePage, asked: number): Model {
	const held = new Set(heldIds(model));
	const fresh = page.pairs.filter((pair) => !held.has(pair.comparison) && !model.passed.has(showingOf(pair)));
	const before = currentPair(model);
	// Verdicts under way are counted here and not yet there. A review counts only what is left: its count is this sitting's.
	const ahead = model.unsaved.filter(({ pair }) => pair.mine === null).length;
	const done = page.kind === 'review' ? model.done : page.done + ahead;
	const next = resting({
		...model,
		error: null,
		queue: [...model.queue, ...fresh],
		drained: page.pairs.length < asked || fresh.length === 0,
		done,
		total: done + page.total - page.done - ahead,
		beyondMine: page.part === 'others',
		activeWaits: page.activeWaits ?? null,
	});
	return before === null && currentPair(next) !== null ? replaced(next) : next;
}

/** `mine` as it will be read back, so that looking at it again needs no question. */
function withMine(pair: BlindPair, { verdict, draft }: Unsaved, event: string, at: string): BlindPair {
	return {
		...pair,
		mine: {
			event,
			verdict: toCanonical(verdict.choice, pair.leftSide),
			at,
			...(verdict.strength === undefined ? {} : { strength: verdict.strength }),
			...(draft.reasons.length === 0 ? {} : { reasons: draft.reasons }),
			...(draft.note === '' ? {} : { note: draft.note }),
		},
	};
}

function judge(model: Model, verdict: ScreenVerdict): Model {
	const pair = currentPair(model);
	if (pair === null) return model;
	const entry: Unsaved = { showing: model.showing, pair, verdict, draft: model.draft };
	const saving: Model = {
		...model,
		unsaved: [...model.unsaved, entry],
		status: { tone: 'saving', text: `Saving: ${describe(verdict)}`, undo: false },
	};
	// Looked-at and revealed pairs stay on screen; it is another painting all the same: one verdict each.
	if (model.look !== null) return { ...saving, showing: model.showing + 1 };
	if (model.revealed !== null) {
		return { ...saving, showing: model.showing + 1, revealed: { ...model.revealed, verdict, draft: model.draft } };
	}
	const rest: Model = {
		...saving,
		queue: model.queue.slice(1),
		done: model.done + 1,
		passed: new Set(model.passed).add(showingOf(pair)),
		revealed:
			model.kind === 'review' ? { pair, verdict, draft: model.draft, judgments: null, adjudication: false } : null,
	};
	if (rest.revealed !== null) return { ...rest, showing: model.showing + 1 };
	return replaced(resting(rest));
}

function isOnScreen(pair: BlindPair | undefined, entry: Unsaved): boolean {
	return pair?.comparison === entry.pair.comparison;
}

function failed(model: Model, showing: number, message: string): Model {
	const entry = model.unsaved.find((one) => one.showing === showing);
	if (entry === undefined) return model;
	const unsaved = model.unsaved.filter((one) => one !== entry);
	const status: Status = { tone: 'problem', text: `Not saved: ${message}`, undo: false };
	if (isOnScreen(model.look?.pair, entry)) {
		return { ...model, unsaved, status, showing: model.showing + 1, draft: entry.draft };
	}
	const { revealed } = model;
	if (revealed !== null && isOnScreen(revealed.pair, entry) && revealed.pair.mine !== null) {
		const verdict = screenVerdict(revealed.pair) ?? revealed.verdict;
		return { ...model, unsaved, status, showing: model.showing + 1, revealed: { ...revealed, verdict } };
	}
	const passed = new Set(model.passed);
	passed.delete(showingOf(entry.pair));
	const back: Model = {
		...model,
		unsaved,
		status,
		passed,
		revealed: null,
		look: null,
		queue: [entry.pair, ...model.queue.filter((pair) => pair.comparison !== entry.pair.comparison)],
		done: Math.max(0, model.done - 1),
		phase: 'judging',
	};
	return { ...replaced(back), draft: entry.draft };
}

function saved(model: Model, showing: number, event: string, at: string): Model {
	const entry = model.unsaved.find((one) => one.showing === showing);
	if (entry === undefined) return model;
	const mine = withMine(entry.pair, entry, event, at);
	const unsaved = model.unsaved.filter((one) => one !== entry);
	const { look, revealed } = model;
	return {
		...model,
		unsaved,
		look: look !== null && isOnScreen(look.pair, entry) ? { ...look, pair: mine } : look,
		revealed: revealed !== null && isOnScreen(revealed.pair, entry) ? { ...revealed, pair: mine } : revealed,
		status:
			unsaved.length === 0 ? { tone: 'saved', text: `Saved: ${describe(entry.verdict)}`, undo: true } : model.status,
	};
}

function look(model: Model, next: Look | null): Model {
	if (next !== null) {
		const parked = model.look === null ? model.draft : model.parked;
		return replaced({ ...model, look: next, parked });
	}
	return { ...replaced(resting({ ...model, look: null })), draft: model.parked, parked: EMPTY_DRAFT };
}

/** Everything that changes what the screen works on. Pure; questions to the extension are the controller's. */
export function reduce(model: Model, event: Event): Model {
	switch (event.type) {
		case 'page':
			return takePage(model, event.page, event.asked);
		case 'phase':
			return { ...model, phase: event.phase, error: event.error ?? null };
		case 'judged':
			return judge(model, event.verdict);
		case 'saved':
			return saved(model, event.showing, event.event, event.at);
		case 'failed':
			return failed(model, event.showing, event.message);
		case 'others':
			if (model.revealed?.pair.comparison !== event.comparison) return model;
			return { ...model, revealed: { ...model.revealed, judgments: event.judgments } };
		case 'adjudication':
			return model.revealed === null ? model : { ...model, revealed: { ...model.revealed, adjudication: true } };
		case 'kept':
			return replaced(resting({ ...model, revealed: null }));
		case 'passed': {
			const pair = model.queue[0];
			if (pair === undefined || currentPair(model) !== pair) return model;
			const passed = event.cannot ? new Set(model.passed).add(showingOf(pair)) : model.passed;
			return replaced(resting({ ...model, queue: model.queue.slice(1), passed, status: event.status }));
		}
		case 'returned': {
			const passed = new Set(model.passed);
			passed.delete(event.pair.comparison);
			passed.delete(`${event.pair.comparison}/again`);
			const queue = [event.pair, ...model.queue.filter((pair) => pair.comparison !== event.pair.comparison)];
			const done = event.uncount ? Math.max(0, model.done - 1) : model.done;
			const back = { ...model, queue, passed, done, look: null, revealed: null, status: event.status };
			return { ...replaced({ ...back, phase: 'judging' }), draft: draftOf(event.pair) };
		}
		case 'look': {
			const next = look(model, event.look);
			return event.status === undefined ? next : { ...next, status: event.status };
		}
		case 'draft':
			return { ...model, draft: event.draft };
		case 'status':
			return { ...model, status: event.status };
	}
}

/** My verdict on the pair on screen, where it has one already. */
export function standingVerdict(model: Model): ScreenVerdict | null {
	if (model.look !== null) return screenVerdict(model.look.pair);
	return model.revealed?.verdict ?? null;
}
