/** What a ranking's entries, or the values of a column that names the best response, mean for the columns of responses. */
import {
	type ColumnMapping,
	type EntryCode,
	mappedResponses,
	type RankingOrder,
	RESPONSES,
	type ResponseRole,
	valueKey,
} from '../domain/column-mapping.ts';
import { besideDoubts } from './column-mapping-beside.ts';
import { verdictReading } from './column-mapping-guess-verdict.ts';
import { columnWords, verdictWord } from './column-mapping-words.ts';
import { isNumber, namesColumn } from './ranking-entries.ts';
import { rankingOf, type TableColumn } from './table-columns.ts';

/** Names of columns of scores: more is better. */
const SCORE_NAMES: readonly string[] = ['scores', 'ratings', 'rewards'];
/** Names of columns of rankings, in words. */
export const RANKING_NAMES: readonly string[] = [
	...[
		'ranking',
		'rankings',
		'gold ranking',
		'preference ranking',
		'ranked responses',
		'human ranking',
		'rank',
		'ranks',
	],
	...['order', 'preference order', 'preferred order', ...SCORE_NAMES],
];
/** Names of columns that say which of several responses is the best, beside those of verdicts. */
export const BEST_NAMES: readonly string[] = [
	...[
		'best',
		'best response',
		'best answer',
		'best of',
		'best index',
		'top',
		'selected',
		'chosen index',
		'winner index',
	],
];

/** What is looked at of a column. */
export type ColumnValues = Omit<TableColumn, 'length'>;

export interface SeveralReading {
	readonly entries?: Readonly<Record<string, EntryCode>>;
	readonly order?: RankingOrder;
	readonly doubts: readonly string[];
}

interface Response {
	readonly role: ResponseRole;
	readonly column: string;
}

function responsesOf({ columns }: ColumnMapping): Response[] {
	return mappedResponses(columns).map((role) => ({ role, column: columns[role]! }));
}

/** @returns what the entries mean; the order only where bare numbers cannot name responses */
export function rankingReading(
	{ name, ranking }: ColumnValues,
	mapping: ColumnMapping,
	names: ReadonlySet<string> = new Set(),
): SeveralReading {
	if (ranking === undefined) return { doubts: [`${name}: it is not known how its rankings are written`] };
	const { bare } = ranking;
	const responses = responsesOf(mapping);
	const isBeyond = bare === 'permutations' && ranking.entries.some((entry) => Number(entry) > responses.length);
	if (bare === 'scores' || isBeyond || (bare === 'ranks' && SCORE_NAMES.includes(columnWords(name).join(' ')))) {
		return { order: 'scores', doubts: [`${name}: its numbers are read as scores, more = better`] };
	}
	if (bare === 'ranks') return { order: 'ranks', doubts: [`${name}: its numbers are read as ranks, 1 = best`] };
	const { entries, doubts } = meanings(name, ranking.entries, responses, names);
	if (bare === null) return { entries, doubts };
	const doubt = `${name}: its numbers may be the responses, the best first, or a rank or a score for each: say which (order=best-first, order=ranks or order=scores)`;
	return { entries, doubts: [doubt] };
}

export function bestReading(
	{ name, values }: ColumnValues,
	mapping: ColumnMapping,
	names: ReadonlySet<string> = new Set(),
): SeveralReading {
	const all = values.flatMap((value) => {
		const cell = names.has(valueKey(value)) || !/[<>≺≻=≈~]/u.test(value) ? null : rankingOf(value);
		return cell === null ? [value] : cell.groups.flat().map(String);
	});
	return meanings(name, [...new Set(all)], responsesOf(mapping), names);
}

function meanings(
	name: string,
	all: readonly string[],
	responses: readonly Response[],
	names: ReadonlySet<string>,
): { entries: Record<string, EntryCode>; doubts: string[] } {
	const entries: Record<string, EntryCode> = {};
	const placed: string[] = [];
	const unknown: string[] = [];
	const named = (entry: string) => responses.find(({ column }) => namesColumn(entry, column));
	// Numbers of which one names no column count the columns, whatever these are called: from 0, the second is 1.
	const zero = all.includes('0');
	const counts = all.some((entry) => isNumber(entry) && named(entry) === undefined);
	for (const entry of all) {
		// The row says which response it is.
		if (names.has(valueKey(entry))) continue;
		const own = counts && isNumber(entry) ? undefined : named(entry);
		const found = own ?? responses[placeOf(entry, zero)];
		const word = found === undefined ? verdictWord(entry) : null;
		if (found !== undefined) entries[valueKey(entry)] = found.role;
		else if (word === 'tie' || word === 'both_bad') entries[valueKey(entry)] = word;
		else unknown.push(entry);
		if (found !== undefined && own === undefined) placed.push(`${entry} is read as ${found.column}`);
	}
	// The first rows may lack some: a number that is missing here would be taken for the name of another column.
	if (counts && placed.length > 0) {
		for (const [i, { role }] of responses.entries()) entries[String(zero ? i : i + 1)] ??= role;
	}
	// 1 and 2 of response_1 to response_3: the third may never be the best, or they count from 0 and the first never is.
	const least = named('0') === undefined ? responses.length : 0;
	const open =
		placed.length === 0 && responses.length > 2 && all.some(isNumber) && !all.some((n) => Number(n) === least);
	const doubts = [
		...(open ? [`${name}: ${least} is not among its numbers, so they may count from 0 or from 1`] : []),
		...(placed.length === 0 ? [] : [`${name}: ${placed.slice(0, 3).join(', ')}`]),
		...(unknown.length === 0 ? [] : [`${name}: it is not known what ${unknown.slice(0, 3).join(', ')} means`]),
	];
	return { entries, doubts };
}

