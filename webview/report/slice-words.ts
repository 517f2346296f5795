/** What a look at many slices comes to, in a sentence. */
import type { Slice } from '../../src/domain/run-record.ts';

/** "2 of 12 slices are over-confident beyond what 12 looks would show by chance." */
export function slicesSentence(slices: readonly Slice[]): string {
	const flagged = slices.filter((slice) => slice.flagged).length;
	const tested = slices.filter((slice) => slice.p !== null).length;
	if (tested === 0) return 'Insufficient: no slice has 8 clusters.';
	if (tested === 1) {
		return `The one slice that can be tested ${flagged === 1 ? 'stands' : 'does not stand'} out as over-confident.`;
	}
	return flagged === 0
		? `None of the ${tested} slices that can be tested stands out as over-confident.`
		: `${flagged} of the ${tested} slices that can be tested ${flagged === 1 ? 'stands' : 'stand'} out as over-confident.`;
}
