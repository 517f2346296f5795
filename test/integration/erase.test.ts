import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../../src/store/dump.ts';
import { listJournalFiles } from '../../src/store/journal-files.ts';
import { makeCli } from './cli-run.ts';
import { copiesIn, git, holding, holdingInGit, idOf, stateOf, team, writeRows } from './erase-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

const REASON = 'asked for';

test('after an erasure the state is as if the text had never been there, and no file holds it', async (t) => {
	const dir = folder(t);
	const erased = await openAt(dir, 'ana', 'one', 'erased');
	const never = await openAt(dir, 'ana', 'one', 'never');
	t.after(() => Promise.all([erased.workspace.close(), never.workspace.close()]));
	await erased.workspace.importFiles([writeRows(join(dir, 'all.jsonl'), null)], {}, job());
	await never.workspace.importFiles([writeRows(join(dir, 'some.jsonl'), 7)], { source: 'all' }, job());
	const id = await idOf(erased, 'Question 7:');
	const judged = await idOf(erased, 'Question 3:');
	// Looking marks what follows as not blind: on both sides alike.
	await idOf(never, 'Question 11:');
	const at = { comparison: id, verdict: 'a' as const, note: 'words about No idea about 7.' };
	await erased.workspace.judge(at);
	await erased.workspace.flag({ comparison: id, note: 'see No idea about 7.' });
	await erased.workspace.judge({ comparison: judged, verdict: 'b', note: 'stays' });
	await never.workspace.judge({ comparison: judged, verdict: 'b', note: 'stays' });
	assert.ok(holding(join(dir, 'erased'), 'No idea about 7.').length > 0);

	const plan = await erased.workspace.erase([id], { preview: true }, job());
	assert.deepEqual([plan.preview, plan.event, plan.comparisons, plan.sources.length], [true, null, [id], 1]);
	assert.equal((await erased.workspace.list({ limit: 1 })).total, 12, 'a preview changes nothing');
	assert.equal(copiesIn(join(dir, 'erased')).length, 1);

	const done = await erased.workspace.erase([id.slice(0, 12)], { reason: REASON }, job());
	assert.deepEqual([done.left, done.journals.map(({ lines }) => lines)], [[], [2]]);
	await Promise.all([erased.workspace.settled(), never.workspace.settled()]);
	assert.deepEqual(holding(join(dir, 'erased'), 'No idea about 7.'), []);
	assert.deepEqual(holding(join(dir, 'erased'), 'Question 7:'), []);
	const [now, ever] = [new Set(stateOf(erased)), new Set(stateOf(never))];
	assert.deepEqual(
		[...now].filter((line) => !ever.has(line)),
		[],
	);
	assert.deepEqual(
		[...ever].filter((line) => !now.has(line)),
		[],
	);
	await assert.rejects(erased.workspace.show(id), /was erased by ana/u);
	const again = await erased.workspace.erase([id], { reason: REASON }, job());
	assert.deepEqual([again.event, again.already, again.journals], [null, [id], []]);
	const report = await erased.workspace.doctor({ deep: true });
	assert.deepEqual(
		report.checks.filter(({ status }) => status !== 'ok'),
		[],
	);
	assert.match(report.checks.find(({ check }) => check === 'erased')?.message ?? '', /1 comparison/u);
	const before = dump(erased.workspace.context.db);
	await erased.workspace.rebuild(job());
	assert.equal(dump(erased.workspace.context.db), before);
});

test('a prompt is erased with everything on it, also what comes later; written pairs and rewrites included', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	const text = (content: string) => [{ role: 'assistant', content }];
	const prompt = { messages: [{ role: 'user', content: 'a secret question' }] };
	await one.workspace.importFiles([writeRows(join(dir, 'all.jsonl'), null)], {}, job());
	const { comparison: id } = await one.workspace.author({ prompt, a: text('a secret answer'), b: text('other') });
	const detail = await one.workspace.show(id);
	const done = await one.workspace.erase([detail.prompt_id], { reason: REASON }, job());
	assert.deepEqual([done.prompts, done.comparisons], [[detail.prompt_id], [id]]);
	assert.deepEqual(holding(join(dir, 'work'), 'secret'), []);
	await one.workspace.author({ prompt, a: text('a third answer'), b: text('a fourth') });
	assert.equal((await one.workspace.list({ limit: 1 })).total, 12, 'nothing on that prompt comes in again');
});

