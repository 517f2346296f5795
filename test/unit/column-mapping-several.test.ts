/** Several responses in columns of their own: every way to say their order comes to the same pairs, and what may mean two things is asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ColumnMapping, fittingMapping, mappingProblem, RESPONSES } from '../../src/domain/column-mapping.ts';
import { guessColumns } from '../../src/formats/column-mapping-guess.ts';
import { mappedFormat } from '../../src/formats/column-mapping-read.ts';
import { correctMapping, leftInDoubt, mappingText, parseMapping } from '../../src/formats/column-mapping-text.ts';
import { importedRows } from '../../src/formats/imported-row.ts';
import { RowError } from '../../src/formats/row-error.ts';
import { tableColumns } from '../../src/formats/table-columns.ts';
import type { ImportedRow } from '../../src/formats/types.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { lines, readContent } from './formats-support.ts';

type Cells = Readonly<Record<string, unknown>>;

function read(mapping: ColumnMapping, row: Cells): ImportedRow[] {
	assert.equal(mappingProblem(mapping), null);
	return importedRows(1, row, mappedFormat(mapping), 'test');
}

/** `better > worse`, `one = two` (by text), `one ? two` where nobody judged. */
function said(rows: readonly ImportedRow[]): string[] {
	return rows
		.map(({ comparison: { a, b }, judgments: [first] }) => {
			const [one, two] = [a[0]!.content!, b[0]!.content!];
			if (first === undefined) return [one, two].sort().join(' ? ');
			if (first.verdict === 'a') return `${one} > ${two}`;
			if (first.verdict === 'b') return `${two} > ${one}`;
			return [one, two].sort().join(first.verdict === 'tie' ? ' = ' : ' bad ');
		})
		.sort();
}

const FOUR: ColumnMapping['columns'] = { prompt: 'q', a: 'answer_1', b: 'answer_2', c: 'answer_3', d: 'answer_4' };
const row = (more: Cells): Cells => ({ q: 'Q?', answer_1: 'w', answer_2: 'x', answer_3: 'y', answer_4: 'z', ...more });

test('a ranking by names, signs or numbers, and the best alone, make the pairs that they say', () => {
	const columns = { ...FOUR, ranking: 'r' };
	for (const r of [
		'3 > 1 = 4 > 2',
		'Answer 3>answer_1=answer_4>2',
		[3, [1, 4], 2],
		'["y", ["w", "z"], "x"]',
		'2 < 4 = 1 < 3',
	]) {
		const pairs = said(read({ columns }, row({ r })));
		assert.deepEqual(pairs, ['w = z', 'w > x', 'y > w', 'y > x', 'y > z', 'z > x'], String(r));
	}
	assert.deepEqual(said(read({ columns }, row({ r: '4 > 2' }))), ['z > x'], 'what is not listed is in no pair');
	assert.deepEqual(said(read({ columns, entries: { gpt: 'c', llama: 'a' } }, row({ r: 'llama > GPT' }))), ['w > y']);
	assert.deepEqual(
		said(read({ columns, order: 'best-first' }, row({ r: '3 1 2 4' }))).filter((p) => p.startsWith('y')),
		['y > w', 'y > x', 'y > z'],
	);
	assert.deepEqual(
		said(read({ columns, order: 'ranks' }, row({ r: '3 1 2 4' }))).filter((p) => p.startsWith('x')),
		['x > w', 'x > y', 'x > z'],
	);
	const best = { ...FOUR, best: 'v' };
	assert.deepEqual(said(read({ columns: best }, row({ v: '2' }))), ['x > w', 'x > y', 'x > z']);
	assert.deepEqual(said(read({ columns: best }, row({ v: 'response 4' }))), ['z > w', 'z > x', 'z > y']);
	assert.equal(
		said(read({ columns: best, entries: { none: 'both_bad' } }, row({ v: 'None' }))).join(),
		'w bad x,w bad y,w bad z,x bad y,x bad z,y bad z',
	);
	for (const columns of [FOUR, best]) {
		assert.deepEqual(said(read({ columns }, row({ v: ' ' }))), ['w ? x', 'w ? y', 'w ? z', 'x ? y', 'x ? z', 'y ? z']);
	}
});

