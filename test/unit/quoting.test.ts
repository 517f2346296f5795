import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoting } from '../../src/domain/quoting.ts';

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