test('importing the file again brings nothing back, neither rows nor a copy that holds them', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	const file = writeRows(join(dir, 'all.jsonl'), null);
	await one.workspace.importFiles([file], {}, job());
	await one.workspace.erase([await idOf(one, 'Question 7:')], { reason: REASON }, job());
	const copies = copiesIn(join(dir, 'work'));
	const again = await one.workspace.importFiles([file], {}, job());
	assert.equal(again.files[0]?.imported, 0);
	const renamed = writeRows(join(dir, 'more.jsonl'), null, 14);
	await one.workspace.importFiles([renamed], {}, job());
	assert.equal((await one.workspace.list({ limit: 1 })).total, 13);
	assert.deepEqual(holding(join(dir, 'work'), 'Question 7:'), []);
	assert.equal(copiesIn(join(dir, 'work')).length, copies.length + 1);
	const events = one.workspace.context.events('imported').length;
	await one.workspace.importFiles([renamed], {}, job());
	assert.equal(one.workspace.context.events('imported').length, events, 'the same file is one import');
});

test('a second erasure from the same file leaves one copy, without either text', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	await one.workspace.importFiles([writeRows(join(dir, 'all.jsonl'), null)], {}, job());
	for (const text of ['Question 7:', 'Question 5:']) {
		await one.workspace.erase([await idOf(one, text)], { reason: REASON }, job());
		assert.deepEqual([copiesIn(join(dir, 'work')).length, holding(join(dir, 'work'), text)], [1, []]);
	}
	assert.equal((await one.workspace.list({ limit: 1 })).total, 10);
});

test('a copy with another ending is replaced too', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	// Rows of JSON in a file that is called a table: the copy keeps the ending.
	await one.workspace.importFiles([writeRows(join(dir, 'pairs.csv'), null)], {}, job());
	await one.workspace.erase([await idOf(one, 'Question 7:')], { reason: REASON }, job());
	assert.deepEqual([copiesIn(join(dir, 'work')).length, holding(join(dir, 'work'), 'Question 7:')], [1, []]);
});

test('the copy of an import that was taken back is named while it holds the text', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	await one.workspace.importFiles([writeRows(join(dir, 'all.jsonl'), null)], {}, job());
	const more = await one.workspace.importFiles([writeRows(join(dir, 'more.jsonl'), null, 14)], {}, job());
	assert.equal(more.files[0]?.imported, 2);
	await one.workspace.retract(one.workspace.context.events('imported').at(-1)!.id);
	const done = await one.workspace.erase([await idOf(one, 'Question 7:')], { reason: REASON }, job());
	assert.deepEqual(
		done.left.map(({ path, why }) => [
			holding(join(dir, 'work'), 'Question 7:').includes(path),
			/taken back/.test(why),
		]),
		[[true, true]],
	);
	rmSync(join(dir, 'work', done.left[0]!.path));
	assert.deepEqual((await one.workspace.erase([], {}, job())).left, []);
	assert.deepEqual(holding(join(dir, 'work'), 'Question 7:'), []);
});

test('a linked file is named and left alone; its row stays out', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	const file = writeRows(join(dir, 'work', 'all.jsonl'), null);
	const text = readFileSync(file, 'utf8');
	await one.workspace.importFiles([file], {}, job());
	const done = await one.workspace.erase([await idOf(one, 'Question 7:')], { reason: REASON }, job());
	assert.match(done.left[0]?.why ?? '', /it is not touched/u);
	assert.equal(readFileSync(file, 'utf8'), text);
	assert.equal((await one.workspace.list({ limit: 1 })).total, 11);
	await one.workspace.rebuild(job());
	assert.equal((await one.workspace.list({ limit: 1 })).total, 11);
});

