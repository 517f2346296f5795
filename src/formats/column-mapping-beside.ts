/** What stands beside the column that says which response is better, and may turn round what it says. */
import { COLUMN_ROLES, type ColumnMapping, mappedResponses, valueKey } from '../domain/column-mapping.ts';
import { columnWords, verdictWord } from './column-mapping-words.ts';
import { SCORE_WORDS, seriesOf } from './column-series.ts';
import { namesColumn } from './ranking-entries.ts';
import { MOST_VALUES, type TableColumn } from './table-columns.ts';

type ColumnValues = Omit<TableColumn, 'length'>;

/** Words of columns that say whether a row's responses were shown in the other order. */
const TURNED = new Set(['swap', 'swapped', 'flip', 'flipped', 'reverse', 'reversed', 'inverted', 'switched']);
/** `AB`, `b,a`, `[1, 0]`: two responses in the order in which they were shown. */
const SHOWN = /^\W*(?:a\W*b|b\W*a|1\W*2|2\W*1|0\W*1|1\W*0)\W*$/iu;

/**
 * Why what a verdict, a ranking or the best says may be about another order of the responses than that of the columns.
 * @param names how the rows call responses, as keys: those are sure
 */
export function besideDoubts(
	table: readonly ColumnValues[],
	mapping: ColumnMapping,
	names: ReadonlySet<string>,
): string[] {
	const { columns } = mapping;
	const order = table.find(({ name }) => name === (columns.verdict ?? columns.ranking ?? columns.best));
	if (order === undefined) return [];
	const used = new Set(COLUMN_ROLES.flatMap((role) => columns[role] ?? []));
	const rest = table.filter(({ name, values }) => !used.has(name) && values.length > 0 && values.length <= MOST_VALUES);
	const all = columns.ranking === undefined ? order.values : (order.ranking?.entries ?? []);
	const said = all.filter(
		(value) => !names.has(valueKey(value)) && !['tie', 'both_bad'].includes(verdictWord(value) ?? ''),
	);
	const letters = mappedResponses(columns).map((role) => columns[role]!);
	const alike = sameValues(rest, said, letters.length);
	const places = rest.filter((column) => isPlace(column, said, letters));
	const turned = rest.filter(isTurned);
	return [
		...(alike === null
			? []
			: [`${order.name}: ${alike.join(' and ')} hold the same values, and may say which response is which in a row`]),
		...(places.length === 0
			? []
			: [`${order.name}: its values are columns, too, and these may say which response stood there in a row`]),
		...(turned.length === 0
			? []
			: [`${order.name}: ${turned[0]!.name} may say that a row's responses were shown in the other order`]),
	];
}

/** Columns, one for each response, that hold what the verdicts say: beside `system_1` = B, `winner` = B need not be the second. */
function sameValues(rest: readonly ColumnValues[], said: readonly string[], count: number): readonly string[] | null {
	if (said.length === 0) return null;
	// Where a response stood is no measure of how good it is.
	const isMeasure = (word: string) => SCORE_WORDS.has(word) || word === 'rank' || word === 'ranking';
	for (const { names } of seriesOf(rest, (words) => !words.some(isMeasure))) {
		if (names.length !== count) continue;
		const all = rest.filter(({ name }) => names.includes(name));
		const held = new Set(all.flatMap(({ values }) => values.map(valueKey)));
		const isFew = held.size <= 2 * count || all.every(({ kind }) => kind === 'text');
		if (isFew && said.every((value) => held.has(valueKey(value)))) return names;
	}
	return null;
}

/** `left` = B beside the verdict `left`. */
function isPlace({ name, values }: ColumnValues, said: readonly string[], letters: readonly string[]): boolean {
	const words = columnWords(name).join(' ');
	if (words === '' || !said.some((value) => columnWords(value).join(' ') === words)) return false;
	const isSide = (value: string) => /^[ab]$/u.test(verdictWord(value) ?? '');
	return values.every((value) => isSide(value) || letters.some((column) => namesColumn(value, column)));
}

function isTurned({ name, values }: ColumnValues): boolean {
	if (values.length < 2) return false;
	const words = columnWords(name);
	return (
		words.some((word) => TURNED.has(word)) || (words.includes('order') && values.every((value) => SHOWN.test(value)))
	);
}
