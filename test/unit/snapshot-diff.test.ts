import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffSnapshots, type PastVerdict, type PlacedPreview, type Snapshot } from '../../src/domain/snapshot-diff.ts';
import { SPLITS } from '../../src/domain/split.ts';

function snapshot(
	name: string,
	prompts: Readonly<Record<string, PlacedPreview>>,
	rest: Partial<Snapshot> & { readonly judged?: Readonly<Record<string, PastVerdict>> } = {},
): Snapshot {
	const { judged = {}, ...fields } = rest;
	const verdicts = new Map(Object.entries(judged).map(([id, verdict]) => [id, { prompt: null, verdict }]));
	return {
		name,
		covers: SPLITS,
		prompts: new Map(Object.entries(prompts)),
		verdicts,
		sealed: new Set(),
		notes: [],
		...fields,
	};
}

const train: PlacedPreview = { split: 'train', half: null, preview: 't' };
const evaluation: PlacedPreview = { split: 'eval', half: null, preview: 'e' };
const tuning: PlacedPreview = { split: 'heldout', half: 'R', preview: 'r' };
const sealed: PlacedPreview = { split: 'heldout', half: 'E', preview: 's' };

test('prompts of two workspaces: added, removed, moved between splits and between halves', () => {
	const diff = diffSnapshots(
		snapshot('one', { a: train, b: train, c: tuning, d: evaluation }),
		snapshot('two', { b: evaluation, c: sealed, d: evaluation, e: train }),
		() => false,
	);
	assert.deepEqual(
		diff.added.map(({ prompt }) => prompt),
		['e'],
	);
	assert.deepEqual(
		diff.removed.map(({ prompt }) => prompt),
		['a'],
	);
	assert.deepEqual(
		diff.moved.map(({ prompt, from, to }) => [prompt, from.split, from.half, to.split, to.half]),
		[
			['b', 'train', null, 'eval', null],
			['c', 'heldout', 'R', 'heldout', 'E'],
		],
	);
});

test('a manifest speaks of its own split alone, and does not tell halves apart', () => {
	const manifest = snapshot(
		'manifest',
		{
			a: { split: 'heldout', preview: '' },
			b: { split: 'heldout', preview: '' },
			c: { split: 'heldout', preview: '' },
		},
		{ covers: ['heldout'] },
	);
	const now = snapshot('now', { a: tuning, b: train, d: sealed, e: evaluation });
	const diff = diffSnapshots(manifest, now, () => false);
	assert.deepEqual(
		diff.added.map(({ prompt }) => prompt),
		['d'],
		'e is of a split that the manifest does not list',
	);
	assert.deepEqual(
		diff.removed.map(({ prompt }) => prompt),
		['c'],
	);
	assert.deepEqual(
		diff.moved.map(({ prompt }) => prompt),
		['b'],
	);
});

test('verdicts that changed; a label of a run without a majority is not told from a tie or a dispute', () => {
	const first = snapshot('run', {}, { judged: { a: 'a', b: 'undecided', c: 'undecided', d: 'b', x: 'a' } });
	const second = snapshot('now', {}, { judged: { a: 'b', b: 'tie', c: 'a', d: 'b', y: 'a' } });
	assert.deepEqual(
		diffSnapshots(first, second, () => false).verdicts.map(({ comparison, from, to }) => [comparison, from, to]),
		[
			['a', 'a', 'b'],
			['c', 'undecided', 'a'],
		],
	);
});

test('what is sealed today is not told, whatever it was then; what is gone is as sealed as it was', () => {
	const first = snapshot('then', {}, { judged: { open: 'a', e: 'a', gone: 'a' }, sealed: new Set(['gone', 'open']) });
	const second = snapshot('now', {}, { judged: { open: 'b', e: 'b', gone: 'b' } });
	const today = new Map([
		['open', false],
		['e', true],
	]);
	const diff = diffSnapshots(first, second, (id) => today.get(id));
	assert.deepEqual(
		diff.verdicts.map(({ comparison }) => comparison),
		['open'],
	);
	assert.equal(diff.sealed, 2);
});
