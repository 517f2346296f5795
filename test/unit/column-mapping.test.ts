import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import {
	COLUMN_ROLES,
	type ColumnMapping,
	mappingProblem,
	NUMBER_SCALES,
	VERDICT_CODES,
} from '../../src/domain/column-mapping.ts';
import { guessColumns } from '../../src/formats/column-mapping-guess.ts';
import { mappedFormat } from '../../src/formats/column-mapping-read.ts';
import { correctMapping, mappingText, parseMapping } from '../../src/formats/column-mapping-text.ts';
import { verdictNumbers, verdictWord } from '../../src/formats/column-mapping-words.ts';
import { importedRows } from '../../src/formats/imported-row.ts';
import { openRows } from '../../src/formats/open.ts';
import { writePairwright } from '../../src/formats/pairwright.ts';
import { RowError } from '../../src/formats/row-error.ts';
import type { ImportedRow, RejectedRow } from '../../src/formats/types.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { lines, readContent } from './formats-support.ts';

const WORDS: readonly (readonly [string, string | null])[] = [
	['A>B', 'a'],
	['B>A', 'b'],
	['[[A>>B]]', 'a 3'],
	['A<B', 'b'],
	['A=B', 'tie'],
	['a-is-slightly-better', 'a 1'],
	['b_is_much_better', 'b 3'],
	['Response 2 is significantly better', 'b 3'],
	['model_a', 'a'],
	['model_b', 'b'],
	['tie (bothbad)', 'both_bad'],
	['both_bad', 'both_bad'],
	['Tie', 'tie'],
	['left', 'a'],
	['second', 'b'],
	['response1', 'a'],
	['A is better than B', 'a'],
	['first is clearly better', 'a 2'],
	['kitchen', null],
	['None', null],
	['neither', 'both_bad'],
	['A>A', null],
	['good', null],
];

test('verdicts in usual words are understood', () => {
	for (const [word, code] of WORDS) assert.equal(verdictWord(word), code, word);
});

test('numbers are verdicts by which there are, and doubtful where they may mean two things', () => {
	const read = (...values: number[]) => {
		const { doubt, ...rest } = verdictNumbers(values.map(String)) ?? { doubt: 'none' };
		return [rest, doubt === null];
	};
	assert.deepEqual(read(1, 2), [{ verdicts: { 1: 'a', 2: 'b' } }, true]);
	assert.deepEqual(read(0, 1, 2), [{ verdicts: { 0: 'tie', 1: 'a', 2: 'b' } }, false]);
	assert.deepEqual(read(0, 1), [{ verdicts: { 0: 'a', 1: 'b' } }, false]);
	assert.deepEqual(read(-1, 0, 1), [{ numbers: 'positive-a' }, false]);
	assert.deepEqual(read(-3, 2, 0), [{ numbers: 'negative-a' }, false]);
	assert.deepEqual(read(0.2, 0.9), [{ numbers: 'probability-a' }, false]);
	assert.deepEqual(read(1, 2, 7), [{ verdicts: { 1: 'a', 2: 'b' } }, false]);
	assert.deepEqual(read(1970, 1980, 1990), [{}, false]);
	assert.equal(verdictNumbers(['1', '2', '3']), null, 'without a negative number there is no signed scale');
	assert.deepEqual(read(1), [{ verdicts: { 1: 'a', 2: 'b' } }, false], 'it may be of 0 and 1');
});

test('numbers are verdicts however they are written, in rows that the guess has not seen, too', async () => {
	const { rows, rejected } = await readContent('prompt,x,y,label\nq1,p,r,1.0\nq2,p,r,2.0\nq3,p,r,\n');
	assert.deepEqual(rejected, []);
	const better = ({ comparison, judgments: [said] }: ImportedRow) => comparison[said?.verdict as 'a']?.[0]?.content;
	assert.deepEqual(rows.map(better), ['p', 'r', undefined]);
	const { verdicts } = verdictNumbers(['1.0', '4.0', '05']) ?? {};
	assert.deepEqual(verdicts, { '1.0': 'a 2', 2: 'a 1', 3: 'tie', '4.0': 'b 1', '05': 'b 2' });
	const how: ColumnMapping = {
		columns: { prompt: 'q', a: 'x', b: 'y', verdict: 'v' },
		verdicts: { '1.0': 'a', 2: 'b' },
	};
	for (const [v, verdict] of [
		['1', 'x'],
		[1, 'x'],
		['2.0', 'y'],
	] as const) {
		assert.equal(better(one(how, { q: 'q', x: 'x', y: 'y', v })[0]!), verdict);
	}
});

