import { type ColumnMapping, type ColumnRole, mappingProblem, RESPONSES, valueKey } from '../domain/column-mapping.ts';
import { SPLITS, type Split } from '../domain/split.ts';
import { besideDoubts } from './column-mapping-beside.ts';
import {
	BEST_NAMES,
	bestReading,
	RANKING_NAMES,
	rankingReading,
	type SeveralReading,
	writerNames,
} from './column-mapping-guess-several.ts';
import {
	isVerdictName,
	pointsColumn,
	type Reading,
	VERDICT_NAMES,
	verdictColumn,
} from './column-mapping-guess-verdict.ts';
import { columnWords, verdictWord } from './column-mapping-words.ts';
import { longestSeries, OTHER_WORDS, RANK_WORDS, RESPONSE_WORDS, SCORE_WORDS } from './column-series.ts';
import type { Row } from './parse-row.ts';
import { namesColumn } from './ranking-entries.ts';
import { MOST_VALUES, type TableColumn, tableColumns } from './table-columns.ts';

/** What the columns of a table are taken for. */
export interface Guess {
	readonly mapping: ColumnMapping;
	/** What has to be looked at before it is used; empty = sure. */
	readonly doubts: readonly string[];
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

const WRITER_WORDS = new Set(['model', 'system', 'sys', 'name', 'generator', 'writer', 'author', 'llm']);

/** Roles of which one says which response is better. */
export const ORDERS = ['verdict', 'ranking', 'best', 'score_a', 'rank_a'] as const;

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

	const stem = (fits: (words: readonly string[]) => boolean) => (words: readonly string[]) =>
		!words.some((word) => OTHER_WORDS.has(word)) && fits(words);
	const sides = longestSeries(
		columns,
		stem(
			(words) =>
				words.length === 0 || (words.some((w) => RESPONSE_WORDS.has(w)) && !words.some((w) => RANK_WORDS.has(w))),
		),
		isTextual,
	);
	// Who wrote each response: verdicts and rankings may call it so.
	const writers = longestSeries(
		columns,
		(words) => words.some((w) => WRITER_WORDS.has(w)),
		(c) => c.kind === 'text' && c.values.length <= MOST_VALUES,
	);
	const called = writerNames(columns, writers === null || writers.length !== (sides?.length ?? 0) ? [] : writers);
	const [chosen, rejected] = [byName('chosen', isTextual), byName('rejected', isTextual)];
	// `chosen = answer_b` names a response of the row and is none itself.
	const isName = (value: string) =>
		verdictWord(value) !== null ||
		sides?.some((side) => namesColumn(value, side)) === true ||
		called.has(valueKey(value));
	const isNamed =
		sides !== null &&
		chosen !== undefined &&
		chosen.values.length > 0 &&
		chosen.values.length <= MOST_VALUES &&
		chosen.values.every(isName);
	if (chosen !== undefined && rejected !== undefined && !isNamed) {
		take('chosen', chosen.name);
		take('rejected', rejected.name);
	} else if (sides !== null) {
		for (const [i, name] of sides.entries()) take(RESPONSES[i]!, name);
	} else {
		const responses = byName('responses', (c) => c.kind === 'list');
		if (responses !== undefined) {
			take('responses', responses.name);
			for (const role of ['ranks', 'scores'] as const) {
				const found = byName(role, (c) => c.kind === 'list');
				if (found === undefined || roles.ranks !== undefined) continue;
				take(role, found.name);
				if (role === 'ranks' && columnWords(found.name).at(-1)?.startsWith('ranking') === true)
					doubts.push(
						`${found.name}: its numbers are read as a rank for each response, 1 = best, not as the responses best first`,
					);
			}
		}
	}
	const prompt = byName('prompt', (c) => c.kind !== 'empty');
	if (prompt !== undefined) take('prompt', prompt.name);
	const system = byName('system', (c) => c.kind === 'text' || c.kind === 'empty');
	if (system !== undefined) take('system', system.name);

	let reading: Reading | null = null;
	let several: SeveralReading = { doubts: [] };
	const count = sides === null || roles.a === undefined ? 0 : sides.length;
	const left = () => columns.filter((c) => !taken.has(c.name));
	const numbersOf = (kind: 'score' | 'rank') => {
		const words = kind === 'score' ? SCORE_WORDS : RANK_WORDS;
		const found = longestSeries(
			left(),
			stem((all) => all.some((word) => words.has(word))),
			(c) => c.kind === 'number',
		);
		if (found === null || found.length !== count) return false;
		for (const [i, name] of found.entries()) take(`${kind}_${RESPONSES[i]!}`, name);
		const best = kind === 'score' ? 'the highest' : 'the lowest';
		doubts.push(
			count === 2
				? `the ${kind === 'score' ? 'higher' : 'lower'} of ${found.join(' and ')} is read as the better response`
				: `${best} of ${found.join(', ')} is read as the best response`,
		);
		return true;
	};
	const named = (role: 'ranking' | 'best', names: readonly string[], fits: (c: TableColumn) => boolean) => {
		const found = left().find((c) => names.includes(columnWords(c.name).join(' ')) && fits(c));
		if (found === undefined) return false;
		take(role, found.name);
		const said = role === 'best' ? found.values : found.ranking?.entries;
		several = (role === 'ranking' ? rankingReading : bestReading)(found, { columns: roles }, called);
		takeWriters(said);
		doubts.push(...several.doubts);
		return true;
	};
	const takeWriters = (values: readonly string[] | undefined) => {
		if (writers === null || values?.some((value) => called.has(valueKey(value))) !== true) return;
		for (const [i, name] of writers.entries()) take(`name_${RESPONSES[i]!}`, name);
	};
	const ranked = () =>
		named('ranking', RANKING_NAMES, (c) => c.ranking !== undefined) ||
		// `preference` = B > A > C is more than the best; of two responses it is a verdict.
		(count > 2 && named('ranking', [...VERDICT_NAMES, ...BEST_NAMES], (c) => c.ranking?.ordered === true));
	const isShort = ({ values }: TableColumn) => values.length > 0 && values.length <= MOST_VALUES;
	if (count === 2) {
		reading = verdictColumn(left(), { columns: roles }, called);
		if (reading === null && !numbersOf('score') && !numbersOf('rank') && !ranked()) reading = pointsColumn(left());
		if (reading !== null) {
			const { column } = reading;
			take('verdict', column);
			takeWriters(columns.find(({ name }) => name === column)?.values);
			doubts.push(...reading.doubts);
		}
	} else if (count > 2 && !ranked() && !numbersOf('score') && !numbersOf('rank')) {
		named('best', [...VERDICT_NAMES, ...BEST_NAMES], isShort);
	}
	doubts.push(...besideDoubts(columns, { columns: roles }, called));
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
		...(Object.keys(several.entries ?? {}).length === 0 ? {} : { entries: several.entries! }),
		...(several.order === undefined ? {} : { order: several.order }),
		...(splits === null || Object.keys(splits.splits).length === 0 ? {} : { splits: splits.splits }),
	};
	const problem = mappingProblem(mapping);
	if (problem !== null) doubts.unshift(problem);
	else if (count > 0 && !ORDERS.some((role) => roles[role] !== undefined)) {
		const rest = left().filter((c) => c.kind !== 'empty' || isVerdictName(c.name));
		if (count > 2) doubts.push('no column says which response is better: every two would come in as a pair to judge');
		else if (rest.length > 0) doubts.push('no column says which response is better: all pairs would come in unjudged');
	}
	return { mapping, doubts };
}

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
