import { protection } from '../../domain/assignment.ts';
import { type Half, SPLIT_LABELS, type Split } from '../../domain/split.ts';
import type { TagPreview } from '../../protocol/workspace-api.ts';

const count = new Intl.NumberFormat('en');

export function promptCount(n: number): string {
	return `${count.format(n)} ${n === 1 ? 'prompt' : 'prompts'}`;
}

/** What a move does, before it is done. */
export function moveDetail({ prompts, clusters, proposals }: TagPreview): string {
	const lines = [
		`${promptCount(prompts)} in ${count.format(clusters)} ${clusters === 1 ? 'cluster' : 'clusters'}: clusters move whole, so that near-copies stay together.`,
	];
	if (proposals > 0) {
		lines.push(
			`${promptCount(proposals)} ${proposals === 1 ? 'is' : 'are'} frozen or in a training export: a proposal is made instead.`,
		);
	}
	lines.push('You can undo it.');
	return lines.join('\n');
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
