/** What a report says of train where active ordering chose what was judged; null where it did not. */
export function activeWords(active: number | undefined, train: number): string | null {
	if (active === undefined || active === 0) return null;
	return `${active} of ${train} train pairs were judged in active order, chosen by what the probe was unsure of: numbers over train, out of fold too, and what is chosen by them describe these pairs, not the training distribution. Take claims from eval and the sealed half.`;
}
