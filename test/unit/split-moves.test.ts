import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveSentences, type SplitMoves, unheededWords } from '../../src/domain/split-moves.ts';
import { importSentence } from '../../src/editor/commands/import-result.ts';

const moves: SplitMoves = {
	moved: [{ from: 'heldout', to: 'train', prompts: 1200 }],
	kept: [
		{ from: 'eval', to: 'train', because: 'frozen', proposed: true, prompts: 1 },
		{ from: 'train', to: 'heldout', because: 'exported', proposed: false, prompts: 2 },
	],
};

test('where prompts go, and which stay and why, is said of what was done and of what is to come', () => {
	assert.deepEqual(moveSentences(moves), [
		'1,200 prompts went from held-out to train.',
		'1 prompt stays in eval (frozen); the move to train is proposed.',
		'2 prompts stay in train (exported for training).',
	]);
	assert.deepEqual(moveSentences(moves, true), [
		'1,200 prompts would go from held-out to train.',
		'1 prompt would stay in eval (frozen); the move to train would be proposed.',
		'2 prompts would stay in train (exported for training).',
	]);
});

test('an import tells what it did to prompts that were there before, and of rows that could not have their way', () => {
	const file = { path: 'a.jsonl', format: 'trl', rows: 3, imported: 0, duplicates: 3, ties: 0, rejected: 0 };
	const result = { files: [file], rejected: [], comparisons: 3, prompts: 3, cancelled: false };
	assert.equal(importSentence(result), 'Nothing new was imported; 3 pairs were there already (format: trl).');
	const said = importSentence({ ...result, moves: { ...moves, kept: [] }, unheeded: 1 });
	assert.ok(said.endsWith(` Known before: 1,200 prompts went from held-out to train. ${unheededWords(1)}`), said);
	assert.match(unheededWords(1), /^1 row asks for another split or half than its prompt has/u);
	assert.match(unheededWords(2), /^2 rows ask for another split or half than their prompts have/u);
});
