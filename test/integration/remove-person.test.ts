import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../../src/store/dump.ts';
import { git, holding, holdingInGit, idOf, team } from './erase-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

const HANDLE = 'Bo Quill-Ramsay';

/** Rows with verdicts of two named people. */
function namedRows(dir: string): string {
	const path = join(dir, 'named.jsonl');
	const rows = Array.from({ length: 8 }, (_, i) =>
		JSON.stringify({
			prompt: `Question ${i}: why?`,
			response_a: `Because ${i}.`,
			response_b: `No idea about ${i}.`,
			judgments: [
				{ annotator: HANDLE, verdict: 'a', at: '2026-01-01T00:00:00Z' },
				{ annotator: 'cleo', verdict: 'b', at: '2026-01-01T00:00:00Z' },
			],
		}),
	);
	writeFileSync(path, `${rows.join('\n')}\n`);
	return path;
}

const say = (content: string) => [{ role: 'assistant', content }];
const ask = (content: string) => ({ messages: [{ role: 'user', content }] });

async function workspace(t: Parameters<typeof folder>[0]) {
	const dir = folder(t);
	const bo = await openAt(dir, HANDLE, 'two');
	const ana = await openAt(dir, 'ana', 'one');
	t.after(() => Promise.all([bo.workspace.close(), ana.workspace.close()]));
	await ana.workspace.importFiles([namedRows(dir)], {}, job());
	await bo.workspace.reload();
	const id = await idOf(bo, 'Question 3:');
	await bo.workspace.rename('Bo');
	await bo.workspace.judge({ comparison: id, verdict: 'b', note: 'a note of bo' });
	await bo.workspace.judge({ comparison: await idOf(bo, 'Question 4:'), verdict: 'tie' });
	await bo.workspace.undo();
	const mine = await bo.workspace.author({ prompt: ask('alone?'), a: say('x'), b: say('y'), verdict: 'a' });
	const shared = await bo.workspace.author({ prompt: ask('shared?'), a: say('x'), b: say('y'), verdict: 'a' });
	const { prompt_id } = await bo.workspace.show(id);
	await bo.workspace.tag({ ids: [prompt_id] }, { facet: 'domain:law', reason: 'bo says so' });
	await ana.workspace.reload();
	await ana.workspace.judge({ comparison: shared.comparison, verdict: 'b' });
	await bo.workspace.reload();
	return { dir, root: join(dir, 'work'), ana, bo, id, mine: mine.comparison, shared: shared.comparison };
}

test('anonymised: a neutral name stands everywhere, and everything that was said stands', async (t) => {
	const { root, ana, id } = await workspace(t);
	const before = dump(ana.workspace.context.db);
	const plan = await ana.workspace.removePerson(HANDLE, { mode: 'anonymise', written: 'judged', preview: true }, job());
	assert.equal(plan.preview, true);
	assert.equal(dump(ana.workspace.context.db), before, 'a preview changes nothing');
	const done = await ana.workspace.removePerson(HANDLE, { mode: 'anonymise', written: 'judged' }, job());
	assert.match(done.as, /^person-[0-9a-f]{8}$/u);
	await ana.workspace.settled();
	for (const text of [HANDLE, 'bo-quill', '"Bo"']) assert.deepEqual(holding(root, text), [], text);
	const people = await ana.workspace.people();
	assert.deepEqual(people.map(({ person }) => person).sort(), ['ana', 'cleo', done.as]);
	const renamed = before
		.split('\n')
		.filter((line) => line.startsWith('{"id"') && line.includes('"annotator"'))
		.map((line) => line.replaceAll(HANDLE, done.as));
	// An imported verdict is known by what it says, its annotator included.
	const said = (line: string) => line.replace(/"event":"[0-9a-f]{64}"(?=.*"seq":null)/u, '');
	const after = new Set(dump(ana.workspace.context.db).split('\n').map(said));
	assert.deepEqual(
		renamed.filter((line) => !after.has(said(line))),
		[],
		'every verdict stands under the new name',
	);
	const { judgments, history } = await ana.workspace.show(id);
	assert.ok(judgments.some(({ annotator, note }) => annotator === done.as && note === 'a note of bo'));
	assert.ok(history.some(({ type, person }) => type === 'tagged' && person === done.as));
	const report = await ana.workspace.doctor({ deep: true });
	assert.deepEqual(
		report.checks.filter(({ status }) => status !== 'ok'),
		[],
	);
	const again = await ana.workspace.removePerson(HANDLE, { mode: 'anonymise', written: 'judged' }, job());
	assert.deepEqual([again.event, again.as], [null, done.as]);
});

