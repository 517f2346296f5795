import type { JournalEvent } from './events.ts';
import { sha256 } from './identity.ts';

/** Short texts in an event that can leave by themselves: reasons of a verdict, free facets, and what a mapping says of values. */
export function piecesOf(event: JournalEvent): string[] {
	switch (event.type) {
		case 'judged':
		case 'gold-answered':
			return [...(event.reasons ?? [])];
		case 'tagged':
		case 'proposed':
			return event.facet === undefined ? [] : [event.facet].filter(isFree);
		case 'half-drawn':
			return event.facets.map(({ facet }) => facet).filter(isFree);
		case 'imported':
		case 'mapping-saved':
			return VALUES.flatMap((key) => Object.keys(entriesOf(mappingOf(event), key)));
		default:
			return [];
	}
}

/** Fields of an event without those of its pieces that are to leave; a facet keeps its place under a name that says nothing. */
export function changedPieces(
	event: JournalEvent,
	leaves: (text: string) => boolean,
): Readonly<Record<string, unknown>> {
	if (!piecesOf(event).some(leaves)) return {};
	const renamed = (facet: string) => (isFree(facet) && leaves(facet) ? neutralFacet(facet) : facet);
	switch (event.type) {
		case 'judged':
		case 'gold-answered': {
			const reasons = (event.reasons ?? []).filter((reason) => !leaves(reason));
			return { reasons: reasons.length === 0 ? undefined : reasons };
		}
		case 'tagged':
		case 'proposed':
			return { facet: renamed(event.facet as string) };
		case 'half-drawn':
			return { facets: event.facets.map(({ facet, ...rest }) => ({ ...rest, facet: renamed(facet) })) };
		case 'imported':
			return { options: { ...event.options, mapping: JSON.stringify(withoutEntries(mappingOf(event), leaves)) } };
		case 'mapping-saved':
			return { mapping: withoutEntries(event.mapping as unknown as Mapping, leaves) };
		default:
			return {};
	}
}

/** The names of other kinds are categories: that one stands in an erased text alone is chance. */
function isFree(facet: string): boolean {
	return facet.startsWith('free:');
}

/** The same for all events under one facet. Whoever guesses the facet can check the guess, as with the ids of what is erased. */
function neutralFacet(facet: string): string {
	return `free:erased-${sha256(facet).slice(0, 8)}`;
}

type Mapping = Readonly<Record<string, unknown>>;

/** Of a mapping: by what stands in a column. */
const VALUES = ['verdicts', 'entries', 'splits'] as const;

function isRecord(value: unknown): value is Mapping {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As a line has it: what is wrong in it is said where it is used. */
function mappingOf(event: JournalEvent): Mapping {
	const given = event.type === 'mapping-saved' ? event.mapping : null;
	if (given !== null) return given as unknown as Mapping;
	const text = event.type === 'imported' ? event.options?.mapping : undefined;
	if (typeof text !== 'string') return {};
	try {
		const value: unknown = JSON.parse(text);
		return isRecord(value) ? value : {};
	} catch {
		return {};
	}
}

function entriesOf(mapping: Mapping, key: (typeof VALUES)[number]): Mapping {
	const entries = mapping[key];
	return isRecord(entries) ? entries : {};
}

function withoutEntries(mapping: Mapping, leaves: (text: string) => boolean): Mapping {
	const changed = VALUES.filter((key) => Object.keys(entriesOf(mapping, key)).some(leaves)).map((key) => [
		key,
		Object.fromEntries(Object.entries(entriesOf(mapping, key)).filter(([text]) => !leaves(text))),
	]);
	return { ...mapping, ...Object.fromEntries(changed) };
}
