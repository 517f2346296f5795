import {
	type ColumnMapping,
	type ColumnRole,
	mappingProblem,
	type NumberScale,
	type VerdictCode,
	valueKey,
} from '../domain/column-mapping.ts';
import { SPLITS, type Split } from '../domain/split.ts';
import { columnWords, verdictNumbers, verdictWord } from './column-mapping-words.ts';
import type { Row } from './parse-row.ts';
import { uncheckedJson } from './table-cells.ts';

/** Values of a column that are looked at one by one. */
const MOST_VALUES = 24;
/** Different values of a column that may be verdicts although none of them is understood. */
const MOST_VERDICTS = 9;

export interface TableColumn {
	readonly name: string;
	/** Different short values, as texts, at most 25: more are many. */
	readonly values: readonly string[];
	readonly kind: 'text' | 'number' | 'list' | 'other' | 'empty';
	/** Mean length of its texts. */
	readonly length: number;
}

/** What the columns of a table are taken for. */
export interface Guess {
	readonly mapping: ColumnMapping;
	/** What has to be looked at before it is used; empty = sure. */
	readonly doubts: readonly string[];
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
	return { name, values: [...distinct], kind, length };
}

const NAMES: Readonly<Partial<Record<ColumnRole, readonly string[]>>> = {
	prompt: [
		'prompt',
		'question',
		'instruction',
		'query',
		'user prompt',
		'user input',
		'input',
		'context',
		'task',
		'request',
	],
	system: ['system', 'system prompt', 'system message'],
	chosen: [
		'chosen',
		'preferred',
		'preferred response',
		'chosen response',
		'accepted',
		'better',
		'better response',
		'winner response',
		'positive',
	],
	rejected: [
		'rejected',
		'dispreferred',
		'rejected response',
		'non preferred',
		'non preferred response',
		'worse',
		'worse response',
		'loser response',
		'negative',
	],
	responses: ['responses', 'answers', 'completions', 'outputs', 'candidates', 'generations'],
	ranks: ['ranks', 'rank', 'ranking', 'rankings'],
	scores: ['scores', 'ratings', 'rewards'],
	annotator: [
		'annotator',
		'annotator id',
		'worker',
		'worker id',
		'rater',
		'rater id',
		'labeler',
		'labeller',
		'labeler id',
		'reviewer',
	],
	strength: ['strength', 'preference strength', 'degree'],
	note: ['note', 'notes', 'rationale', 'reason', 'comment', 'comments', 'justification', 'explanation'],
	split: ['split'],
	source: ['source'],
};

