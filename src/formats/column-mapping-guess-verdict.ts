import { type ColumnMapping, type NumberScale, type VerdictCode, valueKey } from '../domain/column-mapping.ts';
import { columnWords, type NumberReading, verdictNumbers, verdictWord } from './column-mapping-words.ts';
import { isBefore, tellingWords } from './column-series.ts';
import { namesColumn } from './ranking-entries.ts';
import { MOST_VALUES, type TableColumn } from './table-columns.ts';

/** Different values of a column that may be verdicts although none of them is understood. */
const MOST_VERDICTS = 9;

const POINTS_WORDS = new Set(['likert', 'preference', 'rating', 'verdict', 'better', 'choice', 'vote', 'scale']);

/** Names of columns that say which response is better, in words. */
export const VERDICT_NAMES = new Set([
	...['verdict', 'label', 'preference', 'preferred', 'winner', 'choice', 'vote', 'judgment', 'judgement', 'better'],
	...[
		'human preference',
		'overall preference',
		'gold label',
		'decision',
		'pick',
		'preferred response',
		'result',
		'chosen',
	],
	...['better response', 'preference label', 'human label', 'annotation'],
]);

export function isVerdictName(column: string): boolean {
	return VERDICT_NAMES.has(columnWords(column).join(' '));
}

export interface Reading {
	readonly column: string;
	readonly verdicts?: Readonly<Record<string, VerdictCode>>;
	readonly numbers?: NumberScale;
	readonly doubts: readonly string[];
}

/** What the values of one column mean as a verdict, as far as they are understood; those that the row calls a side by have no entry. */
export function verdictReading(
	{ name, values, kind }: Pick<TableColumn, 'name' | 'values' | 'kind'>,
	mapping: ColumnMapping,
	names: ReadonlySet<string> = new Set(),
): Omit<Reading, 'column'> {
	if (kind === 'number') {
		const { doubt, ...reading } = numbersOf(values, mapping) ?? { doubt: 'it is not known what its numbers mean' };
		return { ...reading, doubts: doubt === null ? [] : [`${name}: ${doubt}`] };
	}
	const { verdicts } = wordsOf(values, mapping, names);
	return Object.keys(verdicts).length === 0 ? { doubts: [] } : { verdicts, doubts: [] };
}

/** What numbers mean: the columns that they name, where each names one; else the usual, turned where the columns stand turned. */
function numbersOf(values: readonly string[], mapping: ColumnMapping): NumberReading | null {
	const reading = verdictNumbers(values);
	if (reading?.verdicts === undefined) return reading;
	const sides = sidesOf(mapping);
	const said = Object.entries(reading.verdicts).filter(([, code]) => code === 'a' || code === 'b');
	const named = said.filter(([value]) => namedBy(sides, value) !== null);
	const doubtful = (what: string): NumberReading => ({
		...reading,
		doubt: reading.doubt === null ? what : `${reading.doubt}; ${what}`,
	});
	if (named.length > 0 && named.length < said.length) {
		return doubtful(
			`${named.map(([value]) => value).join(', ')} may name a column, and ${said.length - named.length} of its numbers name none`,
		);
	}
	const counts = sides.length === 2 ? tellingWords(sides[0]!.column, sides[1]!.column) : null;
	if (counts?.includes('0') === true && !said.some(([value]) => Number(value) === 0)) {
		return doubtful('its numbers count the responses from 1, and the columns from 0');
	}
	if (named.length === 0 && !isTurned(sides)) return reading;
	const codes = said.map(([value, code]) => [value, namedBy(sides, value) ?? otherSide(code)] as const);
	return { ...reading, verdicts: { ...reading.verdicts, ...Object.fromEntries(codes) } };
}

function wordsOf(
	values: readonly string[],
	mapping: ColumnMapping,
	names: ReadonlySet<string>,
): { verdicts: Record<string, VerdictCode>; left: string[] } {
	const codeOf = verdictCodes(mapping);
	const verdicts: Record<string, VerdictCode> = {};
	const left: string[] = [];
	for (const value of values) {
		if (names.has(valueKey(value))) continue;
		const code = codeOf(value);
		if (code === null) left.push(value);
		else verdicts[valueKey(value)] = code;
	}
	return { verdicts: withMirrors(verdicts, codeOf, names), left };
}

interface Side {
	readonly role: 'a' | 'b';
	readonly column: string;
	readonly label: VerdictCode | null;
}