/** Place of a response that is named by a number or a letter; −1 = by neither. */
function placeOf(entry: string, zero: boolean): number {
	const text = valueKey(entry);
	if (/^\d{1,2}$/u.test(text)) return Number(text) - (zero ? 0 : 1);
	return /^[a-p]$/u.test(text) ? text.charCodeAt(0) - 97 : -1;
}

/** What the values of the column that says which is better are taken for; where there are doubts, that is a proposal. */
export interface ReadOrder {
	readonly reading: Pick<ColumnMapping, 'verdicts' | 'numbers' | 'entries' | 'order'>;
	readonly doubts: readonly string[];
}

/** What the values mean of the columns that a mapping names for its order, as far as that can be told. */
export function orderReading(columns: readonly ColumnValues[], mapping: ColumnMapping): ReadOrder {
	const column = orderColumn(columns, mapping);
	if (column === undefined) return { reading: {}, doubts: [] };
	const { verdict, ranking } = mapping.columns;
	const writers = RESPONSES.flatMap((role) => mapping.columns[`name_${role}`] ?? []);
	const names = writerNames(columns, writers);
	const { doubts, ...reading } =
		verdict !== undefined
			? verdictReading(column, mapping, names)
			: ranking === undefined
				? bestReading(column, mapping, names)
				: rankingReading(column, mapping, names);
	return { reading, doubts: [...doubts, ...besideDoubts(columns, mapping, names)] };
}

/** How the rows call responses, as keys: what the columns of their writers hold. */
export function writerNames(table: readonly ColumnValues[], writers: readonly string[]): Set<string> {
	return new Set(table.filter(({ name }) => writers.includes(name)).flatMap(({ values }) => values.map(valueKey)));
}

function orderColumn<T extends ColumnValues>(table: readonly T[], { columns }: ColumnMapping): T | undefined {
	const name = columns.verdict ?? columns.ranking ?? columns.best;
	return table.find((column) => column.name === name);
}

/** What has to be looked at of a mapping: the doubts of a proposal, as long as it says nothing else than that. */
export function openDoubts(table: readonly ColumnValues[], mapping: ColumnMapping): readonly string[] {
	const { reading, doubts } = orderReading(table, mapping);
	const within = (said: object | undefined, proposed: object | undefined) =>
		Object.entries(said ?? {}).every(([value, code]) => (proposed as Record<string, unknown>)?.[value] === code);
	const isProposal =
		mapping.numbers === reading.numbers &&
		mapping.order === reading.order &&
		within(mapping.verdicts, reading.verdicts) &&
		within(mapping.entries, reading.entries);
	return isProposal ? doubts : [];
}

/**
 * What a command line has to say before a mapping is used.
 * @param values those whose meaning it says, as keys; `numbers` and `order` where it says them
 * @returns the doubts and the words to add; null where nothing is left in doubt
 */
export function unsaid(
	table: readonly ColumnValues[],
	mapping: ColumnMapping,
	{ values, numbers, order }: { values: ReadonlySet<string>; numbers: boolean; order: boolean },
): string | null {
	const { reading, doubts } = orderReading(table, mapping);
	const column = orderColumn(table, mapping);
	if (column === undefined || doubts.length === 0) return null;
	const { verdict, ranking } = mapping.columns;
	const isBare = ranking !== undefined && column.ranking?.bare != null;
	if (verdict !== undefined ? numbers : isBare && order) return null;
	const entries = Object.keys(reading.entries ?? {});
	const all = entries.length > 0 ? entries : ((ranking === undefined ? column.values : column.ranking?.entries) ?? []);
	const proposed = reading.numbers === undefined ? { ...reading.verdicts, ...reading.entries } : null;
	// What nothing is proposed for is refused, row by row.
	const isOpen = (value: string) =>
		proposed === null || (Object.keys(proposed).length === 0 ? values.size === 0 : valueKey(value) in proposed);
	const left = isBare ? [] : all.filter((value) => !values.has(valueKey(value)) && isOpen(value));
	if (!isBare && left.length === 0) return null;
	const kind = verdict !== undefined ? 'verdict' : ranking === undefined ? 'best' : 'ranking';
	const each = left.slice(0, 3).map((value) => `${kind}:${value}=…`);
	const ways = [
		...(isBare ? ['order=best-first, order=ranks or order=scores'] : []),
		...(verdict === undefined || column.kind !== 'number' ? [] : ['numbers=…']),
		...(each.length === 0 ? [] : [`${each.join(' ')}${left.length > 3 ? ' and so on' : ''}`]),
	];
	return `${doubts.join('; ')}. Say it (${ways.join(', or ')}), or look with --preview and take the guess with --map guess as well`;
}
