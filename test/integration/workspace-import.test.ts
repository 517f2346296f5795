import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dump } from '../../src/store/dump.ts';
import { foldPendingSources } from '../../src/workspace/fold-sources.ts';
import { folder, job, openAt, realData, writePairs } from './workspace-support.ts';

const multi = realData('multi-annotator.jsonl');
const harmless = realData('harmless.jsonl');
const raw = realData('harmless.raw.jsonl');

test('several annotators: strict majorities as the data set counts them, and a second import adds nothing', {
	skip: multi.skip,
}, async (t) => {
	const { workspace } = await openAt(folder(t));
	const first = await workspace.importFiles([multi.path], {}, job());
	assert.deepEqual(
		[first.files[0]?.rows, first.files[0]?.imported, first.files[0]?.ties, first.prompts],
		[993, 993, 105, 170],
	);
	const { db } = workspace.context;
	const state = dump(db);
	assert.equal(db.value('SELECT count(*) FROM source_votes'), 2979);
	// Row by row (84 comparisons occur more than once), turned back to the sides of the file.
	const lines = readFileSync(multi.path, 'utf8').trimEnd().split('\n');
	const majority = { a: 0, b: 0, tie: 0 };
	for (const row of db.all<{ line: number; verdict: 'a' | 'b' | 'tie'; a: string }>(
		`SELECT r.line, v.verdict, c.a FROM source_rows r JOIN source_votes v ON v.source = r.source AND v.ord = r.ord
		JOIN comparisons c ON c.n = r.comparison GROUP BY r.ord, v.verdict HAVING count(*) >= 2`,
	)) {
		const given = JSON.parse(lines[row.line - 1] as string) as { response_a: string };
		const swapped = (JSON.parse(row.a) as { content: string }[])[0]?.content !== given.response_a;
		majority[row.verdict === 'tie' ? 'tie' : swapped === (row.verdict === 'a') ? 'b' : 'a']++;
	}
	assert.deepEqual(majority, { a: 418, b: 470, tie: 105 });
	const again = await workspace.importFiles([multi.path], {}, job());
	assert.deepEqual([again.files[0]?.imported, again.files[0]?.duplicates], [0, 993]);
	assert.equal(dump(db), state);
	await workspace.close();
});

test('a re-ordered, renamed, packed copy of a file adds nothing', { skip: multi.skip }, async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([multi.path], {}, job());
	const before = await workspace.info();
	const lines = readFileSync(multi.path, 'utf8').trimEnd().split('\n');
	const copy = join(dir, 'other name.jsonl.gz');
	writeFileSync(copy, gzipSync(`${lines.reverse().join('\r\n')}\r\n`));
	const result = await workspace.importFiles([copy], {}, job());
	assert.deepEqual([result.files[0]?.imported, result.files[0]?.duplicates], [0, 993]);
	assert.deepEqual((await workspace.info()).splits, before.splits);
	await workspace.close();
});

test('the same rows in two formats are counted once', { skip: harmless.skip || raw.skip }, async (t) => {
	const { workspace } = await openAt(folder(t));
	await workspace.importFiles([harmless.path], {}, job());
	const before = await workspace.info();
	const result = await workspace.importFiles([raw.path], {}, job());
	assert.deepEqual(
		[result.files[0]?.imported, result.files[0]?.duplicates, result.files[0]?.rejected, result.rejected[0]?.line],
		[0, 299, 1, 87],
	);
	assert.deepEqual((await workspace.info()).splits, before.splits);
	await workspace.close();
});

test('judgments given before their import is there, and while it runs, count', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = writePairs(dir, 3000);
	let judged = 0;
	let over = false;
	const running = workspace.importFiles([path], {}, job()).finally(() => {
		over = true;
	});
	while (!over && judged < 20) {
		const { pairs } = await workspace.queue('judge', { count: 1 });
		if (pairs[0] !== undefined) {
			await workspace.judge({ comparison: pairs[0].comparison, verdict: 'tie' });
			judged++;
		}
		await new Promise((done) => setImmediate(done));
	}
	const result = await running;
	assert.ok(judged > 0, 'a pair could be judged before the import ended');
	assert.equal(result.comparisons, 3000);
	assert.equal((await workspace.queue('judge', { count: 0 })).done, judged);
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});

test('a cancelled import keeps the rows that are in, the same after a rebuild, and can be completed', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = writePairs(dir, 4000);
	const { job: id } = job();
	const running = workspace.importFiles([path], {}, { job: id });
	while ((await workspace.info()).splits.train.pairs === 0) await new Promise((done) => setImmediate(done));
	await workspace.cancel(id);
	const result = await running;
	assert.equal(result.cancelled, true);
	assert.ok(result.comparisons > 0 && result.comparisons < 4000, `${result.comparisons} rows are in`);
	await workspace.settled();
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	const rest = await workspace.importFiles([path], {}, job());
	assert.equal(rest.comparisons, 4000);
	assert.equal(rest.files[0]?.duplicates, result.comparisons);
	await workspace.close();
});

test('bad rows are named, good rows go in, and a file without a good row leaves nothing', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const mixed = join(dir, 'mixed.jsonl');
	writeFileSync(
		mixed,
		'{"prompt":"p","chosen":"a","rejected":"b"}\n{"prompt":"p","chosen":"a","rejected":"a"}\n{torn\n',
	);
	const result = await workspace.importFiles([mixed], {}, job());
	assert.deepEqual([result.files[0]?.imported, result.files[0]?.rejected, result.comparisons], [1, 2, 1]);
	assert.deepEqual(
		result.rejected.map((r) => r.line),
		[2, 3],
	);
	const state = dump(workspace.context.db);
	const bad = join(dir, 'bad.jsonl');
	writeFileSync(bad, '{"prompt":"p","chosen":"a","rejected":"a"}\n');
	await assert.rejects(workspace.importFiles([bad], {}, job()), /bad\.jsonl/u);
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});

test('search finds what was imported, by words, phrase and prefix, however they are written', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 30)], {}, job());
	const found = async (search: string) => (await workspace.list({ search })).total;
	assert.equal(await found('question 7'), 1);
	assert.equal(await found('"no idea about 7"'), 1);
	assert.equal(await found('quest*'), 30);
	assert.equal(await found('QUESTION AND ( NOT'), 0);
	assert.equal(await found('-- "'), 0);
	await workspace.close();
});

test('two folds of one source at once: each row comes in once, and neither calls the file unreadable', async (t) => {
	const dir = folder(t);
	const { workspace, notices } = await openAt(dir);
	t.after(() => workspace.close());
	await workspace.importFiles([writePairs(dir, 3000)], {}, job());
	await workspace.settled();
	const ctx = workspace.context;
	const whole = dump(ctx.db);
	// As after an erasure, when the tables are built anew while a pull is taken over.
	await ctx.store.rebuild(ctx.config.split);
	await Promise.all([foldPendingSources(ctx), foldPendingSources(ctx), workspace.reload()]);
	await workspace.settled();
	assert.equal(ctx.db.value("SELECT count(*) FROM sources WHERE state <> 'done'"), 0);
	assert.equal(dump(ctx.db), whole);
	assert.deepEqual(notices, []);
});
