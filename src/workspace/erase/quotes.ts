import type { JournalEvent } from '../../domain/events.ts';
import { sha256 } from '../../domain/identity.ts';
import { piecesOf } from '../../domain/quoted-pieces.ts';
import { quoting } from '../../domain/quoting.ts';
import type { Quotation } from '../../protocol/team.ts';
import { changeStamp, type Database, openSnapshot } from '../../store/database.ts';
import {
	answersOf,
	type ImportedNote,
	type Leaving,
	notesStaying,
	numbersOf,
	textsLeaving,
	textsStaying,
	wordedEvents,
} from '../../store/erasure-query.ts';
import { scrubOwed } from '../../store/erasures.ts';
import { matchingComparisons } from '../../store/matching.ts';
import type { Context } from '../context.ts';
import { atOnce, inSlices } from './slices.ts';
import type { LeftFile } from './sources.ts';

/** Whether a search finds what is erased and nothing that stays: its words are then words of the erased text alone. */
function findsOnly({ db }: Context, search: string, numbers: ReadonlySet<number>): boolean {
	const found = matchingComparisons(db, { search });
	return found.length > 0 && found.every((n) => numbers.has(n));
}

function searchOf(event: JournalEvent): string | null {
	const search =
		event.type === 'tagged' ? event.query : event.type === 'search-saved' ? event.query?.search : undefined;
	return typeof search === 'string' ? search : null;
}

/** Notes and reasons in an event; a decision's too. The name of a saved search is often its words. */
function saidIn(event: JournalEvent): string[] {
	const { note, reason, cannot } = event as { readonly [key in 'note' | 'reason' | 'cannot']?: string };
	const name = event.type === 'search-saved' ? event.name : undefined;
	return [note, reason, cannot, name].filter((text) => text !== undefined);
}

/** What is said about nothing but erased texts is out without being named. */
function leavesAnyway(event: JournalEvent, out: ReadonlySet<string>): boolean {
	const about =
		'prompts' in event && Array.isArray(event.prompts)
			? event.prompts
			: 'comparison' in event
				? [event.comparison]
				: [];
	return about.length > 0 && about.every((id) => out.has(id as string));
}

/** Words elsewhere that leave with what is erased. */
export interface Quotations {
	readonly found: readonly Quotation[];
	/** As the tombstone names them. */
	readonly fields: {
		readonly words?: readonly string[];
		readonly searches?: readonly string[];
		readonly quotes?: readonly string[];
	};
	/** Files with notes of imported verdicts that quote it: they stay. */
	readonly notes: readonly LeftFile[];
	/** The reason of the erasure quotes what is to go. */
	readonly inReason: boolean;
}

interface Looked extends Quotations {
	/** Ids of the events that were looked at. */
	readonly seen: ReadonlySet<string>;
	/** Of the database when they were read. */
	readonly stamp: string;
}

/** Reasons, facets and entries that somebody wrote; the reasons to be picked are nobody's words. */
function piecesIn({ config }: Context, event: JournalEvent): string[] {
	return piecesOf(event).filter((piece) => !config.reasons.includes(piece));
}

/** @param said.reason of the erasure: it stays @param said.notes of imported verdicts */
function* quotationsIn(
	ctx: Context,
	db: Database,
	leaving: Leaving,
	events: readonly JournalEvent[],
	{ reason, notes }: { readonly reason: string; readonly notes: readonly ImportedNote[] },
): Generator<void, Quotations> {
	const out = outOf(leaving);
	const elsewhere = events.filter((event) => !leavesAnyway(event, out));
	const pieces = new Map(events.map((event) => [event.id, piecesIn(ctx, event)]));
	const taken = yield* quoting(
		[
			reason,
			...elsewhere.flatMap((event) => [...saidIn(event), searchOf(event) ?? '']),
			...[...pieces.values()].flat(),
			...notes.map(({ note }) => note),
		],
		() => textsLeaving(db, leaving),
		() => textsStaying(db, leaving),
	);
	const numbers = new Set(numbersOf(db, leaving.comparisons));
	const answers = new Set(answersOf(db, leaving.prompts));
	const named = (event: JournalEvent) => saidIn(event).some((words) => taken.has(words));
	const wordy: JournalEvent[] = [];
	for (const event of elsewhere) {
		const search = searchOf(event);
		if (
			answers.has(event.id) ||
			named(event) ||
			(search !== null && (taken.has(search) || findsOnly(ctx, search, numbers)))
		)
			wordy.push(event);
		if (search !== null) yield;
	}
	const words = wordy.map(({ id }) => id).sort();
	const searches = wordy.filter((event) => event.type === 'search-saved' && !named(event)).map(({ id }) => id);
	const said = [...pieces.values()].flat().filter((piece) => taken.has(piece));
	const whole = new Set(words);
	const found = elsewhere.filter(({ id }) => whole.has(id) || pieces.get(id)?.some((piece) => taken.has(piece)));
	return {
		found: found
			.map(({ id, type, person, time }) => ({ event: id, type, person, at: time }))
			.sort((x, y) => (x.event < y.event ? -1 : 1)),
		fields: fieldsOf(words, searches.sort(), [...new Set(said.map(sha256))].sort()),
		notes: [
			...Map.groupBy(
				notes.filter(({ note }) => taken.has(note)),
				({ path }) => path,
			),
		].map(([path, some]) => noted(path, [...new Set(some.map(({ line }) => line))])),
		inReason: taken.has(reason),
	};
}

