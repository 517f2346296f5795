/** Work asked for and done. Counts are of judgments where nothing else is said. */
export interface ProgressCount {
	readonly comparisons: number;
	/** Judgments asked for: one or two a comparison, as the overlap says; what an adjudication made needless is not. */
	readonly needed: number;
	/** Of those, given by named people. Further verdicts on the same comparison are not counted. */
	readonly judged: number;
	readonly left: number;
	/** Of what is left, what nobody at work can give: all of them have judged the comparison, or cannot. */
	readonly nobody: number;
	/** Comparisons without a strict majority; null where only comparisons of the sealed half are counted, before an opening. */
	readonly disputed: number | null;
	readonly flagged: number;
}

/** Judgments a day, and when that is done which is left at this pace. */
export interface Pace {
	/** First verdicts of the last 7 days on which there was one, over all days from the first of these to today; UTC days. */
	readonly per_day: number | null;
	/** Days on which somebody judged, of which at most the last 7 count. */
	readonly active_days: number;
	/** UTC day, `2026-01-31`. */
	readonly done_by: string | null;
	/** Why a number is missing. */
	readonly reason?: string;
}

export interface ProgressGroup extends ProgressCount {
	/** Split on screen, or facet. */
	readonly name: string;
	readonly pace: Pace;
}

/** What a person may see of themselves alone, unless the settings show everybody's. */
export interface OwnFigures {
	/** Median milliseconds from paint to verdict; null without recorded times. */
	readonly median_ms: number | null;
	readonly timed: number;
	/** Verdicts given faster than the texts can be glanced over. */
	readonly too_fast: number;
	/** Share of first verdicts for a side that went to the side shown first, 95 %. */
	readonly position: {
		readonly value: number | null;
		readonly low: number | null;
		readonly high: number | null;
		readonly n: number;
		readonly reason?: string;
	};
	/** Share of gold pairs answered right, first blind answers, 95 %. */
	readonly gold: {
		readonly value: number | null;
		readonly low: number | null;
		readonly high: number | null;
		readonly n: number;
		readonly reason?: string;
	};
	readonly pace: Pace;
}

export interface PersonProgress {
	readonly person: string;
	/** Takes part in the assignment. */
	readonly sharing: boolean;
	/** Comparisons of their part that they judged, and that still wait for them. */
	readonly judged: number;
	readonly left: number;
	/** Judged beyond their part: for somebody else, or more than were asked for. */
	readonly beyond: number;
	readonly later: number;
	readonly cannot: number;
	/** Disputed comparisons that they judged; none of the sealed half. */
	readonly disputed: number;
	readonly flagged: number;
	/** null: theirs to see alone. */
	readonly own: OwnFigures | null;
}

export interface ProgressReport {
	readonly at: string;
	readonly all: ProgressGroup;
	readonly splits: readonly ProgressGroup[];
	readonly facets: readonly ProgressGroup[];
	readonly people: readonly PersonProgress[];
	/** Everybody's own figures are shown to everybody. */
	readonly individuals_shown: boolean;
}

const DAY_MS = 24 * 3600 * 1000;
const DAYS = 7;
/** Beyond this a date says nothing. */
const FARTHEST_DAYS = 3650;

/**
 * Pace from the days on which there were judgments. Days without one between and after them count in the denominator: whoever works
 * two days a week is not done in half a week.
 * @param days judgments by UTC day (`2026-01-31`), any order
 * @param now milliseconds since the epoch
 * @param left judgments that can be given and are still missing; null where nothing is to be dated
 */
export function paceOf(days: ReadonlyMap<string, number>, now: number, left: number | null): Pace {
	const active = [...days.keys()].filter((day) => (days.get(day) ?? 0) > 0).sort();
	const counted = active.slice(-DAYS);
	const none = { active_days: active.length, per_day: null, done_by: null };
	if (left === 0) return { ...none, reason: 'nothing is left that anybody at work can judge' };
	if (counted.length === 0) return { ...none, reason: 'no verdict has a date yet' };
	if (counted.length === 1) return { ...none, reason: 'judged on one day only: a pace needs two' };
	const first = Date.parse(`${counted[0]}T00:00:00Z`);
	// A clock that is ahead on another machine must not make the span negative.
	const last = Math.max(Date.parse(`${counted.at(-1)}T00:00:00Z`), now);
	const span = Math.floor((last - first) / DAY_MS) + 1;
	const given = counted.reduce((sum, day) => sum + (days.get(day) ?? 0), 0);
	const per_day = given / span;
	const known = { active_days: active.length, per_day };
	if (left === null) return { ...known, done_by: null };
	const needs = Math.ceil(left / per_day);
	if (needs > FARTHEST_DAYS) return { ...known, done_by: null, reason: 'more than ten years away at this pace' };
	return { ...known, done_by: new Date(now + needs * DAY_MS).toISOString().slice(0, 10) };
}

/** Characters a second that cannot be read, only glanced at: about 2,000 words a minute. */
const GLANCED_PER_SECOND = 200;
/** Whoever has read this long may have seen enough, however long the texts are. */
const ENOUGH_MS = 10_000;

/** Whether a verdict came faster than prompt and both responses can be glanced over, or than a second. @param chars of all three */
export function isTooFast(ms: number, chars: number): boolean {
	return ms < Math.max(1000, Math.min(ENOUGH_MS, (chars / GLANCED_PER_SECOND) * 1000));
}
