import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

/** Overlap and people of the settings, as somebody would write them. */
function settings(dir: string, queue: unknown, name = 'work'): void {
	const path = join(dir, name, '.pairwright', 'config.json');
	const config = JSON.parse(readFileSync(path, 'utf8')) as object;
	writeFileSync(path, JSON.stringify({ ...config, queue }));
}

async function next(workspace: Workspace, count = 200): Promise<string[]> {
	return (await workspace.queue('judge', { count })).pairs.map(({ comparison }) => comparison);
}

const once = { train: 0, eval: 0, heldout: 0, retention: 0 };

test('people named in the settings share the work without a word; the other’s part comes behind one’s own', async (t) => {
	const dir = folder(t);
	const { workspace: first } = await openAt(dir, 'ana');
	await first.importFiles([writePairs(dir, 60)], {}, job());
	await first.close();
	settings(dir, { overlap: once, people: ['ana', 'bo'] });
	const [{ workspace: ana }, { workspace: bo }] = [await openAt(dir, 'ana'), await openAt(dir, 'bo')];

	const order = ana.context.db.all<{ id: string }>('SELECT id FROM comparisons ORDER BY order_key').map(({ id }) => id);
	const [queueA, queueB] = [await next(ana), await next(bo)];
	const page = await ana.queue('judge', { count: 0 });
	const partA = queueA.slice(0, page.total);
	assert.ok(partA.length > 15 && partA.length < 45);
	assert.deepEqual([page.done, page.part], [0, 'mine']);
	const partB = queueB.slice(0, queueB.length - partA.length);
	// Together everything once; each in the one judging order, with the other's part behind.
	assert.deepEqual([...partA, ...partB].sort(), [...order].sort());
	assert.deepEqual(
		partA,
		order.filter((id) => partA.includes(id)),
	);
	assert.deepEqual(queueA, [...partA, ...order.filter((id) => !partA.includes(id))]);
	assert.deepEqual(queueB, [...partB, ...order.filter((id) => partA.includes(id))]);

	for (const comparison of partA) await ana.judge({ comparison, verdict: 'a' });
	const beyond = await ana.queue('judge', { count: 1 });
	assert.deepEqual([beyond.done, beyond.total, beyond.part], [partA.length, 60, 'others']);
	assert.equal(beyond.pairs[0]?.comparison, partB[0]);
	assert.equal((await ana.info()).queue, partB.length);
	// What somebody else judged for Bo leaves Bo's part.
	await ana.judge({ comparison: partB[0] as string, verdict: 'b' });
	await bo.reload();
	assert.deepEqual(await next(bo), partB.slice(1));
	await ana.close();
	await bo.close();
});

test('a comparison asks for as many people as its overlap says, and then leaves the queue; review keeps it', async (t) => {
	const dir = folder(t);
	const { workspace: first } = await openAt(dir, 'ana');
	await first.importFiles([writePairs(dir, 40)], {}, job());
	await first.close();
	settings(dir, { overlap: { train: 1, eval: 0 } });
	const { workspace: ana } = await openAt(dir, 'ana');
	const train = ana.context.db.all<{ id: string }>("SELECT id FROM comparisons WHERE place = 'train'").length;
	for (const comparison of await next(ana)) await ana.judge({ comparison, verdict: 'a' });
	assert.deepEqual([(await ana.info()).queue, (await ana.queue('judge', { count: 0 })).done], [0, 40]);

	const { workspace: bo } = await openAt(dir, 'bo');
	const asked = await next(bo);
	assert.deepEqual([asked.length, (await bo.info()).queue, (await bo.info()).review], [train, train, 40]);
	for (const comparison of asked) await bo.judge({ comparison, verdict: 'a' });
	assert.deepEqual([await next(bo), (await bo.info()).review], [[], 40 - train]);
	// Taken back, it is asked of them again.
	await bo.undo();
	assert.deepEqual(await next(bo), asked.slice(-1));
	await bo.adjudicate({ comparison: asked.at(-1) as string, verdict: 'a', reason: 'settled' });
	assert.deepEqual(await next(bo), []);
	await ana.close();
	await bo.close();
});

test('who cannot judge passes on, what is put off comes last, moved and removed comparisons leave', async (t) => {
	const dir = folder(t);
	const { workspace: first } = await openAt(dir, 'ana');
	const path = writePairs(dir, 30);
	await first.importFiles([path], {}, job());
	await first.close();
	settings(dir, { overlap: once, people: ['ana', 'bo'] });
	const [{ workspace: ana }, { workspace: bo }] = [await openAt(dir, 'ana'), await openAt(dir, 'bo')];
	const part = (await next(ana)).slice(0, (await ana.queue('judge', { count: 0 })).total);
	const [cannot, later] = part as [string, string];
	await ana.skip({ comparison: cannot, cannot: 'language' });
	await ana.skip({ comparison: later });
	await bo.reload();
	const behind = await next(ana);
	assert.ok(!behind.includes(cannot));
	assert.equal(behind.at(-1), later);
	const page = await bo.queue('judge', { count: 200 });
	assert.ok(
		page.pairs.slice(0, page.total).some(({ comparison }) => comparison === cannot),
		'it is Bo’s part now',
	);

	const moved = part[2] as string;
	await ana.assign({ ids: [(await ana.show(moved)).prompt_id] }, { split: 'excluded' });
	assert.ok(!(await next(ana)).includes(moved));
	await ana.importFiles([writePairs(dir, 30, 'more.jsonl', 100)], {}, job());
	const all = await next(ana);
	assert.equal(all.length, 58);
	// The same after a rebuild, and in another process that reads the same files.
	await ana.rebuild(job());
	assert.deepEqual(await next(ana), all);
	await ana.close();
	await bo.close();
	cpSync(join(dir, 'work'), join(dir, 'clone'), { recursive: true, filter: (p) => !p.includes('pairwright.db') });
	assert.ok(readdirSync(join(dir, 'clone', '.pairwright')).length > 0);
	const { workspace: clone } = await openAt(dir, 'ana', 'two', 'clone');
	assert.deepEqual(await next(clone), all);
	await clone.close();
});