test('a colleague with unsent lines about it syncs, and it stays out on both clones and on the server', async (t) => {
	const { dir, server, ana, bo } = await team(t, (place) => writeRows(join(place, 'all.jsonl'), null));
	const id = await idOf(ana, 'Question 7:');
	const other = await idOf(bo, 'Question 3:');
	await bo.workspace.judge({ comparison: id, verdict: 'a', note: 'sent: No idea about 7.' });
	await bo.workspace.sync(job());
	// Not sent when ana erases: a note, a rewrite, and a second import of the same file.
	await bo.workspace.judge({ comparison: id, verdict: 'b', note: 'unsent: No idea about 7.' });
	await bo.workspace.judge({ comparison: other, verdict: 'tie', note: 'stays' });
	await bo.workspace.importFiles([join(dir, 'all.jsonl')], { source: 'mine' }, job());
	const done = await ana.workspace.erase([id], { reason: REASON }, job());
	assert.equal(done.synced?.ok, true, done.synced?.message);
	assert.deepEqual(holdingInGit(server, 'main', 'No idea about 7.'), [], 'bo’s sent note is out of the tip');
	assert.match(done.advice.join('\n'), /git history still holds it: \d+ commits/u);
	assert.match(git(server, 'log', '-1', '--format=%s', 'main'), /Take out what was erased/u);

	for (let round = 0; round < 2; round++) {
		for (const each of [bo, ana]) {
			const { ok, message } = await each.workspace.sync(job());
			assert.ok(ok, message);
		}
	}
	assert.deepEqual(holdingInGit(server, 'main', 'No idea about 7.'), []);
	for (const name of ['ana', 'bo']) {
		assert.deepEqual(holding(join(dir, name), 'No idea about 7.'), [], name);
		assert.equal(git(join(dir, name), 'status', '--porcelain'), '', name);
	}
	await Promise.all([ana.workspace.settled(), bo.workspace.settled()]);
	assert.equal(dump(bo.workspace.context.db), dump(ana.workspace.context.db));
	for (const { workspace } of [ana, bo]) {
		const { journal } = workspace.context.paths;
		for (const file of listJournalFiles(journal)) {
			const lines = readFileSync(join(journal, file), 'utf8').split('\n').slice(0, -1);
			assert.equal(new Set(lines).size, lines.length, `${file}: every line once`);
			const numbers = lines.map((text) => JSON.parse(text).seq as number);
			assert.deepEqual(
				numbers,
				numbers.toSorted((x, y) => x - y),
				`${file}: in order`,
			);
		}
	}
	const { judgments } = await ana.workspace.show(other);
	assert.deepEqual(
		judgments.filter((j) => !j.imported).map(({ note }) => note),
		['stays'],
		'bo’s other unsent work is there',
	);
	await bo.workspace.judge({ comparison: other, verdict: 'a' });
	assert.ok((await bo.workspace.sync(job())).ok);
	assert.equal(copiesIn(join(dir, 'bo')).length, 1);
});

test('others’ work that is not in git yet refuses an erasure, and nothing changes', async (t) => {
	const { dir, ana } = await team(t, (place) => writeRows(join(place, 'all.jsonl'), null));
	const guest = await openAt(dir, 'cleo', 'one', 'ana');
	t.after(() => guest.workspace.close());
	const id = await idOf(ana, 'Question 7:');
	await guest.workspace.judge({ comparison: id, verdict: 'tie' });
	await ana.workspace.reload();
	await assert.rejects(
		ana.workspace.erase([id], { reason: REASON }, job()),
		/Work of others in this folder is not in git yet/u,
	);
	assert.ok(existsSync(join(dir, 'ana', '.pairwright')));
	assert.equal((await ana.workspace.show(id)).id, id);
});

test('cut short after the tombstone, the next erase without ids finishes', async (t) => {
	const dir = folder(t);
	let one = await openAt(dir);
	await one.workspace.importFiles([writeRows(join(dir, 'all.jsonl'), null)], {}, job());
	const id = await idOf(one, 'Question 7:');
	await one.workspace.judge({ comparison: id, verdict: 'a', note: 'No idea about 7.' });
	// As far as the tombstone: nothing on disk is rewritten yet.
	await one.workspace.context.append({ type: 'erased', comparisons: [id], reason: REASON });
	await one.workspace.close();
	one = await openAt(dir);
	t.after(() => one.workspace.close());
	assert.equal((await one.workspace.list({ limit: 1 })).total, 11, 'the fold leaves it out already');
	assert.notDeepEqual(holding(join(dir, 'work'), 'No idea about 7.'), []);
	const check = (await one.workspace.doctor({ deep: true })).checks.find((each) => each.check === 'erased');
	assert.equal(check?.status, 'warning');
	await one.workspace.erase([], {}, job());
	assert.deepEqual(holding(join(dir, 'work'), 'No idea about 7.'), []);
	assert.deepEqual(
		(await one.workspace.doctor({ deep: true })).checks.filter(({ status }) => status !== 'ok'),
		[],
	);
});

