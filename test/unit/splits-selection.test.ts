import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extend, isSelected, NOTHING, pick, selectedCount, toPromptSelection } from '../../webview/splits/selection.ts';
import { rowAfterKey, scrollToRow, visibleRows } from '../../webview/splits/visible-rows.ts';
import { judgedText, medianText, percent } from '../../webview/splits/words.ts';
import { promptRow } from '../integration/splits-rows.ts';

test('rows are added and taken one by one; without keeping, one replaces all', () => {
	const two = pick(pick(NOTHING, 'a', true), 'b', true);
	assert.equal(selectedCount(two, 100), 2);
	assert.equal(selectedCount(pick(two, 'a', true), 100), 1);
	assert.deepEqual(toPromptSelection(pick(two, 'c', false), {}), { ids: ['c'] });
});

test('a range keeps what was selected before it began', () => {
	const selection = extend(pick(NOTHING, 'a', true), ['c', 'd']);
	assert.deepEqual(toPromptSelection(selection, {}), { ids: ['a', 'c', 'd'] });
});

test('all that match is sent as the query, not as ids', () => {
	const filter = { split: 'train' as const, search: 'law' };
	assert.deepEqual(toPromptSelection({ all: true }, filter), { query: filter });
	assert.equal(selectedCount({ all: true }, 1204), 1204);
	assert.ok(isSelected({ all: true }, 'anything'));
	assert.equal(toPromptSelection(NOTHING, filter), null);
});

test('only rows in view and a few around them are painted', () => {
	const { from, to } = visibleRows({ scrollTop: 320_000, height: 640, rowHeight: 32 }, 100_000);
	assert.ok(from <= 10_000 && from > 9_980);
	assert.ok(to >= 10_020 && to < 10_040);
	assert.deepEqual(visibleRows({ scrollTop: 5000, height: 640, rowHeight: 32 }, 0), { from: 0, to: 0 });
});

test('keys stay inside the list, and the row they reach is in view', () => {
	const viewport = { scrollTop: 0, height: 320, rowHeight: 32 };
	assert.equal(rowAfterKey('End', 0, 100, viewport), 99);
	assert.equal(rowAfterKey('ArrowUp', 0, 100, viewport), 0);
	assert.equal(rowAfterKey('PageDown', 0, 100, viewport), 9);
	assert.equal(rowAfterKey('q', 0, 100, viewport), null);
	assert.equal(rowAfterKey('End', 0, 0, viewport), null);
	assert.equal(scrollToRow(viewport, 99), 100 * 32 - 320);
	assert.equal(scrollToRow(viewport, 4), 0);
});

test('a share says 0 or 100 only where it is exact', () => {
	assert.equal(percent(999, 1000), '> 99 %');
	assert.equal(percent(1, 1000), '< 1 %');
	assert.equal(percent(0, 1000), '0 %');
	assert.equal(percent(1000, 1000), '100 %');
	assert.equal(percent(0, 0), '–');
});

test('a sealed row says so instead of a count', () => {
	const sealed = promptRow(5);
	assert.equal(sealed.sealed, true);
	assert.equal(judgedText(sealed), 'sealed');
	assert.equal(judgedText({ ...promptRow(0), pairs: 3, judged: 2 }), '2 of 3 judged');
	assert.equal(judgedText({ ...promptRow(0), pairs: 3, judged: 0 }), 'open');
});

test('the median names its bin', () => {
	assert.equal(medianText([0, 0, 3, 3, 0, 0, 0]), 'median 200–399');
	assert.equal(medianText([0, 0, 0, 0, 0, 0, 9]), 'median ≥ 3,200');
	assert.equal(medianText([0, 0, 0, 0, 0, 0, 0]), 'none');
});
