/** Other columns that say which response is better too, and whether they say the same. */
import {
	COLUMN_ROLES,
	type ColumnMapping,
	type ColumnRole,
	mappedResponses,
	mappingProblem,
	RESPONSES,
	type ResponseRole,
} from '../domain/column-mapping.ts';
import { BEST_NAMES, type ColumnValues, orderReading, RANKING_NAMES } from './column-mapping-guess-several.ts';
import { isVerdictName } from './column-mapping-guess-verdict.ts';
import { mappedFormat } from './column-mapping-read.ts';
import { columnWords } from './column-mapping-words.ts';
import { RESPONSE_WORDS, SCORE_WORDS, seriesOf } from './column-series.ts';
import type { ReadPair } from './format.ts';
import type { Row } from './parse-row.ts';
import { RowError } from './row-error.ts';
import { MOST_VALUES } from './table-columns.ts';

/** Rows that are compared. */
const MOST_ROWS = 500;
const WAYS = ['verdict', 'ranking', 'best'] as const;
const NUMBERS: readonly ColumnRole[] = COLUMN_ROLES.filter((role) => /^(?:score|rank)_/u.test(role));
/** Words beside `score` in the names of columns that are about the whole response. */
const WHOLE = new Set([...RESPONSE_WORDS, 'overall', 'human', 'model', 'total', 'preference']);

/** Columns that say something else of some rows than those that are mapped. */
export interface Rival {
	readonly columns: readonly string[];
	/** The mapping with them instead. */
	readonly mapping: ColumnMapping;
	/** `winner and preference say different things of 3 of 20 rows`. */
	readonly words: string;
	/** Rows of which they say something else. */
	readonly differ: number;
	/** Rows of which only they say something. */
	readonly only: number;
	/** Rows that were compared. */
	readonly rows: number;
}

/** The columns that say which response is better. */
export function orderColumns({ columns }: ColumnMapping): string[] {
	return [...WAYS, ...NUMBERS].flatMap((role) => columns[role] ?? []);
}

/** What a command line says to settle it. */
export function orderWords({ columns }: ColumnMapping): string {
	const said = [...WAYS, ...NUMBERS].filter((role) => columns[role] !== undefined);
	return said.map((role) => `${role}=${columns[role]}`).join(' ');
}

/** Where a mapping says which response is better: the other columns that do, and say something else of the first rows. */
export function rivalsOf(rows: readonly Row[], table: readonly ColumnValues[], mapping: ColumnMapping): Rival[] {
	if (mappingProblem(mapping) !== null || mapping.columns.a === undefined || orderColumns(mapping).length === 0)
		return [];
	const some = rows.slice(0, MOST_ROWS);
	let mine: readonly (ReadonlyMap<string, string> | null)[] | undefined;
	return others(table, mapping).flatMap(({ mapping: other, inDoubt }): Rival[] => {
		mine ??= verdictsOf(some, mapping);
		const theirs = verdictsOf(some, other);
		let [differ, only, opposite, same] = [0, 0, 0, 0];
		for (const [i, said] of theirs.entries()) {
			const own = mine[i];
			if (said === null || own == null || said.size === 0) continue;
			if (own.size === 0) only++;
			const both = [...said].filter(([sides]) => own.has(sides));
			const isOther = both.some(([sides, verdict]) => own.get(sides) !== verdict);
			if (isOther) differ++;
			else if (both.length > 0) same++;
			if (isOther && both.every(([sides, verdict]) => turned(own.get(sides)!) === verdict)) opposite++;
		}
		// What 0 and 1 mean was only guessed: all the other way round, they say the same.
		if (inDoubt && opposite === differ && same === 0) differ = 0;
		if (differ === 0 && only === 0) return [];
		const counts = { differ, only, rows: some.length };
		const columns = orderColumns(other);
		return [{ columns, mapping: other, words: rivalWords(mapping, columns, counts), ...counts }];
	});
}

function rivalWords(
	mapping: ColumnMapping,
	columns: readonly string[],
	{ differ, only, rows }: Pick<Rival, 'differ' | 'only' | 'rows'>,
): string {
	const [one, two] = [orderColumns(mapping), columns].map((names) => names.join(', '));
	const of = (n: number) => `${n.toLocaleString('en')} of ${rows.toLocaleString('en')} rows`;
	const parts = [
		...(differ === 0 ? [] : [`${one} and ${two} say different things of ${of(differ)}`]),
		...(only === 0
			? []
			: [
					`${two} ${columns.length > 1 ? 'say' : 'says'} which is better in ${of(only)} where ${one} ${orderColumns(mapping).length > 1 ? 'do' : 'does'} not`,
				]),
	];
	return parts.join('; ');
}

