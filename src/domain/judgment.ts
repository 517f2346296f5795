import type { Side } from './comparison.ts';

export type Verdict = 'a' | 'b' | 'tie' | 'both_bad';
/** 1 slightly, 2 clearly, 3 much. */
export type Strength = 1 | 2 | 3;
/** `first` look, `correction` of one's own, scheduled `repeat` (the only kind that measures self-consistency). */
export type JudgmentKind = 'first' | 'correction' | 'repeat';

/** What somebody said of a comparison, in canonical sides, and under what circumstances. */
export interface VerdictFields {
	readonly comparison: string;
	readonly verdict: Verdict;
	readonly strength?: Strength;
	readonly reasons?: readonly string[];
	readonly note?: string;
	/** Which side stood left (or on top); absent for imported ones. */
	readonly shown_first?: Side;
	/** Milliseconds from paint to verdict. */
	readonly ms?: number;
	/** SHA-256 of the guidelines that were read then. */
	readonly guideline?: string;
	readonly blind: boolean;
}

/** One annotator's verdict on a comparison. */
export interface Judgment extends VerdictFields {
	/** Id of the event, or for an imported one the id of rules.md, Identity. */
	readonly id: string;
	/** A handle; `source:*` = labels that came with an import and name nobody; `model:*` = a machine judge. */
	readonly annotator: string;
	readonly kind: JudgmentKind;
	/** ISO 8601, or null where an import gave none. */
	readonly at: string | null;
	readonly imported: boolean;
}

export function isNamed(annotator: string): boolean {
	return !annotator.startsWith('source:') && !annotator.startsWith('model:');
}
