import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlindPair } from '../../src/protocol/judging.ts';
import {
	currentPair,
	type Event,
	emptyModel,
	heldIds,
	type Model,
	reduce,
	standingVerdict,
} from '../../webview/annotate/model.ts';
import { verdictMessage } from '../../webview/annotate/saves.ts';

function pair(id: string, more: Partial<BlindPair> = {}): BlindPair {
	return {
		comparison: id,
		prompt: { messages: [{ role: 'user', content: id }] },
		left: [{ role: 'assistant', content: 'l' }],
		right: [{ role: 'assistant', content: 'r' }],
		leftSide: 'b',
		mine: null,
		...more,
	};
}

function page(ids: readonly string[], { done = 0, total = 10, asked = ids.length } = {}): Event {
	return { type: 'page', page: { kind: 'judge', done, total, pairs: ids.map((id) => pair(id)) }, asked };
}

function play(model: Model, ...events: Event[]): Model {
	return events.reduce(reduce, model);
}

const left: Event = { type: 'judged', verdict: { choice: 'left', strength: 2 } };
const open = play(emptyModel('judge'), page(['p1', 'p2', 'p3']));
const on = (model: Model) => currentPair(model)?.comparison;

test('a verdict puts the next pair on screen before anything is saved', () => {
	const next = reduce(open, left);
	assert.equal(on(next), 'p2');
	assert.equal(next.done, 1);
	assert.equal(next.showing, open.showing + 1);
	assert.equal(next.status?.text, 'Saving: left, clearly');
	assert.equal(next.status?.undo, false);
});

test('"saved" is said once it is', () => {
	const next = play(open, left, { type: 'saved', showing: open.showing, event: 'e1', at: 't' });
	assert.deepEqual(next.status, { tone: 'saved', text: 'Saved: left, clearly', undo: true });
	assert.deepEqual(next.unsaved, []);
});

test('a verdict that was not saved brings its pair back with what was said of it', () => {
	const draft = { reasons: ['clear'], note: 'n' };
	const next = play(open, { type: 'draft', draft }, left, {
		type: 'failed',
		showing: open.showing,
		message: 'The disk is full.',
	});
	assert.equal(on(next), 'p1');
	assert.equal(next.done, 0);
	assert.deepEqual(next.draft, draft);
	assert.equal(next.status?.text, 'Not saved: The disk is full.');
	assert.ok(next.showing > open.showing + 1, 'another showing: the refused one must not be judged again');
});

test('a page that was under way does not bring back what is judged or held', () => {
	const next = play(open, left, page(['p1', 'p2', 'p4'], { done: 0 }));
	assert.deepEqual(
		next.queue.map(({ comparison }) => comparison),
		['p2', 'p3', 'p4'],
	);
	assert.equal(next.done, 1, 'the count here is ahead of the count there');
	assert.deepEqual(heldIds(next), ['p2', 'p3', 'p4', 'p1']);
});

test('the queue ends when a short page adds nothing, and says which end it is', () => {
	const short = play(emptyModel('judge'), page(['p1'], { asked: 5, total: 1 }));
	assert.equal(reduce(short, left).phase, 'finished');
	assert.equal(play(emptyModel('judge'), page([], { asked: 5, total: 0 })).phase, 'empty');
	const more = play(emptyModel('judge'), page(['p1', 'p2'], { asked: 2 }));
	assert.equal(play(more, left, left).phase, 'loading', 'there may be more behind');
});

test('reasons and note go with one verdict only', () => {
	const next = play(open, { type: 'draft', draft: { reasons: ['safe'], note: '' } }, left);
	assert.deepEqual(next.draft, { reasons: [], note: '' });
	assert.deepEqual(next.unsaved[0]?.draft.reasons, ['safe']);
});

test('looking back keeps the queue, its draft and my verdict as it stood', () => {
	const mine = { event: 'e', verdict: 'b', strength: 1, note: 'was', at: 't' } as const;
	const draft = { reasons: ['tone'], note: 'half written' };
	const looking = play(
		open,
		{ type: 'draft', draft },
		{ type: 'look', look: { pair: pair('old', { mine }), from: 'past', back: 1 } },
	);
	assert.equal(on(looking), 'old');
	assert.deepEqual(standingVerdict(looking), { choice: 'left', strength: 1 });
	assert.equal(looking.draft.note, 'was');
	const back = reduce(looking, { type: 'look', look: null });
	assert.equal(on(back), 'p1');
	assert.deepEqual(back.draft, draft);
	assert.equal(back.done, 0);
});

