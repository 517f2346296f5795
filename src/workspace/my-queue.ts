import { peopleAtWork, type QueueIndex, queueIndex } from '../store/queue-index.ts';
import type { Context } from './context.ts';

/**
 * Everyone the work is shared among: the people that the settings name; where they name nobody, everyone who has judged here, and
 * whoever asks.
 */
export function peopleSharing(ctx: Context, person: string | null): string[] {
	const named = ctx.config.queue.people;
	if (named.length > 0) return [...new Set(named)];
	const people = peopleAtWork(ctx.db);
	return person === null || person === '' || people.includes(person) ? people : [...people, person];
}

/** A person's queue: their part first, then what is asked of others and still missing. */
export function myQueue(ctx: Context, person: string | null): QueueIndex {
	return queueIndex(ctx.db, {
		person: person ?? '',
		people: peopleSharing(ctx, person),
		seed: ctx.config.split.seed,
		overlap: ctx.config.queue.overlap,
		repeats: ctx.config.queue.repeats,
	});
}

/** What is to come to a person again now. Whoever has seen others' verdicts on a comparison since could not judge it anew. */
export function dueRepeats(ctx: Context, person: string | null): string[] {
	if (person === null || person === '') return [];
	return myQueue(ctx, person)
		.due()
		.filter((id) => !ctx.state.hasSeenOthers(person, id));
}
