import { CANNOT_REASONS } from '../protocol/annotate.ts';
import { compareEvents, type EventBody, type EventHeader, type EventOf, type JournalEvent } from './events.ts';
import { CanonicalError, canonicalComparison, contentId, sha256 } from './identity.ts';
import { changedPieces } from './quoted-pieces.ts';

/** A copy of an imported file that was written anew without some rows or names. */
export interface RewrittenSource {
	/** SHA-256 of the unpacked content before and after. */
	readonly from: string;
	readonly to: string;
	/** Path of the new copy in the workspace. */
	readonly path: string;
	/** Size of the new copy. */
	readonly bytes: number;
	/** Ordinals, among the good rows of the old copy, of the rows that are gone. */
	readonly rows: readonly number[];
}

/** What is left of a person who was taken out: the name that stands for them, and what of their work stays. */
export interface RemovedPerson {
	readonly as: string;
	/** Their verdicts, notes and tags stay under that name. */
	readonly work: boolean;
}

/** Everything that tombstones take out of journals and sources. A function of the set of tombstones, not of their order. */
export interface Erasures {
	readonly comparisons: ReadonlySet<string>;
	/** Prompts whose comparisons are all out, also those that come later. */
	readonly prompts: ReadonlySet<string>;
	/** Prompts of which nothing was left, with the tombstones that say so: words about them are out too, as far as those reach. */
	readonly gone: ReadonlyMap<string, readonly EventHeader[]>;
	/** Events whose notes, reasons or searches quote what is out. */
	readonly words: ReadonlySet<string>;
	/** Those of them that are saved searches and keep their names: gone, they would uncover older ones under these. */
	readonly searches: ReadonlySet<string>;
	/** SHA-256 of reasons, facets and entries of mappings that quote what is out: they leave wherever they stand. */
	readonly quotes: ReadonlySet<string>;
	readonly sources: ReadonlyMap<string, RewrittenSource>;
	/** By `personKey` of the handle. */
	readonly people: ReadonlyMap<string, RemovedPerson>;
}

export type Tombstone = EventOf<'erased'> | EventOf<'person-removed'>;

export const NOTHING_ERASED: Erasures = {
	comparisons: new Set(),
	prompts: new Set(),
	gone: new Map(),
	words: new Set(),
	searches: new Set(),
	quotes: new Set(),
	sources: new Map(),
	people: new Map(),
};

export function isTombstone(event: JournalEvent): event is Tombstone {
	return event.type === 'erased' || event.type === 'person-removed';
}

export function nothingErased(erasures: Erasures): boolean {
	const { comparisons, prompts, sources, people } = erasures;
	return comparisons.size + prompts.size + sources.size + people.size === 0;
}

/** Under what a removed handle is found again without being named. Whoever guesses a handle can check the guess. */
export function personKey(handle: string): string {
	return sha256(handle.normalize('NFC'));
}

/** A neutral name may have been removed in its turn. @returns who is left in the end, and every name on the way there */
function follow(
	removed: ReadonlyMap<string, RemovedPerson>,
	first: RemovedPerson,
): { readonly last: RemovedPerson; readonly names: ReadonlySet<string> } {
	let last = first;
	const seen = new Set<string>();
	for (let next = removed.get(personKey(last.as)); next !== undefined && !seen.has(next.as); ) {
		seen.add(next.as);
		last = { as: next.as, work: last.work && next.work };
		next = removed.get(personKey(last.as));
	}
	return { last, names: seen.add(first.as) };
}

/**
 * @param tombstones in journal order: where two speak of one copy, the first counts; where two speak of one person, the first one's name
 * and the stricter form
 */