test('a correction stays on its pair', () => {
	const mine = { event: 'e', verdict: 'a', at: 't' } as const;
	const looking = reduce(open, { type: 'look', look: { pair: pair('old', { mine }), from: 'past', back: 1 } });
	const changed = play(looking, left, { type: 'saved', showing: looking.showing, event: 'e2', at: 't2' });
	assert.equal(on(changed), 'old');
	assert.equal(changed.look?.pair.mine?.verdict, 'b', 'left is side b here');
	assert.equal(changed.look?.pair.mine?.event, 'e2');
});

test('in review the pair stays until the others are seen and the verdict is kept', () => {
	const review = play(emptyModel('review'), {
		type: 'page',
		page: { kind: 'review', done: 0, total: 2, pairs: [pair('r1'), pair('r2')] },
		asked: 2,
	});
	const judged = play(review, left, { type: 'saved', showing: review.showing, event: 'e', at: 't' });
	assert.equal(on(judged), 'r1');
	assert.equal(judged.revealed?.judgments, null);
	const seen = play(judged, { type: 'others', comparison: 'r1', judgments: [] });
	assert.deepEqual(seen.revealed?.judgments, []);
	assert.equal(on(reduce(seen, { type: 'kept' })), 'r2');
});

test('a correction in review that fails leaves the verdict that is stored', () => {
	const review = play(emptyModel('review'), {
		type: 'page',
		page: { kind: 'review', done: 0, total: 1, pairs: [pair('r1')] },
		asked: 2,
	});
	const judged = play(review, left, { type: 'saved', showing: review.showing, event: 'e', at: 't' });
	const changed = reduce(judged, { type: 'judged', verdict: { choice: 'tie' } });
	const failed = reduce(changed, { type: 'failed', showing: judged.showing, message: 'no' });
	assert.deepEqual(standingVerdict(failed), { choice: 'left', strength: 2 });
	assert.equal(on(failed), 'r1');
});

test('undo brings the pair back and counts down', () => {
	const judged = play(open, left, { type: 'saved', showing: open.showing, event: 'e', at: 't' });
	const status = { tone: 'info', text: 'Took back', undo: false } as const;
	const back = reduce(judged, { type: 'returned', pair: pair('p1'), status, uncount: true });
	assert.equal(on(back), 'p1');
	assert.equal(back.done, 0);
	assert.equal(reduce(back, left).queue[0]?.comparison, 'p2', 'and it can be judged again');
});

test('a pair put off leaves without a count; one that cannot be judged does not come back', () => {
	const status = { tone: 'saved', text: 'Put off', undo: true } as const;
	const later = reduce(open, { type: 'passed', cannot: false, status });
	assert.equal(on(later), 'p2');
	assert.equal(later.done, 0);
	assert.ok(reduce(later, page(['p1'])).queue.some(({ comparison }) => comparison === 'p1'));
	const cannot = reduce(open, { type: 'passed', cannot: true, status });
	assert.ok(!reduce(cannot, page(['p1'])).queue.some(({ comparison }) => comparison === 'p1'));
});

test('a review, which counts only what is left, still says how far this sitting is', () => {
	const pages = (left: number, ids: string[]): Event => ({
		type: 'page',
		page: { kind: 'review', done: 0, total: left, pairs: ids.map((id) => pair(id)) },
		asked: ids.length,
	});
	const first = play(emptyModel('review'), pages(7, ['r1', 'r2']));
	assert.deepEqual([first.done, first.total], [0, 7]);
	const saved = play(first, left, { type: 'saved', showing: first.showing, event: 'e', at: 't' }, pages(6, ['r3']));
	assert.deepEqual([saved.done, saved.total], [1, 7]);
});

test('a scheduled repeat of a pair judged in this sitting comes in, once, and is sent as a repeat', () => {
	const again: Event = {
		type: 'page',
		page: { kind: 'judge', done: 3, total: 10, pairs: [pair('p1', { repeat: true })], part: 'mine' },
		asked: 1,
	};
	const judgeAndSave = (model: Model): Model =>
		play(model, left, { type: 'saved', showing: model.showing, event: 'e', at: 't' });
	const judged = reduce(judgeAndSave(judgeAndSave(judgeAndSave(open))), page(['p1', 'p2']));
	assert.equal(on(judged), undefined, 'judged ones stay out');
	const repeat = reduce(judged, again);
	assert.equal(on(repeat), 'p1');
	const message = (model: Model) =>
		verdictMessage(model, currentPair(model) as BlindPair, { choice: 'left' }, model.draft, 900, undefined);
	assert.deepEqual([message(repeat).kind, message(open).kind], ['repeat', 'first']);
	assert.equal(on(reduce(judgeAndSave(repeat), again)), undefined, 'a page under way does not bring it back');
	const beyond = reduce(open, { ...again, page: { kind: 'judge', done: 3, total: 10, pairs: [], part: 'others' } });
	assert.equal(beyond.beyondMine, true);
});
