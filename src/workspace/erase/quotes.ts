import type { JournalEvent } from '../../domain/events.ts';
import { quoting } from '../../domain/quoting.ts';
import { sideText } from '../../domain/text.ts';
import { answersOf, comparisonsOn, promptOf, wordedEvents } from '../../store/erasure-query.ts';
import { matchingComparisons } from '../../store/matching.ts';
import { readComparison } from '../../store/read-comparison.ts';
import type { Context } from '../context.ts';

/** What is to be erased: comparisons, and the prompts of which nothing stays. */
interface Leaving {
	readonly comparisons: readonly string[];
	readonly prompts: readonly string[];
}

/** Texts that stand nowhere else once the comparisons are out: a response may also stand in another pair on its prompt. */
function textsOf({ db }: Context, { comparisons, prompts }: Leaving): string[] {
	const out = new Set(comparisons);
	const texts = new Set<string>();
	for (const id of new Set(comparisons.map((each) => promptOf(db, each)))) {
		const on = comparisonsOn(db, id);
		const sides = (wanted: boolean) =>
			on.filter((each) => out.has(each) === wanted).map((each) => readComparison(db, each));
		const staying = new Set(sides(false).flatMap(({ a, b }) => [sideText(a), sideText(b)]));
		for (const { prompt, a, b } of sides(true)) {
			for (const side of [sideText(a), sideText(b)]) if (!staying.has(side)) texts.add(side);
			if (prompts.includes(id)) for (const { content } of prompt.messages) texts.add(content ?? '');
		}
	}
	return [...texts];
}

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
	const { note, reason } = event as { readonly note?: string; readonly reason?: string };
	return [note, reason, event.type === 'search-saved' ? event.name : undefined].filter((text) => text !== undefined);
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

/**
 * Ids of events elsewhere that hold words of what is to be erased: notes, reasons, searches that quote it, and answers to proposals about
 * prompts that go. They are found while the text is still there; the tombstone names them, so that every clone takes the same words out.
 */
export function quotingEvents(ctx: Context, leaving: Leaving): string[] {
	if (leaving.comparisons.length === 0) return [];
	const quoted = quoting(textsOf(ctx, leaving));
	const numbers = new Set(leaving.comparisons.map((id) => readComparison(ctx.db, id).n));
	const out = new Set([...leaving.comparisons, ...leaving.prompts]);
	const found = wordedEvents(ctx.db).filter((event) => {
		if (leavesAnyway(event, out)) return false;
		const search = searchOf(event);
		return saidIn(event).some(quoted) || (search !== null && (quoted(search) || findsOnly(ctx, search, numbers)));
	});
	return [...new Set([...found.map(({ id }) => id), ...answersOf(ctx.db, leaving.prompts)])].sort();
}

/** Whether words that are to stay quote what is to go. */
export function quotes(ctx: Context, leaving: Leaving, words: string): boolean {
	return leaving.comparisons.length > 0 && quoting(textsOf(ctx, leaving))(words);
}