test('a table with usual names is read without a question: people, strengths, notes, splits, mirrors of values', async () => {
	const { format, rows, rejected } = await readContent(
		[
			'Question,Answer A,Answer B,Winner,Annotator,Strength,Comment,Split,topic',
			'q1,yes,no,A>B,ana,2,says why,train,food',
			'q2,yes,no,A>B,bo,,,validation,law',
			'',
		].join('\n'),
	);
	assert.deepEqual(rejected, []);
	assert.equal(format, 'columns');
	assert.deepEqual(
		rows.map(({ judgments, split, metadata, comparison }) => ({
			who: judgments[0]?.annotator,
			better: judgments[0] === undefined ? null : comparison[judgments[0].verdict as 'a' | 'b'][0]?.content,
			strength: judgments[0]?.strength,
			note: judgments[0]?.note,
			split,
			metadata,
		})),
		[
			{ who: 'ana', better: 'yes', strength: 2, note: 'says why', split: 'train', metadata: { topic: 'food' } },
			{ who: 'bo', better: 'yes', strength: undefined, note: undefined, split: 'eval', metadata: { topic: 'law' } },
		],
	);
	const guess = guessColumns([{ question: 'q', answer_a: 'x', answer_b: 'y', winner: 'A>B' }]);
	assert.deepEqual(guess.mapping.verdicts, { 'a>b': 'a', 'b>a': 'b' });
});

test('what may mean two things is asked, never read', async () => {
	const table = (...rows: string[]) => ['question,answer_1,answer_2,preference', ...rows, ''].join('\n');
	for (const content of [
		table('q,x,y,0', 'q2,x,y,1'),
		table('q,x,y,fine', 'q2,x,y,A'),
		table('q,x,y,None', 'q2,x,y,A'),
		'question,answer_1,answer_2,answer_3\nq,x,y,z\n',
		'question,answer_1,answer_2,mark\nq,x,y,z\n',
		'text,label\nq,x\n',
	]) {
		await assert.rejects(
			readContent(content),
			(error) => UserError.is(error, 'unusable-input') && /not surely recognised/u.test(error.message),
			content,
		);
	}
});

test('a verdict beside the columns of our own format is not lost in a table', async () => {
	const { format, rows } = await readContent('prompt,response_a,response_b,verdict\nq,x,y,b\nq2,x,y,a\n');
	assert.equal(format, 'columns');
	assert.deepEqual(
		rows.map(({ judgments }) => judgments.length),
		[1, 1],
	);
});

test('so it is in JSON; rows of our own format that bring no verdict stay what they are', async () => {
	const pair = { prompt: 'q', response_a: 'x', response_b: 'y' };
	for (const order of [{ preference: 'B' }, { winner: 'response_b' }, { chosen: 'b' }]) {
		const { format, rows } = await readContent(lines({ ...pair, ...order }, { ...pair, prompt: 'q2', ...order }));
		assert.equal(format, 'columns');
		const [{ comparison, judgments } = assert.fail()] = rows;
		assert.equal(comparison[judgments[0]?.verdict as 'a'][0]?.content, 'y', JSON.stringify(order));
	}
	for (const doubtful of [{ label: 0 }, { score_a: 1, score_b: 2 }]) {
		await assert.rejects(readContent(lines({ ...pair, ...doubtful })), /not surely recognised/u);
	}
	const judged = { ...pair, judgments: [{ annotator: 'bo', verdict: 'a' }], label: 'x' };
	for (const ours of [judged, { ...pair, metadata: { label: 1 } }, { ...pair, topic: 'law' }]) {
		assert.equal((await readContent(lines(ours))).format, 'pairwright');
	}
});

