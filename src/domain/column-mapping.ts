import type { Split } from './split.ts';

/** Responses in columns of their own, in the row's order: most tables have `a` and `b`. */
export const RESPONSES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p'] as const;
export type ResponseRole = (typeof RESPONSES)[number];

const PLAIN_ROLES = [
	...['prompt', 'system', 'chosen', 'rejected', 'responses', 'ranks', 'scores', 'verdict', 'ranking', 'best'],
	...['strength', 'annotator', 'note', 'at', 'domain', 'split', 'source'],
] as const satisfies readonly string[];

/**
 * What a column of a table may be. `a`, `b` and further letters are responses in the row's own order, each with a `score_…` (more =
 * better) or a `rank_…` (1 = best) of its own, or all with one `ranking` or the `best` of them; `verdict` is about two. All three may call
 * a response by its `name_…`, such as the model that wrote it. `chosen` and
 * `rejected` already say which is preferred; `responses` is a list of any number of them, with `ranks` or `scores`. `at` is the time of
 * the verdict; `domain` becomes a facet `domain:…`. Every column without a role is kept as metadata.
 */
export type ColumnRole =
	| (typeof PLAIN_ROLES)[number]
	| ResponseRole
	| `score_${ResponseRole}`
	| `rank_${ResponseRole}`
	| `name_${ResponseRole}`;
export const COLUMN_ROLES: readonly ColumnRole[] = [
	...PLAIN_ROLES.slice(0, 2),
	...RESPONSES,
	...PLAIN_ROLES.slice(2, 10),
	...RESPONSES.map((role) => `score_${role}` as const),
	...RESPONSES.map((role) => `rank_${role}` as const),
	...RESPONSES.map((role) => `name_${role}` as const),
	...PLAIN_ROLES.slice(10),
];
/** All roles in few words, for messages. */
export const ROLES_TEXT = `a, b (c to p for further responses), score_a …, rank_a …, name_a …, ${PLAIN_ROLES.join(', ')}`;

/** What a value of the verdict column means; the digit is the strength: 1 slightly, 2 clearly, 3 much. `none` = not judged. */
export const VERDICT_CODES = ['a', 'a 1', 'a 2', 'a 3', 'b', 'b 1', 'b 2', 'b 3', 'tie', 'both_bad', 'none'] as const;
export type VerdictCode = (typeof VERDICT_CODES)[number];

/**
 * How numbers in the verdict column are read where they are a scale and not names of values. Probabilities lie in [0, 1] and ½ is a
 * tie; in signed scales 0 is a tie, and whole numbers of 1 to 3 are the strength.
 */
export const NUMBER_SCALES = ['probability-a', 'probability-b', 'negative-a', 'positive-a'] as const;
export type NumberScale = (typeof NUMBER_SCALES)[number];

/** What an entry of a ranking means, or the value of a column that names the best: a response; or, standing alone, all of them. */
export const ENTRY_CODES = [...RESPONSES, 'tie', 'both_bad', 'none'] as const;
export type EntryCode = (typeof ENTRY_CODES)[number];

/** What a ranking holds: the responses, the best first; or a number for each in the order of their roles, 1 = best or more = better. */
export const RANKING_ORDERS = ['best-first', 'ranks', 'scores'] as const;
export type RankingOrder = (typeof RANKING_ORDERS)[number];

/** How the columns of a table become comparisons. Recorded with each import, so that a rebuild reads the same. */
export interface ColumnMapping {
	readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
	/** By the value's text (case and outer spaces do not count). */
	readonly verdicts?: Readonly<Record<string, VerdictCode>>;
	/** Instead of `verdicts`. */
	readonly numbers?: NumberScale;
	/** What the entries of `ranking` and the values of `best` mean, by their text; names of the columns, and texts, need none. */
	readonly entries?: Readonly<Record<string, EntryCode>>;
	/** How `ranking` is read. Without it, bare numbers are refused: 2 1 3 may name the responses, or be a rank for each. */
	readonly order?: RankingOrder;
	/** By the split column's text; a name of ours needs no entry. */
	readonly splits?: Readonly<Record<string, Split>>;
}

/** How values of a column are compared with the keys of a value map. */
export function valueKey(value: unknown): string {
	return String(value).trim().toLowerCase();
}

/** The responses that have a column of their own, in order. */
export function mappedResponses(columns: ColumnMapping['columns']): ResponseRole[] {
	return RESPONSES.filter((role) => columns[role] !== undefined);
}

/** A mapping for the columns that are there; those that are not lose their roles, and their values go with them. */
export function fittingMapping(mapping: ColumnMapping, names: readonly string[]): ColumnMapping {
	const { verdicts, numbers, entries, order, splits } = mapping;
	const columns: ColumnMapping['columns'] = Object.fromEntries(
		Object.entries(mapping.columns).filter(([, name]) => names.includes(name)),
	);
	const isRanked = columns.ranking !== undefined || columns.best !== undefined;
	return {
		columns,
		...(columns.verdict === undefined || verdicts === undefined ? {} : { verdicts }),
		...(columns.verdict === undefined || numbers === undefined ? {} : { numbers }),
		...(isRanked && entries !== undefined ? { entries } : {}),
		...(columns.ranking === undefined || order === undefined ? {} : { order }),
		...(columns.split === undefined || splits === undefined ? {} : { splits }),
	};
}

