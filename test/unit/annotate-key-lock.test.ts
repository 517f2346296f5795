import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	acted,
	blurred,
	judged,
	keyDown,
	keyUp,
	mayClick,
	mayJudge,
	PAINT_LOCK_MS,
	painted,
	replaced,
	UNLOCKED,
} from '../../webview/annotate/key-lock.ts';

const paintedAt1000 = painted(UNLOCKED, 1000);

test('nothing counts before a pair is painted, nor in the first 300 ms after', () => {
	assert.equal(PAINT_LOCK_MS, 300);
	assert.equal(mayClick(UNLOCKED, 5000), false);
	assert.equal(mayClick(paintedAt1000, 1299), false);
	assert.equal(mayClick(paintedAt1000, 1300), true);
	assert.equal(mayClick(replaced(paintedAt1000), 5000), false);
	assert.equal(mayJudge(keyDown(paintedAt1000, 'Digit1', 1299, false), 1400), false);
	assert.equal(mayJudge(keyDown(paintedAt1000, 'Digit1', 1300, false), 1400), true);
});

test('the key that judged the pair before has to come up first', () => {
	const pressed = keyDown(paintedAt1000, 'Digit1', 1400, false);
	assert.equal(mayJudge(pressed, 1430), true);
	const next = painted(judged(pressed), 1450);
	const other = keyDown(next, 'Digit2', 8990, false);
	assert.equal(mayJudge(other, 9000), false);
	assert.equal(mayJudge(keyUp(other, 'Digit1'), 9000), true);
});

test('a held Shift does not lock: much better may be said of many pairs', () => {
	const shift = keyDown(paintedAt1000, 'ShiftLeft', 1400, false);
	const both = keyDown(shift, 'Digit1', 1410, false);
	const next = painted(keyUp(judged(both), 'Digit1'), 1450);
	assert.equal(mayJudge(keyDown(next, 'Digit1', 1790, false), 1800), true);
});

test('a key pressed for the pair before does not judge this one, however late it arrives', () => {
	// Pressed at 1100 while the pair had been there for 100 ms; the extension host was busy until 3000.
	const early = keyUp(keyDown(paintedAt1000, 'Digit2', 1100, false), 'Digit2');
	assert.equal(mayJudge(early, 3000), false);
	// The next press is a new intention.
	assert.equal(mayJudge(keyDown(early, 'Digit2', 3200, false), 3220), true);
	assert.equal(mayClick(early, 3000), true);
});

test('an action without a press in this window is not of this window: somebody typed a digit elsewhere', () => {
	assert.equal(mayJudge(paintedAt1000, 9000), false);
	const pressed = keyDown(paintedAt1000, 'KeyJ', 2000, false);
	assert.equal(mayJudge(acted(pressed), 9000), false, 'one press, one action');
	const both = keyDown(pressed, 'Digit1', 2020, false);
	assert.equal(mayJudge(acted(both), 2100), true, 'two presses before the first action arrived');
	assert.equal(mayJudge(blurred(pressed), 9000), false);
});

test('auto-repeat is no press', () => {
	assert.equal(keyDown(paintedAt1000, 'Digit1', 1400, true), paintedAt1000);
});

test('lost key-ups do not lock for ever: blur forgets them, and so does a new press of the key', () => {
	const held = painted(judged(keyDown(paintedAt1000, 'Digit1', 1400, false)), 1450);
	assert.equal(mayJudge(keyDown(blurred(held), 'Digit2', 2000, false), 2010), true);
	assert.equal(mayJudge(keyDown(held, 'Digit1', 2000, false), 2010), true);
});
