import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
	appendFileSync,
	copyFileSync,
	cpSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../../src/store/dump.ts';
import { listJournalFiles } from '../../src/store/journal-files.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

const WRITER = join(import.meta.dirname, '../fixtures/workspace-writer.ts');

interface Writer {
	readonly child: ChildProcess;
	readonly confirmed: string[];
	/** Of a writer with a file: its import is in the journal. */
	begun: boolean;
}

/** A process that imports and judges without end, and reports each verdict once it is confirmed. */
function writer(dir: string, machine: string, person: string, file: string | null): Writer {
	const confirmed: string[] = [];
	const child = fork(
		WRITER,
		[join(dir, 'work'), join(dir, `state-${machine}`), person, ...(file === null ? [] : [file])],
		{
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		},
	);
	const one: Writer = { child, confirmed, begun: false };
	child.on('message', (id) => {
		if (id === 'import begun') one.begun = true;
		else confirmed.push(String(id));
	});
	return one;
}

/** Kills a writer `ms` after it confirmed its first verdict, or began its import: starting takes as long as the machine is busy. */
async function killAfter(one: Writer, ms: number, { atLeast = 1, begun = false } = {}): Promise<void> {
	const { child, confirmed } = one;
	const gone = once(child, 'exit');
	for (let waited = 0; (confirmed.length < atLeast || (begun && !one.begun)) && waited < 20_000; waited += 5) {
		if (child.exitCode !== null) throw new Error(`the writer ended with ${child.exitCode}`);
		await new Promise((done) => setTimeout(done, 5));
	}
	await new Promise((done) => setTimeout(done, ms));
	child.kill('SIGKILL');
	await gone;
}

test('kill -9 at any moment of importing and judging: nothing confirmed is lost and the workspace opens', async (t) => {
	const dir = folder(t);
	const opened = await openAt(dir);
	await opened.workspace.importFiles([writePairs(dir, 300)], {}, job());
	await opened.workspace.close();
	const confirmed: string[] = [];
	let imports = 0;
	for (let kill = 0; kill < 20; kill++) {
		const file = writePairs(dir, 1500, `more-${kill}.jsonl`, 1000 * (kill + 1));
		const process = writer(dir, 'one', 'ana', file);
		// Before an import stands in the journal as well as after.
		await killAfter(process, (kill * 67) % 400, { begun: kill % 2 === 1 });
		confirmed.push(...process.confirmed);
		// The next writer opens what this one left, too.
		if (kill % 4 !== 3) continue;
		const { workspace } = await openAt(dir);
		for (const id of confirmed) assert.ok(workspace.context.store.event(id) !== null, `verdict ${id} is there`);
		imports = workspace.context.events('imported').length;
		assert.equal(workspace.context.db.value("SELECT count(*) FROM sources WHERE state <> 'done'"), 0);
		await workspace.close();
	}
	assert.ok(confirmed.length > 20, `${confirmed.length} verdicts were confirmed in all`);
	assert.ok(imports > 2, `${imports} imports were begun`);
	const { workspace } = await openAt(dir);
	assert.equal((await workspace.queue('judge', { count: 0 })).done > 0, true);
	await workspace.settled();
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});

test('two processes of one person append at once: every verdict is there, no seq twice', async (t) => {
	const dir = folder(t);
	const opened = await openAt(dir);
	await opened.workspace.importFiles([writePairs(dir, 200)], {}, job());
	await opened.workspace.close();
	const both = [writer(dir, 'one', 'ana', null), writer(dir, 'one', 'ana', null)];
	await Promise.all(both.map((one) => killAfter(one, 300, { atLeast: 4 })));
	const { workspace } = await openAt(dir);
	const all = both.flatMap(({ confirmed }) => confirmed);
	assert.ok(
		both.every(({ confirmed }) => confirmed.length > 3),
		'both came to judge',
	);
	for (const id of all) assert.ok(workspace.context.store.event(id) !== null);
	const seqs = workspace.context.events('judged').map((e) => e.seq);
	assert.equal(new Set(seqs).size, seqs.length);
	await workspace.close();
});

test('a torn last line is reported, skipped, and does not swallow the next verdict', async (t) => {
	const dir = folder(t);
	const first = await openAt(dir);
	await first.workspace.importFiles([writePairs(dir, 5)], {}, job());
	const { pairs } = await first.workspace.queue('judge', { count: 3 });
	const [one, two] = pairs.map((p) => p.comparison) as [string, string];
	await first.workspace.judge({ comparison: one, verdict: 'a' });
	const journal = join(dir, 'work', '.pairwright', 'journal');
	const path = join(journal, listJournalFiles(journal)[0] as string);
	appendFileSync(path, '{"v":1,"seq":99,"type":"jud');
	await first.workspace.judge({ comparison: two, verdict: 'b' });
	assert.equal(first.notices.filter((n) => n.includes('torn')).length, 1);
	await first.workspace.close();
	const again = await openAt(dir);
	assert.equal(again.workspace.context.events('judged').length, 2);
	assert.equal((await again.workspace.doctor()).checks.find((c) => c.check === 'journal')?.status, 'warning');
	await again.workspace.close();
});