const MAP: ColumnMapping = {
	columns: { prompt: 'q', a: 'x', b: 'y', verdict: 'v', domain: 'd', annotator: 'who', at: 't' },
	verdicts: { good: 'a 3', bad: 'b', same: 'tie', neither: 'both_bad', skip: 'none' },
};

function one(mapping: ColumnMapping, row: object): ImportedRow[] {
	return importedRows(1, row as Record<string, unknown>, mappedFormat(mapping), 'test');
}

test('values of the map are verdicts with strengths; others are refused by name', () => {
	const verdicts = ['GOOD ', 'bad', 'same', 'neither', 'skip', ''].map((v) => {
		const [row] = one(MAP, { q: 'q', x: '1', y: '2', v, who: ' ana ' });
		return row?.judgments.map(({ verdict, strength, annotator }) => `${annotator} ${verdict}${strength ?? ''}`).join();
	});
	assert.deepEqual(verdicts, ['ana a3', 'ana b', 'ana tie', 'ana both_bad', '', '']);
	assert.throws(
		() => one(MAP, { q: 'q', x: '1', y: '2', v: 'what' }),
		/v: expected one of good, bad.*found the text "what"/u,
	);
});

test('a domain becomes a facet, seconds since 1970 a time, a list where a text belongs is refused with what to do', () => {
	const [row] = one(MAP, { q: 'q', x: '1', y: '2', v: 'good', d: 'law', t: '1700000000' });
	assert.deepEqual(row?.tags, ['domain:law']);
	assert.equal(row?.judgments[0]?.at, '2023-11-14T22:13:20.000Z');
	assert.throws(
		() => one(MAP, { q: ['a', 'b'], x: '1', y: '2' }),
		/q: expected text, found a list of 2 \(a list of messages/u,
	);
	assert.throws(() => one(MAP, { q: 'q', x: ['1', '3'], y: '2' }), /x: expected text, found a list of 2/u);
});

test('scales of numbers turn as they are told', () => {
	const read = (numbers: ColumnMapping['numbers'], v: unknown) => {
		const [row] = one(
			{ columns: { prompt: 'q', a: 'x', b: 'y', verdict: 'v' }, ...(numbers === undefined ? {} : { numbers }) },
			{
				q: 'q',
				x: '1',
				y: '2',
				v,
			},
		);
		assert.deepEqual(row?.metadata, { v });
		return row?.judgments.map(({ verdict, strength }) => `${verdict}${strength ?? ''}`).join();
	};
	assert.equal(read('probability-a', 0.8), 'a');
	assert.equal(read('probability-b', '0.8'), 'b');
	assert.equal(read('probability-a', 0.5), 'tie');
	assert.equal(read('negative-a', '-3'), 'a3');
	assert.equal(read('negative-a', 1), 'b1');
	assert.equal(read('positive-a', 1), 'a');
	assert.equal(read('positive-a', 0), 'tie');
	assert.throws(() => read('probability-a', 1.2), /a probability from 0 to 1/u);
	for (const scale of NUMBER_SCALES) assert.equal(read(scale, ' \t'), '', `white space is no number (${scale})`);
});

test('a score of white space is none, and is not taken for 0: no side has the higher one', () => {
	const columns = { prompt: 'q', a: 'x', b: 'y', score_a: 's', score_b: 't' };
	const read = (s: unknown, t: unknown) =>
		one({ columns }, { q: 'q', x: '1', y: '2', s, t })[0]?.judgments.map(({ verdict }) => verdict);
	assert.deepEqual([read(' ', 3), read('-1', '\u00a0'), read('-1', '0')], [[], [], ['b']]);
	const lists = { prompt: 'q', responses: 'r', ranks: 'n' };
	const pairs = one({ columns: lists }, { q: 'q', r: ['one', 'two', 'three'], n: [2, ' ', 1] });
	assert.equal(pairs.length, 1, 'what is not ranked is in no pair');
});

test('lists of responses with ranks or scores, also as JSON text, become pairs of one prompt', () => {
	const texts = ['first', 'second', 'third'];
	const by = (columns: ColumnMapping['columns'], row: object) =>
		one({ columns }, row).map(({ comparison, judgments }) => {
			const { verdict } = judgments[0]!;
			return verdict === 'tie' ? 'tie' : comparison[verdict as 'a' | 'b'][0]?.content;
		});
	const ranked = by({ prompt: 'q', responses: 'r', ranks: 'k' }, { q: 'q', r: texts, k: [2, 1, 2] });
	assert.deepEqual(ranked, ['second', 'second', 'tie']);
	const scored = by(
		{ prompt: 'q', responses: 'r', scores: 'k' },
		{ q: 'q', r: JSON.stringify(texts), k: '[0.5, 3, 0.1]' },
	);
	assert.deepEqual(scored, ['second', 'second', 'first']);
	assert.deepEqual(
		by(
			{ prompt: 'q', responses: 'r' },
			{
				q: 'q',
				r: [
					{ text: 'x', score: 1 },
					{ text: 'y', score: 2, model: 'm' },
				],
			},
		),
		['y'],
	);
	assert.throws(
		() => by({ prompt: 'q', responses: 'r', ranks: 'k' }, { q: 'q', r: texts, k: [1] }),
		/expected 3 numbers/u,
	);
});

test('a guess is corrected from a command line; what makes no sense is refused', () => {
	const guess: ColumnMapping = { columns: { prompt: 'q', a: 'x', b: 'y', verdict: 'v' }, verdicts: { 0: 'tie' } };
	assert.deepEqual(correctMapping(guess, ['verdict:A>B=a 1', 'verdict:0=b', 'note=why', 'split=s', 'split:val=eval']), {
		columns: { prompt: 'q', a: 'x', b: 'y', verdict: 'v', note: 'why', split: 's' },
		verdicts: { 0: 'b', 'a>b': 'a 1' },
		splits: { val: 'eval' },
	});
	assert.deepEqual(correctMapping(guess, ['numbers=negative-a']).numbers, 'negative-a');
	assert.deepEqual(correctMapping(guess, ['a=y', 'b=x']).columns, { prompt: 'q', a: 'y', b: 'x', verdict: 'v' });
	for (const bad of [['prompt'], ['nothing=x'], ['verdict:A=c'], ['split:v=x'], ['numbers=x'], ['a='], ['prompt=']]) {
		assert.throws(
			() => correctMapping(guess, bad),
			(error) => UserError.is(error, 'usage'),
			bad.join(),
		);
	}
	assert.deepEqual(parseMapping(mappingText(guess), 'x'), guess);
	for (const bad of ['{', '{"columns":{"what":"x"}}', '{"columns":{"a":"x"}}', '[]']) {
		assert.throws(
			() => parseMapping(bad, 'x'),
			(error) => UserError.is(error, 'usage'),
			bad,
		);
	}
});

test('unknown columns survive being written in our own format and read again', async () => {
	const read = await readContent('prompt,chosen,rejected,lang,score,pairwright\nq,good,bad,de,7,mine\n');
	const [row] = read.rows;
	assert.ok(row !== undefined);
	const encoded = writePairwright({
		comparison: row.comparison,
		resolution: 'a',
		judgments: [],
		tags: [],
		split: 'train',
		half: null,
		source: null,
		metadata: row.metadata,
		unlabelled: false,
	});
	assert.ok('line' in encoded);
	const [again] = (await readContent(encoded.line)).rows;
	assert.equal(again?.comparison.id, row.comparison.id);
	assert.deepEqual(again?.metadata, row.metadata);
	assert.deepEqual(row.metadata, { lang: 'de', score: '7', 'column:pairwright': 'mine' });
});

const name = fc.constantFrom(
	'q',
	'x',
	'y',
	'v',
	'prompt',
	'answer_1',
	'answer_2',
	'label',
	'chosen',
	'rejected',
	'split',
	'r',
);
const cell = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 12 }).filter((s) => s.isWellFormed()),
	fc.constantFrom(
		'',
		'a',
		'b',
		'0',
		'1',
		'A>B',
		'[1,2]',
		'[{"role":"user","content":"x"}]',
		'{"a":1}',
		'train',
		' ',
		'1e999',
	),
);
const anything = fc.oneof(cell, fc.jsonValue({ maxDepth: 2 }));
const mapping: fc.Arbitrary<ColumnMapping> = fc.record(
	{
		columns: fc.dictionary(fc.constantFrom(...COLUMN_ROLES), name) as fc.Arbitrary<ColumnMapping['columns']>,
		verdicts: fc.dictionary(cell, fc.constantFrom(...VERDICT_CODES), { maxKeys: 3 }),
		numbers: fc.constantFrom(...NUMBER_SCALES),
	},
	{ requiredKeys: ['columns'] },
);

