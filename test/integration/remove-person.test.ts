import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { personKey } from '../../src/domain/erasure.ts';
import { dump } from '../../src/store/dump.ts';
import { personFolder } from '../../src/store/state-dir.ts';
import { copiesIn, git, holding, holdingInGit, idOf, team } from './erase-support.ts';
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

test('a preview names the handle that will stand, and the removed person is told what became of their work', async (t) => {
	for (const mode of ['anonymise', 'remove'] as const) {
		const { dir, server, ana, bo } = await team(t, namedRows);
		for (const name of ['ana', 'bo']) {
			git(join(dir, name), 'config', 'user.name', `${name} the tester`);
			git(join(dir, name), 'config', 'user.email', `${name}@example.org`);
		}
		await bo.workspace.judge({ comparison: await idOf(bo, 'Question 3:'), verdict: 'a' });
		await bo.workspace.sync(job());
		await ana.workspace.sync(job());
		const options = { mode, written: 'keep' } as const;
		const plan = await ana.workspace.removePerson('bo', { ...options, preview: true }, job());
		const done = await ana.workspace.removePerson('bo', options, job());
		assert.equal(done.as, plan.as);
		const advice = done.advice.join('\n');
		const [filter = ''] = done.advice.filter((text) => text.includes('git filter-repo --force'));
		assert.ok(!filter.includes(done.as), 'a journal under the new name held nothing before');
		assert.match(filter, / --replace-message \S+ --mailmap \S+$/u);
		assert.match(advice, /\d commits? of their syncs names? them too/u);
		const names = advice.split('\n').filter((text) => text.trimStart().startsWith('printf'));
		const folders = [personFolder('bo'), personFolder(done.as)] as const;
		assert.ok(names[0]?.includes(`'${folders[0]}==>${folders[1]}' 'regex:(?m) by bo$==> by ${done.as}'`), names[0]);
		assert.ok(
			names[1]?.includes(`${done.as} <${folders[1]}@pairwright.invalid> bo the tester <bo@example.org>`),
			names[1],
		);
		const last = git(server, 'rev-parse', 'main').trim();
		assert.match(advice, /git push --force origin main/u);
		assert.ok(!done.as.includes(personKey('bo').slice(0, 8)), 'no hash of the handle alone');
		bo.notices.length = 0;
		await bo.workspace.sync(job());
		const later = git(server, 'log', '--format=%an <%ae> %cn %B', `${last}..main`);
		assert.ok(!/\bbo\b/u.test(later), later);
		const told = bo.notices.filter((text) => /taken out|branch switch/u.test(text));
		assert.equal(told.length, 1, told.join('; '));
		assert.match(told[0]!, new RegExp(`^The handle "bo" was taken out of this workspace by ana: .*${done.as}`, 'u'));
		const { checks } = await bo.workspace.doctor({});
		assert.match(checks.find(({ check }) => check === 'annotator')?.message ?? '', /"bo" was taken out/u);
		assert.match(told[0]!, mode === 'remove' ? /1 judgment of yours left/u : /what you did here stands under/u);
	}
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
	const { checks } = await bo.workspace.doctor({ deep: true });
	assert.equal(checks.find(({ check }) => check === 'journal-lines')?.status, 'ok', 'lines stand in order');
	assert.ok(readFileSync(join(dir, 'bo', '.pairwright', 'config.json')).length > 0);
});

const person = 'zed the judge';
const shapes = [
	{
		name: 'argilla',
		row: (i: number) => ({
			fields: { prompt: `Question ${i}: why?`, response1: `Because ${i}.`, response2: `No idea about ${i}.` },
			responses: {
				preference: [
					{ value: 'response2', user_id: person, status: 'submitted' },
					{ value: 'response1', user_id: 'cleo', status: 'submitted' },
				],
				reason: [{ value: 'zed says so' }, { value: 'cleo says so', user_id: 'cleo' }],
			},
		}),
	},
	{
		name: 'label-studio',
		row: (i: number) => ({
			data: { prompt: `Question ${i}: why?`, response1: `Because ${i}.`, response2: `No idea about ${i}.` },
			annotations: [person, 'cleo'].map((who) => ({
				completed_by: { id: who, first_name: who === person ? 'Zedekiah' : 'C.' },
				result: [{ type: 'pairwise', value: { selected: 'left' } }],
			})),
		}),
	},
	{
		name: 'columns',
		mapping: {
			columns: { prompt: 'ask', a: 'one', b: 'two', verdict: 'best', annotator: 'who', note: 'why' },
			verdicts: { a: 'a', b: 'b' },
		} as const,
		row: (i: number) => ({
			ask: `Question ${i}: why?`,
			one: `Because ${i}.`,
			two: `No idea about ${i}.`,
			best: 'a',
			who: i % 2 === 0 ? person : 'cleo',
			why: i % 2 === 0 ? 'zed says so' : 'cleo says so',
		}),
	},
	{
		name: 'array',
		row: (i: number) => ({
			prompt: `Question ${i}: why?`,
			response_a: `Because ${i}.`,
			response_b: `No idea about ${i}.`,
			judgments: [person, 'cleo'].map((annotator) => ({ annotator, verdict: 'a' })),
		}),
	},
];

