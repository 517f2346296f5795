import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSentence, rejectedText } from '../../src/editor/commands/import-result.ts';
import { handleProblem } from '../../src/editor/shell/handle.ts';
import { etaText, progressShort, progressText, share } from '../../src/editor/shell/progress-text.ts';
import { mostProtected, moveDetail, movedText } from '../../src/editor/splits/moves.ts';
import type { ImportResult } from '../../src/protocol/imports.ts';
import type { Progress } from '../../src/protocol/workspace-api.ts';
import { promptRow } from '../integration/splits-rows.ts';

const progress: Progress = { job: 'j', phase: 'reading', done: 31e6, total: 79e6, unit: 'bytes', eta: 40 };

test('progress says phase, amount and time left, and nothing it does not know', () => {
	assert.equal(progressText(progress), 'reading · 31 MB of 79 MB · about 40 s left');
	assert.equal(progressText({ ...progress, done: 0, total: null, eta: null }), 'reading');
	assert.equal(
		progressText({ ...progress, unit: 'rows', done: 1200, total: null, eta: null, message: 'tea.jsonl' }),
		'reading · 1,200 rows · tea.jsonl',
	);
	assert.equal(progressShort(progress), 'reading 39 %');
	assert.equal(progressShort({ ...progress, total: null }), 'reading…');
	assert.equal(share({ ...progress, done: 99e6 }), 1);
	assert.equal(etaText(Number.NaN), '');
	assert.equal(etaText(600), 'about 10 min left');
});

const result: ImportResult = {
	files: [
		{
			path: '/w/a.jsonl',
			format: 'trl',
			rows: 12,
			imported: 9,
			duplicates: 2,
			ties: 0,
			rejected: 1,
			warnings: ['odd'],
		},
	],
	rejected: [{ path: '/w/a.jsonl', line: 8, reason: 'no prompt' }],
	comparisons: 9,
	prompts: 9,
	cancelled: false,
};

test('an import is summed up in one sentence, and every rejected row is named', () => {
	assert.equal(importSentence(result), 'Imported 9 pairs; 2 pairs were there already; 1 row rejected (format: trl).');
	assert.match(importSentence({ ...result, cancelled: true }), /^Import stopped; what was in stays in\./);
	const text = rejectedText({ ...result, files: [{ ...result.files[0]!, rejected: 1500 }] }, (path) => path.slice(3));
	assert.match(text, /a\.jsonl:8 {2}no prompt/);
	assert.match(text, /a\.jsonl: note: odd/);
	assert.match(text, /1,499 more rejected rows/);
});

test('a handle is no e-mail address and no label of a machine or a source', () => {
	assert.equal(handleProblem(' mira '), null);
	assert.equal(handleProblem('Zoë van Dijk'), null);
	for (const bad of ['', '  ', 'a@b.org', 'model:gpt', 'Source:x', 'two\nlines', 'x'.repeat(61)]) {
		assert.notEqual(handleProblem(bad), null, bad);
	}
});

test('a cluster goes to the most protected of its splits', () => {
	const train = promptRow(0);
	const sealed = promptRow(5);
	const excluded = { ...promptRow(3), split: 'excluded' as const };
	assert.equal(mostProtected([train, sealed, excluded]), 'heldout');
	assert.equal(mostProtected([excluded]), null);
});

test('a move tells what happens to clusters and to what is frozen', () => {
	const preview = {
		prompts: 6,
		clusters: 3,
		moves: 4,
		proposals: 3,
		along: 2,
		there: 1,
		frozen: 2,
		exported: 1,
		proposed: 2,
		tags: [],
	};
	const detail = moveDetail(preview, 'eval');
	assert.match(detail, /6 prompts in 3 clusters: 4 move to eval\./);
	assert.match(detail, /2 of them come along: clusters move whole/);
	assert.match(detail, /1 prompt is there already\./);
	assert.match(
		detail,
		/2 prompts in frozen clusters, 1 prompt in clusters of a training export: 2 proposals are made instead\./,
	);
	const plain = moveDetail({ ...preview, along: 0, there: 0, frozen: 0, exported: 0, proposals: 0 }, 'excluded');
	assert.doesNotMatch(plain, /come along|already|instead/);
	assert.equal(movedText(2, 0, 'eval'), 'Moved 2 prompts to eval.');
	assert.equal(movedText(0, 2, 'heldout'), 'Proposed 2 prompts for held-out.');
});
