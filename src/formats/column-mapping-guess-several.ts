/** What a ranking's entries, or the values of a column that names the best response, mean for the columns of responses. */
import {
	type ColumnMapping,
	type EntryCode,
	mappedResponses,
	type RankingOrder,
	type ResponseRole,
	valueKey,
} from '../domain/column-mapping.ts';
import { verdictReading } from './column-mapping-guess-verdict.ts';
import { verdictWord } from './column-mapping-words.ts';
import { isNumber, namesColumn } from './ranking-entries.ts';
import type { TableColumn } from './table-columns.ts';

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
	...['order', 'preference order', 'preferred order', 'scores', 'ratings', 'rewards'],
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
	if (bare === 'scores') return { order: 'scores', doubts: [`${name}: its numbers are read as scores, more = better`] };
	if (bare === 'ranks') return { order: 'ranks', doubts: [`${name}: its numbers are read as ranks, 1 = best`] };
	const { entries, doubts } = meanings(name, ranking.entries, responsesOf(mapping), names);
	if (bare === null) return { entries, doubts };
	const doubt = `${name}: its numbers may be the responses, the best first, or a rank for each: say which (order=best-first or order=ranks)`;
	return { entries, doubts: [doubt] };
}

export function bestReading(
	{ name, values }: ColumnValues,
	mapping: ColumnMapping,
	names: ReadonlySet<string> = new Set(),
): SeveralReading {
	return meanings(name, values, responsesOf(mapping), names);
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
	const doubts = [
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

/** What the values mean of the columns that a mapping names for its order, as far as that can be told. */
export function orderReading(
	columns: readonly ColumnValues[],
	mapping: ColumnMapping,
): Pick<ColumnMapping, 'verdicts' | 'numbers' | 'entries' | 'order'> {
	const { verdict, ranking, best } = mapping.columns;
	const column = columns.find(({ name }) => name === (verdict ?? ranking ?? best));
	if (column === undefined) return {};
	if (verdict !== undefined) return verdictReading(column);
	const { doubts: _, ...reading } =
		ranking === undefined ? bestReading(column, mapping) : rankingReading(column, mapping);
	return reading;
}
