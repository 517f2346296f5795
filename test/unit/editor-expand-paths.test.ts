import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { bySteps, expandPath, isLaterPart, looksLikePath } from '../../src/editor/engines/expand-paths.ts';

const folder = mkdtempSync(join(tmpdir(), 'pairwright-paths-'));
after(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
const names = [
	'dpo-step100.gguf',
	'dpo-step50.gguf',
	'gdpo-step50.gguf',
	'ref.GGUF',
	'notes.txt',
	'deep/er/dpo-step9.gguf',
];
for (const name of [...names, 'big-00001-of-00002.gguf', 'big-00002-of-00002.gguf'])
	writeFileSync(join(folder, name), 'x');
const wanted = { endings: ['.gguf'] };
const expand = async (text: string, base = '/') =>
	(await expandPath(text, base, wanted)).map(({ path }) => relative(folder, path));

test('a glob gives its matches in order of training steps', async () => {
	assert.deepEqual(await expand(`${folder}/dpo-*.gguf`), ['dpo-step50.gguf', 'dpo-step100.gguf']);
	assert.deepEqual(await expand(`${folder}/**/dpo-step?.gguf`), ['deep/er/dpo-step9.gguf']);
	assert.deepEqual(await expand('dpo-*', folder), ['dpo-step50.gguf', 'dpo-step100.gguf']);
});

test('a folder gives its own files of the kind, the first part of a model in parts among them', async () => {
	assert.deepEqual(await expand(folder), [
		'big-00001-of-00002.gguf',
		'dpo-step50.gguf',
		'dpo-step100.gguf',
		'gdpo-step50.gguf',
		'ref.GGUF',
	]);
	assert.deepEqual([isLaterPart('a-00002-of-00003.gguf'), isLaterPart('a-00001-of-00003.gguf')], [true, false]);
});

test('a file is itself, whatever its ending; what is not there gives nothing', async () => {
	assert.deepEqual(await expand(join(folder, 'notes.txt')), ['notes.txt']);
	assert.deepEqual(await expand(join(folder, 'gone.gguf')), []);
	assert.deepEqual(await expand(`${folder}/gone/*.gguf`), []);
	assert.deepEqual(await expand(`${folder}/notes*`), []);
});

test('paths and globs are told from words to filter by', () => {
	for (const text of ['/m', '~/m', './m', 'm/x', 'C:\\m', 'dpo-*', '..\\m']) assert.ok(looksLikePath(text), text);
	for (const text of ['dpo', 'step 50', '']) assert.ok(!looksLikePath(text), text);
});

test('steps order files of one series, names the others', () => {
	const sorted = ['b-step9', 'a-step100', 'a-step20', 'a'].map((path) => ({ path })).toSorted(bySteps);
	assert.deepEqual(
		sorted.map(({ path }) => path),
		['a', 'a-step20', 'a-step100', 'b-step9'],
	);
});
