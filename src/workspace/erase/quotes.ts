import type { JournalEvent } from '../../domain/events.ts';
import { quoted } from '../../domain/quoting.ts';
import type { Quotation } from '../../protocol/workspace-api.ts';
import { answersOf, type Leaving, textsLeaving, textsStaying, wordedEvents } from '../../store/erasure-query.ts';
import { matchingComparisons } from '../../store/matching.ts';
import { readComparison } from '../../store/read-comparison.ts';
import type { Context } from '../context.ts';

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
	readonly fields: { readonly words?: readonly string[]; readonly searches?: readonly string[] };
	/** The reason of the erasure quotes what is to go. */
	readonly inReason: boolean;
}

/**
 * Events elsewhere that hold words of what is to be erased and of nothing that stays: notes, reasons, searches that quote it, and answers to
 * proposals about prompts that go. They are found while the text is still there; the tombstone names them, so that every clone takes the
 * same words out.
 * @param reason of the erasure: it stays
 */
export function quotationsOf(ctx: Context, leaving: Leaving, reason = ''): Quotations {
	const { db } = ctx;
	const out = new Set([...leaving.comparisons, ...leaving.prompts]);
	if (out.size === 0) return { found: [], fields: {}, inReason: false };
	const events = wordedEvents(db).filter((event) => !leavesAnyway(event, out));
	const taken = quoted(
		[reason, ...events.flatMap((event) => [...saidIn(event), searchOf(event) ?? ''])],
		() => textsLeaving(db, leaving),
		() => textsStaying(db, leaving),
	);
	const numbers = new Set(leaving.comparisons.map((id) => readComparison(db, id).n));
	const answers = new Set(answersOf(db, leaving.prompts));
	const named = (event: JournalEvent) => saidIn(event).some((words) => taken.has(words));
	const found = events
		.filter((event) => {
			if (answers.has(event.id) || named(event)) return true;
			const search = searchOf(event);
			return search !== null && (taken.has(search) || findsOnly(ctx, search, numbers));
		})
		.sort((x, y) => (x.id < y.id ? -1 : 1));
	const words = found.map(({ id }) => id);
	const searches = found.filter((event) => event.type === 'search-saved' && !named(event)).map(({ id }) => id);
	return {
		found: found.map(({ id, type, person, time }) => ({ event: id, type, person, at: time })),
		fields: { ...(words.length === 0 ? {} : { words }), ...(searches.length === 0 ? {} : { searches }) },
		inReason: taken.has(reason),
	};
}
