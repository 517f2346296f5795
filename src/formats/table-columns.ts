import { RESPONSES } from '../domain/column-mapping.ts';
import type { Row } from './parse-row.ts';
import { type RankingCell, rankingCell } from './ranking-entries.ts';
import { RowError } from './row-error.ts';
import { uncheckedJson } from './table-cells.ts';

/** Values of a column that are looked at one by one. */
export const MOST_VALUES = 24;
/** Longest text that may be a ranking written with signs. */
const LONGEST_RANKING = 200;

export interface TableColumn {
	readonly name: string;
	/** Different short values, as texts, at most 25: more are many. */
	readonly values: readonly string[];
	readonly kind: 'text' | 'number' | 'list' | 'other' | 'empty';
	/** Mean length of its texts. */
	readonly length: number;
	/** Where its values can be rankings. */
	readonly ranking?: RankingValues;
}

export interface RankingValues {
	/** Different entries, as texts. */
	readonly entries: readonly string[];
	/** Numbers without signs: each at most once in a row, and such as could name a response; or a 1 and some twice; or others. */
	readonly bare: 'permutations' | 'ranks' | 'scores' | null;
	/** Every cell puts some before others with > or <: none names a best one alone. */
	readonly ordered: boolean;
}

/** The columns of some rows, in the order in which they first appear. */
export function tableColumns(rows: readonly Row[]): TableColumn[] {
	const all = new Map<string, unknown[]>();
	for (const row of rows) {
		for (const [name, value] of Object.entries(row)) {
			const values = all.get(name);
			if (values === undefined) all.set(name, [value]);
			else values.push(value);
		}
	}
	return [...all].map(([name, values]) => column(name, values));
}

function column(name: string, values: readonly unknown[]): TableColumn {
	const filled = values.filter((value) => value != null && value !== '');
	const isList = (value: unknown) =>
		Array.isArray(value) || (typeof value === 'string' && Array.isArray(uncheckedJson(value)));
	const isNumber = (value: unknown) =>
		typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)));
	const texts = filled.filter((value) => typeof value === 'string');
	const kind =
		filled.length === 0
			? 'empty'
			: filled.every(isNumber)
				? 'number'
				: filled.every(isList)
					? 'list'
					: filled.every((value) => typeof value === 'string')
						? 'text'
						: 'other';
	const distinct = new Set<string>();
	for (const value of filled) {
		if (typeof value === 'object') continue;
		if (distinct.size > MOST_VALUES) break;
		const text = String(value);
		distinct.add(text.length > 60 ? `${text.slice(0, 60)}…` : text);
	}
	const length = texts.length === 0 ? 0 : texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
	const ranking = rankingValues(filled);
	return { name, values: [...distinct], kind, length, ...(ranking === null ? {} : { ranking }) };
}

/** @returns null where some value is no ranking, none has two entries, or entries are many or long */
function rankingValues(values: readonly unknown[]): RankingValues | null {
	const entries = new Set<string>();
	let several = false;
	let ordered = true;
	let bare: RankingValues['bare'] | undefined;
	for (const value of values) {
		if (typeof value === 'object' ? !Array.isArray(value) : String(value).length > LONGEST_RANKING) return null;
		const cell = rankingOf(value);
		if (cell === null) return null;
		const all = cell.groups.flat();
		if (all.some((entry) => typeof entry === 'object' || String(entry).length > 40)) return null;
		several ||= all.length > 1;
		ordered &&= cell.signed && cell.groups.length > 1;
		if (all.length > 1) bare = merged(bare, cell.bare ? kindOfNumbers(all.map(Number)) : null);
		if (bare === 'ranks' || bare === 'scores') continue;
		for (const entry of all) entries.add(String(entry));
		if (entries.size > MOST_VALUES) return null;
	}
	if (!several) return null;
	return { entries: bare === 'ranks' || bare === 'scores' ? [] : [...entries], bare: bare ?? null, ordered };
}

/** @returns null where it cannot be a ranking */
export function rankingOf(value: unknown): RankingCell | null {
	try {
		return rankingCell(value, '');
	} catch (error) {
		if (!(error instanceof RowError)) throw error;
		return null;
	}
}

function kindOfNumbers(numbers: readonly number[]): 'permutations' | 'ranks' | 'scores' {
	const isWhole = numbers.every((n) => Number.isInteger(n) && n >= 0 && n <= RESPONSES.length);
	// Some responses, the best first, or a number for each: how many responses there are is not known here.
	if (isWhole && new Set(numbers).size === numbers.length) return 'permutations';
	return isWhole && Math.min(...numbers) === 1 && Math.max(...numbers) <= numbers.length ? 'ranks' : 'scores';
}

const WIDER = ['permutations', 'ranks', 'scores'] as const;

/** Numbers that are scores in one row are scores in all. Names beside numbers are names. */
function merged(one: RankingValues['bare'] | undefined, two: RankingValues['bare']): RankingValues['bare'] {
	if (one === undefined) return two;
	if (one === null || two === null) return null;
	return WIDER[Math.max(WIDER.indexOf(one), WIDER.indexOf(two))]!;
}