/** Columns that say different things, and what to say to choose. */
export function rivalText(mapping: ColumnMapping, rivals: readonly Rival[]): string {
	const ways = [mapping, ...rivals.map((rival) => rival.mapping)].map(orderWords);
	return `${rivals.map(({ words }) => words).join('; ')}. Say which holds: ${ways.join(', or ')}`;
}

function turned(verdict: string): string {
	return verdict === 'a' ? 'b' : verdict === 'b' ? 'a' : verdict;
}

/** The mapping with each of the other columns that say which response is better. */
function others(
	table: readonly ColumnValues[],
	mapping: ColumnMapping,
): { mapping: ColumnMapping; inDoubt: boolean }[] {
	const letters = mappedResponses(mapping.columns);
	const used = new Set(COLUMN_ROLES.flatMap((role) => mapping.columns[role] ?? []));
	const rest = table.filter(({ name, kind }) => !used.has(name) && kind !== 'empty');
	const kept = Object.entries(mapping.columns).filter(([role]) => ![...WAYS, ...NUMBERS].some((each) => each === role));
	const { splits } = mapping;
	const withColumns = (more: Partial<Record<ColumnRole, string>>) => {
		const columns = { ...Object.fromEntries(kept), ...more };
		const { reading, doubts } = orderReading(table, { columns });
		const other: ColumnMapping = { columns, ...reading, ...(splits === undefined ? {} : { splits }) };
		return { mapping: other, inDoubt: doubts.length > 0 };
	};
	const isCalled = (name: string, names: readonly string[]) => names.includes(columnWords(name).join(' '));
	const single = rest.flatMap(({ name, values, ranking }) => {
		if (ranking !== undefined && isCalled(name, RANKING_NAMES)) return [withColumns({ ranking: name })];
		if (!isVerdictName(name) && !isCalled(name, BEST_NAMES)) return [];
		if (letters.length > 2 && ranking?.ordered === true) return [withColumns({ ranking: name })];
		if (values.length === 0 || values.length > MOST_VALUES) return [];
		return [withColumns(letters.length === 2 ? { verdict: name } : { best: name })];
	});
	const isSaying = ({ mapping: { verdicts, numbers, entries, order } }: { mapping: ColumnMapping }) =>
		numbers !== undefined ||
		order !== undefined ||
		Object.values({ ...verdicts, ...entries }).some((code) => !['tie', 'both_bad', 'none'].includes(code));
	const places = inPlaces(mapping, letters);
	const numbered = (['score', 'rank'] as const).flatMap((kind) =>
		seriesOf(
			rest,
			(words) => words.some((word) => isOf(kind, word)) && words.every((word) => isOf(kind, word) || WHOLE.has(word)),
			(column) => column.kind === 'number',
		)
			.filter(({ names }) => names.length === letters.length)
			.map(({ names }) => withColumns(Object.fromEntries(names.map((name, i) => [`${kind}_${places[i]!}`, name])))),
	);
	return [...single.filter(isSaying), ...numbered];
}

function isOf(kind: 'score' | 'rank', word: string): boolean {
	return kind === 'score' ? SCORE_WORDS.has(word) : word === 'rank';
}

/** The letters of the responses in the order in which the table names them. */
function inPlaces({ columns }: ColumnMapping, letters: readonly ResponseRole[]): readonly ResponseRole[] {
	const own = letters.map((role) => ({ name: columns[role]!, values: [], kind: 'text' as const }));
	const series = seriesOf(own, () => true).find(({ names }) => names.length === letters.length);
	return series?.names.map((name) => RESPONSES.find((role) => columns[role] === name)!) ?? letters;
}

/** What a mapping says of each row's pairs, by the columns of the two; null where a row cannot be read so. */
function verdictsOf(rows: readonly Row[], mapping: ColumnMapping): (ReadonlyMap<string, string> | null)[] {
	const format = mappedFormat(mapping);
	return rows.map((row) => {
		try {
			const read = format.read(row);
			const pairs: readonly ReadPair[] = 'prompt' in read ? [read] : read;
			return new Map(
				pairs.flatMap(({ sides, judgments }) => {
					const [judgment] = judgments ?? [];
					if (judgment === undefined) return [];
					const verdict = judgment.verdict === 'both_bad' ? 'tie' : judgment.verdict;
					const [one, two] = sides;
					return [one < two ? [`${one}\n${two}`, verdict] : [`${two}\n${one}`, turned(verdict)]] as const;
				}),
			);
		} catch (error) {
			if (!(error instanceof RowError)) throw error;
			return null;
		}
	});
}
