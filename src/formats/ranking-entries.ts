import { columnWords } from './column-mapping-words.ts';
import { RowError, refuse } from './row-error.ts';
import { jsonOf } from './table-cells.ts';

/** Words that say no more than "response" beside a letter or number. */
const THINGS = new Set([
	...['response', 'answer', 'output', 'completion', 'reply', 'candidate', 'generation', 'option', 'model', 'assistant'],
	...['text', 'summary', 'continuation', 'message'],
]);

/** What stands in the column of a ranking. */
export interface RankingCell {
	/** The best first; those of one group are tied. */
	readonly groups: readonly (readonly unknown[])[];
	/** Numbers without a sign between them: they may name the responses, or be a rank for each. */
	readonly bare: boolean;
	/** Written with signs, which alone say what is better and what is tied. */
	readonly signed: boolean;
}

/**
 * Reads a ranking: a list (a list in it is a tie), also as JSON text; `B > A = C`, `C < A`; or entries between commas, semicolons or
 * bars. Spaces alone part letters and numbers of at most two characters.
 * @throws RowError where `>` and `<` are mixed
 */
export function rankingCell(value: unknown, field: string): RankingCell {
	const list = Array.isArray(value) ? value : typeof value === 'string' ? jsonOf(value, field) : null;
	if (Array.isArray(list)) {
		const groups = list.map((item: unknown): readonly unknown[] => (Array.isArray(item) ? item : [item]));
		const bare = groups.length > 1 && groups.every((group) => group.length === 1 && isNumber(group[0]));
		return { groups, bare, signed: false };
	}
	if (typeof value === 'number') return { groups: [[value]], bare: false, signed: false };
	if (typeof value !== 'string') return refuse(field, 'a ranking: a list, or B > A > C', value);
	const text = value.trim();
	const [better, worse] = [/[>≻]/u.test(text), /[<≺]/u.test(text)];
	if (better && worse) return refuse(field, 'a ranking with one sign, > or <', value);
	if (better || worse || /[=≈~]/u.test(text)) {
		const groups = parts(text, /[<>≺≻]+/u).map((group) => parts(group, /[=≈~]+/u));
		return { groups: worse ? groups.reverse() : groups, bare: false, signed: true };
	}
	const pieces = parts(text, /[,;|\n]+/u);
	const words = parts(text, /[\s,;|]+/u);
	const entries = words.every((word) => word.length <= 2) ? words : pieces;
	const bare = entries.length > 1 && entries.every(isNumber);
	return { groups: entries.map((entry) => [entry]), bare, signed: false };
}

function parts(text: string, between: RegExp): string[] {
	return text
		.split(between)
		.map((part) => part.trim())
		.filter((part) => part !== '');
}

export function isNumber(value: unknown): boolean {
	return (
		typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
	);
}

/** Whether an entry names a column: `C`, `3`, `Response C`, `response_c` for `response_c` or `response_3`. */
export function namesColumn(entry: unknown, column: string): boolean {
	const said = columnWords(String(entry));
	const words = columnWords(column);
	if (said.length === 0) return String(entry).trim() === column.trim();
	if (said.join(' ') === words.join(' ')) return true;
	const label = words.at(-1);
	if (words.length < 2 || label === undefined || !/^(?:[a-z]|\d{1,2})$/u.test(label)) return false;
	return said.at(-1) === label && said.slice(0, -1).every((word) => THINGS.has(word));
}

/**
 * The response that an entry means.
 * @param responses columns and what is in them
 * @throws RowError where it is none, or fits one by name and another by text: either reading may be meant, and one turns pairs around
 */
export function entryResponse<T extends { readonly column: string; readonly text: unknown }>(
	entry: unknown,
	responses: readonly T[],
	field: string,
): T {
	const named = responses.find(({ column }) => namesColumn(entry, column));
	const said = responses.find(({ text }) => text === entry);
	if (named !== undefined && said !== undefined && named.text !== entry) {
		throw new RowError(
			`${field}: expected one response, found ${JSON.stringify(entry)}, which names ${named.column} and is the text of ${said.column}`,
		);
	}
	const known = responses.map(({ column }) => column).join(', ');
	return named ?? said ?? refuse(field, `one of ${known}, its letter or its text`, entry);
}

/** Why bare numbers are not read. */
export function twoReadings(field: string, value: unknown, wayOut = ''): RowError {
	const text = (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 40);
	return new RowError(
		`${field}: expected letters, names or ">" between numbers, found ${text}: it may name the responses, the best first, or hold a rank for each (order=best-first or order=ranks)${wayOut}`,
	);
}
