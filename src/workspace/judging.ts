import type { Side } from '../domain/comparison.ts';
import type { EventBody, EventOf } from '../domain/events.ts';
import { seededUnit } from '../domain/identity.ts';
import { isNamed, type Judgment, type Verdict } from '../domain/judgment.ts';
import type { Resolution } from '../domain/resolution.ts';
import { UserError } from '../protocol/errors.ts';
import type { BlindPair, JudgeInput, QueueKind, QueuePage } from '../protocol/judging.ts';
import { goldJudgment, judgmentOf } from '../store/project-comparison.ts';
import { isGoldTo, maxSeq, myVerdictSeq, nextToReview, pastJudgments } from '../store/queue-query.ts';
import {
	comparisonState,
	historyOf,
	readComparison,
	resolveId,
	type StoredComparison,
} from '../store/read-comparison.ts';
import { queueCounts } from '../store/read-counts.ts';
import type { Context } from './context.ts';
import { activeWaits, dueRepeats, mixedGold, myQueue } from './my-queue.ts';

/** The canonical side that stands left: a seeded coin of comparison and person, so that it stays the same on looking back. */
export function leftSide(comparison: string, person: string): Side {
	return seededUnit('side', `${comparison}/${person}`) < 0.5 ? 'a' : 'b';
}

/** My answer in force to a pair that was gold. */
function goldAnswer(ctx: Context, person: string, id: string): Judgment | undefined {
	const answer = historyOf(ctx.db, id).findLast(
		({ event, retracted }) => !retracted && event.type === 'gold-answered' && event.person === person,
	);
	return answer === undefined ? undefined : goldJudgment(answer.event as EventOf<'gold-answered'>);
}

function mine(ctx: Context, person: string, n: number, id: string): BlindPair['mine'] {
	const own =
		comparisonState(ctx.db, n, id).judgments.findLast((j) => !j.imported && j.annotator === person) ??
		goldAnswer(ctx, person, id);
	if (own === undefined) return null;
	return {
		event: own.id,
		verdict: own.verdict,
		...(own.strength === undefined ? {} : { strength: own.strength }),
		...(own.reasons === undefined ? {} : { reasons: own.reasons }),
		...(own.note === undefined ? {} : { note: own.note }),
		at: own.at ?? '',
	};
}

/** Only what may be known before the verdict: texts, and one's own earlier answer. A repeat has a coin of its own. */
function blind(ctx: Context, person: string, c: StoredComparison, lookBack: boolean, again = false): BlindPair {
	const side = leftSide(c.id, again ? `${person}/again` : person);
	return {
		comparison: c.id,
		prompt: c.prompt,
		left: side === 'a' ? c.a : c.b,
		right: side === 'a' ? c.b : c.a,
		leftSide: side,
		mine: lookBack ? mine(ctx, person, c.n, c.id) : null,
		...(again ? { repeat: true } : {}),
	};
}

export function pair(ctx: Context, id: string): BlindPair {
	return blind(ctx, ctx.person() ?? '', readComparison(ctx.db, resolveId(ctx.db, 'comparison', id)), true);
}

function rejudgeLeft(ctx: Context, person: string): { left: string[]; total: number } {
	const queue = ctx.state.rejudge();
	if (queue === null) return { left: [], total: 0 };
	const left = queue.comparisons.filter((id) => (myVerdictSeq(ctx.db, person, id) ?? 0) <= queue.seq);
	return { left, total: queue.comparisons.length };
}

export function queue(
	ctx: Context,
	kind: QueueKind,
	options: { readonly count: number; readonly after?: readonly string[] },
): QueuePage {
	const person = ctx.person() ?? '';
	const count = Math.min(Math.max(Math.trunc(options.count), 0), 200);
	const skip = new Set(options.after ?? []);
	let ids: string[];
	let done: number;
	let total: number;
	let part: QueuePage['part'];
	let again: string | undefined;
	if (kind === 'rejudge') {
		const queued = rejudgeLeft(ctx, person);
		ids = queued.left.filter((id) => !skip.has(id)).slice(0, count);
		total = queued.total;
		done = queued.total - queued.left.length;
	} else if (kind === 'review') {
		const left = queueCounts(ctx.db, person).review;
		ids = left === 0 || count === 0 ? [] : nextToReview(ctx.db, person, count, skip);
		done = 0;
		total = left;
	} else {
		const mine = myQueue(ctx, person);
		const sizes = mine.sizes();
		const due = dueRepeats(ctx, person);
		// One at hand at a time, behind others: a row of them would be noticed.
		if (count > 0 && !due.some((id) => skip.has(id))) again = due[0];
		const answered = sizes.judged + sizes.repeated + sizes.gold;
		const left = sizes.mineLeft > 0 ? sizes.mineLeft : sizes.othersLeft;
		const gold = mixedGold(ctx, person, { answered, left, held: skip, count });
		ids = mine.next(Math.max(0, count - gold.at.size - (again === undefined ? 0 : 1)), skip);
		for (const [place, id] of gold.at) if (place <= ids.length) ids.splice(place, 0, id);
		if (again !== undefined) ids.push(again);
		part = sizes.mineLeft === 0 && sizes.othersLeft > 0 && mine.people > 1 ? 'others' : 'mine';
		done = (sizes.mineLeft > 0 ? sizes.mineDone : sizes.judged) + sizes.repeated + sizes.gold;
		total = done + left + due.length + gold.total;
	}
	const waits = kind === 'judge' ? activeWaits(ctx) : null;
	return {
		...{ kind, done, total },
		pairs: ids.map((id) => blind(ctx, person, readComparison(ctx.db, id), false, id === again)),
		...(part === undefined ? {} : { part }),
		...(waits === null ? {} : { activeWaits: waits }),
	};
}

