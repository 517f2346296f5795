/** Queues, blind pairs, adjudication, gold pairs. */
import type { ActiveWaits } from '../domain/active-words.ts';
import type { PersonShare, VerdictShare } from '../domain/agreement.ts';
import type { Message, Prompt, Side } from '../domain/comparison.ts';
import type { JudgmentKind, Strength, Verdict, VerdictFields } from '../domain/judgment.ts';

/** `judge`: my open comparisons; `review`: a blind second look at others'; `rejudge`: a run's mistakes mixed with controls. */
export type QueueKind = 'judge' | 'review' | 'rejudge';

/** All that the annotate screen may know before the verdict: no split, tags, model score, others' verdicts, label, source or length. */
export interface BlindPair {
	readonly comparison: string;
	readonly prompt: Prompt;
	readonly left: readonly Message[];
	readonly right: readonly Message[];
	/** The canonical side that stands left: seeded coin of (comparison, person). */
	readonly leftSide: Side;
	/** It came before, and comes again to measure self-consistency: not shown; the verdict is stored as a `repeat`. */
	readonly repeat?: true;
	/** My own latest verdict, note and flag, when looking back; null in the queue. */
	readonly mine: {
		readonly event: string;
		readonly verdict: Verdict;
		readonly strength?: Strength;
		readonly reasons?: readonly string[];
		readonly note?: string;
		readonly at: string;
	} | null;
}

export interface QueuePage {
	readonly kind: QueueKind;
	/** Done by me in this queue, and in all: "12 of 240" is done + 1 of total. Of `judge`, of my part while it lasts. */
	readonly done: number;
	readonly total: number;
	/** The next ones, in order; empty when the queue is. */
	readonly pairs: readonly BlindPair[];
	/** Of `judge`: my part, or, once that is done, what is asked of others and still missing. */
	readonly part?: 'mine' | 'others';
	/** Of `judge`: active ordering is on and has not begun. Says nothing of any pair. */
	readonly activeWaits?: ActiveWaits;
}

/** One opinion on a pair that is to be settled. */
export interface AdjudicationVerdict {
	/** "Person 2" while names are hidden, else the handle; an import's own label and a machine judge are always named. */
	readonly who: string;
	/** Only a `person` has a vote where people judged; a `model` never has. */
	readonly as: 'person' | 'source' | 'model';
	readonly verdict: Verdict;
	readonly strength?: Strength;
	readonly reasons?: readonly string[];
	readonly note?: string;
	/** null where an import does not say. */
	readonly blind: boolean | null;
	readonly at: string | null;
	/** What the same one said before, oldest first; it does not count any more. */
	readonly earlier: readonly Verdict[];
}

/** A pair whose verdicts differ, or that somebody marked, with all that was said about it. */
export interface AdjudicationItem {
	readonly comparison: string;
	readonly prompt: Prompt;
	readonly left: readonly Message[];
	readonly right: readonly Message[];
	/** The canonical side that stands left: my seeded coin, as in Annotate. */
	readonly leftSide: Side;
	/** The latest of each, people first, in a seeded order that names nobody. */
	readonly verdicts: readonly AdjudicationVerdict[];
	/** Of the people's verdicts. */
	readonly counts: Readonly<Record<Verdict, number>>;
	readonly disputed: boolean;
	readonly flags: readonly { readonly who: string; readonly note: string | null; readonly at: string }[];
	readonly names: 'hidden' | 'shown';
	/** The decision in force where the pair was flagged after it: it stands until another one is recorded. */
	readonly earlier?: { readonly verdict: Verdict; readonly reason: string; readonly at: string };
	/** The decision in force; from then on names are shown. */
	readonly decided: {
		readonly event: string;
		readonly verdict: Verdict;
		readonly reason: string;
		readonly by: string;
		/** Mine: I can take it back. */
		readonly mine: boolean;
		readonly at: string;
	} | null;
}

export interface AdjudicationPage {
	/** All that wait, those that the caller holds included. */
	readonly total: number;
	/** Of those, the ones that are not disputed: somebody flagged them. */
	readonly onlyFlagged?: number;
	readonly items: readonly AdjudicationItem[];
}

/** A pair whose answer is known, or an adjudicated one that could be gold. */
export interface GoldPair {
	readonly comparison: string;
	readonly verdict: Verdict;
	readonly place: 'train' | 'excluded';
	readonly preview: string;
	/** Beginning of the response that is the answer; null where neither is. */
	readonly answer: string | null;
}

export interface GoldReport {
	/** Share of what a person is shown. */
	readonly rate: number;
	/** With the number of people who answered blind. */
	readonly pairs: readonly (GoldPair & { readonly answers: number })[];
	/** The first 1,000 at most. */
	readonly candidates: readonly GoldPair[];
	/** Share of right answers; of people, only those who may be shown. */
	readonly accuracy: VerdictShare & { readonly people: number; readonly by_person: readonly PersonShare[] };
}

export interface JudgeInput extends Omit<VerdictFields, 'blind'> {
	readonly kind?: JudgmentKind;
	readonly blind?: boolean;
	readonly queue?: QueueKind | 'cli' | 'look-back' | 'author';
}

export interface Undone {
	readonly event: string;
	readonly type: 'judged' | 'tagged' | 'flagged' | 'skipped' | 'split-assigned';
	readonly comparison: string | null;
	readonly prompts: number;
	/** For the footer: "left, clearly" is made by the caller; this names the thing. */
	readonly text: string;
}