function sidesOf({ columns }: ColumnMapping): Side[] {
	return (['a', 'b'] as const).flatMap((role) => {
		const column = columns[role];
		return column === undefined ? [] : [{ role, column, label: labelOf(column) }];
	});
}

/** The second response of the table's names is a, and the first is b. */
function isTurned(sides: readonly Side[]): boolean {
	const [one, two] = sides;
	if (one === undefined || two === undefined) return false;
	return isBefore(one.column, two.column) === false || (one.label === 'b' && two.label === 'a');
}

/** The side whose column a value names, if it is one. */
function namedBy(sides: readonly Side[], value: string): 'a' | 'b' | null {
	const named = sides.filter(({ column }) => namesColumn(value, column));
	return named.length === 1 ? named[0]!.role : null;
}

function otherSide(code: VerdictCode): VerdictCode {
	return code.replace(/^[ab](?= |$)/u, (side) => (side === 'a' ? 'b' : 'a')) as VerdictCode;
}

/** What a word says: the column that it names; else a usual word, which goes by what the columns are called where they stand turned. */
function verdictCodes(mapping: ColumnMapping): (value: string) => VerdictCode | null {
	const sides = sidesOf(mapping);
	return (value) => {
		const named = namedBy(sides, value);
		if (named !== null) return named;
		const code = verdictWord(value);
		return code === null || !isTurned(sides) ? code : otherSide(code);
	};
}

/** Whether a column is called the first or the second; null = neither. */
function labelOf(column: string): VerdictCode | null {
	const codes = columnWords(column).map(verdictWord);
	return codes.findLast((code) => code === 'a' || code === 'b') ?? null;
}

/** The column that says which side is better: one of a usual name whose values are all understood, before one whose values are asked. */
export function verdictColumn(
	columns: readonly TableColumn[],
	mapping: ColumnMapping,
	names: ReadonlySet<string> = new Set(),
): Reading | null {
	const named = columns.filter((c) => isVerdictName(c.name) && c.kind !== 'empty');
	let asked: Reading | null = null;
	let unknown: Reading | null = null;
	for (const { name, values, kind } of named) {
		if (kind === 'number') {
			const reading = { column: name, ...verdictReading({ name, values, kind }, mapping) };
			const isKnown = reading.verdicts !== undefined || reading.numbers !== undefined;
			if (isKnown && reading.doubts.length === 0) return reading;
			if (isKnown) asked ??= reading;
			else unknown ??= reading;
			continue;
		}
		if (values.length === 0 || values.length > MOST_VALUES) continue;
		const { verdicts, left } = wordsOf(values, mapping, names);
		if (left.length === 0) return { column: name, verdicts, doubts: [] };
		if (Object.keys(verdicts).length > 0 || values.length <= MOST_VERDICTS) {
			unknown ??= {
				column: name,
				verdicts,
				doubts: [`${name}: it is not known what ${left.slice(0, 3).join(', ')} means`],
			};
		}
	}
	return asked ?? unknown;
}

/** A column of a scale of points that calls itself a preference or a rating among other words: always doubtful. */
export function pointsColumn(columns: readonly TableColumn[]): Reading | null {
	for (const { name, values, kind } of columns) {
		if (kind !== 'number' || !columnWords(name).some((word) => POINTS_WORDS.has(word))) continue;
		const { doubt, ...rest } = verdictNumbers(values) ?? { doubt: null };
		if (doubt !== null) return { column: name, ...rest, doubts: [`${name}: ${doubt}`] };
	}
	return null;
}

/** The other side's value of the same kind, which the first rows may lack: A>B of B>A, model_b of model_a. */
function withMirrors(
	verdicts: Readonly<Record<string, VerdictCode>>,
	codeOf: (value: string) => VerdictCode | null,
	names: ReadonlySet<string>,
): Record<string, VerdictCode> {
	const out: Record<string, VerdictCode> = { ...verdicts };
	for (const [value, code] of Object.entries(verdicts)) {
		const mirrored = value.replace(
			/(?<![a-z])[ab12](?![a-z])|left|right|first|second/gu,
			(word) => MIRROR[word] ?? word,
		);
		const meaning = codeOf(mirrored);
		if (!(mirrored in out) && !names.has(mirrored) && meaning !== null && meaning !== code) out[mirrored] = meaning;
	}
	return out;
}

const MIRROR: Readonly<Record<string, string>> = {
	a: 'b',
	b: 'a',
	1: '2',
	2: '1',
	left: 'right',
	right: 'left',
	first: 'second',
	second: 'first',
};