test('a clone that got the journals without the new copy writes it itself and loses no other row', async (t) => {
	const dir = folder(t);
	const ana = await openAt(dir, 'ana', 'one', 'ana');
	t.after(() => ana.workspace.close());
	await ana.workspace.importFiles([writeRows(join(dir, 'all.jsonl'), null)], {}, job());
	cpSync(join(dir, 'ana'), join(dir, 'bo'), { recursive: true });
	for (const text of ['Question 7:', 'Question 5:']) {
		await ana.workspace.erase([await idOf(ana, text)], { reason: REASON }, job());
	}
	const journal = (name: string) => join(dir, name, '.pairwright', 'journal');
	rmSync(journal('bo'), { recursive: true });
	cpSync(journal('ana'), journal('bo'), { recursive: true });
	const bo = await openAt(dir, 'bo', 'two', 'bo');
	t.after(() => bo.workspace.close());
	await bo.workspace.erase([], {}, job());
	assert.deepEqual(copiesIn(join(dir, 'bo')), copiesIn(join(dir, 'ana')));
	assert.equal((await bo.workspace.list({ limit: 1 })).total, 10);
	assert.deepEqual(holding(join(dir, 'bo'), 'Question 7:'), []);
	assert.deepEqual(
		(await bo.workspace.doctor({ deep: true })).checks.filter(({ status }) => status !== 'ok'),
		[],
	);
	// Without either copy, the original brings the rows back.
	rmSync(join(dir, 'bo', '.pairwright', 'sources'), { recursive: true });
	await bo.workspace.rebuild(job());
	assert.equal((await bo.workspace.list({ limit: 1 })).total, 0);
	await bo.workspace.importFiles([join(dir, 'all.jsonl')], {}, job());
	assert.equal((await bo.workspace.list({ limit: 1 })).total, 10);
	assert.deepEqual(copiesIn(join(dir, 'bo')), copiesIn(join(dir, 'ana')));
});

test('killed at any moment, the same command finishes', async (t) => {
	const cli = makeCli(t, 'ana');
	await cli.run(['init', cli.dir]);
	await cli.run(['--workspace', cli.dir, 'import', writeRows(join(cli.dir, '..', 'all.jsonl'), null, 500)]);
	const started = performance.now();
	const { document } = await cli.json(['list', '--limit', '1']);
	const start = performance.now() - started;
	const [row] = (document as { comparisons: { id: string; preview: string }[] }).comparisons;
	const { id, preview: secret } = row!;
	assert.match(secret, /^Question \d+: why\?$/u);
	const args = ['--workspace', cli.dir, 'erase', id, '--reason', REASON, '--yes'];
	// The length of a command gives the scale: once before the tombstone or about there, once in what follows it.
	for (const part of [0.9, 1.2]) {
		const child = cli.start(args);
		const gone = new Promise((done) => child.on('exit', done));
		await new Promise((done) => setTimeout(done, start * part));
		child.kill('SIGKILL');
		await gone;
	}
	const done = await cli.run(args);
	assert.equal(done.code, 0, done.stderr);
	assert.deepEqual(holding(cli.dir, secret), []);
	const { document: checked } = await cli.json(['doctor', '--deep']);
	const { checks } = checked as { checks: { check: string; status: string }[] };
	assert.deepEqual(
		checks.filter(({ status }) => status !== 'ok'),
		[],
	);
});

/** As `writeRows`, with one row whose words can be quoted. */
function writeQuotable(dir: string): string {
	const path = writeRows(join(dir, 'all.jsonl'), 7);
	const row = {
		prompt: 'Question 7: who has them?',
		chosen: 'Mr. Ashdown keeps four rusty bicycles.',
		rejected: 'Nobody.',
	};
	writeFileSync(path, readFileSync(path, 'utf8').replace('\n\n', `\n${JSON.stringify(row)}\n`));
	return path;
}

