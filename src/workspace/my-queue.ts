import { type ActiveWaits, FEWEST_FOR_ACTIVE } from '../domain/active-words.ts';
import { countTrain } from '../store/active-query.ts';
import { followQueue, peopleAtWork, type QueueIndex, type QueueSettings, queueIndex } from '../store/queue-index.ts';
import type { Context } from './context.ts';
import { pause } from './fold-sources.ts';

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

function settingsOf(ctx: Context, person: string | null): QueueSettings {
	return {
		person: person ?? '',
		people: peopleSharing(ctx, person),
		seed: ctx.config.split.seed,
		overlap: ctx.config.queue.overlap,
		repeats: ctx.config.queue.repeats,
		gold: ctx.config.queue.gold,
		active: ctx.config.queue.active ? ctx.state.activeOrder() : null,
	};
}

/** A person's queue: their part first, then what is asked of others and still missing. */
export function myQueue(ctx: Context, person: string | null): QueueIndex {
	return queueIndex(ctx.db, settingsOf(ctx, person));
}

/** Takes up what the person's queue does not know yet; before `myQueue`, where others may wait for this process meanwhile. */
export async function followMyQueue(ctx: Context, person: string | null): Promise<void> {
	for (const _ of followQueue(ctx.db, settingsOf(ctx, person))) await pause();
}

/** Why active ordering, where it is on, has not begun; null where it has, is off, or has nothing to order. */
export function activeWaits(ctx: Context): ActiveWaits | null {
	if (!ctx.config.queue.active || ctx.state.activeOrder() !== null) return null;
	const { judged, waiting } = countTrain(ctx.db, FEWEST_FOR_ACTIVE);
	if (waiting === 0) return null;
	return judged < FEWEST_FOR_ACTIVE ? { for: 'judgments', judged } : { for: 'run' };
}

/** What is to come to a person again now. Whoever has seen others' verdicts on a comparison since could not judge it anew. */
export function dueRepeats(ctx: Context, person: string | null): string[] {
	if (person === null || person === '') return [];
	return myQueue(ctx, person)
		.due()
		.filter((id) => !ctx.state.hasSeenOthers(person, id));
}

/** Gold pairs that may come to a person: whoever has seen what others said of one knows it. */
function goldFor(ctx: Context, person: string): string[] {
	if (person === '' || ctx.config.queue.gold === 0) return [];
	return myQueue(ctx, person)
		.gold()
		.filter((id) => !ctx.state.hasSeenOthers(person, id));
}

export interface MixedGold {
	/** Gold pairs by their place among the next ones, from 0. */
	readonly at: ReadonlyMap<number, string>;
	/** How many come while what is left lasts, those in `at` and those that the caller holds included. */
	readonly total: number;
}

/**
 * Gold pairs at places drawn from the seed, the person and the number of their answers so far: the same however far the screen asks
 * ahead, and after an undo.
 * @param answered answers of this person so far, of any kind; `left`: what else waits
 * @param held what the caller has at hand and has not answered
 */
export function mixedGold(
	ctx: Context,
	person: string,
	{ answered, left, held, count }: { answered: number; left: number; held: ReadonlySet<string>; count: number },
): MixedGold {
	const gold = goldFor(ctx, person);
	const at = new Map<number, string>();
	if (gold.length === 0) return { at, total: 0 };
	const queue = myQueue(ctx, person);
	const free = gold.filter((id) => !held.has(id));
	const atHand = gold.length - free.length;
	let total = atHand;
	// One pass over the places that the rest of the queue takes, ended by the last gold pair.
	for (let place = held.size, others = held.size - atHand; others < left && total < gold.length; place++) {
		if (!queue.isGoldPlace(answered + place)) {
			others++;
			continue;
		}
		if (place - held.size < count) at.set(place - held.size, free[at.size] as string);
		total++;
	}
	return { at, total };
}
