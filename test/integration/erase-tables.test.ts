import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ColumnMapping } from '../../src/domain/column-mapping.ts';
import { dump } from '../../src/store/dump.ts';
import { copiesIn, git, holding, holdingInGit, idOf, stateOf, team } from './erase-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

const REASON = 'asked for';
const SECRET = 'Mr. Ashdown of Birch Lane keeps four bicycles';

interface Shape {
	readonly end?: string;
	readonly sign?: string;
	/** After the last row. */
	readonly last?: string;
}

/** Rows of a table; the one at `secretAt` spans several lines, with quotes in it. */
function writeTable(path: string, secretAt: number | null, how: Shape = {}): string {
	const { end = '\n', sign = ',' } = how;
	const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
	const rows = Array.from({ length: 12 }, (_, i) => {
		const answer =
			i === secretAt ? `${SECRET}:${end}${end}“two” ${sign} "three"${end}` : `Answer ${i}${end}with ${sign}`;
		return [`Question ${i}?`, cell(answer), `Other ${i}`, i % 2 === 0 ? 'A' : 'B'].join(sign);
	});
	const header = ['prompt', 'answer_a', 'answer_b', 'winner'].join(sign);
	writeFileSync(path, `${[header, ...rows.slice(0, 5), '', ...rows.slice(5)].join(end)}${how.last ?? end}`);
	return path;
}

function unpacked(dir: string): string[] {
	return copiesIn(dir).map((name) => gunzipSync(readFileSync(join(dir, '.pairwright', 'sources', name))).toString());
}

for (const [name, secretAt, how] of [
	['table.csv', 4, {}],
	['first.csv', 0, { end: '\r\n' }],
	['table.tsv', 7, { sign: '\t' }],
	['last.csv', 11, { last: '' }],
	['end.csv', 11, {}],
	['old.csv', 6, { end: '\r', sign: ';' }],
] as const) {
	test(`a row leaves a table, and the others keep their lines: ${name}`, async (t) => {
		const dir = folder(t);
		const one = await openAt(dir);
		t.after(() => one.workspace.close());
		await one.workspace.importFiles([writeTable(join(dir, name), secretAt, how)], {}, job());
		await one.workspace.settled();
		const id = await idOf(one, `Question ${secretAt}?`);
		const lines = () =>
			one.workspace.context.db.all<{ line: number; id: string }>(
				'SELECT r.line, c.id FROM source_rows r JOIN comparisons c ON c.n = r.comparison ORDER BY r.ord',
			);
		const before = lines();
		assert.equal(before.length, 12);
		const done = await one.workspace.erase([id], { reason: REASON }, job());
		assert.deepEqual([done.left, done.sources.map(({ rows }) => rows)], [[], [1]]);
		await one.workspace.settled();
		assert.deepEqual(holding(join(dir, 'work'), 'Ashdown'), []);
		assert.deepEqual(holding(join(dir, 'work', '.pairwright', 'sources'), `Question ${secretAt}?`), []);
		await one.workspace.rebuild(job());
		assert.deepEqual(
			lines(),
			before.filter((row) => row.id !== id),
		);
		assert.match(
			copiesIn(join(dir, 'work')).join(),
			name.endsWith('.tsv') ? /^[\da-f]+\.tsv\.gz$/u : /^[\da-f]+\.csv\.gz$/u,
		);
		const { checks } = await one.workspace.doctor({ deep: true });
		assert.deepEqual(
			checks.filter(({ status }) => status !== 'ok'),
			[],
		);
	});
}

test('a prompt leaves a table of one column', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	const path = join(dir, 'prompts.csv');
	writeFileSync(path, `prompt\nHow so?\n"Who is ${SECRET}?"\nWhy?\n`);
	await one.workspace.importFiles([path], { as: 'prompts' }, job());
	await one.workspace.settled();
	const secret = (await one.workspace.waiting({ limit: 10 })).rows.find(({ preview }) => preview.includes('Ashdown'))!;
	const done = await one.workspace.erase([secret.id], { reason: REASON }, job());
	assert.deepEqual(done.left, []);
	assert.deepEqual(unpacked(join(dir, 'work')), ['prompt\nHow so?\n\nWhy?\n']);
});

test('the only row leaves its table', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	const path = join(dir, 'table.csv');
	writeFileSync(path, `prompt,answer_a,answer_b,winner\nWho lives there?,${SECRET},Nobody,A\n`);
	await one.workspace.importFiles([path], {}, job());
	const done = await one.workspace.erase([await idOf(one, 'lives')], { reason: REASON }, job());
	assert.deepEqual(done.left, []);
	assert.deepEqual(unpacked(join(dir, 'work')), ['prompt,answer_a,answer_b,winner\n\n']);
	await one.workspace.rebuild(job());
	const { checks } = await one.workspace.doctor({ deep: true });
	assert.deepEqual(
		checks.filter(({ status }) => status !== 'ok'),
		[],
	);
});