export function past(ctx: Context, options: { readonly before?: string; readonly count: number }) {
	const person = ctx.person();
	return person === null ? [] : pastJudgments(ctx.db, person, options.before ?? null, options.count);
}

/** Whether active ordering chose when the pair came: kept with the verdict, as a report has to say it. */
function cameActively(ctx: Context, comparison: string): boolean {
	return (
		ctx.config.queue.active &&
		ctx.state.activeOrder()?.rank.has(comparison) === true &&
		readComparison(ctx.db, comparison).place === 'train'
	);
}

/** One verdict, on disk when this returns. A verdict changed after others' were shown is stored as not blind. */
export async function judge(ctx: Context, input: JudgeInput): Promise<{ judgment: Judgment }> {
	const person = ctx.requirePerson();
	const comparison = resolveId(ctx.db, 'comparison', input.comparison);
	const earlier = myVerdictSeq(ctx.db, person, comparison);
	const said = {
		comparison,
		verdict: input.verdict,
		...(input.strength === undefined ? {} : { strength: input.strength }),
		...(input.reasons === undefined || input.reasons.length === 0 ? {} : { reasons: [...input.reasons] }),
		...(input.note === undefined || input.note.trim() === '' ? {} : { note: input.note }),
		...(input.shown_first === undefined ? {} : { shown_first: input.shown_first }),
		...(input.ms === undefined ? {} : { ms: Math.round(input.ms) }),
		...(ctx.guidelines === null && input.guideline === undefined
			? {}
			: { guideline: input.guideline ?? (ctx.guidelines?.sha256 as string) }),
		blind: (input.blind ?? true) && !ctx.state.hasSeenOthers(person, comparison),
	};
	// A report's mistakes are re-judged for their labels' sake.
	if (input.queue !== 'rejudge' && isGoldTo(ctx.db, person, comparison)) {
		const [event] = await ctx.append({ type: 'gold-answered', ...said });
		ctx.emit.changed({ what: ['judgments'], reason: 'judged' });
		return { judgment: goldJudgment(event as EventOf<'gold-answered'>) };
	}
	const body: EventBody = {
		type: 'judged',
		...said,
		// A repeat of what was retracted meanwhile is a first verdict.
		kind:
			input.kind === 'repeat' && earlier === null
				? 'first'
				: (input.kind ?? (earlier === null ? 'first' : 'correction')),
		...(input.queue === undefined ? {} : { queue: input.queue }),
		...(input.queue === 'judge' && cameActively(ctx, comparison) ? { order: 'active' as const } : {}),
	};
	const [event] = await ctx.append(body);
	ctx.emit.changed({ what: ['judgments'], reason: 'judged' });
	return { judgment: judgmentOf(event as EventOf<'judged'>) };
}

/** Others' verdicts, once mine is in. From now on a change of mine is not blind. */
export function others(ctx: Context, id: string): { judgments: readonly Judgment[]; resolution: Resolution } {
	const person = ctx.requirePerson();
	const c = readComparison(ctx.db, resolveId(ctx.db, 'comparison', id));
	const state = comparisonState(ctx.db, c.n, c.id);
	if (
		!state.judgments.some((j) => !j.imported && j.annotator === person) &&
		goldAnswer(ctx, person, c.id) === undefined
	) {
		throw new UserError('sealed', "Others' verdicts are shown after your own: judge this pair first.");
	}
	const named = state.judgments.filter((j) => j.annotator !== person && isNamed(j.annotator));
	if (named.length > 0) ctx.state.markSeenOthers(person, c.id);
	return { judgments: named, resolution: state.resolution };
}

async function act(ctx: Context, body: EventBody, reason: string): Promise<{ event: string }> {
	const [event] = await ctx.append(body);
	ctx.emit.changed({ what: ['judgments'], reason });
	return { event: (event as { id: string }).id };
}

export function skip(
	ctx: Context,
	input: { readonly comparison: string; readonly cannot?: string },
): Promise<{ event: string }> {
	const comparison = resolveId(ctx.db, 'comparison', input.comparison);
	return act(
		ctx,
		{ type: 'skipped', comparison, ...(input.cannot === undefined ? {} : { cannot: input.cannot }) },
		'skipped',
	);
}

export function flag(
	ctx: Context,
	input: { readonly comparison: string; readonly note?: string },
): Promise<{ event: string }> {
	const comparison = resolveId(ctx.db, 'comparison', input.comparison);
	return act(
		ctx,
		{ type: 'flagged', comparison, ...(input.note === undefined ? {} : { note: input.note }) },
		'flagged',
	);
}

export function adjudicate(
	ctx: Context,
	input: { readonly comparison: string; readonly verdict: Verdict; readonly reason: string },
): Promise<{ event: string }> {
	if (input.reason.trim() === '') throw new UserError('usage', 'An adjudication needs a reason: it overrules people.');
	const comparison = resolveId(ctx.db, 'comparison', input.comparison);
	return act(ctx, { type: 'adjudicated', comparison, verdict: input.verdict, reason: input.reason }, 'adjudicated');
}

/** Puts comparisons into my re-judge queue; only answers given from now on count. */
export function setRejudge(ctx: Context, run: string, comparisons: readonly string[]): void {
	ctx.state.setRejudge({ run, seq: maxSeq(ctx.db), comparisons });
	ctx.emit.changed({ what: ['judgments'], reason: 're-judge queue' });
}