test('a comparison that everyone named in the settings declared "cannot" holds up no metric', async (t) => {
	const dir = folder(t);
	const { workspace: first } = await openAt(dir, 'ana');
	const path = join(dir, 'unlabelled.jsonl');
	const rows = Array.from({ length: 12 }, (_, i) => ({
		prompt: `Why ${i}?`,
		response_a: `So ${i}`,
		response_b: `No ${i}`,
	}));
	writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
	await first.importFiles([path], { format: 'pairwright', split: 'eval' }, job());
	await first.close();
	settings(dir, { overlap: once, people: ['ana', 'bo'] });
	const [{ workspace: ana }, { workspace: bo }] = [await openAt(dir, 'ana'), await openAt(dir, 'bo')];
	const { readDataset } = await import('../../src/workspace/dataset.ts');
	const order = ana.context.db.all<{ id: string }>('SELECT id FROM comparisons ORDER BY order_key').map(({ id }) => id);
	for (const comparison of order.slice(1)) await ana.judge({ comparison, verdict: 'a' });
	const scored = (): number => readDataset(ana.context).dataset.pairs.length;
	await ana.skip({ comparison: order[0] as string, cannot: 'expertise' });
	const before = scored();
	await bo.skip({ comparison: order[0] as string, cannot: 'expertise' });
	await ana.reload();
	assert.deepEqual([before, scored()], [0, 11]);
	await ana.close();
	await bo.close();
});

test('some of what I judged comes again, unannounced, fifty judgments later, and is stored as a repeat', async (t) => {
	const dir = folder(t);
	const { workspace: first } = await openAt(dir, 'ana');
	await first.importFiles([writePairs(dir, 90)], {}, job());
	await first.close();
	settings(dir, { overlap: once, repeats: 0.2 });
	const { workspace: ana } = await openAt(dir, 'ana');
	const given = new Map<string, number>();
	const repeats: { readonly id: string; readonly after: number; readonly turned: boolean }[] = [];
	const sides = new Map<string, string>();
	let last = { done: -1, total: 90 };
	for (let n = 0; n < 150; n++) {
		const { pairs, done, total } = await ana.queue('judge', { count: 3 });
		assert.ok(pairs.filter(({ repeat }) => repeat === true).length <= 1);
		const [pair] = pairs;
		if (pair === undefined) break;
		assert.equal(pair.mine, null);
		assert.equal(done, last.done + 1, 'the count goes on, whatever it was');
		last = { done, total };
		const kind = pair.repeat === true ? 'repeat' : 'first';
		const { judgment } = await ana.judge({ comparison: pair.comparison, verdict: 'a', kind, queue: 'judge' });
		assert.deepEqual([judgment.kind, judgment.blind], [kind, true]);
		if (kind === 'first') sides.set(pair.comparison, pair.leftSide);
		else {
			const after = n - (given.get(pair.comparison) as number);
			repeats.push({ id: pair.comparison, after, turned: sides.get(pair.comparison) !== pair.leftSide });
		}
		given.set(pair.comparison, n);
	}
	// 90 first verdicts, of which 40 were followed by fifty more, grown by the repeats themselves: about 8 of them.
	assert.ok(repeats.length >= 2 && repeats.length < 30, `${repeats.length} repeats`);
	assert.equal(new Set(repeats.map(({ id }) => id)).size, repeats.length, 'each once');
	assert.ok(repeats.every(({ after }) => after > 50));
	assert.ok(repeats.some(({ turned }) => turned) && repeats.some(({ turned }) => !turned), 'sides are drawn anew');
	assert.equal((await ana.agreement()).self_consistency.n, repeats.length);
	await ana.close();
});

test('nothing comes again whose others’ verdicts were seen, that was changed, or with repeats turned off', async (t) => {
	const dir = folder(t);
	const { workspace: ana } = await openAt(dir, 'ana');
	await ana.importFiles([writePairs(dir, 60)], {}, job());
	for (const comparison of await next(ana)) await ana.judge({ comparison, verdict: 'a' });
	const due = async (): Promise<string[]> => {
		await ana.reload();
		return next(ana);
	};
	settings(dir, { overlap: once, repeats: 1 });
	const all = await due();
	assert.deepEqual(all.length, 1, 'one at hand at a time');
	const { total, done } = await ana.queue('judge', { count: 0 });
	assert.deepEqual([done, total - done], [60, 10]);
	ana.context.state.markSeenOthers('ana', all[0] as string);
	const second = await due();
	assert.notDeepEqual(second, all);
	await ana.judge({ comparison: second[0] as string, verdict: 'b' });
	assert.ok(!(await due()).includes(second[0] as string));
	settings(dir, { overlap: once, repeats: 0 });
	assert.deepEqual(await due(), []);
	await ana.close();
});