test('bare numbers that may mean two things are refused with the way out; so is what names nothing, or two', () => {
	const columns = { ...FOUR, ranking: 'r' };
	const refused = (r: unknown, more: Partial<ColumnMapping> = {}) => {
		try {
			read({ columns, ...more }, row({ r }));
		} catch (error) {
			assert.ok(error instanceof RowError);
			return error.message;
		}
		return 'read';
	};
	for (const r of ['2 1 3 4', [2, 1, 3, 4], '2,1,3,4', '[2,1,3,4]']) {
		assert.match(refused(r), /may name the responses.* \(order=best-first or order=ranks\)$/u);
	}
	assert.match(refused('5 > 1'), /^r\[0\]: expected one of answer_1, .* found the text "5"$/u);
	assert.match(refused('1 > 1'), /answer_1 twice/u);
	assert.match(refused('1 > 2 < 3'), /one sign/u);
	assert.match(refused('1'), /at least two that are ranked/u);
	assert.match(refused([1, 2], { order: 'ranks' }), /expected 4 numbers as there are responses, found 2/u);
	assert.match(refused('a,b,c,d', { order: 'scores' }), /^r\[0\]: expected a number/u);
	// "x" is the text of the second; a column of that name would be another response.
	const swapped = { q: 'Q?', x: 'y', y: 'x', z: 'z', r: 'x > z' };
	assert.throws(
		() => read({ columns: { prompt: 'q', a: 'x', b: 'y', c: 'z', ranking: 'r' } }, swapped),
		/"x", which names x and is the text of y/u,
	);
});

test('what cannot stand together is said', () => {
	const problem = (columns: ColumnMapping['columns'], more: Partial<ColumnMapping> = {}) =>
		mappingProblem({ columns, ...more });
	assert.match(problem({ prompt: 'q', c: 'x', a: 'y' }) ?? '', /c stands beside a and b/u);
	assert.match(problem({ ...FOUR, verdict: 'v' }) ?? '', /a verdict is about two/u);
	assert.match(problem({ ...FOUR, ranking: 'v', best: 'w' }) ?? '', /map the ranking or the best, not both/u);
	assert.match(problem({ ...FOUR, score_a: 's', score_b: 't' }) ?? '', /score_c is missing/u);
	assert.match(problem({ prompt: 'q', a: 'x', b: 'y', rank_a: 's', rank_b: 't', rank_c: 'u' }) ?? '', /rank_c needs/u);
	assert.match(problem(FOUR, { order: 'ranks' }) ?? '', /map the ranking/u);
	assert.match(problem(FOUR, { entries: { x: 'a' } }) ?? '', /no column is/u);
	assert.equal(problem({ ...FOUR, ranking: 'v' }, { order: 'ranks', entries: {} }), null);
});

test('a mapping loses the columns that a table lacks, with their values', () => {
	const whole: ColumnMapping = {
		columns: { ...FOUR, ranking: 'r', split: 's' },
		...{ entries: { x: 'a' }, order: 'best-first', splits: { val: 'eval' } },
	};
	assert.deepEqual(fittingMapping(whole, [...Object.values(FOUR), 'r', 's']), whole);
	const less = fittingMapping(
		whole,
		Object.values(FOUR).filter((name) => name !== 'answer_4'),
	);
	assert.deepEqual(less, { columns: { prompt: 'q', a: 'answer_1', b: 'answer_2', c: 'answer_3' } });
	assert.equal(mappingProblem(less), null);
});

