import { type NumberScale, type VerdictCode, valueKey } from '../domain/column-mapping.ts';
import { columnWords, verdictNumbers, verdictWord } from './column-mapping-words.ts';
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

export interface Reading {
	readonly column: string;
	readonly verdicts?: Readonly<Record<string, VerdictCode>>;
	readonly numbers?: NumberScale;
	readonly doubts: readonly string[];
}

/** What the values of one column mean as a verdict, as far as they are understood. */
export function verdictReading({
	name,
	values,
	kind,
}: Pick<TableColumn, 'name' | 'values' | 'kind'>): Omit<Reading, 'column'> {
	if (kind === 'number') {
		const { doubt, ...reading } = verdictNumbers(values) ?? { doubt: 'it is not known what its numbers mean' };
		return { ...reading, doubts: doubt === null ? [] : [`${name}: ${doubt}`] };
	}
	const verdicts: Record<string, VerdictCode> = {};
	for (const value of values) {
		const code = verdictWord(value);
		if (code !== null) verdicts[valueKey(value)] = code;
	}
	return Object.keys(verdicts).length === 0 ? { doubts: [] } : { verdicts: withMirrors(verdicts), doubts: [] };
}

/** The column that says which side is better: one of a usual name whose values are all understood. */
export function verdictColumn(columns: readonly TableColumn[], names: ReadonlySet<string> = new Set()): Reading | null {
	const named = columns.filter((c) => VERDICT_NAMES.has(columnWords(c.name).join(' ')) && c.kind !== 'empty');
	let unknown: Reading | null = null;
	for (const { name, values, kind } of named) {
		if (kind === 'number') {
			const reading = verdictNumbers(values);
			if (reading === null) {
				unknown ??= { column: name, doubts: [`${name}: it is not known what its numbers mean`] };
				continue;
			}
			const { doubt, ...rest } = reading;
			return { column: name, ...rest, doubts: doubt === null ? [] : [`${name}: ${doubt}`] };
		}
		if (values.length === 0 || values.length > MOST_VALUES) continue;
		const verdicts: Record<string, VerdictCode> = {};
		const left: string[] = [];
		for (const value of values) {
			if (names.has(valueKey(value))) continue;
			const code = verdictWord(value);
			if (code === null) left.push(value);
			else verdicts[valueKey(value)] = code;
		}
		if (left.length === 0) return { column: name, verdicts: withMirrors(verdicts), doubts: [] };
		if (Object.keys(verdicts).length > 0 || values.length <= MOST_VERDICTS) {
			unknown ??= {
				column: name,
				verdicts,
				doubts: [`${name}: it is not known what ${left.slice(0, 3).join(', ')} means`],
			};
		}
	}
	return unknown;
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
function withMirrors(verdicts: Readonly<Record<string, VerdictCode>>): Record<string, VerdictCode> {
	const out: Record<string, VerdictCode> = { ...verdicts };
	for (const [value, code] of Object.entries(verdicts)) {
		const mirrored = value.replace(
			/(?<![a-z])[ab12](?![a-z])|left|right|first|second/gu,
			(word) => MIRROR[word] ?? word,
		);
		const meaning = verdictWord(mirrored);
		if (!(mirrored in out) && meaning !== null && meaning !== code) out[mirrored] = meaning;
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
