import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	bounds,
	bytes,
	count,
	duration,
	fixed,
	interval,
	oneLine,
	plain,
	plural,
	plusMinus,
	safe,
	signed,
	when,
} from '../../src/cli/format.ts';
import { progressLine } from '../../src/cli/progress.ts';
import { renderTable } from '../../src/cli/table.ts';
import { createTerminal, displayWidth, wrap } from '../../src/cli/terminal.ts';

const terminal = (columns: number) => createTerminal({ isTTY: true, columns }, false, {});

test('numbers: thousands, fixed digits, a true minus, no negative zero, a dash for nothing', () => {
	assert.deepEqual(
		[count(3412), count(-5), plural(1, 'pair'), plural(2100, 'pair')],
		['3,412', '−5', '1 pair', '2,100 pairs'],
	);
	assert.deepEqual(
		[fixed(0.7416), fixed(-0.02), fixed(-0.0001), fixed(null), fixed(Number.NaN)],
		['0.742', '−0.020', '0.000', '–', '–'],
	);
	assert.deepEqual([signed(0.41, 2), signed(-0.41, 2), signed(0), signed(null)], ['+0.41', '−0.41', '0.000', '–']);
	assert.deepEqual([plain(0.25), plain(1), plain(null), plain(0.1 + 0.2)], ['0.25', '1', '–', '0.3']);
});

test('intervals: half width, bounds that stay readable with a minus, nothing without bounds', () => {
	const wide = { value: 0.128, low: 0.085, high: 0.171 };
	const around = { value: 0.006, low: -0.013, high: 0.025 };
	const none = { value: 0.5, low: null, high: null };
	assert.deepEqual([plusMinus(wide), plusMinus(none)], ['±.043', '']);
	assert.deepEqual([bounds(wide), bounds(around), bounds(none)], ['0.085–0.171', '−0.013 to 0.025', '']);
	assert.deepEqual([interval(wide), interval(none)], ['0.128 (0.085–0.171)', '0.500']);
});

test('durations, sizes and times', () => {
	assert.deepEqual(
		[duration(850), duration(6100), duration(59_970), duration(125_000)],
		['850 ms', '6.1 s', '1 min 0 s', '2 min 5 s'],
	);
	assert.deepEqual([bytes(850), bytes(1_234_567)], ['850 B', '1.2 MB']);
	assert.match(when('2026-11-22T14:02:03Z'), /^2[123] Nov 2026, \d\d:\d\d$/);
	assert.deepEqual([when(null), when('not a time')], ['–', '–']);
});

test('text of people cannot steer the terminal', () => {
	const bad = 'a\u001b[2J\u001b]0;title\u0007b\r\u009b31mc\u0000\td\ne';
	assert.equal(safe(bad), 'abc\td\ne');
	assert.equal(oneLine(' two\n\n lines\t\u001b[1mbold '), 'two lines bold');
});

test('colour only on a terminal that wants it', () => {
	const painted = (tty: boolean, wanted: boolean, env: NodeJS.ProcessEnv) =>
		createTerminal({ isTTY: tty, columns: 80 }, wanted, env).paint('red', 'x') !== 'x';
	assert.equal(painted(true, true, {}), true);
	assert.equal(painted(true, false, {}), false);
	assert.equal(painted(true, true, { NO_COLOR: '1' }), false);
	assert.equal(painted(true, true, { TERM: 'dumb' }), false);
	assert.equal(painted(false, true, {}), false);
	assert.equal(painted(false, true, { FORCE_COLOR: '1' }), true);
});

test('a table fits its terminal: columns drop in order, the flexible one is cut, nothing wraps', () => {
	const columns = [
		{ title: 'id' },
		{ title: 'split', drop: 1 },
		{ title: 'n', align: 'right', drop: 2 },
		{ title: 'prompt', flexible: true },
	] as const;
	const rows = [
		['abc', 'held-out', '7', 'a long prompt that goes on and on for far more than there is room'],
		['def', 'train', '1,234', '短い日本語のプロンプトがここに続いている長い長い文章です'],
	];
	for (const width of [40, 44, 60, 100]) {
		const lines = renderTable(terminal(width), columns, rows).split('\n');
		assert.equal(lines.length, 4);
		for (const line of lines) assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
	}
	assert.match(renderTable(terminal(100), columns, rows), /split\s+n/);
	const narrow = renderTable(
		terminal(40),
		[...columns.slice(0, 3), { title: 'needs room', flexible: false }],
		[['abcdefghij', 'held-out, tuning', '7', 'x'.repeat(16)]],
	);
	assert.doesNotMatch(narrow, /7/);
	assert.match(narrow, /abcdefghij\s+x{16}/);
});

test('a row may end in a text of its own', () => {
	const text = renderTable(
		terminal(80),
		[{ title: 'split' }, { title: 'pairs', align: 'right' }, { title: 'NLL' }],
		[['train', '10', '0.5'], { cells: ['sealed', '4'], rest: 'sealed until you decide, and longer than the column' }],
	);
	assert.equal(text.split('\n').at(-1), 'sealed      4  sealed until you decide, and longer than the column');
});

test('wrapping keeps line ends, indents, and leaves long words whole', () => {
	assert.equal(wrap('one two three\nfour', 9, '  '), '  one two\n  three\n  four');
	assert.equal(wrap('aaaaaaaaaaaa b', 5), 'aaaaaaaaaaaa\nb');
});

test('a progress line says phase, amount, share and time left, and leaves out what is unknown', () => {
	const line = progressLine({ job: 'j', phase: 'Reading', done: 45_000, total: 100_000, unit: 'rows', eta: 4 });
	assert.match(line, /^Reading {2}█{11}░{13} {2}45,000 \/ 100,000 rows {2}45 % {2}4\.0 s left$/);
	assert.equal(
		progressLine({ job: 'j', phase: 'Fit', done: 3, total: null, unit: 'steps', eta: null }),
		'Fit  3 steps',
	);
	assert.equal(
		progressLine({ job: 'j', phase: 'opening m', done: 0, total: 1, unit: 'steps', eta: null }),
		'opening m …',
	);
});