test('guesses: the columns of a wide table, what its ranking means, and what has to be asked', async () => {
	const table = (...ranks: unknown[]) => ranks.map((ranking, i) => row({ q: `Q${i}?`, ranking }));
	const guess = (rows: readonly Cells[]) =>
		guessColumns(rows.map((each) => ({ ...each, prompt: each.q, q: undefined })));
	const named = guess(table('4 > 1 > 2', '1 = 3'));
	assert.deepEqual(named.doubts, []);
	assert.deepEqual(named.mapping.columns, {
		...{ a: 'answer_1', b: 'answer_2', c: 'answer_3', d: 'answer_4', prompt: 'prompt' },
		ranking: 'ranking',
	});
	const bare = guess(table('2 1 3 4', '1 2 3 4'));
	assert.equal(bare.mapping.order, undefined);
	assert.match(bare.doubts.join(), /order=best-first, order=ranks or order=scores/u);
	const tied = guess(table([1, 1, 3, 2], [2, 1, 3, 4]));
	assert.deepEqual([tied.mapping.order, tied.doubts.length], ['ranks', 1]);
	assert.equal(guess(table([0.5, 7, 3, 2])).mapping.order, 'scores');
	// Where they count from 0, 1 is the second.
	const zero = guess(table('0 > 3 > 1 > 2'));
	assert.deepEqual(zero.mapping.entries, { 0: 'a', 3: 'd', 1: 'b', 2: 'c' });
	assert.match(zero.doubts.join(), /0 is read as answer_1/u);
	const columns = { prompt: 'Q', answer_0: 'w', answer_1: 'x', answer_2: 'y' };
	const one = guessColumns([{ ...columns, ranking: '3 > 1' }]).mapping;
	assert.deepEqual(one.entries, { 3: 'c', 1: 'a', 2: 'b' }, 'no column is called 3, so 1 is the first');
	const best = guessColumns([row({ prompt: 'Q', winner: 'Answer 3' }), row({ prompt: 'Q', winner: 'tie' })]);
	assert.deepEqual(
		[best.mapping.columns.best, best.mapping.entries, best.doubts],
		['winner', { 'answer 3': 'c', tie: 'tie' }, []],
	);
	const ranks = guessColumns([row({ prompt: 'Q', rank_1: 1, rank_2: 2, rank_3: 2, rank_4: 4 })]);
	assert.equal(ranks.mapping.columns.rank_d, 'rank_4');
	assert.match(ranks.doubts.join(), /the lowest of rank_1, .* the best/u);
	for (const content of [
		lines(...table([2, 1, 3, 4]).map((each) => ({ ...each, prompt: 'Q?' }))),
		lines(row({ prompt: 'Q?' })),
		lines({ prompt: 'Q?', response_a: 'x', response_b: 'y', response_c: 'z', ranking: '2 3 1' }),
		lines({ prompt: 'Q?', response_a: 'x', response_b: 'y', response_c: 'z' }),
	]) {
		await assert.rejects(
			readContent(content),
			(error) => UserError.is(error, 'unusable-input') && /not surely/u.test(error.message),
		);
	}
});

test('a short list settles nothing, and rewards are never ranks: both are asked', () => {
	const three = (name: string, ...all: unknown[]) =>
		guessColumns(all.map((value) => ({ prompt: 'Q?', answer_1: 'x', answer_2: 'y', answer_3: 'z', [name]: value })));
	for (const all of [
		[
			[2, 1, 3],
			[3, 1],
		],
		['2 1 3', '3 1'],
		['3,1', '2,3'],
		[
			[0, 2],
			[2, 0, 1],
		],
	]) {
		const { mapping, doubts } = three('ranking', ...all);
		assert.deepEqual([mapping.columns.ranking, mapping.order], ['ranking', undefined], JSON.stringify(all));
		assert.match(doubts.join(), /say which \(order=best-first, order=ranks or order=scores\)/u);
	}
	for (const [name, ...all] of [
		['rewards', '0 1 1', '1 0 0'],
		['ratings', '1 2 2'],
		['ranking', '8 5 9'],
		['ranking', [0, 1, 1]],
	] as const) {
		const { mapping, doubts } = three(name, ...all);
		assert.deepEqual([mapping.order, doubts.length], ['scores', 1], JSON.stringify([name, ...all]));
	}
});

test('of a ranking in the column of the best only its first place is the best', async () => {
	const three = { prompt: 'Q?', response_a: 'x', response_b: 'y', response_c: 'z' };
	const whole = await readContent(
		lines({ ...three, preference: 'B > A > C' }, { ...three, prompt: 'R?', preference: 'C' }),
	);
	assert.deepEqual(said(whole.rows), ['y > x', 'y > z', 'z > x', 'z > y']);
	const columns = { prompt: 'q', a: 'answer_1', b: 'answer_2', c: 'answer_3', best: 'r' };
	const best = (r: unknown) => {
		const cells = { q: 'Q?', answer_1: 'x', answer_2: 'y', answer_3: 'z', r };
		const { order: _, entries = {} } = guessColumns([
			{ ...cells, q: undefined, prompt: 'Q?', r: undefined, best: r },
		]).mapping;
		return said(read({ columns, entries }, cells));
	};
	assert.deepEqual(best('1 = 2'), ['x = y', 'x > z', 'y > z']);
	assert.deepEqual(best('1 < 3'), ['z > x', 'z > y']);
	assert.deepEqual(best('1, 3'), ['x = z', 'x > y', 'z > y']);
	assert.throws(() => best('2, 1, 3'), /^RowError: r: expected the best response, found all 3/u);
});