test('a row of several pairs of which one goes stays, and is named', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	const path = join(dir, 'table.csv');
	const mapping = {
		columns: { prompt: 'q', a: 'x', b: 'y', c: 'z', best: 'w' },
	} as const satisfies ColumnMapping;
	writeFileSync(path, `q,x,y,z,w\nWhich?,${SECRET},Two,Three,x\nAnd?,One,Two,Three,y\n`);
	await one.workspace.importFiles([path], { mapping }, job());
	await one.workspace.settled();
	const done = await one.workspace.erase([await idOf(one, 'Which')], { reason: REASON }, job());
	assert.match(done.left[0]?.why ?? '', /also holds pairs that stay/u);
	assert.equal(done.sources.length, 0);
});

test('a colleague takes the rewritten table over', async (t) => {
	const { dir, server, ana, bo } = await team(t, (place) => writeTable(join(place, 'all.csv'), 4));
	await bo.workspace.judge({ comparison: await idOf(bo, 'Question 3?'), verdict: 'a' });
	await ana.workspace.erase([await idOf(ana, 'Question 4?')], { reason: REASON }, job());
	for (const each of [bo, ana]) assert.ok((await each.workspace.sync(job())).ok);
	assert.deepEqual(holdingInGit(server, 'main', 'Ashdown'), []);
	for (const name of ['ana', 'bo']) assert.deepEqual(holding(join(dir, name), 'Ashdown'), [], name);
	await Promise.all([ana.workspace.settled(), bo.workspace.settled()]);
	assert.equal(dump(bo.workspace.context.db), dump(ana.workspace.context.db));
	assert.equal((await bo.workspace.list({ limit: 1 })).total, 11);
});

for (const byHand of [false, true]) {
	test(`a copy of an import that was taken back leaves the branch and every clone${byHand ? ', deleted by hand too' : ''}`, async (t) => {
		const { dir, server, ana, bo } = await team(t, (place) => writeTable(join(place, 'all.csv'), null));
		const more = writeTable(join(dir, 'more.csv'), 4);
		await ana.workspace.importFiles([more], {}, job());
		const taken = ana.workspace.context.events('imported').at(-1)!;
		await ana.workspace.sync(job());
		await bo.workspace.sync(job());
		const erased = (await ana.workspace.list({ search: 'Ashdown', limit: 2 })).comparisons.map((row) => row.id);
		assert.equal(erased.length, 1);
		await ana.workspace.retract(taken.id);
		const again = writeTable(join(dir, 'again.csv'), 4);
		writeFileSync(again, readFileSync(again, 'utf8').replace('Other 9', 'Another 9'));
		await ana.workspace.importFiles([again], {}, job());
		if (byHand) rmSync(join(dir, 'ana', taken.source.path));
		const done = await ana.workspace.erase(erased, { reason: REASON }, job());
		assert.deepEqual(done.left, []);
		assert.equal(done.synced?.ok, true, done.synced?.message);
		assert.ok((await ana.workspace.sync(job())).ok);
		assert.deepEqual(holdingInGit(server, 'main', 'Ashdown'), []);
		assert.ok((await bo.workspace.sync(job())).ok);
		for (const [name, each] of Object.entries({ ana, bo })) {
			assert.deepEqual(holding(join(dir, name), 'Ashdown'), [], name);
			assert.equal(git(join(dir, name), 'status', '--porcelain'), '', name);
			await each.workspace.settled();
			const { checks } = await each.workspace.doctor({ deep: true });
			assert.deepEqual(
				checks.filter(({ status }) => status === 'error'),
				[],
			);
			assert.equal(checks.find(({ check }) => check === 'erased')?.status, 'ok');
		}
		assert.deepEqual(stateOf(bo), stateOf(ana));
		assert.ok(readdirSync(join(dir, 'bo', '.pairwright', 'sources')).every((file) => !file.includes('.tmp')));
	});
}

test('without anybody to sync with, doctor names the copy of an import that was taken back', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	await one.workspace.importFiles([writeTable(join(dir, 'all.csv'), null)], {}, job());
	await one.workspace.importFiles([writeTable(join(dir, 'more.csv'), 4)], {}, job());
	const secret = (await one.workspace.list({ search: 'Ashdown', limit: 2 })).comparisons[0]!.id;
	const taken = one.workspace.context.events('imported').at(-1)!;
	const copy = writeTable(join(dir, 'again.csv'), 4);
	writeFileSync(copy, readFileSync(copy, 'utf8').replace('Other 9', 'Another 9'));
	await one.workspace.importFiles([copy], {}, job());
	await one.workspace.retract(taken.id);
	const done = await one.workspace.erase([secret], { reason: REASON }, job());
	assert.deepEqual(
		done.left.map(({ path }) => path),
		[taken.source.path],
	);
	const check = async () => (await one.workspace.doctor({})).checks.find(({ check }) => check === 'erased');
	assert.match((await check())?.message ?? '', /taken back, holds 1 row/u);
	rmSync(join(dir, 'work', taken.source.path));
	assert.equal((await check())?.status, 'ok');
});
