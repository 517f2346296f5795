/** What turns verdicts round is asked: columns beside the verdict, letters exchanged by hand, numbers that may count from 0 or 1. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guessColumns } from '../../src/formats/column-mapping-guess.ts';
import { rivalsOf } from '../../src/formats/column-mapping-rivals.ts';
import { correctMapping, leftInDoubt } from '../../src/formats/column-mapping-text.ts';
import { tableColumns } from '../../src/formats/table-columns.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { lines, readContent } from './formats-support.ts';

type Cells = Readonly<Record<string, unknown>>;

/** Rows with a prompt and the texts of `columns`. */
function table(columns: readonly string[], rows: readonly Cells[]): Cells[] {
	return rows.map((cells, i) => ({
		...{ prompt: `question ${i}` },
		...Object.fromEntries(columns.map((column) => [column, `what stands in ${column} of row ${i}`])),
		...cells,
	}));
}

const TWO = ['answer_x', 'answer_y'];
const THREE = ['response_1', 'response_2', 'response_3'];
const asked = (columns: readonly string[], ...rows: readonly Cells[]) =>
	guessColumns(table(columns, rows)).doubts.join('; ');
const named = (columns: readonly string[], said: readonly string[], rows: readonly Cells[]) => {
	const all = table(columns, rows);
	const found = tableColumns(all);
	const mapping = correctMapping(guessColumns(all).mapping, said, found);
	return { mapping, doubt: leftInDoubt(mapping, said, found) };
};

test('columns that may say which response is which in a row are asked, whatever else is numbered beside them', () => {
	const beside = (cells: Cells) => ({ model_x: 'gpt', model_y: 'llama', length_x: 3, length_y: 4, ...cells });
	const rows = [
		beside({ policy_a: 'A', policy_b: 'B', winner: 'A' }),
		beside({ policy_a: 'B', policy_b: 'A', winner: 'B' }),
	];
	assert.match(asked(TWO, ...rows), /policy_a and policy_b hold the same values/u);
	const said = ['a=answer_x', 'b=answer_y', 'verdict=winner'];
	assert.match(named(TWO, said, rows).doubt ?? '', /policy_a and policy_b hold the same values/u, 'and by hand');
	assert.equal(named(TWO, [...said, 'verdict:A=a', 'verdict:B=b'], rows).doubt, null, 'said is said');
	assert.match(
		asked(TWO, { position_a: 2, position_b: 1, winner: 1 }, { position_a: 1, position_b: 2, winner: 2 }),
		/position_a and position_b hold the same values/u,
	);
	assert.match(
		asked(
			THREE,
			{ arm_1: 'A', arm_2: 'C', arm_3: 'B', ranking: 'A > B > C' },
			{ arm_1: 'B', arm_2: 'A', arm_3: 'C', ranking: 'B > C > A' },
		),
		/arm_1 and arm_2 and arm_3 hold the same values/u,
	);
});

test('where responses were shown is asked: columns that the verdicts are called after, a swap, an order', () => {
	const places = [
		{ left: 'A', right: 'B', winner: 'left' },
		{ left: 'B', right: 'A', winner: 'right' },
	];
	assert.match(asked(TWO, ...places), /winner: its values are columns, too/u);
	const arena = [
		{ model_a: 'gpt', model_b: 'llama', winner: 'model_a' },
		{ model_a: 'qwen', model_b: 'gpt', winner: 'model_b' },
	];
	assert.equal(asked(['response_a', 'response_b'], ...arena), '', 'models are no places');
	for (const cells of [{ swapped: true }, { is_flipped: 1 }, { shown_order: 'BA' }, { order: '[1, 0]' }]) {
		const [[name, value]] = Object.entries(cells) as [[string, unknown]];
		const other = value === 'BA' ? 'AB' : value === '[1, 0]' ? '[0, 1]' : value === 1 ? 0 : false;
		const doubts = asked(TWO, { winner: 'A', ...cells }, { winner: 'B', [name]: other });
		assert.match(
			doubts,
			new RegExp(`winner: ${name} may say that a row's responses were shown in the other order`, 'u'),
		);
		assert.equal(asked(TWO, { winner: 'A', ...cells }, { winner: 'B', ...cells }), '', 'the same in all rows');
	}
});

