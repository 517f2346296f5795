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
