import type { Side } from './comparison.ts';
import type { Resolution, Resolved } from './resolution.ts';

/**
 * Which comparisons have a label, and what it is:
 * `vote-share` the share of votes, disputed ones included (an adjudication decides); `strict-majority` 1, 0 or ½ where an
 * adjudication or more than half of the people say so, disputed ones left out; `adjudicated-only` what was adjudicated.
 */
export const LABEL_POLICIES = ['vote-share', 'strict-majority', 'adjudicated-only'] as const;
export type LabelPolicy = (typeof LABEL_POLICIES)[number];

/** Of a scoring run that names none. */
export const RUN_POLICY: LabelPolicy = 'vote-share';
/** Of an export that names none: a pair for a trainer has one preferred side. */
export const EXPORT_POLICY: LabelPolicy = 'strict-majority';

/** A recorded policy; a name that a later version may have written is read as the default. */
export function labelPolicy(name: string | undefined): LabelPolicy {
	return LABEL_POLICIES.find((policy) => policy === name) ?? RUN_POLICY;
}

interface Labelled {
	/** P(a random annotator prefers a). */
	readonly y: number;
	readonly winner: Side | null;
}

/**
 * The label of a comparison under a policy.
 * @param label by votes or adjudication, possibly frozen by an earlier run
 * @param now how the comparison is resolved today
 * @returns null where the policy gives it none
 */
export function labelUnder<T extends Labelled>(
	policy: LabelPolicy,
	label: T,
	now: Pick<Resolved, 'resolution' | 'by'>,
): T | null {
	switch (policy) {
		case 'vote-share':
			return label;
		case 'strict-majority':
			if (label.winner !== null) return { ...label, y: label.winner === 'a' ? 1 : 0 };
			return now.resolution === 'tie' ? { ...label, y: 0.5 } : null;
		case 'adjudicated-only':
			return now.by === 'adjudication' ? label : null;
	}
}

/**
 * What an export writes of a comparison under a policy: with `vote-share` the side with more than half of the votes, ties counted
 * half, even where no side has a majority of the people.
 * @returns 'not_adjudicated' where only adjudicated ones are written
 */
export function resolutionUnder(
	policy: LabelPolicy,
	{ resolution, by, y }: Pick<Resolved, 'resolution' | 'by' | 'y'>,
): Resolution | 'not_adjudicated' {
	if (policy === 'adjudicated-only') {
		return by === 'adjudication' || resolution === 'open' ? resolution : 'not_adjudicated';
	}
	if (policy === 'strict-majority' || y === null || y === 0.5) return resolution;
	return y > 0.5 ? 'a' : 'b';
}
