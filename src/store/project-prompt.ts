import { compareEvents, type EventOf, type JournalEvent } from '../domain/events.ts';
import type { Half, Split } from '../domain/split.ts';

/** What one imported row says about its prompt. */
export interface SourceAssignment {
	readonly split: Split | null;
	readonly half: Half | null;
	readonly tags: readonly string[];
}

export interface PromptState {
	readonly split: Split;
	/** Only in held-out; null while not drawn. */
	readonly half: Half | null;
	/** The first draw, kept even while the prompt is elsewhere: never redrawn. */
	readonly drawn: Half | null;
	readonly tags: readonly string[];
}

/** Facts about an event's prompts, computed once an event: a bulk event names tens of thousands. */
const members = new WeakMap<JournalEvent, ReadonlyMap<string, string>>();

function roles(event: JournalEvent): ReadonlyMap<string, string> {
	let map = members.get(event);
	if (map === undefined) {
		const built = new Map<string, string>();
		if (event.type === 'tagged') {
			for (const id of event.prompts) built.set(id, 'tag');
			for (const id of event.moves ?? []) built.set(id, built.has(id) ? 'tag+move' : 'move');
		} else if (event.type === 'half-drawn') {
			for (const draw of event.draws) for (const id of draw.prompts) built.set(id, draw.half);
		}
		map = built;
		members.set(event, map);
	}
	return map;
}

/**
 * Split, half and tags of one prompt. Imports lie beneath: the first explicit assignment of any import wins over the
 * default split, and people's acts win over imports, the latest last; so importing a file again moves nothing.
 * @param fallback default split of the prompt's first turn
 * @param rows imported rows with this prompt, ordered by (import, row)
 * @param events its events in journal order, retracted ones left out
 * @param answers answers to proposals among `events`
 * @param sealedOnly facets that go to E only
 */
export function projectPrompt(
	id: string,
	fallback: Split,
	rows: readonly SourceAssignment[],
	events: readonly JournalEvent[],
	answers: readonly EventOf<'proposal-answered'>[],
	sealedOnly: ReadonlySet<string>,
): PromptState {
	const explicit = rows.find((row) => row.split !== null);
	let split: Split = explicit?.split ?? fallback;
	let given: Half | null = explicit?.half ?? null;
	let drawn: Half | null = null;
	const tags = new Set<string>();
	for (const row of rows) for (const tag of row.tags) tags.add(tag);

	const proposals = new Map<string, EventOf<'proposed'>>();
	for (const event of events) if (event.type === 'proposed') proposals.set(event.id, event);
	// The first answer to a proposal is the answer.
	const decided = new Map<string, EventOf<'proposal-answered'>>();
	for (const answer of [...answers].sort(compareEvents)) {
		if (!decided.has(answer.proposal)) decided.set(answer.proposal, answer);
	}
	const all = [...events, ...decided.values()].sort(compareEvents);
	for (const event of all) {
		switch (event.type) {
			case 'tagged': {
				const role = roles(event).get(id);
				if (role?.startsWith('tag')) {
					const facet = event.facet.toWellFormed();
					if (event.remove === true) tags.delete(facet);
					else tags.add(facet);
				}
				if (role?.endsWith('move') && event.remove !== true) {
					split = 'heldout';
					given = null;
				}
				break;
			}
			case 'split-assigned':
				split = event.split;
				given = event.half ?? null;
				break;
			case 'proposal-answered': {
				const proposal = proposals.get(event.proposal);
				if (event.accepted && proposal !== undefined) {
					split = proposal.split;
					given = null;
				}
				break;
			}
			case 'half-drawn':
				drawn ??= (roles(event).get(id) as Half | undefined) ?? null;
				break;
		}
	}
	const sorted = [...tags].sort();
	const half = split !== 'heldout' ? null : (given ?? (sorted.some((tag) => sealedOnly.has(tag)) ? 'E' : drawn));
	return { split, half, drawn, tags: sorted };
}
