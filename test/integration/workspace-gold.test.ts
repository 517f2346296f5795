import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { folder, job, openAt } from './workspace-support.ts';

const CONTROLS = 10;

/** Train pairs without a label, a few of eval and held-out, and a rate of gold. */
async function team(t: TestContext, rate: number, count = 60) {
	const dir = folder(t);
	const { workspace: mara } = await openAt(dir, 'mara');
	const rows = (split: string, n: number, more = {}) =>
		Array.from({ length: n }, (_, i) =>
			JSON.stringify({ prompt: `${split} ${i}?`, response_a: `So ${i}.`, response_b: `No ${i}.`, split, ...more }),
		);
	const path = join(dir, 'rows.jsonl');
	writeFileSync(
		path,
		[...rows('train', count), ...rows('eval', 6), ...rows('heldout', 4, { half: 'E', tags: ['domain:law'] })].join(
			'\n',
		),
	);
	await mara.importFiles([path], { format: 'pairwright' }, job());
	const config = join(dir, 'work', '.pairwright', 'config.json');
	const settings = JSON.parse(readFileSync(config, 'utf8')) as object;
	const overlap = { train: 0, eval: 0, heldout: 0 };
	writeFileSync(config, JSON.stringify({ ...settings, queue: { gold: rate, overlap, repeats: 0, people: ['bo'] } }));
	await mara.reload();
	const train = inPlace(mara, 'train');
	const gold = train.slice(0, CONTROLS);
	for (const comparison of gold) await mara.adjudicate({ comparison, verdict: 'a', reason: 'beyond doubt' });
	await mara.markGold({ comparisons: gold });
	const { workspace: bo } = await openAt(dir, 'bo', 'two');
	return { dir, mara, bo, gold: new Set(gold), train };
}

function inPlace(workspace: Workspace, place: string): string[] {
	return workspace.context.db
		.all<{ id: string }>('SELECT id FROM comparisons WHERE place = ? ORDER BY order_key, id', place)
		.map(({ id }) => id);
}

async function page(workspace: Workspace, count = 3, after: readonly string[] = []) {
	return workspace.queue('judge', { count, after });
}

test('gold pairs come at drawn places, each once, look like any other pair, and change no vote, overlap or count', async (t) => {
	const { mara, bo, gold } = await team(t, 0.3);
	const shown: string[] = [];
	let { done, total } = await page(bo);
	const whole = total;
	assert.equal(done, 0);
	// As the screen asks: a few ahead, those at hand named.
	for (let at: string[] = []; ; ) {
		const next = await page(bo, 3 - at.length, at);
		at = [...at, ...next.pairs.map(({ comparison }) => comparison)];
		const comparison = at.shift();
		if (comparison === undefined) break;
		shown.push(comparison);
		const { judgment } = await bo.judge({ comparison, verdict: 'b', queue: 'judge', shown_first: 'a', ms: 900 });
		assert.deepEqual([judgment.verdict, judgment.kind, judgment.blind], ['b', 'first', true]);
		assert.equal((await bo.pair(comparison)).mine?.verdict, 'b', 'looking back, it is an answer like any other');
		({ done, total } = await page(bo, 0));
		assert.deepEqual([done, total], [shown.length, whole], 'nor do the counts tell');
	}
	assert.deepEqual([new Set(shown).size, shown.length], [70, 70]);
	assert.equal(shown.filter((id) => gold.has(id)).length, CONTROLS);
	const places = shown.flatMap((id, place) => (gold.has(id) ? [place] : []));
	assert.ok(places.at(-1)! > CONTROLS + 5 && places.some((place, i) => place > i), `mixed in: ${places}`);

	const db = bo.context.db;
	assert.equal(db.value('SELECT count(*) FROM standing s JOIN gold g ON g.comparison = s.comparison'), 0);
	for (const id of gold) {
		const { judgments, resolution } = await bo.show(id);
		assert.deepEqual([judgments.length, resolution], [0, 'a']);
	}
	const report = await bo.progressReport();
	assert.deepEqual([report.all.needed, report.all.judged, report.all.left], [60, 60, 0]);
	await mara.reload();
	assert.equal((await mara.info()).review, 60, 'what was answered as gold waits for no second look');
	await mara.close();
	await bo.close();
});