/** Why a mapping cannot be used, or null. */
export function mappingProblem(mapping: ColumnMapping): string | null {
	const { columns } = mapping;
	const has = (role: ColumnRole) => columns[role] !== undefined;
	const letters = mappedResponses(columns);
	if (has('chosen') !== has('rejected')) return 'chosen and rejected belong together: map both columns.';
	if (letters.length > 0 && !(has('a') && has('b'))) {
		const further = letters.find((role) => role !== 'a' && role !== 'b');
		return further === undefined
			? 'a and b belong together: map both columns.'
			: `${further} stands beside a and b: map those columns too.`;
	}
	const ways = [letters.length > 0, has('chosen'), has('responses')].filter(Boolean).length;
	if (ways === 0) return 'no column is mapped to a response: map a and b, or chosen and rejected, or responses.';
	if (ways > 1) return 'map a and b, or chosen and rejected, or responses: one of the three.';
	if (!has('prompt') && !has('chosen')) return 'no column is mapped to the prompt.';
	if (has('responses') && !has('ranks') && !has('scores')) {
		return 'responses need the column of their ranks or scores.';
	}
	const problem = orderProblem(mapping, letters);
	if (problem !== null) return problem;
	const taken = Object.values(columns).filter((name) => name !== undefined);
	const twice = taken.find((name, i) => taken.indexOf(name) !== i);
	return twice === undefined ? null : `the column "${twice}" is mapped twice.`;
}

/** What is wrong with the columns that say which response is better. */
function orderProblem(
	{ columns, verdicts, numbers, entries, order }: ColumnMapping,
	letters: readonly ResponseRole[],
): string | null {
	const has = (role: ColumnRole) => columns[role] !== undefined;
	for (const kind of ['score', 'rank'] as const) {
		const given = RESPONSES.filter((role) => has(`${kind}_${role}`));
		if (given.length === 0) continue;
		const odd = given.find((role) => !letters.includes(role));
		if (odd !== undefined && letters.length > 0) return `${kind}_${odd} needs the column of the response ${odd}.`;
		const missing = letters.find((role) => !given.includes(role));
		if (missing !== undefined) return `${kind}_${missing} is missing: map one column for each response.`;
	}
	const nameless = RESPONSES.find((role) => has(`name_${role}`) && !letters.includes(role));
	if (nameless !== undefined) return `name_${nameless} needs the column of the response ${nameless}.`;
	if (!has('verdict') && (numbers !== undefined || Object.keys(verdicts ?? {}).length > 0)) {
		return 'values of a verdict are mapped, but no column is: map the verdict.';
	}
	if (!has('ranking') && !has('best') && Object.keys(entries ?? {}).length > 0) {
		return 'entries of a ranking are mapped, but no column is: map the ranking, or the best.';
	}
	if (!has('ranking') && order !== undefined)
		return 'the order of a ranking is said, but no column is: map the ranking.';
	const ways = [
		...(has('verdict') ? ['the verdict'] : []),
		...(has('ranking') ? ['the ranking'] : []),
		...(has('best') ? ['the best'] : []),
		...(has('score_a') ? ['the scores'] : []),
		...(has('rank_a') ? ['the ranks'] : []),
	];
	if (ways.length > 1) return `map ${ways.join(' or ')}, not ${ways.length === 2 ? 'both' : 'all of them'}.`;
	if (ways.length > 0 && !has('a')) return `${ways[0]} need${/s$/u.test(ways[0]!) ? '' : 's'} the columns a and b.`;
	if (has('verdict') && letters.length > 2) {
		return 'a verdict is about two responses: with more, map their ranking, the best, or a score or rank for each.';
	}
	return null;
}

/**
 * What stands beside a response (who wrote it, its score, its rank) goes with its column to another letter: left behind, it would say of
 * one response what holds of another.
 * @param before roles before responses changed their letters; @param columns roles by now, changed in place
 * @param said roles that were given just now: they stay
 */
export function moveCompanions(
	before: ColumnMapping['columns'],
	columns: Partial<Record<ColumnRole, string>>,
	said: ReadonlySet<ColumnRole>,
): void {
	const now = { ...columns };
	for (const kind of ['name', 'score', 'rank'] as const) {
		for (const letter of RESPONSES) {
			const role = `${kind}_${letter}` as const;
			if (said.has(role)) continue;
			const from = RESPONSES.find((other) => before[other] !== undefined && before[other] === now[letter]);
			const origin = from === undefined ? undefined : (`${kind}_${from}` as const);
			const beside = origin === undefined || said.has(origin) ? undefined : now[origin];
			if (beside === undefined) delete columns[role];
			else columns[role] = beside;
		}
	}
}