function fieldsOf(words: readonly string[], searches: readonly string[], quotes: readonly string[]) {
	return {
		...(words.length === 0 ? {} : { words }),
		...(searches.length === 0 ? {} : { searches }),
		...(quotes.length === 0 ? {} : { quotes }),
	};
}

const MOST_LINES = 5;

function noted(path: string, lines: readonly number[]): LeftFile {
	const more = lines.length > MOST_LINES ? ` and ${lines.length - MOST_LINES} more` : '';
	return {
		path,
		why: `a note of an imported verdict quotes it (line ${lines.slice(0, MOST_LINES).join(', ')}${more}): change it in the original, import that anew, and take this import back`,
	};
}

function outOf({ comparisons, prompts }: Leaving): ReadonlySet<string> {
	return new Set([...comparisons, ...prompts]);
}

/**
 * Events elsewhere that hold words of what is to be erased and of nothing that stays: notes, reasons, searches that quote it, and answers to
 * proposals about prompts that go. They are found while the text is still there; the tombstone names them, so that every clone takes the
 * same words out. All texts may go by for it, so that it is done in slices, over the database as it was at the beginning.
 * @throws UserError 'cancelled'
 */
export async function quotationsOf(
	ctx: Context,
	leaving: Leaving,
	options: { readonly reason?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<Looked> {
	const out = outOf(leaving);
	if (out.size === 0) return { found: [], fields: {}, notes: [], inReason: false, seen: new Set(), stamp: '' };
	const stamp = changeStamp(ctx.db);
	const db = await openSnapshot(ctx.db);
	try {
		const worded = await inSlices(wordedEvents(db, ctx.config.reasons), options.signal);
		const said = { reason: options.reason ?? '', notes: notesStaying(db, leaving) };
		const found = await inSlices(quotationsIn(ctx, db, leaving, worded, said), options.signal);
		return { ...found, seen: new Set(worded.map(({ id }) => id)), stamp };
	} finally {
		db.close();
		// What another window erased meanwhile could not leave the database's log as long as this was open.
		scrubOwed(ctx.db);
	}
}

function joined(one: readonly string[] | undefined, other: readonly string[] | undefined): string[] {
	return [...new Set([...(one ?? []), ...(other ?? [])])].sort();
}

/** With what was said while `quotationsOf` was at work. Without a pause: the tombstone that names it all is to follow at once. */
export function withLate(ctx: Context, leaving: Leaving, looked: Looked): Quotations {
	const out = outOf(leaving);
	if (out.size === 0 || changeStamp(ctx.db) === looked.stamp) return looked;
	const late = atOnce(wordedEvents(ctx.db, ctx.config.reasons)).filter((event) => !looked.seen.has(event.id));
	if (late.length === 0) return looked;
	const more = atOnce(quotationsIn(ctx, ctx.db, leaving, late, { reason: '', notes: [] }));
	const both = (key: 'words' | 'searches' | 'quotes') => joined(looked.fields[key], more.fields[key]);
	return {
		found: [...looked.found, ...more.found].sort((x, y) => (x.event < y.event ? -1 : 1)),
		fields: fieldsOf(both('words'), both('searches'), both('quotes')),
		notes: looked.notes,
		inReason: looked.inReason,
	};
}
