/** What a look at many slices comes to, in a sentence. */
import type { Slice } from '../../src/domain/run-record.ts';

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