test('a branch switch: a replaced journal file is refolded, with a notice that judgments went, and back', async (t) => {
	const dir = folder(t);
	const { workspace, notices } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 20)], {}, job());
	const journal = join(dir, 'work', '.pairwright', 'journal');
	const path = join(journal, listJournalFiles(journal)[0] as string);
	copyFileSync(path, join(dir, 'before'));
	const { pairs } = await workspace.queue('judge', { count: 5 });
	for (const p of pairs) await workspace.judge({ comparison: p.comparison, verdict: 'a' });
	const state = dump(workspace.context.db);
	copyFileSync(path, join(dir, 'after'));
	// As git does it: unlink, then a new file.
	rmSync(path);
	copyFileSync(join(dir, 'before'), path);
	await workspace.reload();
	assert.equal((await workspace.queue('judge', { count: 0 })).done, 0);
	assert.equal(notices.filter((n) => n.includes('5 of your judgments')).length, 1);
	await workspace.judge({ comparison: pairs[0]?.comparison as string, verdict: 'b' });
	assert.equal((await workspace.queue('judge', { count: 0 })).done, 1);
	// The other branch has a file of its own for it, which goes with that branch.
	const [, other] = listJournalFiles(journal).sort((x, y) => x.length - y.length);
	rmSync(join(journal, other as string));
	rmSync(path);
	copyFileSync(join(dir, 'after'), path);
	await workspace.reload();
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});

test('a journal that another machine brings is folded; who judged what is kept apart', async (t) => {
	const dir = folder(t);
	const ana = await openAt(dir, 'ana', 'one');
	await ana.workspace.importFiles([writePairs(dir, 6)], {}, job());
	cpSync(join(dir, 'work'), join(dir, 'clone'), { recursive: true, filter: (path) => !path.includes('pairwright.db') });
	const bo = await openAt(dir, 'bo', 'two', 'clone');
	const { pairs } = await bo.workspace.queue('judge', { count: 6 });
	for (const p of pairs) await bo.workspace.judge({ comparison: p.comparison, verdict: 'a' });
	await bo.workspace.close();
	for (const person of readdirSync(join(dir, 'clone/.pairwright/journal'))) {
		mkdirSync(join(dir, 'work/.pairwright/journal', person), { recursive: true });
		cpSync(join(dir, 'clone/.pairwright/journal', person), join(dir, 'work/.pairwright/journal', person), {
			recursive: true,
		});
	}
	await ana.workspace.reload();
	// One of the six is asked of two people.
	assert.deepEqual([(await ana.workspace.info()).queue, (await ana.workspace.info()).review], [1, 6]);
	const id = pairs[0]?.comparison as string;
	await assert.rejects(ana.workspace.others(id), /judge this pair first/u);
	await ana.workspace.judge({ comparison: id, verdict: 'b', queue: 'review' });
	const { judgments, resolution } = await ana.workspace.others(id);
	assert.deepEqual([judgments.map((j) => j.annotator), resolution], [['bo'], 'disputed']);
	const { judgment } = await ana.workspace.judge({ comparison: id, verdict: 'a' });
	assert.deepEqual([judgment.kind, judgment.blind], ['correction', false]);
	await ana.workspace.close();
});

test('a database that is damaged, deleted or of another version is built again by itself', async (t) => {
	const dir = folder(t);
	const first = await openAt(dir);
	await first.workspace.importFiles([writePairs(dir, 30)], {}, job());
	const { pairs } = await first.workspace.queue('judge', { count: 1 });
	await first.workspace.judge({ comparison: pairs[0]?.comparison as string, verdict: 'a' });
	const state = dump(first.workspace.context.db);
	await first.workspace.close();
	const path = join(dir, 'work/.pairwright/pairwright.db');
	const damages: Record<string, () => void> = {
		'overwritten with text': () => writeFileSync(path, 'this is not a database, not by a long way, and never was one'),
		'zeroed in the middle': () => {
			const bytes = readFileSync(path);
			bytes.fill(0xff, 100, bytes.length);
			writeFileSync(path, bytes);
		},
		deleted: () => rmSync(path),
		'of another version': () => {
			const bytes = readFileSync(path);
			bytes.writeUInt32BE(9999, 60);
			writeFileSync(path, bytes);
		},
	};
	for (const [what, damage] of Object.entries(damages)) {
		damage();
		for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
		const { workspace, notices } = await openAt(dir);
		assert.equal(dump(workspace.context.db), state, what);
		if (what !== 'deleted')
			assert.ok(
				notices.some((n) => n.includes('built again')),
				what,
			);
		await workspace.close();
	}
});