test('responses exchanged by hand take the meaning of letters along, however the columns are counted', () => {
	for (const [one, two] of [
		['summary_0', 'summary_1'],
		['text_x', 'text_y'],
		['first', 'second'],
		['reply_a', 'reply_b'],
	] as const) {
		const rows = [{ winner: 'A' }, { winner: 'B' }];
		assert.deepEqual(named([one, two], [], rows).mapping.verdicts, { a: 'a', b: 'b' });
		const { mapping } = named([one, two], [`a=${two}`, `b=${one}`], rows);
		assert.deepEqual(mapping.verdicts, { a: 'b', b: 'a' }, `${one}, ${two}`);
	}
});

test('numbers that may count from 0 or from 1 are asked', () => {
	assert.match(
		asked(['0_text', '1_text'], { winner: 1 }, { winner: 2 }),
		/count the responses from 1, and the columns from 0/u,
	);
	assert.match(asked(THREE, { best: 1 }, { best: 2 }), /best: 3 is not among its numbers/u);
	assert.equal(asked(THREE, { best: 1 }, { best: 3 }), '');
	const zero = ['response_0', 'response_1', 'response_2'];
	assert.match(asked(zero, { best: 1 }, { best: 2 }), /best: 0 is not among its numbers/u);
	assert.equal(asked(zero, { best: 1 }, { best: 0 }), '');
	const { doubt } = named(THREE, ['best=best'], [{ best: 1 }, { best: 2 }]);
	assert.match(doubt ?? '', /3 is not among .*best:1=… best:2=…/u);
});

const rivals = (columns: readonly string[], ...rows: readonly Cells[]) => {
	const all = table(columns, rows);
	const { mapping } = guessColumns(all);
	return { mapping, found: rivalsOf(all, tableColumns(all), mapping) };
};
const AB = ['response_a', 'response_b'];

test('columns that say different things are told, with how often; where they agree nothing is asked', async () => {
	for (const [one, two] of [
		[{ winner: 'A' }, { preference: 'B' }],
		[{ winner: 'A' }, { label: 2 }],
		[{ winner: 'A' }, { score_a: 1, score_b: 2 }],
		[{ winner: 'A' }, { overall_rating_a: 1, overall_rating_b: 2 }],
		[{ winner: 'A' }, { rank_a: 2, rank_b: 1 }],
		[{ winner: 'A' }, { ranking: 'B > A' }],
		[{ winner: 'A' }, { best_response: 'response_b' }],
		[{ winner: 'A' }, { preference: 'tie' }],
	] as const) {
		const same = {
			winner: 'B',
			preference: 'B',
			label: 2,
			score_a: 1,
			score_b: 2,
			rank_a: 2,
			rank_b: 1,
			ranking: 'B > A',
		};
		const more = { best_response: 'response_b', overall_rating_a: 1, overall_rating_b: 2 };
		const second = Object.fromEntries(Object.keys(two).map((key) => [key, { ...same, ...more }[key as 'winner']]));
		const { mapping, found } = rivals(AB, { ...one, ...two }, { winner: 'B', ...second });
		assert.deepEqual(
			found.map(({ columns, differ, only, rows }) => [columns, differ, only, rows]),
			[[Object.keys(two), 1, 0, 2]],
			JSON.stringify(two),
		);
		assert.deepEqual(mapping.columns.verdict, 'winner');
		assert.deepEqual(rivals(AB, { winner: 'B', ...second }, { winner: 'B', ...second }).found, []);
	}
	await assert.rejects(
		readContent(
			lines(
				...table(AB, [
					{ winner: 'A', preference: 'A' },
					{ winner: 'A', preference: 'B' },
				]),
			),
		),
		(error) =>
			UserError.is(error, 'unusable-input') &&
			/do not agree: winner and preference say different things of 1 of 2 rows/u.test(error.message) &&
			/verdict=winner, or verdict=preference/u.test(error.message),
	);
});