test('any table, any mapping: a row is read or refused, never anything else', () => {
	fc.assert(
		fc.property(fc.array(fc.dictionary(name, anything), { minLength: 1, maxLength: 6 }), mapping, (rows, how) => {
			const { mapping: guess } = guessColumns(rows);
			for (const each of [how, guess].filter((m) => mappingProblem(m) === null)) {
				const format = mappedFormat(each);
				for (const row of rows) {
					try {
						assert.ok(importedRows(1, row, format, 'test').length > 0);
					} catch (error) {
						assert.ok(error instanceof RowError, String(error));
					}
				}
			}
		}),
		{ seed: 1, numRuns: 200 },
	);
});

interface Outcome {
	readonly ids: readonly string[];
	readonly refused: number;
}

const folder = mkdtempSync(join(tmpdir(), 'pairwright-mapping-'));
test.after(() => rmSync(folder, { recursive: true }));

async function outcome(content: string | Uint8Array, how: ColumnMapping, ending: string): Promise<Outcome> {
	const path = join(folder, `table.${ending}`);
	writeFileSync(path, content);
	const rows: ImportedRow[] = [];
	const rejected: RejectedRow[] = [];
	for await (const batch of (await openRows(path, { sourceName: 'test', mapping: how })).batches) {
		rows.push(...batch.rows);
		rejected.push(...batch.rejected);
	}
	return {
		ids: rows.map(({ comparison, judgments }) => `${comparison.id} ${judgments[0]?.verdict}`),
		refused: rejected.length,
	};
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

test('good and refused rows are all rows, and ids hang neither on the order of columns nor on the kind of file', async () => {
	// What a text file cannot say: a lone NUL refuses the row, an empty row is none.
	const texts = fc
		.string({ unit: 'grapheme', maxLength: 12 })
		.map((s) => s.replaceAll('\0', '').replaceAll('\ufeff', ''));
	const value = fc.oneof(texts, fc.constantFrom('', 'x\r\ny', 'a "b" c', ';,\t|', '[{"role":"user","content":"x"}]'));
	const rowsOf = fc.array(
		fc.record({
			q: value.map((s) => `q${s}`),
			x: value,
			y: value,
			v: fc.constantFrom('1', '2', 'tie', '?'),
			more: value,
		}),
		{ minLength: 1, maxLength: 5 },
	);
	const how: ColumnMapping = {
		columns: { prompt: 'q', a: 'x', b: 'y', verdict: 'v' },
		verdicts: { 1: 'a', 2: 'b', tie: 'tie' },
	};
	const orders = fc.shuffledSubarray(['q', 'x', 'y', 'v', 'more'], { minLength: 5 });
	await fc.assert(
		fc.asyncProperty(rowsOf, orders, fc.constantFrom('\n', '\r\n'), async (rows, order, end) => {
			const table = (separator: string) =>
				[order, ...rows.map((row) => order.map((name) => row[name as 'q']))]
					.map((cells) => cells.map(quoted).join(separator))
					.join(end);
			const jsonl = await outcome(lines(...rows), how, 'jsonl');
			assert.equal(jsonl.ids.length + jsonl.refused, rows.length);
			const parquet = new Uint8Array(
				parquetWriteBuffer({
					columnData: order.map((name) => ({ name, data: rows.map((row) => row[name as 'q']), type: 'STRING' })),
				}),
			);
			assert.deepEqual(await outcome(table(','), how, 'csv'), jsonl);
			assert.deepEqual(await outcome(table('\t'), how, 'tsv'), jsonl);
			assert.deepEqual(await outcome(parquet, how, 'parquet'), jsonl);
			assert.deepEqual(await outcome(JSON.stringify(rows, null, 1), how, 'json'), jsonl);
		}),
		{ seed: 1, numRuns: 12 },
	);
});