test('each sees their own share of right answers, others only where the settings say so; known and seen ones do not count', async (t) => {
	const { dir, mara, bo, gold, train } = await team(t, 1);
	const answered: string[] = [];
	for (;;) {
		const [pair] = (await page(bo, 1)).pairs;
		if (pair === undefined || !gold.has(pair.comparison)) break;
		// The third one is looked at first.
		if (answered.length === 2) bo.context.state.markSeenOthers('bo', pair.comparison);
		if (answered.length === 2) {
			answered.push(pair.comparison);
			continue;
		}
		answered.push(pair.comparison);
		await bo.judge({ comparison: pair.comparison, verdict: answered.length % 3 === 1 ? 'b' : 'a', queue: 'judge' });
	}
	assert.equal(answered.length, CONTROLS);
	const own = (await bo.progressReport()).people.find(({ person }) => person === 'bo')!.own!;
	assert.deepEqual([own.gold.n, own.gold.value], [9, 5 / 9]);
	assert.ok(own.gold.low! < 5 / 9 && own.gold.high! > 5 / 9);
	await mara.reload();
	assert.equal((await mara.progressReport()).people.find(({ person }) => person === 'bo')!.own, null);
	assert.deepEqual((await mara.gold()).accuracy.by_person, []);
	// Who marked them is never asked.
	assert.ok((await page(mara, 100)).pairs.every(({ comparison }) => !gold.has(comparison)));

	// Taken back, it comes again; a second answer after looking is not blind.
	const undone = await bo.undo();
	assert.equal(undone?.type, 'judged');
	assert.equal((await page(bo, 1)).pairs[0]?.comparison, undone?.comparison);
	await bo.judge({ comparison: undone!.comparison!, verdict: 'a', blind: false, queue: 'judge' });
	assert.equal((await bo.gold()).accuracy.n, 8);

	// The same from the files alone.
	const before = await bo.gold();
	await bo.rebuild(job());
	assert.deepEqual(await bo.gold(), before);

	// The list says the answers in words; who has read it is not asked any more.
	const texts = new Map((await bo.gold()).pairs.map(({ comparison, answer }) => [comparison, answer]));
	for (const id of gold) assert.match(texts.get(id) ?? '', /^(So|No) \d+\.$/u);
	assert.ok(gold.has((await bo.undo())?.comparison ?? ''));
	assert.ok((await page(bo, 100)).pairs.every(({ comparison }) => !gold.has(comparison)));

	// Ordinary again: asked for, and answers to it stay no votes.
	await mara.unmarkGold([answered[0]!]);
	await bo.reload();
	const was = await bo.show(answered[0]!);
	assert.deepEqual([was.judgments.length, (await bo.gold()).pairs.length], [0, CONTROLS - 1]);
	assert.ok(train.length > 0 && dir !== '');
	await mara.close();
	await bo.close();
});

test('no pair of an evaluation is gold, and none without a known answer; an excluded one is', async (t) => {
	const { mara, bo, train } = await team(t, 1, 20);
	for (const place of ['eval', 'E']) {
		const [id] = inPlace(mara, place);
		await assert.rejects(mara.markGold({ comparisons: [id!], verdict: 'a' }), (error) => UserError.is(error, 'usage'));
	}
	await assert.rejects(mara.markGold({ comparisons: [train[15]!] }), /nobody has adjudicated it/u);
	await mara.markGold({ comparisons: [train[15]!], verdict: 'b' });
	await mara.assign({ ids: [train[15]!] }, { split: 'excluded' });
	await mara.assign({ ids: [train[0]!] }, { split: 'eval' });
	const { pairs } = await mara.gold();
	const places = new Map(pairs.map(({ comparison, place }) => [comparison, place]));
	assert.deepEqual([places.get(train[15]!), places.has(train[0]!)], ['excluded', false]);
	await bo.reload();
	const seen = (await page(bo, 200)).pairs.map(({ comparison }) => comparison);
	assert.ok(seen.includes(train[15]!));
	// In eval it is asked for like the others, in their order; and its label is counted as what it is.
	assert.ok((await bo.show(train[0]!)).split === 'eval');
	await mara.close();
	await bo.close();
});
