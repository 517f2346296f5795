import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdjudicationItem } from '../../src/protocol/judging.ts';
import {
	current,
	EMPTY,
	type Event,
	left,
	leftOnlyFlagged,
	type Model,
	reduce,
} from '../../webview/adjudicate/model.ts';

function item(n: number, more: Partial<AdjudicationItem> = {}): AdjudicationItem {
	return {
		comparison: `c${n}`,
		prompt: { messages: [{ role: 'user', content: `${n}?` }] },
		left: [],
		right: [],
		leftSide: 'b',
		verdicts: [],
		counts: { a: 1, b: 1, tie: 0, both_bad: 0 },
		disputed: true,
		flags: [],
		names: 'hidden',
		decided: null,
		...more,
	};
}

const after = (model: Model, ...events: Event[]) => events.reduce(reduce, model);
const three = after(EMPTY, {
	type: 'page',
	page: { total: 3, items: [item(1), item(2), item(3)] },
	asked: 4,
});
const decide: Event[] = [{ type: 'choose', choice: 'left' }, { type: 'reason', reason: ' true ' }, { type: 'decide' }];
const at = '2026-01-01T00:00:00Z';

test('a decision goes on to the next pair at once, and counts as saved only after the answer', () => {
	const decided = after(three, ...decide);
	assert.equal(current(decided)?.comparison, 'c2');
	assert.deepEqual([decided.status?.tone, left(decided), decided.done], ['saving', 2, 1]);
	assert.deepEqual(decided.saving, [{ comparison: 'c1', verdict: 'b', reason: 'true' }]);
	assert.deepEqual([decided.choice, decided.reason], [null, '']);
	const saved = after(decided, { type: 'saved', comparison: 'c1', event: 'e', at });
	assert.deepEqual([saved.status?.tone, left(saved), saved.total], ['saved', 2, 2]);
	assert.equal(saved.items[0]?.decided?.mine, true);
});

test('what is flagged and not disputed is counted apart, and counted down with its decision', () => {
	const page = { total: 2, onlyFlagged: 1, items: [item(1), item(2, { disputed: false })] };
	const both = after(EMPTY, { type: 'page', page, asked: 4 });
	assert.deepEqual([left(both), leftOnlyFlagged(both)], [2, 1]);
	const one = after(both, ...decide, { type: 'saved', comparison: 'c1', event: 'e', at });
	assert.deepEqual([left(one), leftOnlyFlagged(one)], [1, 1]);
	const under = after(one, ...decide);
	assert.deepEqual([left(under), leftOnlyFlagged(under)], [0, 0]);
	const none = after(under, { type: 'saved', comparison: 'c2', event: 'f', at });
	assert.deepEqual([left(none), leftOnlyFlagged(none), none.onlyFlagged], [0, 0, 0]);
	assert.equal(leftOnlyFlagged(after(under, { type: 'failed', comparison: 'c2', message: 'full' })), 1);
});

test('without a choice or a reason nothing is decided', () => {
	assert.equal(after(three, { type: 'reason', reason: 'x' }, { type: 'decide' }).saving.length, 0);
	const blank: Event[] = [{ type: 'choose', choice: 'tie' }, { type: 'reason', reason: '  ' }, { type: 'decide' }];
	assert.equal(after(three, ...blank).saving.length, 0);
});

test('a refused decision comes back with its choice and reason', () => {
	const back = after(three, ...decide, { type: 'failed', comparison: 'c1', message: 'full' });
	assert.equal(current(back)?.comparison, 'c1');
	assert.deepEqual([back.choice, back.reason, left(back), back.done], ['left', 'true', 3, 0]);
	assert.equal(back.status?.text, 'Not saved: full');
});

test('a pair that was passed over comes again at the end', () => {
	const passed = after(three, { type: 'move', by: 1 }, ...decide, ...decide);
	assert.equal(current(passed)?.comparison, 'c1');
	assert.equal(current(after(passed, ...decide)), null);
});

test('a pair that somebody else settled leaves, but not from under the eyes', () => {
	const settled = item(2, { decided: { event: 'x', verdict: 'a', reason: 'r', by: 'bo', mine: false, at } });
	const agreed = item(1, { disputed: false });
	const page = { total: 1, items: [agreed, settled, item(3)] };
	const next = after(three, { type: 'refreshed', page });
	assert.equal(current(next)?.comparison, 'c1');
	assert.equal(current(after(next, ...decide))?.comparison, 'c3');
	const turned = item(1, { leftSide: 'a' });
	assert.equal(current(after(three, { type: 'refreshed', page: { total: 3, items: [turned] } }))?.leftSide, 'b');
	const elsewhere = after(three, { type: 'move', by: 1 }, { type: 'refreshed', page });
	assert.ok(elsewhere.items.every(({ comparison }) => comparison !== 'c1'));
	assert.equal(current(elsewhere)?.comparison, 'c2');
});