export function erasuresOf(tombstones: readonly Tombstone[]): Erasures {
	const comparisons = new Set<string>();
	const prompts = new Set<string>();
	const gone = new Map<string, EventHeader[]>();
	const words = new Set<string>();
	const searches = new Set<string>();
	const quotes = new Set<string>();
	const whole = new Set<string>();
	const sources = new Map<string, RewrittenSource>();
	const removed = new Map<string, RemovedPerson>();
	for (const event of tombstones) {
		// A copy that became itself was not rewritten: followed, it would leave nothing to be kept.
		for (const source of event.sources ?? []) {
			if (source.from !== source.to && !sources.has(source.from)) sources.set(source.from, source);
		}
		if (event.type === 'erased') {
			for (const id of event.comparisons) comparisons.add(id);
			for (const id of event.prompts ?? []) prompts.add(id);
			for (const id of [...(event.prompts ?? []), ...(event.gone ?? [])]) {
				const stones = gone.get(id);
				if (stones === undefined) gone.set(id, [event]);
				else stones.push(event);
			}
			for (const hash of event.quotes ?? []) quotes.add(hash);
			const named = new Set(event.searches);
			for (const id of event.words ?? []) {
				words.add(id);
				(named.has(id) ? searches : whole).add(id);
			}
			continue;
		}
		const { subject, as, work } = event;
		const first = removed.get(subject);
		if (first === undefined) {
			removed.set(subject, { as, work });
			continue;
		}
		const { last, names } = follow(removed, first);
		removed.set(subject, { as: first.as, work: first.work && work });
		// Two at once chose two names: what the other wrote comes to the first one's.
		if (!names.has(as)) removed.set(personKey(as), { as: first.as, work });
		// What the milder one left under the name that stays leaves too.
		if (!work || !first.work) removed.set(personKey(last.as), { as: last.as, work: false });
	}
	const named = new Set([...searches].filter((id) => !whole.has(id)));
	const people = new Map([...removed].map(([key, person]) => [key, follow(removed, person).last]));
	return { comparisons, prompts, gone, words, searches: named, quotes, sources, people };
}

/** Keys of handles: a hash an event would be most of the cost of a fold. */
const keys = new Map<string, string>();

export function removedPerson(erasures: Erasures, handle: string): RemovedPerson | undefined {
	if (erasures.people.size === 0) return undefined;
	let key = keys.get(handle);
	if (key === undefined) {
		if (keys.size > 10_000) keys.clear();
		key = personKey(handle);
		keys.set(handle, key);
	}
	return erasures.people.get(key);
}

/** Where a source ended up after all rewritings, with the number of its first `rows` good rows that are left. */
export function sourceNow(
	erasures: Erasures,
	sha: string,
	rows?: number,
): { readonly source: RewrittenSource; readonly rows: number | undefined } | null {
	let now: RewrittenSource | null = null;
	let left = rows;
	const seen = new Set<string>();
	for (let at = erasures.sources.get(sha); at !== undefined && !seen.has(at.from); at = erasures.sources.get(at.to)) {
		seen.add(at.from);
		now = at;
		const limit = left;
		if (limit !== undefined) left = limit - at.rows.filter((ord) => ord < limit).length;
	}
	return now === null ? null : { source: now, rows: left };
}

/** Whether a comparison is out. */
export function isErased(erasures: Erasures, comparison: { readonly id: string; readonly promptId: string }): boolean {
	return erasures.comparisons.has(comparison.id) || erasures.prompts.has(comparison.promptId);
}

/** Stands where a text was that an event cannot be without. */
export const ERASED_WORDS = '[erased]';

type Changes = Readonly<Record<string, unknown>>;

/** An event with other fields: it keeps its id, so that what names it still does, and carries a hash of what it says now. */
function rewritten(event: JournalEvent, changes: Changes): JournalEvent {
	const { id, check: _, ...rest } = event as JournalEvent & { readonly check?: string };
	const fields = Object.entries({ ...rest, ...changes }).filter(([, value]) => value !== undefined);
	const body = Object.fromEntries(fields);
	return { ...body, id, check: contentId(body) } as unknown as JournalEvent;
}

/** Hash of a rewritten line: over everything but `id` and `check`. */
export function checkOf(event: object): string {
	const { id: _, check: __, ...rest } = event as Record<string, unknown>;
	return contentId(rest);
}

