import type { Verdict } from '../../src/domain/judgment.ts';
import type { AdjudicationItem, AdjudicationPage } from '../../src/protocol/judging.ts';
import { type Choice, toCanonical, toScreen } from '../annotate/verdict.ts';

/** Pairs kept ready behind the one on screen. */
export const PREFETCH = 3;
/** Decided pairs that stay behind the one on screen, for a look back; the oldest are let go first. */
const MOST_BEHIND = 20;

export interface Status {
	readonly tone: 'saving' | 'saved' | 'problem' | 'info';
	readonly text: string;
}

/** A decision on its way to the disk. */
export interface Saving {
	readonly comparison: string;
	readonly verdict: Verdict;
	readonly reason: string;
}

export interface Model {
	readonly phase: 'loading' | 'ready' | 'uninitialised' | 'error';
	readonly error: string | null;
	/** All that wait, as last heard. */
	readonly total: number;
	/** Of those, the ones that are flagged and not disputed. */
	readonly onlyFlagged: number;
	/** Decided here. */
	readonly done: number;
	/** In the order they came: those that were decided or passed over, the one on screen, those to come. */
	readonly items: readonly AdjudicationItem[];
	readonly at: number;
	readonly drained: boolean;
	readonly saving: readonly Saving[];
	/** Of the pair on screen. */
	readonly choice: Choice | null;
	readonly reason: string;
	/** The reason recorded last: the same one often holds for the next pair. */
	readonly lastReason: string;
	readonly status: Status | null;
}

export const EMPTY: Model = {
	phase: 'loading',
	error: null,
	total: 0,
	onlyFlagged: 0,
	done: 0,
	items: [],
	at: 0,
	drained: false,
	saving: [],
	choice: null,
	reason: '',
	lastReason: '',
	status: null,
};

export type Event =
	| { readonly type: 'phase'; readonly phase: Model['phase']; readonly error?: string }
	| { readonly type: 'page'; readonly page: AdjudicationPage; readonly asked: number }
	/** The pairs that are held, as they are now. */
	| { readonly type: 'refreshed'; readonly page: AdjudicationPage }
	| { readonly type: 'move'; readonly by: -1 | 1 }
	| { readonly type: 'choose'; readonly choice: Choice | null }
	| { readonly type: 'reason'; readonly reason: string }
	| { readonly type: 'decide' }
	| { readonly type: 'saved'; readonly comparison: string; readonly event: string; readonly at: string }
	| { readonly type: 'failed'; readonly comparison: string; readonly message: string }
	/** Begun before the panel was hidden. */
	| { readonly type: 'resume'; readonly begun: Saving }
	| { readonly type: 'status'; readonly status: Status | null };

/** The pair on screen, decided or not. */
export function current(model: Model): AdjudicationItem | null {
	return model.items[model.at] ?? null;
}

export function isSaving(model: Model, comparison: string): boolean {
	return model.saving.some((each) => each.comparison === comparison);
}

function isOpen(model: Model, item: AdjudicationItem): boolean {
	return item.decided === null && !isSaving(model, item.comparison);
}

/** Undecided pairs held from the one on screen on. */
export function ahead(model: Model): number {
	return model.items.slice(model.at).filter((item) => isOpen(model, item)).length;
}

/** Still to settle, those under way taken as settled. */
export function left(model: Model): number {
	return Math.max(0, model.total - model.saving.length);
}

/** Of these, the ones that are flagged and not disputed. */
export function leftOnlyFlagged({ items, saving, onlyFlagged }: Model): number {
	const under = new Set(saving.map(({ comparison }) => comparison));
	return Math.max(0, onlyFlagged - items.filter((item) => under.has(item.comparison) && !item.disputed).length);
}

function put(model: Model, at: number): Model {
	return { ...model, at, choice: null, reason: '' };
}

/** The next undecided pair: behind the one on screen first, else one that was passed over; else past the end. */
function advance(model: Model): Model {
	const { items, at } = model;
	const behind = items.findIndex((item, index) => index > at && isOpen(model, item));
	const next = behind >= 0 ? behind : items.findIndex((item) => isOpen(model, item));
	const moved = put(model, next >= 0 ? next : items.length);
	const surplus = Math.max(0, moved.at - MOST_BEHIND);
	const dropped = moved.items.filter((item, index) => index < surplus && !isOpen(moved, item)).length;
	if (dropped === 0) return moved;
	const kept = moved.items.filter((item, index) => index >= surplus || isOpen(moved, item));
	return { ...moved, items: kept, at: moved.at - dropped };
}