test('a row that calls its responses A and B is believed, whatever the letters say elsewhere', async () => {
	const rows = [
		{ prompt: 'q1', response_1: 'x', response_2: 'y', sys_1: 'A', sys_2: 'B', winner: 'A' },
		{ prompt: 'q2', response_1: 'x', response_2: 'y', sys_1: 'B', sys_2: 'A', winner: 'A' },
	];
	const { mapping: sure } = guessColumns(rows);
	const better = (how: ColumnMapping) => rows.flatMap((cells) => said(read(how, cells)));
	assert.deepEqual(better(sure), ['x > y', 'y > x']);
	const guess: ColumnMapping = {
		columns: { prompt: 'prompt', a: 'response_1', b: 'response_2', verdict: 'winner' },
		verdicts: { a: 'a', b: 'b' },
	};
	const named = correctMapping(guess, ['name_a=sys_1', 'name_b=sys_2'], tableColumns(rows));
	assert.deepEqual(better(named), ['x > y', 'y > x']);
	const turned = correctMapping(
		named,
		['a=response_2', 'b=response_1', 'name_a=sys_2', 'name_b=sys_1'],
		tableColumns(rows),
	);
	assert.deepEqual(better(turned), ['x > y', 'y > x']);
	assert.throws(
		() => better({ ...named, verdicts: { a: 'a' } }),
		/^RowError: winner: expected the side that is called so/u,
	);
	const three = rows.map((cells) => ({ ...cells, response_3: 'z', sys_3: 'C' }));
	const columns = { prompt: 'prompt', a: 'response_1', b: 'response_2', c: 'response_3', best: 'winner' };
	const names = { name_a: 'sys_1', name_b: 'sys_2', name_c: 'sys_3' };
	const best = correctMapping(
		{ columns },
		Object.entries(names).map((part) => part.join('=')),
		tableColumns(three),
	);
	assert.equal(best.entries, undefined);
	assert.throws(
		() => read({ columns: { ...columns, ...names }, entries: { a: 'a' } }, three[1]!),
		/^RowError: winner: .*"A", which is mapped to response_1 and the name of response_2/u,
	);
});

test('a verdict that names a column means the response in it, whichever role that has', () => {
	const rows = [{ prompt: 'q', response_a: 'x', response_b: 'y', winner: 'response_b' }];
	const turn = (cells: Cells) => {
		const [, one, two] = Object.keys(cells);
		const { mapping: guess } = guessColumns([cells]);
		return said(read(correctMapping(guess, [`a=${two}`, `b=${one}`], tableColumns([cells])), cells));
	};
	for (const winner of ['response_b', 'B', 'Response B', 'B>A', 'second', 'model_b']) {
		assert.deepEqual(turn({ ...rows[0], winner }), ['y > x'], winner);
	}
	const zero = { prompt: 'q', answer_0: 'x', answer_1: 'y', winner: 'answer_1' };
	assert.deepEqual(said(read(guessColumns([zero]).mapping, zero)), ['y > x'], 'it counts from 0');
	const told = correctMapping(
		{ columns: {} },
		['prompt=prompt', 'a=gpt', 'b=llama', 'verdict=w'],
		[{ name: 'w', values: ['llama'], kind: 'text' }],
	);
	assert.deepEqual(told.verdicts, { llama: 'b' });
});

test('numbers that count the columns from 0 do so in rows that the guess has not seen; others are no names', async () => {
	const cells = (best: string, i: number) => ({
		prompt: `Q${i}?`,
		response_1: 'x',
		response_2: 'y',
		response_3: 'z',
		best,
	});
	const rows = ['0', '1', '0'].map(cells);
	const { mapping, doubts } = guessColumns(rows);
	assert.deepEqual(mapping.entries, { 0: 'a', 1: 'b', 2: 'c' });
	assert.match(doubts.join(), /0 is read as response_1/u);
	assert.deepEqual(said(read(mapping, cells('2', 9))), ['z > x', 'z > y']);
	assert.throws(() => read(mapping, cells('3', 9)), /^RowError: best: expected one of 0, 1, 2, found/u);
	assert.throws(
		() => read({ ...mapping, entries: { 0: 'a', 1: 'b' } }, cells('2', 9)),
		/^RowError: best: expected one of 0, 1/u,
	);
});