test('removed: verdicts, notes and tags leave; placements and pairs that others judged stay without the name', async (t) => {
	const { root, ana, id, mine, shared } = await workspace(t);
	const place = await ana.workspace.show(id);
	assert.equal(place.split, 'heldout');
	const done = await ana.workspace.removePerson(HANDLE, { mode: 'remove', written: 'judged' }, job());
	assert.deepEqual(done.written, [mine]);
	for (const text of [HANDLE, 'a note of bo', 'bo says so', 'alone?']) assert.deepEqual(holding(root, text), [], text);
	const detail = await ana.workspace.show(id);
	assert.deepEqual(
		[detail.split, detail.half, detail.tags],
		['heldout', place.half, []],
		'held-out prompts stay held out',
	);
	assert.deepEqual([...new Set(detail.judgments.map(({ annotator }) => annotator))], ['cleo']);
	const kept = await ana.workspace.show(shared);
	assert.deepEqual(
		kept.judgments.map(({ annotator }) => annotator),
		['ana'],
	);
	await assert.rejects(ana.workspace.show(mine), /was erased/u);
	assert.deepEqual(
		(await ana.workspace.doctor({ deep: true })).checks.filter(({ status }) => status !== 'ok'),
		[],
	);
});

test('a name that was removed cannot be worked under; another can', async (t) => {
	const { ana, bo, id } = await workspace(t);
	await ana.workspace.removePerson(HANDLE, { mode: 'anonymise', written: 'keep' }, job());
	await bo.workspace.reload();
	await assert.rejects(bo.workspace.judge({ comparison: id, verdict: 'a' }), /was removed from this workspace/u);
	await assert.rejects(
		ana.workspace.removePerson('nobody', { mode: 'remove', written: 'keep' }, job()),
		/Nobody here/u,
	);
});

test('a clone of the removed person that comes back with unsent work brings no name back', async (t) => {
	const { dir, server, ana, bo } = await team(t, namedRows);
	const id = await idOf(bo, 'Question 3:');
	await bo.workspace.judge({ comparison: id, verdict: 'a', note: 'sent' });
	await bo.workspace.sync(job());
	await bo.workspace.judge({ comparison: id, verdict: 'b', note: 'unsent' });
	const done = await ana.workspace.removePerson('bo', { mode: 'anonymise', written: 'keep' }, job());
	assert.equal(done.synced?.ok, true, done.synced?.message);
	assert.deepEqual(holdingInGit(server, 'main', '"bo"'), []);
	const synced = await bo.workspace.sync(job());
	assert.ok(synced.ok, synced.message);
	await ana.workspace.sync(job());
	assert.deepEqual(holdingInGit(server, 'main', '"bo"'), []);
	const names = git(server, 'ls-tree', '-r', '--name-only', 'main');
	assert.ok(!/journal\/bo-/u.test(names), names);
	for (const name of ['ana', 'bo']) {
		assert.equal(git(join(dir, name), 'status', '--porcelain'), '', name);
		assert.deepEqual(holding(join(dir, name), '"bo"'), [], name);
	}
	await Promise.all([ana.workspace.settled(), bo.workspace.settled()]);
	assert.equal(dump(bo.workspace.context.db), dump(ana.workspace.context.db));
	const { judgments } = await ana.workspace.show(id);
	assert.deepEqual(
		judgments.filter((j) => j.annotator === done.as).map(({ note }) => note),
		['sent', 'unsent'],
	);
});

test('whoever takes themselves out leaves nothing under their name', async (t) => {
	const { dir, server, bo } = await team(t, namedRows);
	const id = await idOf(bo, 'Question 3:');
	await bo.workspace.judge({ comparison: id, verdict: 'a' });
	const done = await bo.workspace.removePerson('bo', { mode: 'remove', written: 'keep' }, job());
	assert.equal(done.synced?.ok, true, done.synced?.message);
	assert.deepEqual([holdingInGit(server, 'main', '"bo"'), holding(join(dir, 'bo'), '"bo"')], [[], []]);
	assert.equal(git(join(dir, 'bo'), 'status', '--porcelain'), '');
	assert.ok(readFileSync(join(dir, 'bo', '.pairwright', 'config.json')).length > 0);
});
