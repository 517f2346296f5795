import { compareEvents, type EventBody, type EventOf, type JournalEvent } from '../domain/events.ts';
import { moveSentences, type SplitMoves } from '../domain/split-moves.ts';
import { UserError } from '../protocol/errors.ts';
import type { Undone } from '../protocol/judging.ts';
import { eventsBeginning, type PastEvent } from '../store/history-query.ts';
import { latestUndoable } from '../store/queue-query.ts';
import { historyOf, resolveId } from '../store/read-comparison.ts';
import { assignedBy, goneWith, sourceOfEvent } from '../store/source-rows.ts';
import type { Context } from './context.ts';
import { checkRevertible, eventWords } from './history.ts';
import { keepProtected, moversAmong } from './kept-splits.ts';

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
	'proposal-answered',
	'imported',
	'leak-accepted',
	'suggestions-dismissed',
];

/** Types that move prompts, or brought them: what was proposed or could only be proposed with them goes along. */
type Mover = EventOf<'tagged' | 'split-assigned' | 'proposed' | 'proposal-answered' | 'imported'>;

function isMover(event: JournalEvent): event is Mover {
	return ['tagged', 'split-assigned', 'proposed', 'proposal-answered', 'imported'].includes(event.type);
}

/** Events that go with one that is taken back: moves that it could only propose were written with it. One action, one undo. */
export function proposedWith(ctx: Context, event: Mover): EventOf<'proposed'>[] {
	if (event.type === 'proposal-answered') return [];
	const facet = event.type === 'tagged' || event.type === 'proposed' ? event.facet : undefined;
	return ctx
		.events('proposed')
		.filter(
			(p) =>
				p.person === event.person &&
				p.device === event.device &&
				p.time === event.time &&
				p.facet === facet &&
				p.id !== event.id,
		);
}

interface TakingBack {
	readonly bodies: readonly EventBody[];
	readonly moves: SplitMoves;
}

/** Whether something was frozen or exported behind an event: what was so before it did what it did is no hindrance to going back there. */
function isProtectedSince(ctx: Context, event: JournalEvent): boolean {
	return [...ctx.events('frozen'), ...ctx.events('exported')].some((later) => compareEvents(event, later) < 0);
}

/** What taking an event back writes. What was frozen, or exported for training, since stays where it is: that is no way around it. */
async function planned(ctx: Context, event: JournalEvent): Promise<TakingBack> {
	const retracted: EventBody = { type: 'retracted', event: event.id };
	if (!isMover(event)) return { bodies: [retracted], moves: { moved: [], kept: [] } };
	const along = proposedWith(ctx, event);
	const without = new Set([event.id, ...along.map(({ id }) => id)]);
	const source = event.type === 'imported' ? sourceOfEvent(ctx.db, event.id) : null;
	const brought = source === null ? [] : assignedBy(ctx.db, source.n);
	const named = new Set([event, ...along].flatMap((e) => promptsOf(ctx, e)));
	const movers = await moversAmong(ctx, brought, [...named], { without });
	const { stays, proposals, moves } = keepProtected(ctx, movers, {
		reason: `taken back: ${eventWords(event)}`,
		// Whoever takes rows out asks for no move.
		proposes: event.type !== 'imported',
		gone: new Set(source === null ? [] : goneWith(ctx.db, source.n, brought)),
		free: !isProtectedSince(ctx, event),
	});
	const back = along.map((p): EventBody => ({ type: 'retracted', event: p.id }));
	return { bodies: [...stays, ...proposals, retracted, ...back], moves };
}

/** Ids of the prompts that an event moves. */
function promptsOf(ctx: Context, event: Mover): readonly string[] {
	switch (event.type) {
		case 'tagged':
			return [...event.prompts, ...(event.moves ?? [])];
		case 'proposal-answered':
			return ctx.events('proposed').find(({ id }) => id === event.proposal)?.prompts ?? [];
		case 'imported':
			return [];
		default:
			return event.prompts;
	}
}

async function takeBack(ctx: Context, event: JournalEvent): Promise<SplitMoves> {
	const { bodies, moves } = await planned(ctx, event);
	await ctx.append(bodies);
	const splits = MOVING.includes(event.type);
	ctx.emit.changed({
		what: splits ? ['comparisons', 'judgments', 'splits'] : event.type === 'search-saved' ? ['config'] : ['judgments'],
		reason: `retracted ${event.type}`,
	});
	return moves;
}

/** Takes back my latest judgment, tag, flag, skip or move that stands, also of an earlier day. */
export async function undo(ctx: Context): Promise<Undone | null> {
	const line = latestUndoable(ctx.db, ctx.requirePerson());
	if (line === null) return null;
	const event = JSON.parse(line) as JournalEvent;
	const said = moveSentences(await takeBack(ctx, event));
	const undone = described(event);
	return undone === null || said.length === 0 ? undone : { ...undone, text: [`${undone.text}.`, ...said].join(' ') };
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
	/** Where prompts go with it, and which stay though it moved them. */
	readonly moves?: SplitMoves;
}

function about(ctx: Context, event: JournalEvent): Omit<Reverted, 'moves'> {
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
	// Looked up before: then its rows are gone.
	const result = about(ctx, event);
	const moves = preview ? (await planned(ctx, event)).moves : await takeBack(ctx, event);
	return moves.moved.length + moves.kept.length === 0 ? result : { ...result, moves };
}
