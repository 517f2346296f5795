/** Judged train pairs from which on active ordering has something to go by: fewer say nothing about what to ask next. */
export const FEWEST_FOR_ACTIVE = 20;

/** Why train still comes in seeded order though active ordering is on. */
export type ActiveWaits = { readonly for: 'judgments'; readonly judged: number } | { readonly for: 'run' };

/** The same in words, for the line above the queue. */
export function activeWaitsWords(waits: ActiveWaits): string {
	return waits.for === 'run'
		? 'Active order begins with the next scoring run on this machine'
		: `Active order begins at ${FEWEST_FOR_ACTIVE} judged train pairs, ${waits.judged} so far`;
}

/** What a report says of train where active ordering chose what was judged; null where it did not. */
export function activeWords(active: number | undefined, train: number): string | null {
	if (active === undefined || active === 0) return null;
	return `${active} of ${train} train pairs were judged in active order, chosen by what the probe was unsure of: numbers over train, out of fold too, and what is chosen by them describe these pairs, not the training distribution. Take claims from eval and the sealed half.`;
}
