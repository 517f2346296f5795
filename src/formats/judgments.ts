import type { Strength, Verdict } from '../domain/judgment.ts';
import { isBlank } from './messages.ts';
import { refuse } from './row-error.ts';
import type { ImportedJudgment } from './types.ts';

/** In rows of chosen and rejected a person's verdict may also name the column. */
const SIDES: Readonly<Record<string, Verdict>> = { a: 'a', b: 'b', tie: 'tie', both_bad: 'both_bad' };
const LABELLED_SIDES: Readonly<Record<string, Verdict>> = { ...SIDES, chosen: 'a', rejected: 'b' };

/**
 * Reads `judgments` with verdicts for the row's own first (a) and second (b) side.
 * @param labelled the sides are called chosen and rejected
 * @throws RowError naming the judgment and the key
 */
export function readJudgments(value: unknown, labelled: boolean): ImportedJudgment[] {
	if (value == null) return [];
	if (!Array.isArray(value)) return refuse('judgments', 'a list of {annotator, verdict}', value);
	return value.map((item: unknown, i) => readJudgment(item, `judgments[${i}]`, labelled));
}

function readJudgment(value: unknown, field: string, labelled: boolean): ImportedJudgment {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return refuse(field, 'an object {annotator, verdict}', value);
	}
	const { annotator, verdict, strength, rationale, note, at } = value as Record<string, unknown>;
	if (typeof annotator !== 'string' || isBlank(annotator)) return refuse(`${field}.annotator`, 'a name', annotator);
	const sides = labelled ? LABELLED_SIDES : SIDES;
	const known = typeof verdict === 'string' && Object.hasOwn(sides, verdict) ? sides[verdict] : undefined;
	if (known === undefined) return refuse(`${field}.verdict`, Object.keys(sides).join(', '), verdict);
	const text = rationale ?? note;
	if (text != null && typeof text !== 'string') return refuse(`${field}.rationale`, 'text', text);
	return {
		annotator,
		verdict: known,
		...(strength == null ? {} : { strength: readStrength(strength, `${field}.strength`) }),
		...(typeof text === 'string' && text !== '' ? { note: text } : {}),
		...(at == null ? {} : { at: readTime(at, `${field}.at`) }),
	};
}

function readStrength(value: unknown, field: string): Strength {
	if (value === 1 || value === 2 || value === 3) return value;
	return refuse(field, '1 (slightly), 2 (clearly) or 3 (much)', value);
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/i;

/** ISO 8601 to UTC; a time without a zone is taken as UTC, so that the same file gives the same ids on every machine. */
export function readTime(value: unknown, field: string): string {
	const match = typeof value === 'string' ? TIME.exec(value) : null;
	if (match === null) return refuse(field, 'a time such as 2026-01-31T12:00:00Z', value);
	const text = match[0].replace(' ', 'T').toUpperCase();
	const time = new Date(match.groups?.zone === undefined && text.includes('T') ? `${text}Z` : text);
	return Number.isNaN(time.getTime())
		? refuse(field, 'a time such as 2026-01-31T12:00:00Z', value)
		: time.toISOString();
}
