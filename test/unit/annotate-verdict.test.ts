import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANNOTATE_ACTIONS, parsePair, validateHostCall } from '../../src/protocol/annotate.ts';
import { describe, digitOf, toCanonical, toScreen, verdictOf } from '../../webview/annotate/verdict.ts';

test('left and right become the canonical sides that stood there', () => {
	assert.equal(toCanonical('left', 'a'), 'a');
	assert.equal(toCanonical('right', 'a'), 'b');
	assert.equal(toCanonical('left', 'b'), 'b');
	assert.equal(toCanonical('right', 'b'), 'a');
	assert.equal(toCanonical('tie', 'b'), 'tie');
	assert.equal(toCanonical('both_bad', 'a'), 'both_bad');
});

test('a stored verdict comes back to where it stood', () => {
	for (const leftSide of ['a', 'b'] as const) {
		for (const choice of ['left', 'right', 'tie', 'both_bad'] as const) {
			assert.equal(toScreen(toCanonical(choice, leftSide), leftSide), choice);
		}
	}
});

test('keys carry the strengths of the guide: plain is clearly, shift much, alt slightly', () => {
	assert.deepEqual(verdictOf('left'), { choice: 'left', strength: 2 });
	assert.deepEqual(verdictOf('rightMuch'), { choice: 'right', strength: 3 });
	assert.deepEqual(verdictOf('leftSlightly'), { choice: 'left', strength: 1 });
	assert.deepEqual(verdictOf('tie'), { choice: 'tie' });
	assert.equal(verdictOf('reasons'), null);
	assert.equal(ANNOTATE_ACTIONS.filter((action) => verdictOf(action) !== null).length, 8);
	assert.equal(digitOf('bothBad'), 4);
});

test('a verdict is said in words', () => {
	assert.equal(describe({ choice: 'left', strength: 2 }), 'left, clearly');
	assert.equal(describe({ choice: 'right' }), 'right');
	assert.equal(describe({ choice: 'both_bad' }), 'both bad');
});

test('a verdict message with anything else in it is refused by name', () => {
	const message = { showing: 'x/1', comparison: 'c', verdict: 'a', shown_first: 'b', ms: 900, queue: 'judge' };
	assert.deepEqual(validateHostCall('judge', [message]), [message]);
	assert.throws(() => validateHostCall('judge', [{ ...message, verdict: 'left' }]), /judge, argument 1\.verdict/);
	assert.throws(() => validateHostCall('judge', [{ ...message, blind: true }]), /judge/);
	assert.throws(() => validateHostCall('show', ['c']), /no method "show"/);
});

test('a pair that carries more than the screen may know is not shown', () => {
	const pair = {
		comparison: 'c',
		prompt: { messages: [{ role: 'user', content: 'p' }] },
		left: [{ role: 'assistant', content: 'l' }],
		right: [{ role: 'assistant', content: 'r' }],
		leftSide: 'a',
		mine: null,
	};
	assert.deepEqual(parsePair(pair), pair);
	for (const secret of ['split', 'tags', 'score', 'source', 'verdict']) {
		assert.throws(() => parsePair({ ...pair, [secret]: 'train' }), new RegExp(secret));
	}
});
