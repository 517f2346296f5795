import { protection } from '../../domain/assignment.ts';
import { type Half, SPLIT_LABELS, type Split } from '../../domain/split.ts';
import type { MovePreview } from '../../protocol/curation.ts';

const count = new Intl.NumberFormat('en');

export function promptCount(n: number): string {
	return `${count.format(n)} ${n === 1 ? 'prompt' : 'prompts'}`;
}

/** What a move does, before it is done. */
export function moveDetail(preview: MovePreview, split: Split): string {
	const { prompts, clusters, moves, along, there, frozen, exported, proposed } = preview;
	const lines = [
		`${promptCount(prompts)} in ${count.format(clusters)} ${clusters === 1 ? 'cluster' : 'clusters'}: ${count.format(moves)} ${moves === 1 ? 'moves' : 'move'} to ${SPLIT_LABELS[split]}.`,
	];
	if (along > 0) {
		lines.push(
			`${count.format(along)} of them ${along === 1 ? 'comes' : 'come'} along: clusters move whole, so that near-copies stay together.`,
		);
	}
	if (there > 0) lines.push(`${promptCount(there)} ${there === 1 ? 'is' : 'are'} there already.`);
	if (frozen + exported > 0) {
		const why = [
			...(frozen > 0 ? [`${promptCount(frozen)} in frozen clusters`] : []),
			...(exported > 0 ? [`${promptCount(exported)} in clusters of a training export`] : []),
		].join(', ');
		lines.push(`${why}: ${count.format(proposed)} ${proposed === 1 ? 'proposal is' : 'proposals are'} made instead.`);
	}
	lines.push('You can undo it.');
	return lines.join('\n');
}

/** What excluding one side of a leak does. */
export function excludeDetail(kept: number): string {
	return `Only the less protected ${kept === 1 ? 'side' : 'prompts'}, without the rest of their clusters: what is more protected stays where it is.\nYou can undo it.`;
}

/** While a move is being stored: what comes of it is only known behind it. */
export function movingText(prompts: number, split: Split): string {
	return split === 'excluded'
		? `Excluding ${promptCount(prompts)}…`
		: `Moving ${promptCount(prompts)} to ${SPLIT_LABELS[split]}…`;
}

export function taggingText(prompts: number | undefined, facet: string): string {
	return `Tagging ${prompts === undefined ? 'what matches' : promptCount(prompts)} ${facet}…`;
}

/** What was done, with what was only proposed. */
export function movedText(moved: number, proposed: number, split: Split): string {
	const parts = moved > 0 || proposed === 0 ? [`Moved ${promptCount(moved)} to ${SPLIT_LABELS[split]}.`] : [];
	if (proposed > 0) parts.push(`Proposed ${promptCount(proposed)} for ${SPLIT_LABELS[split]}.`);
	return parts.join(' ');
}

interface Placed {
	readonly split: Split;
	readonly half: Half | null;
}

/** Where prompts of a cluster belong together: the most protected of their splits (rules.md, Splits). */
export function mostProtected(places: readonly Placed[]): Split | null {
	const kept = places.filter(({ split }) => split !== 'excluded');
	const first = kept.toSorted((x, y) => protection(x.split, x.half) - protection(y.split, y.half))[0];
	return first?.split ?? null;
}
