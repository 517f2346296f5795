import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { activeWaitsWords } from '../../src/domain/active-words.ts';
import { sideText } from '../../src/domain/text.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { makeDataset, PLACES, SHIFTED } from '../unit/scoring-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

function settings(dir: string, queue: unknown): void {
	const path = join(dir, 'work', '.pairwright', 'config.json');
	writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), queue }));
}

const queueOf = async (workspace: Workspace): Promise<string[]> =>
	(await workspace.queue('judge', { count: 200 })).pairs.map(({ comparison }) => comparison);

const placesOf = (workspace: Workspace): ReadonlyMap<string, string> =>
	new Map(
		workspace.context.db
			.all<{ id: string; place: string }>('SELECT id, place FROM comparisons')
			.map(({ id, place }) => [id, place]),
	);

test('a run orders what waits in train for the queue; every other split keeps its place and order, whatever is stored', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir, 'ana');
	const path = join(dir, 'made.jsonl');
	const seen = new Map<string, number>();
	const rows = makeDataset(SHIFTED).pairs.map((pair) => {
		const n = (seen.get(pair.split) ?? 0) + 1;
		seen.set(pair.split, n);
		const waits = n % 3 === 0;
		return {
			prompt: `${pair.cluster}: say something`,
			response_a: sideText(pair.chosen),
			response_b: sideText(pair.rejected),
			...(waits ? {} : { judgments: [{ annotator: 'bo', verdict: n % 5 === 0 ? 'b' : 'a' }] }),
			...PLACES[pair.split],
		};
	});
	writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
	await workspace.importFiles([path], { format: 'pairwright' }, job());
	const queue = { overlap: { train: 0, eval: 0, heldout: 0, retention: 0 }, people: ['ana'], repeats: 0 };
	settings(dir, { ...queue, active: true });
	await workspace.reload();
	const waits = async () => (await workspace.queue('judge', { count: 1 })).activeWaits;
	assert.deepEqual(await waits(), { for: 'run' });
	const seeded = await queueOf(workspace);
	const places = placesOf(workspace);
	const inSplit = (ids: readonly string[], train: boolean) =>
		ids.filter((id) => (places.get(id) === 'train') === train);
	assert.ok(inSplit(seeded, true).length > 15 && inSplit(seeded, false).length > 15);

	const score = async () => {
		const { run } = await workspace.score({ engine: 'probe', lambda: null, margin: 0, beta: 1, seed: 1 }, job());
		return (await workspace.report(run)).record.dataset;
	};
	assert.equal((await score()).actively_judged, undefined, 'no verdict came by it yet');
	assert.equal(await waits(), undefined, 'it has begun');
	const stored = [...(workspace.context.state.activeOrder()?.rank.keys() ?? [])];
	assert.deepEqual([...stored].sort(), inSplit(seeded, true).sort(), 'every train pair that waits, and nothing else');

	// Whatever a file on the machine may say of the others.
	workspace.context.state.setActiveOrder([...inSplit(seeded, false).reverse(), ...stored]);
	await workspace.reload();
	const active = await queueOf(workspace);
	assert.deepEqual(inSplit(active, true), stored);
	assert.notDeepEqual(stored, inSplit(seeded, true));
	for (const [i, id] of seeded.entries()) {
		if (places.get(id) !== 'train') assert.equal(active[i], id, `${places.get(id)} comes when it came before`);
	}

	// The screen learns nothing; the journal keeps it, and the next run says it.
	const [first] = (await workspace.queue('judge', { count: 1 })).pairs;
	assert.deepEqual(Object.keys(first!).sort(), ['comparison', 'left', 'leftSide', 'mine', 'prompt', 'right']);
	for (const comparison of active.slice(0, 12)) await workspace.judge({ comparison, verdict: 'a', queue: 'judge' });
	const train = active.slice(0, 12).filter((id) => places.get(id) === 'train').length;
	assert.equal((await score()).actively_judged, train);

	settings(dir, { ...queue, active: false });
	await workspace.reload();
	assert.deepEqual(
		await queueOf(workspace),
		seeded.filter((id) => !active.slice(0, 12).includes(id)),
	);
	await workspace.close();
});

test('while too few train pairs are judged, the queue says what active ordering waits for', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir, 'ana');
	const path = join(dir, 'open.jsonl');
	const rows = Array.from({ length: 30 }, (_, n) => ({
		prompt: `Why ${n}?`,
		response_a: `Because ${n}.`,
		response_b: 'No.',
	}));
	writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
	await workspace.importFiles([path], { format: 'pairwright', split: 'train' }, job());
	const page = () => workspace.queue('judge', { count: 1 });
	const judgeOne = async () => {
		const [pair] = (await page()).pairs;
		await workspace.judge({ comparison: pair!.comparison, verdict: 'a', queue: 'judge' });
	};
	assert.equal((await page()).activeWaits, undefined, 'off');
	settings(dir, { active: true });
	await workspace.reload();
	await judgeOne();
	await workspace.flag({ comparison: (await page()).pairs[0]!.comparison });
	const { activeWaits } = await page();
	assert.deepEqual(activeWaits, { for: 'judgments', judged: 1 });
	assert.equal(activeWaitsWords(activeWaits!), 'Active order begins at 20 judged train pairs, 1 so far');
	for (let i = 1; i < 20; i++) await judgeOne();
	assert.deepEqual((await page()).activeWaits, { for: 'run' });
	assert.equal((await workspace.queue('review', { count: 1 })).activeWaits, undefined);
	for (let i = 20; i < 30; i++) await judgeOne();
	assert.equal((await page()).activeWaits, undefined, 'nothing left to order');
	await workspace.close();
});
