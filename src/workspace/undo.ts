import type { EventBody, JournalEvent } from '../domain/events.ts';
import { UserError } from '../protocol/errors.ts';
import type { Undone } from '../protocol/judging.ts';
import { eventsBeginning, type PastEvent } from '../store/history-query.ts';
import { latestUndoable } from '../store/queue-query.ts';
import { historyOf, resolveId } from '../store/read-comparison.ts';
import { sourceOfEvent } from '../store/source-rows.ts';
import type { Context } from './context.ts';
import { checkRevertible, eventWords } from './history.ts';

function described(event: JournalEvent): Undone | null {
	const base = { event: event.id };
	switch (event.type) {
		case 'judged':
		case 'gold-answered':
			return { ...base, type: 'judged', comparison: event.comparison, prompts: 0, text: `verdict ${event.verdict}` };
		case 'flagged':
			return { ...base, type: event.type, comparison: event.comparison, prompts: 0, text: 'flag' };
		case 'skipped':
			return {
				...base,
				type: event.type,
				comparison: event.comparison,
				prompts: 0,
				text: event.cannot === undefined ? 'later' : `cannot judge: ${event.cannot}`,
			};
		case 'tagged':
			return {
				...base,
				type: event.type,
				comparison: null,
				prompts: event.prompts.length,
				text: `${event.remove === true ? 'removal of tag' : 'tag'} ${event.facet}`,
			};
		case 'split-assigned':
			return {
				...base,
				type: event.type,
				comparison: null,
				prompts: event.prompts.length,
				text: `move to ${event.split}`,
			};
		default:
			return null;
	}
}

/** What is taken back with these changes where prompts stand, or what waits to be answered. */
const MOVING: readonly JournalEvent['type'][] = [
	'tagged',
	'split-assigned',
	'proposed',
	'imported',
	'leak-accepted',
	'suggestions-dismissed',
];

async function takeBack(ctx: Context, event: JournalEvent): Promise<void> {
	const bodies: EventBody[] = [{ type: 'retracted', event: event.id }];
	if (event.type === 'tagged' || event.type === 'split-assigned' || event.type === 'proposed') {
		// Moves that this action could only propose were written with it: one action, one undo.
		const facet = event.type === 'split-assigned' ? undefined : event.facet;
		for (const p of ctx.events('proposed')) {
			const together = p.person === event.person && p.device === event.device && p.time === event.time;
			if (together && p.facet === facet && p.id !== event.id) bodies.push({ type: 'retracted', event: p.id });
		}
	}
	await ctx.append(bodies);
	const splits = MOVING.includes(event.type);
	ctx.emit.changed({
		what: splits ? ['comparisons', 'judgments', 'splits'] : event.type === 'search-saved' ? ['config'] : ['judgments'],
		reason: `retracted ${event.type}`,
	});
}

/** Takes back my latest judgment, tag, flag, skip or move that stands, also of an earlier day. */
export async function undo(ctx: Context): Promise<Undone | null> {
	const line = latestUndoable(ctx.db, ctx.requirePerson());
	if (line === null) return null;
	const event = JSON.parse(line) as JournalEvent;
	await takeBack(ctx, event);
	return described(event);
}

/** What taking an event back would do. */
export interface Reverted {
	/** The event's id. */
	readonly retracted: string;
	/** What it did, in words, when, and what goes with it. */
	readonly what: string;
	readonly at: string;
	/** Comparisons and prompts that it is about. */
	readonly comparisons: number;
	readonly prompts: number;
}

function reverted(ctx: Context, event: JournalEvent): Reverted {
	const comparisons =
		event.type === 'imported' ? (sourceOfEvent(ctx.db, event.id)?.rows ?? 0) : 'comparison' in event ? 1 : 0;
	const prompts =
		event.type === 'tagged'
			? new Set([...event.prompts, ...(event.moves ?? [])]).size
			: 'prompts' in event && Array.isArray(event.prompts)
				? event.prompts.length
				: 0;
	return { retracted: event.id, what: eventWords(event), at: event.time, comparisons, prompts };
}

/** The event that an id or its prefix names; null where it names none. A comparison's id names no event. */
function namedEvent(ctx: Context, id: string): PastEvent | null {
	const prefix = id.trim().toLowerCase();
	if (!/^[0-9a-f]{8,64}$/u.test(prefix)) return null;
	const found = eventsBeginning(ctx.db, prefix);
	if (found.length < 2) return found[0] ?? null;
	throw new UserError('ambiguous-id', `${prefix} fits several events: give more digits.`);
}

/** My latest verdict on a comparison that stands. */
function latestVerdict(ctx: Context, id: string, person: string): JournalEvent {
	const comparison = resolveId(ctx.db, 'comparison', id);
	const verdict = historyOf(ctx.db, comparison).findLast(
		(h) => !h.retracted && (h.event.type === 'judged' || h.event.type === 'gold-answered') && h.event.person === person,
	);
	if (verdict === undefined)
		throw new UserError('not-found', `You have no verdict on ${comparison.slice(0, 12)} to take back.`);
	return verdict.event;
}

/**
 * Takes one of my events back, named by its id or a prefix; with a comparison's, my latest verdict on it.
 * @param options preview: only says what it would take back
 * @throws UserError 'usage' where it is another person's, stays on record, or was taken back; 'not-found'; 'ambiguous-id'
 */
export async function retract(
	ctx: Context,
	id: string,
	{ preview = false }: { readonly preview?: boolean } = {},
): Promise<Reverted> {
	const person = ctx.requirePerson();
	const named = namedEvent(ctx, id);
	if (named !== null) checkRevertible(named.event, named.retracted, person);
	const event = named?.event ?? latestVerdict(ctx, id, person);
	const result = reverted(ctx, event);
	if (!preview) await takeBack(ctx, event);
	return result;
}
