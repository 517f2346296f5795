import type { EventBody, JournalEvent } from '../domain/events.ts';
import { UserError } from '../protocol/errors.ts';
import type { Undone } from '../protocol/workspace-api.ts';
import { latestUndoable } from '../store/queue-query.ts';
import { historyOf, resolveId } from '../store/read-comparison.ts';
import type { Context } from './context.ts';

function described(event: JournalEvent): Undone | null {
	const base = { event: event.id };
	switch (event.type) {
		case 'judged':
			return { ...base, type: event.type, comparison: event.comparison, prompts: 0, text: `verdict ${event.verdict}` };
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

async function takeBack(ctx: Context, event: JournalEvent): Promise<void> {
	const bodies: EventBody[] = [{ type: 'retracted', event: event.id }];
	if (event.type === 'tagged') {
		// Moves that this tag could only propose were written with it.
		for (const p of ctx.events('proposed')) {
			if (p.person === event.person && p.device === event.device && p.time === event.time && p.facet === event.facet) {
				bodies.push({ type: 'retracted', event: p.id });
			}
		}
	}
	await ctx.append(bodies);
	const splits = event.type === 'tagged' || event.type === 'split-assigned' || event.type === 'imported';
	ctx.emit.changed({
		what: splits ? ['comparisons', 'judgments', 'splits'] : ['judgments'],
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

/** Takes one of my events back; with a comparison id (or its prefix), my latest verdict on it. */
export async function retract(ctx: Context, id: string): Promise<{ retracted: string }> {
	const person = ctx.requirePerson();
	const named = /^[0-9a-f]{64}$/u.test(id) ? ctx.store.event(id) : null;
	if (named !== null) {
		if (named.event.person !== person) {
			throw new UserError('usage', `That is an act of ${named.event.person}: only they can take it back.`);
		}
		if (named.event.type === 'retracted' || named.event.type === 'half-drawn') {
			throw new UserError('usage', `A "${named.event.type}" event stays: it cannot be taken back.`);
		}
		if (named.retracted) throw new UserError('usage', 'It has been taken back already.');
		await takeBack(ctx, named.event);
		return { retracted: named.event.id };
	}
	const comparison = resolveId(ctx.db, 'comparison', id);
	const verdict = historyOf(ctx.db, comparison).findLast(
		(h) => !h.retracted && h.event.type === 'judged' && h.event.person === person,
	);
	if (verdict === undefined)
		throw new UserError('not-found', `You have no verdict on ${comparison.slice(0, 12)} to take back.`);
	await takeBack(ctx, verdict.event);
	return { retracted: verdict.event.id };
}
