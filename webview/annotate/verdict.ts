import type { Side } from '../../src/domain/comparison.ts';
import type { Strength, Verdict } from '../../src/domain/judgment.ts';
import type { AnnotateAction } from '../../src/protocol/annotate.ts';

/** A verdict as it looks on screen. */
export type Choice = 'left' | 'right' | 'tie' | 'both_bad';

/** Buttons of both screens that ask for a verdict, in the order of their keys. */
export const VERDICT_BUTTONS = [
	{ action: 'left', choice: 'left', label: 'Left is better', keys: '1' },
	{ action: 'right', choice: 'right', label: 'Right is better', keys: '2' },
	{ action: 'tie', choice: 'tie', label: 'Tie', keys: '3' },
	{ action: 'bothBad', choice: 'both_bad', label: 'Both bad', keys: '4' },
] as const satisfies readonly { action: AnnotateAction; choice: Choice; label: string; keys: string }[];

export interface ScreenVerdict {
	readonly choice: Choice;
	/** Only for left and right. */
	readonly strength?: Strength;
}

const VERDICT_ACTIONS = {
	left: { choice: 'left', strength: 2 },
	leftMuch: { choice: 'left', strength: 3 },
	leftSlightly: { choice: 'left', strength: 1 },
	right: { choice: 'right', strength: 2 },
	rightMuch: { choice: 'right', strength: 3 },
	rightSlightly: { choice: 'right', strength: 1 },
	tie: { choice: 'tie' },
	bothBad: { choice: 'both_bad' },
} as const satisfies Partial<Record<AnnotateAction, ScreenVerdict>>;

/** The verdict an action stands for, or null where it is none. */
export function verdictOf(action: AnnotateAction): ScreenVerdict | null {
	return action in VERDICT_ACTIONS ? VERDICT_ACTIONS[action as keyof typeof VERDICT_ACTIONS] : null;
}

/** The digit a verdict's key carries by default: with a list open, the same key means the list's line. */
export function digitOf(action: AnnotateAction): number | null {
	const verdict = verdictOf(action);
	return verdict === null ? null : { left: 1, right: 2, tie: 3, both_bad: 4 }[verdict.choice];
}

function other(side: Side): Side {
	return side === 'a' ? 'b' : 'a';
}

/** From the screen to canonical sides. @param leftSide the canonical side that stands left */
export function toCanonical(choice: Choice, leftSide: Side): Verdict {
	if (choice === 'left') return leftSide;
	return choice === 'right' ? other(leftSide) : choice;
}

/** From canonical sides to the screen. */
export function toScreen(verdict: Verdict, leftSide: Side): Choice {
	if (verdict === 'a' || verdict === 'b') return verdict === leftSide ? 'left' : 'right';
	return verdict;
}

const STRENGTHS: Readonly<Record<Strength, string>> = { 1: 'slightly', 2: 'clearly', 3: 'much' };

/** "left, clearly"; a verdict whose strength was not recorded names none. */
export function describe({ choice, strength }: ScreenVerdict): string {
	if (choice === 'tie') return 'tie';
	if (choice === 'both_bad') return 'both bad';
	return strength === undefined ? choice : `${choice}, ${STRENGTHS[strength]}`;
}
