/** Slices in the order people should see them, and their names in words. */
import type { Slice } from '../../src/domain/run-record.ts';

/** Flagged first, then by p; those too small for a p last, larger ones before smaller. */
export function orderedSlices(slices: readonly Slice[]): Slice[] {
	const rank = (slice: Slice): number => (slice.flagged ? 0 : slice.p === null ? 2 : 1);
	return slices.toSorted((a, b) => rank(a) - rank(b) || (a.p ?? 1) - (b.p ?? 1) || b.pairs - a.pairs);
}

/** "2 of 12 slices are over-confident beyond what 12 looks would show by chance." */
export function slicesSentence(slices: readonly Slice[]): string {
	const flagged = slices.filter((slice) => slice.flagged).length;
	const tested = slices.filter((slice) => slice.p !== null).length;
	if (tested === 0) return 'Insufficient: no slice has 8 clusters.';
	const looks = tested === 1 ? 'the one slice' : `the ${tested} slices`;
	return flagged === 0
		? `None of ${looks} that can be tested stands out.`
		: `${flagged} of ${looks} that can be tested ${flagged === 1 ? 'stands' : 'stand'} out as over-confident.`;
}