test('a ranking with signs, or with a tie in it, is no list of numbers', () => {
	const mapping: ColumnMapping = { columns: { ...FOUR, ranking: 'r' } };
	for (const order of ['ranks', 'scores'] as const) {
		for (const r of ['3>1>2>4', '1=2', [[1, 2], 3, 4]]) {
			assert.throws(
				() => read({ ...mapping, order }, row({ r })),
				/^RowError: r: expected a number for each response/u,
			);
		}
		assert.equal(read({ ...mapping, order }, row({ r: '' })).length, 6, 'a blank one says nothing');
		assert.equal(
			read({ ...mapping, order, entries: { '=': 'tie' } }, row({ r: '=' }))[0]?.judgments[0]?.verdict,
			'tie',
		);
	}
});

test('a letter that is mapped to one response and is the text of another is refused', () => {
	const cells = { prompt: 'Q?', response_a: 'B', response_b: 'A', response_c: 'z', best: 'B' };
	const { mapping } = guessColumns([cells]);
	assert.deepEqual(mapping.entries, { b: 'b' });
	assert.throws(
		() => read(mapping, cells),
		/^RowError: best: .*"B", which names response_b and is the text of response_a/u,
	);
	assert.deepEqual(said(read(mapping, { ...cells, response_a: 'x', response_b: 'B' })), ['B > x', 'B > z']);
});

test('a file of named rankings refuses the rows of bare numbers; another column of numbers settles them', async () => {
	const wide = { prompt: 'Q?', response_a: 'x', response_b: 'y', response_c: 'z' };
	const some = await readContent(lines({ ...wide, ranking: 'B > A = C' }, { ...wide, ranking: [2, 3, 1] }));
	assert.deepEqual([some.format, said(some.rows)], ['wide-ranking', ['x = z', 'y > x', 'y > z']]);
	assert.match(
		some.rejected[0]?.reason ?? '',
		/^ranking: .*\[2,3,1\].*order=ranks.*--map order=…; in the editor with Import Table with Column Mapping/u,
	);
	const settled = await readContent(lines({ ...wide, ranking: [2, 3, 1], score_a: 1, score_b: 2, score_c: 3 }));
	assert.deepEqual(said(settled.rows), ['y > x', 'z > x', 'z > y']);
	assert.deepEqual((settled.rows[0]!.metadata as Cells).ranking, [2, 3, 1]);
});

test('rows of our own format stay what they are beside other columns that are numbered', async () => {
	const notes = Object.fromEntries([1, 2, 3].map((n) => [`summary_${n}`, 'A long text about it. '.repeat(9)]));
	const read = await readContent(lines({ prompt: 'Q?', response_a: 'x', response_b: 'y', ...notes }));
	assert.deepEqual([read.format, read.rows[0]?.metadata], ['pairwright', notes]);
});

test('named verdicts beside a ranking of any kind are refused: they do not say which two responses they are about', async () => {
	const judgments = [{ annotator: 'bo', verdict: 'a' }];
	const answers = [1, 2, 3].map((rank) => ({ answer: `text ${rank}`, rank }));
	const completions = [1, 2].map((overall_score) => ({ response: `text ${overall_score}`, overall_score }));
	const reply = (text: string, rank: number) => ({ role: 'assistant', text, rank });
	const tree = { role: 'prompter', text: 'Q?', replies: [reply('x', 0), reply('y', 1)] };
	for (const ranked of [
		{ prompt: 'Q?', answers },
		{ instruction: 'Q?', completions },
		{ message_tree_id: 't', prompt: tree },
	]) {
		const { rows, rejected } = await readContent(lines({ ...ranked, judgments: [] }, { ...ranked, judgments }));
		assert.ok(rows.length > 0);
		assert.match(rejected[0]?.reason ?? '', /^judgments: expected none beside a ranking/u);
	}
});

test('a command line names further columns, entries and the order; other columns are read anew', () => {
	const rows = [row({ prompt: 'Q', mark: '2>1>4>3', verdict: 'x' }), row({ prompt: 'R', mark: '4>1', verdict: 'y' })];
	const { mapping: guess } = guessColumns(rows);
	const told = correctMapping(guess, ['ranking=mark', 'ranking:4=none', 'order=best-first'], tableColumns(rows));
	assert.deepEqual(told, {
		columns: { prompt: 'prompt', a: 'answer_1', b: 'answer_2', c: 'answer_3', d: 'answer_4', ranking: 'mark' },
		entries: { 1: 'a', 2: 'b', 3: 'c', 4: 'none' },
		order: 'best-first',
	});
	assert.deepEqual(parseMapping(mappingText(told), 'x'), told);
	const two = [{ q: 'Q', x: '1', y: '2', v: 'A>B' }];
	const read = correctMapping({ columns: {} }, ['prompt=q', 'a=x', 'b=y', 'verdict=v'], tableColumns(two));
	assert.equal(read.verdicts?.['a>b'], 'a', 'usual words of a named column need no map');
	for (const bad of [['order=best'], ['ranking:x=q'], ['a=']]) {
		assert.throws(
			() => correctMapping(guess, bad),
			(error) => UserError.is(error, 'usage'),
		);
	}
});

