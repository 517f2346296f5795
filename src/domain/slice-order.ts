import type { Slice } from './run-record.ts';

/** Flagged first, then by p; those too small for a p last, larger ones before smaller. */
export function orderedSlices(slices: readonly Slice[]): Slice[] {
	const rank = (slice: Slice): number => (slice.flagged ? 0 : slice.p === null ? 2 : 1);
	return slices.toSorted((a, b) => rank(a) - rank(b) || (a.p ?? 1) - (b.p ?? 1) || b.pairs - a.pairs);
}