test('words about it elsewhere go too, on every clone; those about other texts stay', async (t) => {
	const { dir, server, ana, bo } = await team(t, writeQuotable);
	const id = await idOf(ana, 'Question 7:');
	const other = await idOf(bo, 'Question 3:');
	const { prompt_id: prompt } = await ana.workspace.show(other);
	const { prompt_id: gone } = await ana.workspace.show(id);
	await bo.workspace.judge({ comparison: other, verdict: 'a', note: 'not as ASHDOWN keeps: “four rusty bicycles”' });
	await bo.workspace.judge({ comparison: await idOf(bo, 'Question 4:'), verdict: 'a', note: 'more than question 7' });
	await bo.workspace.saveSearch('seven', { search: 'ashdown' });
	await bo.workspace.saveSearch('all', { search: 'question' });
	const reason = 'as Mr Ashdown keeps four rusty ones';
	await bo.workspace.tag({ ids: [prompt, gone] }, { facet: 'free:x', reason });
	await bo.workspace.dismissSuggestions([gone], reason);
	const { event } = await bo.workspace.saveSearch('mistaken', { search: 'ashdown AND rusty' });
	await bo.workspace.retract(event);
	await bo.workspace.sync(job());
	await ana.workspace.reload();
	await assert.rejects(ana.workspace.erase([id], { reason }, job()), /quotes the text/u);
	await ana.workspace.sync(job());
	const plan = await ana.workspace.erase([id], { preview: true }, job());
	assert.equal(plan.quoting, 4, 'a note, a tag, two searches');
	const done = await ana.workspace.erase([id], { reason: REASON }, job());
	assert.equal(done.synced?.ok, true, done.synced?.message);
	const synced = await bo.workspace.sync(job());
	assert.ok(synced.ok, synced.message);
	for (const [name, { workspace }] of Object.entries({ ana, bo })) {
		const folder = join(dir, name);
		for (const words of ['ashdown', 'Ashdown', 'ASHDOWN']) assert.deepEqual(holding(folder, words), [], name);
		const found = await workspace.show(other);
		assert.deepEqual(
			found.judgments.filter(({ annotator }) => annotator === 'bo').map(({ verdict, note }) => [verdict, note ?? null]),
			[['a', null]],
		);
		assert.deepEqual(found.tags, ['free:x']);
		assert.deepEqual(
			(await workspace.searches()).map((search) => search.name),
			['all'],
		);
		assert.ok(holding(folder, 'more than question 7').length > 0);
	}
	for (const words of ['ashdown', 'Ashdown', 'ASHDOWN']) assert.deepEqual(holdingInGit(server, 'main', words), []);
	assert.ok(done.advice.some((line) => line.includes('Local History')));
});

test('a file in place that git holds is named with how to take it out of history', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir);
	t.after(() => one.workspace.close());
	const work = join(dir, 'work');
	git(work, 'init', '-q', '-b', 'main');
	await one.workspace.importFiles([writeRows(join(work, 'own data.jsonl'), null)], {}, job());
	git(work, 'add', '-A');
	git(work, 'commit', '-q', '-m', 'all');
	const id = await idOf(one, 'Question 7:');
	const done = await one.workspace.erase([id], { reason: REASON }, job());
	assert.deepEqual(
		done.left.map(({ path }) => path),
		['own data.jsonl'],
	);
	const advice = done.advice.join('\n');
	assert.doesNotMatch(advice, /push|server,/u, 'there is no remote');
	assert.match(advice, /First take the rows out of 'own data\.jsonl'/u);
	assert.match(advice, /git filter-repo --force --invert-paths .*--path 'own data\.jsonl'/u);
	assert.match(advice, /cp \S+ 'own data\.jsonl' && git add 'own data\.jsonl'/u);
});

test('what is said of a prompt that was gone and is back stays, on every clone', async (t) => {
	const { dir, ana, bo } = await team(t, (place) => writeRows(join(place, 'all.jsonl'), null));
	const id = await idOf(ana, 'Question 7:');
	const { prompt, prompt_id } = await ana.workspace.show(id);
	await bo.workspace.tag({ ids: [prompt_id] }, { facet: 'free:x', reason: 'unsent and unheard' });
	await ana.workspace.erase([id], { reason: REASON }, job());
	const side = (content: string) => [{ role: 'assistant' as const, content }];
	await ana.workspace.author({ prompt, a: side('A new answer.'), b: side('Another one.') });
	await ana.workspace.tag({ ids: [prompt_id] }, { facet: 'free:y', reason: 'said by ana since' });
	const exchange = async (): Promise<void> => {
		for (const each of [ana, bo, ana, bo]) {
			const { ok, message } = await each.workspace.sync(job());
			assert.ok(ok, message);
		}
	};
	await exchange();
	await bo.workspace.tag({ ids: [prompt_id] }, { facet: 'free:z', reason: 'said by bo since' });
	await exchange();
	for (const name of ['ana', 'bo']) {
		const journal = join(dir, name, '.pairwright', 'journal');
		assert.deepEqual(holding(journal, 'unsent and unheard'), [], name);
		for (const words of ['said by ana since', 'said by bo since'])
			assert.equal(holding(journal, words).length, 1, name);
	}
	for (const { workspace } of [ana, bo]) {
		const reasons = workspace.context.events('tagged').map(({ reason }) => reason);
		assert.deepEqual(reasons.filter((each) => each !== undefined).sort(), ['said by ana since', 'said by bo since']);
	}
	assert.equal(dump(bo.workspace.context.db), dump(ana.workspace.context.db));
});
