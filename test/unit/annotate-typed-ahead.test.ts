import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypedAhead } from '../../webview/annotate/typed-ahead.ts';

/** Presses 10 ms apart, from 0 on; `A-` is with Alt. */
function typed(keys: readonly string[], escapeKey: 'acts' | 'silent' = 'acts'): TypedAhead<'note' | 'flag'> {
	const ahead = new TypedAhead({ note: 'n', flag: 'f' }, escapeKey);
	keys.forEach((key, i) => {
		ahead.press({ key: key.replace(/^A-/, ''), modified: key.startsWith('A-'), at: i * 10 });
	});
	return ahead;
}

test('letters behind the key go into the field, those with a modifier and keys that write nothing do not', () => {
	const keys = ['n', 'Shift', 'W', 'e', 'ArrowLeft', 'A-1', ' ', '1'];
	assert.equal(typed(keys).open('note', 100), 'We 1');
	assert.equal(typed(['Shift', 'F', 'x']).open('flag', 100), 'x');
	assert.equal(typed(['A-n', 'x']).open('note', 100), '');
});

test('a letter of the words is not taken for the key where somebody chose another', () => {
	assert.equal(typed(['j', 'e', 'n', 'd']).open('note', 100), '');
	assert.equal(typed(['j', 'e', 'n', 'd']).open('flag', 100), '');
});

test('a key that had its action before is none that opened the field', () => {
	const ahead = typed(['j', 'n', 'o', 'k']);
	ahead.acted();
	assert.equal(ahead.open('note', 100), 'ok');
	assert.equal(typed(['j', 'n', 'o']).open('note', 1_005), 'o', 'nor one of a second ago');
});

test('what was pressed before the field opened is late until another key goes down, a bound one with Alt too', () => {
	const ahead = typed(['n', 'd']);
	ahead.open('note', 100);
	assert.equal(ahead.isLate('diff', 110), true);
	ahead.press({ key: 'Alt', modified: true, at: 200 });
	assert.equal(ahead.isLate('diff', 205), true);
	ahead.press({ key: '1', modified: true, at: 210 });
	assert.equal(ahead.isLate('leftSlightly', 220), false);
});

test('an Escape behind the key closes the field before it is there, and what was pressed behind it stands', () => {
	const ahead = typed(['n', 'd', 'Escape', '1']);
	assert.equal(ahead.open('note', 100), null);
	assert.deepEqual(
		['diff', 'close', 'left'].map((action) => ahead.isLate(action, 110)),
		[true, true, false],
	);
	assert.equal(typed(['j', 'Escape']).open('note', 100), null, 'by a key that somebody chose');
	assert.equal(typed(['n', 'A-Escape', 'x']).open('note', 100), 'x');
	const twice = typed(['n', 'Escape', 'n', 'b']);
	assert.equal(twice.open('note', 100), null);
	assert.equal(twice.isLate('close', 105), true);
	assert.equal(twice.open('note', 110), 'b');
});

test('where Escape has no action of its own, the next key behind it acts', () => {
	const ahead = typed(['n', 'Escape', 'f'], 'silent');
	assert.equal(ahead.open('note', 100), null);
	assert.equal(ahead.isLate('flag', 110), false);
	assert.equal(ahead.open('flag', 110), '');
	assert.equal(typed(['n', 'Escape'], 'silent').isLate('note', 110), false);
});

test('an Escape before the key closed something else', () => {
	assert.equal(typed(['Escape', 'n']).open('note', 100), '');
	assert.equal(typed(['x', 'Escape', 'n', 'o']).open('note', 100), '');
});