/**
 * Whether whoever wrote an event knew of a tombstone: then they speak of what came on the prompt since. By order alone that can be told
 * only on one device; elsewhere a larger number may have been given by somebody who had not heard of it, so that the event has to say so.
 */
function knew(event: JournalEvent, stone: EventHeader): boolean {
	return event.after?.includes(stone.id) === true || (event.device === stone.device && compareEvents(event, stone) > 0);
}

function isGoneFor(event: JournalEvent, prompt: string, { gone, prompts }: Erasures): boolean {
	const stones = gone.get(prompt);
	return stones !== undefined && (prompts.has(prompt) || stones.some((stone) => !knew(event, stone)));
}

/** A body about prompts that were gone and are back, with the tombstones that its writer knows. */
export function knowing(body: EventBody, { gone }: Erasures): EventBody {
	switch (body.type) {
		case 'tagged':
		case 'split-assigned':
		case 'proposed':
		case 'suggestions-dismissed': {
			const after = new Set(body.prompts.flatMap((id) => (gone.get(id) ?? []).map((stone) => stone.id)));
			const header = { after: [...after].sort() };
			return after.size === 0 ? body : { ...body, ...header };
		}
		default:
			return body;
	}
}

function writesErased(event: EventOf<'authored'> | EventOf<'improved'>, erasures: Erasures): boolean {
	if (erasures.comparisons.size + erasures.prompts.size === 0) return false;
	const { prompt, a, b } = event.comparison;
	try {
		return isErased(erasures, canonicalComparison(prompt, a, b).comparison);
	} catch (error) {
		if (error instanceof CanonicalError) return false;
		throw error;
	}
}

/** Why somebody cannot judge a pair: that they cannot is what counts, so it stays. A reason out of the list says nothing of the text. */
function cannotChanges({ cannot }: EventOf<'skipped'>): Changes {
	const said =
		cannot !== undefined && cannot !== ERASED_WORDS && !(CANNOT_REASONS as readonly string[]).includes(cannot);
	return said ? { cannot: ERASED_WORDS } : {};
}

/**
 * An event without the words that somebody wrote into it; null where it is nothing else.
 * @param named of a saved search: its name stays
 */
function wordChanges(event: JournalEvent, named: boolean): Changes | null {
	switch (event.type) {
		case 'search-saved':
			if (!named) return null;
			return event.query === null ? {} : { query: null };
		case 'adjudicated':
		case 'leak-accepted':
		case 'decided':
		case 'erased':
			return event.reason === ERASED_WORDS ? {} : { reason: ERASED_WORDS };
		case 'skipped':
			return cannotChanges(event);
		default: {
			const said = ['note', 'reason', 'query'].filter((key) => (event as unknown as Changes)[key] !== undefined);
			return Object.fromEntries(said.map((key) => [key, undefined]));
		}
	}
}

function quoteChanges(event: JournalEvent, { quotes }: Erasures): Changes {
	return quotes.size === 0 ? {} : changedPieces(event, (text) => quotes.has(sha256(text)));
}

