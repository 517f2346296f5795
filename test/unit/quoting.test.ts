import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoting as slices } from '../../src/domain/quoting.ts';
import { atOnce } from '../../src/workspace/erase/slices.ts';

const quoted = (...args: Parameters<typeof slices>) => atOnce(slices(...args));

const quoting =
	(texts: readonly string[], staying: readonly string[] = []) =>
	(words: string): boolean =>
		quoted(
			['something else', words],
			() => texts,
			() => staying,
		).has(words);

const TEXT = 'My neighbour Mr. Ashdown keeps\n“four rusty bicycles” in his shed; call him at 555-0199.';

test('words taken from a text are found whatever their case, signs and spaces', () => {
	const quotes = quoting([TEXT]);
	for (const words of [
		'it says my neighbour mr ashdown keeps four',
		'about FOUR  RUSTY – bicycles, in HIS shed',
		'Mr. Ashdown keeps',
		'call him at 555 0199',
	]) {
		assert.ok(quotes(words), words);
	}
});

test('words that anybody uses are no quotation', () => {
	const quotes = quoting([TEXT, '', '…']);
	for (const words of ['', 'bicycles', 'my neighbour', 'the left one is shorter', 'four bicycles, rusty, in a shed']) {
		assert.ok(!quotes(words), words);
	}
	assert.ok(!quoting([])('anything at all, however long it may be'));
	assert.ok(!quoting(['ashdown keeps it'])('shdown keeps'), 'whole words');
});

test('a script without spaces is found by fewer letters', () => {
	const quotes = quoting(['私の隣人は物置に古い自転車を四台置いています。']);
	assert.ok(quotes('メモ：「物置に古い自転車を四台」とある'));
	assert.ok(!quotes('古い自転車'));
});

test('what stands in a text that stays too is no quotation; more of the text around it is', () => {
	const refusal = "I'm sorry, but I can't assist with that request.";
	const quotes = quoting(
		[`${refusal} ${TEXT}`, '申し訳ありませんがお手伝いできません'],
		[`Well: ${refusal}`, '申し訳ありませんがお手伝いできません。'],
	);
	assert.ok(!quotes('b says “i’m sorry but I can’t assist with that request” to bread'));
	assert.ok(!quotes('can’t assist with that'));
	assert.ok(!quotes('「申し訳ありませんがお手伝い」'));
	assert.ok(quotes('assist with that request. My neighbour Mr. Ashdown'));
});

test('of many long texts and notes those that quote are found, wherever they stand', () => {
	const texts = Array.from(
		{ length: 40 },
		(_, i) => `${'lorem ipsum dolor '.repeat(i)}the lucky number ${i * 7919} came up ${'sit amet '.repeat(i)}`,
	);
	const notes = texts.map((_, i) => `says “the lucky number ${i * 7919} came up” ${i}`);
	const others = notes.map((_, i) => `says the lucky number ${i * 7919 + 1} came up there`);
	const many = Array.from({ length: 900 }, (_, i) => `${i} is a note that says a thing of its own, ${i * i}`);
	for (const atOnce of [500, 1_000_000]) {
		const found = quoted(
			[...many, ...notes, ...others],
			() => texts,
			() => [],
			atOnce,
		);
		assert.deepEqual([...found], notes);
	}
});