const VERDICT_NAMES = new Set([
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

/** Words that tell two sides apart. */
const SIDE_WORDS = [
	['a', 'b'],
	['1', '2'],
	['0', '1'],
	['one', 'two'],
	['left', 'right'],
	['first', 'second'],
	['x', 'y'],
] as const;
const RESPONSE_WORDS = new Set([
	'response',
	'answer',
	'output',
	'completion',
	'reply',
	'text',
	'candidate',
	'generation',
	'summary',
	'option',
	'continuation',
	'message',
]);
const SCORE_WORDS = new Set(['score', 'rating', 'reward']);
const OTHER_WORDS = new Set([
	'id',
	'name',
	'length',
	'tokens',
	'rank',
	'source',
	'url',
	'feedback',
	'reason',
	'rationale',
	'logprob',
	'logprobs',
	'logps',
	'time',
]);

/**
 * What the columns of a table are, by their names and by what is in them.
 * @param rows the first rows
 */
export function guessColumns(rows: readonly Row[]): Guess {
	const columns = tableColumns(rows);
	const roles: Partial<Record<ColumnRole, string>> = {};
	const doubts: string[] = [];
	const taken = new Set<string>();
	const take = (role: ColumnRole, name: string) => {
		roles[role] = name;
		taken.add(name);
	};
	const byName = (role: ColumnRole, fits: (column: TableColumn) => boolean): TableColumn | undefined => {
		for (const name of NAMES[role] ?? []) {
			const found = columns.find((c) => !taken.has(c.name) && columnWords(c.name).join(' ') === name && fits(c));
			if (found !== undefined) return found;
		}
		return undefined;
	};
	const isTextual = (c: TableColumn) => c.kind === 'text' || c.kind === 'list' || c.kind === 'other';

	const sides = sidesOf(
		columns,
		(words) => words.some((word) => RESPONSE_WORDS.has(word)) || words.length === 0,
		isTextual,
	);
	const [chosen, rejected] = [byName('chosen', isTextual), byName('rejected', isTextual)];
	if (chosen !== undefined && rejected !== undefined) {
		take('chosen', chosen.name);
		take('rejected', rejected.name);
	} else if (sides !== null) {
		take('a', sides.names[0]);
		take('b', sides.names[1]);
		if (sides.more.length > 0) doubts.push(`${sides.more.join(', ')} would only be kept as metadata`);
	} else {
		const responses = byName('responses', (c) => c.kind === 'list');
		if (responses !== undefined) {
			take('responses', responses.name);
			for (const role of ['ranks', 'scores'] as const) {
				const found = byName(role, (c) => c.kind === 'list');
				if (found !== undefined && roles.ranks === undefined) take(role, found.name);
			}
		}
	}
	const prompt = byName('prompt', (c) => c.kind !== 'empty');
	if (prompt !== undefined) take('prompt', prompt.name);
	const system = byName('system', (c) => c.kind === 'text' || c.kind === 'empty');
	if (system !== undefined) take('system', system.name);

	let reading: Reading | null = null;
	if (roles.a !== undefined) {
		reading = verdictColumn(columns.filter((c) => !taken.has(c.name)));
		if (reading !== null) {
			take('verdict', reading.column);
			doubts.push(...reading.doubts);
		} else {
			const scores = sidesOf(
				columns,
				(words) => words.some((word) => SCORE_WORDS.has(word)),
				(c) => c.kind === 'number',
			);
			if (scores !== null) {
				take('score_a', scores.names[0]);
				take('score_b', scores.names[1]);
				doubts.push(`the higher of ${scores.names.join(' and ')} is read as the better response`);
			}
		}
	}
	const splits = placeColumn(byName('split', (c) => c.kind === 'text'));
	if (splits !== null) take('split', splits.column);
	for (const role of ['annotator', 'note', 'source'] as const) {
		const found = byName(role, (c) =>
			role === 'annotator' ? c.kind !== 'list' && c.kind !== 'empty' : c.kind === 'text',
		);
		if (found !== undefined) take(role, found.name);
	}
	const strength = byName('strength', (c) => c.values.length > 0 && c.values.every((v) => ['1', '2', '3'].includes(v)));
	if (strength !== undefined && (roles.verdict !== undefined || roles.chosen !== undefined))
		take('strength', strength.name);

	const mapping: ColumnMapping = {
		columns: roles,
		...(reading?.verdicts === undefined ? {} : { verdicts: reading.verdicts }),
		...(reading?.numbers === undefined ? {} : { numbers: reading.numbers }),
		...(splits === null || Object.keys(splits.splits).length === 0 ? {} : { splits: splits.splits }),
	};
	const problem = mappingProblem(mapping);
	if (problem !== null) doubts.unshift(problem);
	else if (roles.a !== undefined && roles.verdict === undefined && roles.score_a === undefined) {
		const rest = columns.filter((c) => !taken.has(c.name) && c.kind !== 'empty');
		if (rest.length > 0) doubts.push('no column says which response is better: all pairs would come in unjudged');
	}
	return { mapping, doubts };
}

interface SidePair {
	readonly names: readonly [string, string];
	/** Further columns of the same kind: response_3, response_4. */
	readonly more: readonly string[];
}

/** Two columns whose names differ in one word that tells sides apart; the longest texts win. */
function sidesOf(
	columns: readonly TableColumn[],
	stemFits: (words: readonly string[]) => boolean,
	fits: (column: TableColumn) => boolean,
): SidePair | null {
	const usable = columns.filter(fits).map((c) => ({ column: c, words: columnWords(c.name) }));
	let best: { pair: SidePair; length: number } | null = null;
	for (const one of usable) {
		for (const [x, y] of SIDE_WORDS) {
			const at = one.words.lastIndexOf(x);
			if (at < 0) continue;
			const stem = one.words.toSpliced(at, 1);
			if (stem.some((word) => OTHER_WORDS.has(word)) || !stemFits(stem)) continue;
			const other = usable.find(({ words }) => words.join(' ') === one.words.with(at, y).join(' '));
			if (other === undefined) continue;
			const next = String.fromCharCode(y.charCodeAt(0) + 1);
			const more = usable.filter(({ words }) => words.join(' ') === one.words.with(at, next).join(' '));
			const length = one.column.length + other.column.length;
			if (best !== null && best.length >= length) continue;
			best = { pair: { names: [one.column.name, other.column.name], more: more.map((m) => m.column.name) }, length };
		}
	}
	return best?.pair ?? null;
}

interface Reading {
	readonly column: string;
	readonly verdicts?: Readonly<Record<string, VerdictCode>>;
	readonly numbers?: NumberScale;
	readonly doubts: readonly string[];
}

/** What the values of one column mean as a verdict, as far as they are understood. */
export function verdictReading({
	values,
	kind,
}: Pick<TableColumn, 'values' | 'kind'>): Pick<Reading, 'verdicts' | 'numbers'> {
	if (kind === 'number') {
		const { doubt: _, ...reading } = verdictNumbers(values) ?? { doubt: null };
		return reading;
	}
	const verdicts: Record<string, VerdictCode> = {};
	for (const value of values) {
		const code = verdictWord(value);
		if (code !== null) verdicts[valueKey(value)] = code;
	}
	return Object.keys(verdicts).length === 0 ? {} : { verdicts: withMirrors(verdicts) };
}

/** The column that says which side is better: one of a usual name whose values are all understood. */
function verdictColumn(columns: readonly TableColumn[]): Reading | null {
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

const SPLIT_WORDS: Readonly<Record<string, Split>> = {
	train: 'train',
	training: 'train',
	val: 'eval',
	valid: 'eval',
	validation: 'eval',
	dev: 'eval',
	test: 'eval',
	ood: 'heldout',
	'held-out': 'heldout',
	held_out: 'heldout',
};

function placeColumn(column: TableColumn | undefined): { column: string; splits: Record<string, Split> } | null {
	if (column === undefined || column.values.length > MOST_VALUES) return null;
	const splits: Record<string, Split> = {};
	for (const value of column.values.map(valueKey)) {
		if (SPLITS.some((split) => split === value)) continue;
		const split = SPLIT_WORDS[value];
		if (split === undefined) return null;
		splits[value] = split;
	}
	return { column: column.name, splits };
}