/** What an event says about an erased text; null = nothing of the event stays. */
function textChanges(event: JournalEvent, erasures: Erasures): Changes | null {
	switch (event.type) {
		case 'authored':
		case 'improved':
			return writesErased(event, erasures) ? null : {};
		case 'generated':
			return erasures.prompts.has(event.prompt) ? null : {};
		case 'paired': {
			const pairs = event.pairs.filter((pair) => !isErased(erasures, { id: pair.comparison, promptId: pair.prompt }));
			if (pairs.length === event.pairs.length) return {};
			return pairs.length === 0 ? null : { pairs };
		}
		case 'judged':
		case 'gold-answered':
		case 'flagged': {
			if (!erasures.comparisons.has(event.comparison)) return {};
			const said = ['note', 'reasons'].filter((key) => (event as unknown as Changes)[key] !== undefined);
			return Object.fromEntries(said.map((key) => [key, undefined]));
		}
		case 'skipped':
			return erasures.comparisons.has(event.comparison) ? cannotChanges(event) : {};
		case 'adjudicated':
			return erasures.comparisons.has(event.comparison) && event.reason !== ERASED_WORDS
				? { reason: ERASED_WORDS }
				: {};
		case 'gold-marked':
			return event.reason !== undefined && erasures.comparisons.has(event.comparison) ? { reason: undefined } : {};
		case 'tagged':
		case 'split-assigned':
		case 'proposed':
		case 'suggestions-dismissed': {
			const words = event.reason !== undefined || ('query' in event && event.query !== undefined);
			if (!words || erasures.gone.size === 0 || !event.prompts.every((id) => isGoneFor(event, id, erasures))) return {};
			return { reason: undefined, ...(event.type === 'tagged' ? { query: undefined } : {}) };
		}
		case 'imported': {
			const limit = event.options?.rows;
			const now = sourceNow(erasures, event.source.sha256, typeof limit === 'number' ? limit : undefined);
			if (now === null || event.source.stored !== 'copy') return {};
			const { to: sha256, path, bytes } = now.source;
			return {
				source: { ...event.source, sha256, path, bytes },
				...(now.rows === undefined ? {} : { options: { ...event.options, rows: now.rows } }),
			};
		}
		default:
			return {};
	}
}

/** Acts that are a person's opinion; the others hold the workspace together and stay under the neutral name. */
const OPINIONS: ReadonlySet<JournalEvent['type']> = new Set([
	'judged',
	'gold-answered',
	'skipped',
	'flagged',
	'adjudicated',
	'renamed',
]);

function personChanges(event: JournalEvent, erasures: Erasures): Changes | null {
	const by = removedPerson(erasures, event.person);
	const author = 'written_by' in event ? removedPerson(erasures, event.written_by) : undefined;
	if (by === undefined && author === undefined) return {};
	const names: Changes = {
		...(by === undefined || by.as === event.person ? {} : { person: by.as }),
		...(author === undefined || ('written_by' in event && event.written_by === author.as)
			? {}
			: { written_by: author.as }),
	};
	if (by === undefined) return names;
	if (event.type === 'renamed') return null;
	if (by.work) return names;
	if (OPINIONS.has(event.type)) return null;
	if (event.type === 'tagged') {
		// The mark leaves, where the prompts stand stays: nothing of a held-out set goes into training by this.
		if (event.remove === true || event.moves === undefined || event.moves.length === 0) return null;
		const none = { facet: undefined, query: undefined, moves: undefined, reason: undefined };
		return { ...names, ...none, type: 'split-assigned', prompts: event.moves, split: 'heldout' };
	}
	if (event.type === 'leak-accepted') {
		return event.reason === ERASED_WORDS ? names : { ...names, reason: ERASED_WORDS };
	}
	return 'reason' in event && event.type !== 'decided' ? { ...names, reason: undefined } : names;
}

/**
 * An event as it stands once everything erased is out; null = it is gone. Applied to what was rewritten already it changes nothing,
 * and the order of erasures does not matter: every clone comes to the same lines, whenever it hears of an erasure.
 */
export function redact(event: JournalEvent, erasures: Erasures): JournalEvent | null {
	const words = erasures.words.has(event.id) ? wordChanges(event, erasures.searches.has(event.id)) : {};
	if (words === null) return null;
	if (isTombstone(event)) {
		const by = removedPerson(erasures, event.person);
		const changes = by === undefined || by.as === event.person ? words : { ...words, person: by.as };
		return Object.keys(changes).length === 0 ? event : rewritten(event, changes);
	}
	const quotes = quoteChanges(event, erasures);
	const text = textChanges(
		Object.keys(quotes).length === 0 ? event : ({ ...event, ...quotes } as JournalEvent),
		erasures,
	);
	if (text === null) return null;
	const person = personChanges(event, erasures);
	if (person === null) return null;
	const changes = { ...quotes, ...words, ...text, ...person };
	return Object.keys(changes).length === 0 ? event : rewritten(event, changes);
}