test('responses are called by who wrote them: in a verdict, a ranking and the best; the names stay with the row', async () => {
	const log = (winner: string, i: number) => ({
		...{ question: `Q${i}?`, left_response: 'x', right_response: 'y', model_left: 'gpt', model_right: 'llama', winner },
	});
	const read2 = await readContent(lines(...['GPT', 'llama', 'tie', 'both bad'].map(log)));
	assert.deepEqual([read2.format, said(read2.rows)], ['columns', ['x = y', 'x > y', 'x bad y', 'y > x']]);
	assert.deepEqual(read2.rows[0]?.metadata, { model_left: 'gpt', model_right: 'llama' });
	const same = await readContent(lines(log('gpt', 1), { ...log('gpt', 2), model_right: 'gpt' }));
	assert.match(same.rejected[0]?.reason ?? '', /^winner: expected .* found the text "gpt"$/u);
	const columns = { ...FOUR, name_a: 'm', name_b: 'n', name_c: 'o', name_d: 'p' };
	const models = { m: 'big', n: 'small', o: 'small', p: 'old' };
	assert.deepEqual(said(read({ columns: { ...columns, ranking: 'r' } }, row({ ...models, r: 'old > big' }))), [
		'z > w',
	]);
	assert.equal(
		said(read({ columns: { ...columns, best: 'r' } }, row({ ...models, r: 'OLD' }))).join(),
		'z > w,z > x,z > y',
	);
	assert.throws(
		() => read({ columns: { ...columns, ranking: 'r' } }, row({ ...models, r: 'small > big' })),
		/^RowError: r\[0\]: expected one response, found "small", the name of answer_2 and answer_3$/u,
	);
	assert.match(mappingProblem({ columns: { prompt: 'q', a: 'x', b: 'y', name_c: 'z' } }) ?? '', /name_c needs/u);
});

test('a scale of points is proposed and asked, whatever else its column is called; scores of both sides come first', () => {
	const rating = 'Rating (1 = A much better, 7 = B much better)';
	const rows = [1, 4, 6].map((n) => ({ question: 'Q?', answer_a: 'x', answer_b: 'y', [rating]: n }));
	const { mapping: guess, doubts } = guessColumns(rows);
	assert.deepEqual(guess.verdicts, { 1: 'a 3', 2: 'a 2', 3: 'a 1', 4: 'tie', 5: 'b 1', 6: 'b 2', 7: 'b 3' });
	assert.match(doubts.join(), /1 to 7 is read as from a to b, 4 as a tie/u);
	assert.equal(
		guessColumns([1, 5].map((rating) => ({ question: 'Q?', answer_a: 'x', answer_b: 'y', rating }))).mapping.verdicts?.[
			'3'
		],
		'tie',
	);
	const scored = guessColumns([{ question: 'Q?', answer_a: 'x', answer_b: 'y', rating_a: 4, rating_b: 3 }]);
	assert.equal(scored.mapping.columns.score_a, 'rating_a');
	// A column's name may hold the sign that parts roles from columns.
	const told = correctMapping(
		{ columns: { prompt: 'question', a: 'answer_a', b: 'answer_b' } },
		[`verdict=${rating}`],
		tableColumns(rows),
	);
	assert.deepEqual([told.columns.verdict, told.verdicts?.['7']], [rating, 'b 3']);
});

