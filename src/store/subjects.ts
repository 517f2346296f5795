import type { JournalEvent } from '../domain/events.ts';
import { canonicalComparison } from '../domain/identity.ts';

/** Subject under which draws of a facet are found. Half a surrogate pair would come back from the database as something else. */
export function facetSubject(facet: string): string {
	return `facet ${facet.toWellFormed()}`;
}

/** Id of the comparison that an authored or improved event wrote; null if it is not a valid one. */
export function writtenComparison(
	event: JournalEvent & { type: 'authored' | 'improved' },
): ReturnType<typeof canonicalComparison> | null {
	try {
		return canonicalComparison(event.comparison.prompt, event.comparison.a, event.comparison.b);
	} catch {
		return null;
	}
}

/** What an event is about: ids of comparisons, prompts or events whose projection it takes part in. */
export function subjectsOf(event: JournalEvent): readonly string[] {
	switch (event.type) {
		case 'judged':
		case 'skipped':
		case 'flagged':
		case 'adjudicated':
		case 'gold-marked':
		case 'gold-answered':
			return [event.comparison];
		case 'retracted':
			return [event.event];
		case 'tagged':
			return [...new Set([...event.prompts, ...(event.moves ?? [])])];
		case 'split-assigned':
		case 'proposed':
			return event.prompts;
		case 'half-drawn':
			return [
				...new Set([...event.draws.flatMap((d) => d.prompts), ...event.facets.map((f) => facetSubject(f.facet))]),
			];
		case 'proposal-answered':
			return [event.proposal];
		case 'authored':
		case 'improved': {
			const written = writtenComparison(event);
			return written === null ? [] : [written.comparison.id];
		}
		case 'generated':
			return [event.prompt];
		case 'paired':
			return [...new Set(event.pairs.flatMap(({ comparison, prompt }) => [comparison, prompt]))];
		case 'erased':
			return event.comparisons;
		default:
			return [];
	}
}