function takePage(model: Model, page: AdjudicationPage, asked: number): Model {
	const held = new Set(model.items.map(({ comparison }) => comparison));
	const fresh = page.items.filter(({ comparison }) => !held.has(comparison));
	const next: Model = {
		...model,
		phase: 'ready',
		error: null,
		total: page.total,
		onlyFlagged: page.onlyFlagged ?? 0,
		items: [...model.items, ...fresh],
		drained: page.items.length < asked,
	};
	// A past pair that is looked at stays; past the end, the first open one comes.
	return current(next) === null || current(model) === null ? advance({ ...next, at: -1 }) : next;
}

function refresh(model: Model, page: AdjudicationPage): Model {
	const fresh = new Map(page.items.map((item) => [item.comparison, item]));
	const shown = current(model)?.comparison;
	const items = model.items.flatMap((item) => {
		if (isSaving(model, item.comparison)) return [item];
		const now = fresh.get(item.comparison);
		if (now === undefined) return [];
		// Neither disputed nor marked any more, and nobody decided: a verdict was taken back or added.
		const settled = now.decided === null && !now.disputed && now.flags.length === 0;
		// Sides stay where they were painted, also when another handle would draw them otherwise: a choice names a side.
		const { left, right, leftSide } = item;
		return settled && item.comparison !== shown ? [] : [{ ...now, left, right, leftSide }];
	});
	const at = items.findIndex(({ comparison }) => comparison === shown);
	const next = { ...model, total: page.total, onlyFlagged: page.onlyFlagged ?? 0, items };
	return at >= 0 ? { ...next, at } : advance({ ...next, at: -1 });
}

function decide(model: Model): Model {
	const item = current(model);
	const reason = model.reason.trim();
	if (item === null || model.choice === null || reason === '' || isSaving(model, item.comparison)) return model;
	const verdict = toCanonical(model.choice, item.leftSide);
	return advance({
		...model,
		saving: [...model.saving, { comparison: item.comparison, verdict, reason }],
		done: model.done + (item.decided === null ? 1 : 0),
		lastReason: reason,
		status: { tone: 'saving', text: 'Saving' },
	});
}

function saved(model: Model, comparison: string, event: string, at: string): Model {
	const entry = model.saving.find((each) => each.comparison === comparison);
	if (entry === undefined) return model;
	const { verdict, reason } = entry;
	const decided = { event, verdict, reason, by: '', mine: true, at };
	const before = model.items.find((item) => item.comparison === comparison);
	const settled = before?.decided === null;
	return {
		...model,
		total: model.total - (settled ? 1 : 0),
		onlyFlagged: model.onlyFlagged - (settled && !before.disputed ? 1 : 0),
		saving: model.saving.filter((each) => each !== entry),
		items: model.items.map((item) => (item.comparison === comparison ? { ...item, decided } : item)),
		status: { tone: 'saved', text: 'Saved' },
	};
}

function failed(model: Model, comparison: string, message: string): Model {
	const entry = model.saving.find((each) => each.comparison === comparison);
	if (entry === undefined) return model;
	const at = model.items.findIndex((item) => item.comparison === comparison);
	const item = model.items[at];
	const next: Model = {
		...model,
		saving: model.saving.filter((each) => each !== entry),
		done: Math.max(0, model.done - (item?.decided === null ? 1 : 0)),
		status: { tone: 'problem', text: `Not saved: ${message}` },
	};
	if (item === undefined) return next;
	return { ...next, at, choice: toScreen(entry.verdict, item.leftSide), reason: entry.reason };
}

/** Everything that changes what the screen works on. Pure; questions to the extension are the controller's. */
export function reduce(model: Model, event: Event): Model {
	switch (event.type) {
		case 'phase':
			return { ...model, phase: event.phase, error: event.error ?? null };
		case 'page':
			return takePage(model, event.page, event.asked);
		case 'refreshed':
			return refresh(model, event.page);
		case 'move': {
			const at = model.at + event.by;
			return at < 0 || at > model.items.length || (at === model.items.length && ahead(put(model, 0)) > 0)
				? model
				: put(model, at);
		}
		case 'choose':
			return current(model) === null ? model : { ...model, choice: event.choice };
		case 'reason':
			return { ...model, reason: event.reason };
		case 'decide':
			return decide(model);
		case 'saved':
			return saved(model, event.comparison, event.event, event.at);
		case 'failed':
			return failed(model, event.comparison, event.message);
		case 'resume': {
			const at = model.items.findIndex((item) => item.comparison === event.begun.comparison);
			const item = model.items[at];
			if (item === undefined) return model;
			return { ...model, at, choice: toScreen(event.begun.verdict, item.leftSide), reason: event.begun.reason };
		}
		case 'status':
			return { ...model, status: event.status };
	}
}