/** A weak order of some responses: a place for each, equal = tied. */
const ranked = fc
	.uniqueArray(
		fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((s) => s.trim() !== '' && !/[[{]/u.test(s)),
		{ minLength: 2, maxLength: 7, selector: (s) => s.normalize('NFC') },
	)
	.chain((texts) =>
		fc.record({
			texts: fc.constant(texts),
			places: fc.array(fc.integer({ min: 1, max: texts.length }), { minLength: texts.length, maxLength: texts.length }),
			blank: fc.integer({ min: 0, max: texts.length }),
		}),
	);

test('every way to write an order comes to the same pairs, whatever the order of the columns; unknown columns stay', () => {
	fc.assert(
		fc.property(ranked, fc.boolean(), ({ texts, places }, reversed) => {
			const columns = texts.map((_, i) => `column ${RESPONSES[i]!}`);
			const cells = Object.fromEntries(columns.map((name, i) => [name, texts[i]]));
			const roles = Object.fromEntries(columns.map((name, i) => [RESPONSES[i]!, name]));
			const groups = [...new Set(places)]
				.sort((x, y) => x - y)
				.map((place) => columns.filter((_, i) => places[i] === place));
			const numbers = (sign: number) => places.map((place) => sign * place);
			const each = (kind: 'score' | 'rank', sign: number) => ({
				columns: Object.fromEntries(columns.map((_, i) => [`${kind}_${RESPONSES[i]!}`, `n${i}`])),
				cells: Object.fromEntries(columns.map((_, i) => [`n${i}`, sign * places[i]!])),
			});
			const ways: { columns: object; cells: object; more?: Partial<ColumnMapping> }[] = [
				{ columns: { ranking: 'r' }, cells: { r: groups } },
				{ columns: { ranking: 'r' }, cells: { r: JSON.stringify(groups) } },
				{ columns: { ranking: 'r' }, cells: { r: groups.map((group) => group.join(' = ')).join(' > ') } },
				{ columns: { ranking: 'r' }, cells: { r: numbers(1) }, more: { order: 'ranks' } },
				{ columns: { ranking: 'r' }, cells: { r: numbers(-1).join('; ') }, more: { order: 'scores' } },
				each('rank', 1),
				each('score', -1),
			];
			const expected = texts.flatMap((one, i) =>
				texts.slice(i + 1).map((two, k) => {
					const order = places[i]! - places[i + 1 + k]!;
					if (order === 0) return [one, two].sort().join(' = ');
					return order < 0 ? `${one} > ${two}` : `${two} > ${one}`;
				}),
			);
			for (const way of ways) {
				const all = Object.entries({ q: 'Q?', ...cells, kept: 'x', ...way.cells });
				const given = Object.fromEntries(reversed ? all.toReversed() : all);
				const pairs = read({ columns: { prompt: 'q', ...roles, ...way.columns }, ...way.more }, given);
				assert.deepEqual(said(pairs), expected.sort(), JSON.stringify(way));
				assert.equal(new Set(pairs.map(({ comparison }) => comparison.promptId)).size, 1);
				assert.ok(pairs.every(({ metadata }) => (metadata as Cells).kept === 'x'));
			}
		}),
		{ seed: 1, numRuns: 15 },
	);
});

test('any cells under any mapping of several columns: a row is read, at most as three pairs, or refused', () => {
	const cell = fc.oneof(
		fc.constantFrom(
			'',
			' ',
			'a',
			'B',
			'1',
			'2 1 3',
			'1>2',
			'b = c',
			'[1,2]',
			'[["a"],["b","c"]]',
			'x',
			'<',
			'>',
			'\u0000',
		),
		fc.string({ maxLength: 6 }),
		fc.constantFrom(null, 3, -0.5, true, ['a'], [['c'], 2], { role: 'assistant', content: 'x' }, { x: 1 }),
	);
	const how = fc.constantFrom<Partial<ColumnMapping>>(
		{},
		{ order: 'ranks' },
		{ order: 'best-first' },
		{ order: 'scores' },
	);
	const entries = fc.dictionary(
		fc.constantFrom('a', '1', 'x', ''),
		fc.constantFrom('a', 'c', 'd', 'tie', 'both_bad', 'none'),
	);
	const cells = fc.record({ q: cell, a: cell, b: cell, c: cell, n: cell, m: cell, l: cell });
	fc.assert(
		fc.property(
			cells,
			how,
			entries,
			fc.constantFrom('ranking', 'best', 'score', 'rank', 'none'),
			(given, more, map, way) => {
				const base = { prompt: 'q', a: 'a', b: 'b', c: 'c' };
				const mapping: ColumnMapping =
					way === 'ranking'
						? { columns: { ...base, ranking: 'n' }, ...more, entries: map as ColumnMapping['entries'] & object }
						: way === 'best'
							? { columns: { ...base, best: 'n' }, entries: map as ColumnMapping['entries'] & object }
							: way === 'none'
								? { columns: base }
								: { columns: { ...base, [`${way}_a`]: 'n', [`${way}_b`]: 'm', [`${way}_c`]: 'l' } };
				let rows: ImportedRow[];
				try {
					rows = read(mapping, given);
				} catch (error) {
					assert.ok(error instanceof RowError, String(error));
					return;
				}
				assert.ok(rows.length > 0 && rows.length <= 3);
			},
		),
		{ seed: 1, numRuns: 60 },
	);
});

test('responses that change their letters take along what stands beside them, and numbers that name them', async () => {
	const turned = ['a=response_2', 'b=response_1'];
	const of = (table: readonly Cells[]) => {
		const guess = guessColumns(table);
		return correctMapping(guess.mapping, turned, tableColumns(table));
	};
	const texts = { prompt: 'Q?', response_1: 'x', response_2: 'y' };
	const tables: readonly (readonly Cells[])[] = [
		[
			{ ...texts, model_1: 'gpt', model_2: 'claude', winner: 'gpt' },
			{ ...texts, model_1: 'claude', model_2: 'gpt', winner: 'claude' },
		],
		[{ ...texts, score_1: 9, score_2: 1 }],
		[{ ...texts, rank_1: 1, rank_2: 2 }],
		[
			{ ...texts, winner: 1 },
			{ ...texts, response_1: 'y', response_2: 'x', winner: 2 },
		],
	];
	for (const table of tables) {
		for (const each of table) assert.deepEqual(said(read(of(table), each)), ['x > y'], JSON.stringify(each));
	}
});

test('chosen and rejected that name responses of the row are a verdict, also in JSON', async () => {
	for (const [one, two] of [
		['answer_a', 'answer_b'],
		['A', 'B'],
		['gpt', 'claude'],
	]) {
		const more = { answer_a: 'x', answer_b: 'y', model_a: 'gpt', model_b: 'claude' };
		const { rows } = await readContent(lines({ prompt: 'Q?', ...more, chosen: one, rejected: two }));
		assert.deepEqual(said(rows), ['x > y'], one);
	}
	const { rows } = await readContent(lines({ prompt: 'Q?', answer_a: 'x', answer_b: 'y', chosen: 'x', rejected: 'y' }));
	assert.deepEqual(said(rows), ['x > y'], 'texts');
});

test('verdicts under a name that is not known are asked beside response_a and response_b, too', async () => {
	const rows = [{ prompt: 'Q?', response_a: 'x', response_b: 'y', human_choice: 'A' }];
	await assert.rejects(readContent(lines(...rows)), /no column says which response is better/u);
	assert.equal((await readContent(lines({ ...rows[0], human_choice: 'blue' }))).format, 'pairwright');
});

test('what may turn verdicts round is asked', () => {
	const texts = { prompt: 'Q?', response_1: 'x', response_2: 'y' };
	const asked = (...rows: readonly Cells[]) => guessColumns(rows).doubts.join('; ');
	assert.match(
		asked(
			{ ...texts, policy_1: 'A', policy_2: 'B', winner: 'A' },
			{ ...texts, policy_1: 'B', policy_2: 'A', winner: 'A' },
		),
		/policy_1 and policy_2 hold the same values/u,
	);
	assert.match(asked({ ...texts, model_1: 2, model_2: 1, winner: 1 }), /model_1 and model_2 hold the same values/u);
	assert.match(
		asked(
			{ prompt: 'Q?', response_0: 'x', response_1: 'y', winner: 1 },
			{ prompt: 'Q?', response_0: 'x', response_1: 'y', winner: 2 },
		),
		/may name a column/u,
	);
	assert.match(
		asked({ prompt: 'Q?', responses: ['x', 'y', 'z'], ranking: [3, 1, 2] }),
		/not as the responses best first/u,
	);
	assert.match(asked({ ...texts, winner: '' }), /no column says which response is better/u);
	assert.equal(asked({ ...texts, winner: 1 }, { ...texts, winner: 2 }), '');
	assert.equal(asked({ ...texts, model_1: 'gpt', model_2: 'claude', winner: 'gpt' }), '');
});

test('a guess by scores stays in doubt until they are named', () => {
	const table = [{ prompt: 'Q?', response_1: 'x', response_2: 'y', score_1: 9, score_2: 1 }];
	const left = (said: string[]) => {
		const columns = tableColumns(table);
		return leftInDoubt(correctMapping(guessColumns(table).mapping, said, columns), said, columns);
	};
	assert.match(left(['note=']) ?? '', /score_a=score_1 score_b=score_2/u);
	assert.equal(left(['score_a=score_1', 'score_b=score_2']), null);
	assert.equal(left(['note=', 'guess']), null);
});