test('a verdict that stands in the other column alone is asked for; numbers that may mean two things agree turned round', () => {
	const { found } = rivals(AB, { winner: 'A', preference: 'A' }, { winner: '', preference: 'B' });
	assert.deepEqual(
		found.map(({ differ, only }) => [differ, only]),
		[[0, 1]],
	);
	// 1 = the first is better, as some tables have it; 0 1 elsewhere.
	for (const label of [
		[1, 0],
		[0, 1],
	]) {
		const { mapping, found: none } = rivals(AB, { label: label[0], winner: 'A' }, { label: label[1], winner: 'B' });
		assert.deepEqual([mapping.columns.verdict, none], ['winner', []], 'what is sure comes first');
	}
	assert.equal(rivals(AB, { label: 1, winner: 'A' }, { label: 1, winner: 'B' }).found.length, 1);
});

test('scores of one aspect are no verdict, and exchanged responses keep theirs', () => {
	assert.deepEqual(rivals(AB, { winner: 'A', safety_rating_a: 1, safety_rating_b: 2 }).found, []);
	const rows = table(AB, [{ winner: 'A', score_a: 2, score_b: 1 }]);
	const found = tableColumns(rows);
	const mapping = correctMapping(guessColumns(rows).mapping, ['a=response_b', 'b=response_a'], found);
	assert.deepEqual(rivalsOf(rows, found, mapping), []);
});

test('several responses: rankings, scores and the best are compared; a file of rankings is not read past them', async () => {
	const scores = { score_1: 1, score_2: 3, score_3: 2 };
	assert.deepEqual(
		rivals(THREE, { best: 3, ...scores }, { best: 2, ...scores }).found.map(({ columns }) => columns),
		[['best']],
	);
	assert.deepEqual(rivals(THREE, { best: 2, ranking: '2 > 3 > 1', ...scores }).found, []);
	const wide = (winner: string) => lines(...table(THREE, [{ gold_ranking: '2 > 3 > 1', winner, ...scores }]));
	assert.equal((await readContent(wide('response_2'))).format, 'wide-ranking');
	await assert.rejects(readContent(wide('response_3')), /winner say different things of 1 of 1 rows/u);
});

test('a command line says which column holds, also where it takes the guess', () => {
	const rows = table(AB, [
		{ winner: 'A', preference: 'A' },
		{ winner: 'A', preference: 'B' },
	]);
	const columns = tableColumns(rows);
	const { mapping: suggestion } = guessColumns(rows);
	const of = { suggestion, rivals: rivalsOf(rows, columns, suggestion) };
	const left = (...said: string[]) => leftInDoubt(correctMapping(suggestion, said, columns), said, columns, of);
	assert.match(left('guess') ?? '', /verdict=winner, or verdict=preference/u);
	assert.match(left('note=', 'guess') ?? '', /say different things/u);
	assert.equal(left('verdict=winner'), null);
	assert.equal(left('verdict=preference'), null);
});

test('a whole ranking under the name of a verdict is read as a ranking, with all its pairs', async () => {
	const read = async (...said: string[]) =>
		readContent(
			lines(
				...table(
					THREE,
					said.map((preference) => ({ preference })),
				),
			),
		);
	assert.equal((await read('3 > 1 > 2', '1 < 2 = 3')).rows.length, 6);
	const { mapping } = guessColumns(table(THREE, [{ preference: 'C > A > B' }, { preference: 'A > B > C' }]));
	assert.deepEqual([mapping.columns.ranking, mapping.entries], ['preference', { a: 'a', b: 'b', c: 'c' }]);
	// One that names the best alone in some rows is none.
	assert.equal((await read('3 > 1 > 2', '1', '2')).rows.length, 6);
	const { found } = rivals(THREE, { ranking: '1 > 2 > 3', preference: '2 > 1 > 3' });
	assert.deepEqual(
		found.map(({ columns, differ }) => [columns, differ]),
		[[['preference'], 1]],
	);
});