for (const { name, row, mapping } of shapes) {
	for (const mode of ['anonymise', 'remove'] as const) {
		test(`${name}, ${mode}: the copy stays, without the name; rows, verdicts of others and a second import too`, async (t) => {
			const dir = folder(t);
			const one = await openAt(dir);
			t.after(() => one.workspace.close());
			const file = join(dir, 'in.jsonl');
			const rows = Array.from({ length: 4 }, (_, i) => JSON.stringify(row(i)));
			writeFileSync(file, name === 'array' ? `[${rows.join(',')}]` : `${rows.join('\n')}\n`);
			const how = mapping === undefined ? {} : { mapping };
			await one.workspace.importFiles([file], how, job());
			const done = await one.workspace.removePerson(person, { mode, written: 'judged' }, job());
			assert.deepEqual([done.left, done.sources.length], [[], 1]);
			for (const check of ['at once', 'rebuilt', 'imported again']) {
				await one.workspace.settled();
				const work = join(dir, 'work');
				assert.deepEqual([copiesIn(work).length, holding(work, person), holding(work, 'Zedekiah')], [1, [], []], check);
				assert.equal(holding(work, 'zed says so').length > 0, mode === 'anonymise' && /argilla|columns/u.test(name));
				const { comparisons, total } = await one.workspace.list({ limit: 10 });
				const votes: string[] = [];
				for (const { id } of comparisons) {
					for (const { annotator } of (await one.workspace.show(id)).judgments) votes.push(annotator);
				}
				const count = (who: string) => votes.filter((each) => each === who).length;
				const each = name === 'columns' ? 2 : 4;
				assert.deepEqual([total, count('cleo'), count(done.as)], [4, each, mode === 'remove' ? 0 : each], check);
				assert.equal(votes.length, count('cleo') + count(done.as), 'nobody else');
				if (check === 'at once') await one.workspace.rebuild(job());
				if (check === 'rebuilt') {
					const again = await one.workspace.importFiles([file], how, job());
					assert.equal(again.files[0]?.imported, 0);
				}
			}
			assert.deepEqual(
				(await one.workspace.doctor({ deep: true })).checks.filter(({ status }) => status !== 'ok'),
				[],
			);
		});
	}
}

test('where a name cannot be taken out of a copy it is said, and the copy stays', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	const chosen = join(dir, 'chosen.jsonl');
	writeFileSync(chosen, `${JSON.stringify({ ask: 'why?', yes: 'because', no: 'no idea', who: person })}\n`);
	const columns = { prompt: 'ask', chosen: 'yes', rejected: 'no', annotator: 'who' };
	await one.workspace.importFiles([chosen], { mapping: { columns } }, job());
	const table = join(dir, 'table.csv');
	writeFileSync(table, `ask,yes,no,who\nwhere?,here,there,${person}\n`);
	await one.workspace.importFiles([table], { mapping: { columns } }, job());
	const done = await one.workspace.removePerson(person, { mode: 'remove', written: 'judged' }, job());
	assert.deepEqual(done.left.map(({ why }) => /of this shape|of a table/u.exec(why)?.[0]).sort(), [
		'of a table',
		'of this shape',
	]);
	await one.workspace.rebuild(job());
	assert.deepEqual([copiesIn(join(dir, 'work')).length, (await one.workspace.list({ limit: 1 })).total], [2, 2]);
	assert.ok(!(await one.workspace.people()).some((each) => each.person === person));
});

test('somebody whose name was taken out can still be removed with their work, under the same neutral name', async (t) => {
	const { root, ana, id } = await workspace(t);
	const first = await ana.workspace.removePerson(HANDLE, { mode: 'anonymise', written: 'judged' }, job());
	const done = await ana.workspace.removePerson(HANDLE, { mode: 'remove', written: 'judged' }, job());
	assert.deepEqual([done.as, done.mode, done.left], [first.as, 'remove', []]);
	assert.notEqual(done.event, null);
	await ana.workspace.settled();
	assert.deepEqual(holding(root, 'a note of bo'), []);
	const { judgments, tags, split } = await ana.workspace.show(id);
	assert.deepEqual([[...new Set(judgments.map(({ annotator }) => annotator))], tags, split], [['cleo'], [], 'heldout']);
	assert.deepEqual(
		(await ana.workspace.doctor({ deep: true })).checks.filter(({ status }) => status !== 'ok'),
		[],
	);
	const milder = await ana.workspace.removePerson(HANDLE, { mode: 'anonymise', written: 'judged' }, job());
	assert.deepEqual([milder.event, milder.mode], [null, 'remove'], 'it says what stands');
	const before = dump(ana.workspace.context.db);
	await ana.workspace.rebuild(job());
	assert.equal(dump(ana.workspace.context.db), before);
});

test('a prompt that a tag of a removed person kept in E stays there', async (t) => {
	const { ana, bo, id } = await workspace(t);
	const context = ana.workspace.context;
	const other = await ana.workspace.show(await idOf(ana, 'Question 5:'));
	// A prompt drawn R, and a facet that goes to E only.
	await context.append([
		{ type: 'split-assigned', prompts: [other.prompt_id], split: 'heldout' },
		{
			type: 'half-drawn',
			draws: [{ prompts: [other.prompt_id], half: 'R' }],
			facets: [{ facet: 'time:sealed', sealed_only: true }],
		},
	]);
	assert.equal((await ana.workspace.show(other.id)).half, 'R');
	await bo.workspace.reload();
	await bo.workspace.tag({ ids: [other.prompt_id] }, { facet: 'time:sealed' });
	await ana.workspace.reload();
	assert.equal((await ana.workspace.show(other.id)).half, 'E');
	await ana.workspace.removePerson(HANDLE, { mode: 'remove', written: 'judged' }, job());
	const { half, tags, split } = await ana.workspace.show(other.id);
	assert.deepEqual([half, tags, split], ['E', [], 'heldout']);
	assert.ok((await ana.workspace.show(id)).id);
});
