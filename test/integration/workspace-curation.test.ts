import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../../src/store/dump.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

test('a tag moves whole clusters to held-out and draws a half; undo restores the split, not the draw', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = join(dir, 'turns.jsonl');
	const rows = ['First?', 'Second?'].flatMap((first) =>
		['x', 'y'].map((then) => ({
			prompt: [
				{ role: 'user', content: first },
				{ role: 'assistant', content: 'Go on.' },
				{ role: 'user', content: then },
			],
			chosen: [{ role: 'assistant', content: 'good' }],
			rejected: [{ role: 'assistant', content: 'bad' }],
		})),
	);
	writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
	await workspace.importFiles([path], {}, job());
	const { prompts } = await workspace.listPrompts({});
	const one = prompts[0]!;
	const before = dump(workspace.context.db).replace(/# events[\s\S]*?# facets/u, '');
	const selection = { ids: [one.id.slice(0, 12)] };
	assert.deepEqual(await workspace.previewTag(selection), { prompts: 1, clusters: 1, moves: 2, proposals: 0 });
	const tagged = await workspace.tag(selection, { facet: 'domain:law', reason: 'statutes' });
	assert.deepEqual([tagged.tagged, tagged.moved, tagged.proposed], [1, 2, 0]);
	const held = (await workspace.listPrompts({ split: 'heldout' })).prompts;
	assert.equal(held.length, 2);
	assert.equal(new Set(held.map((p) => p.half)).size, 1, 'one half for the cluster');
	assert.equal((await workspace.listPrompts({ tag: 'domain:law' })).total, 1);
	assert.equal((await workspace.splits()).spanning.length, 0);
	const undone = await workspace.undo();
	assert.deepEqual([undone?.type, undone?.prompts], ['tagged', 1]);
	const after = dump(workspace.context.db).replace(/# events[\s\S]*?# facets/u, '');
	assert.notEqual(after, before, 'the draw stays');
	assert.equal(
		after.replace(/"drawn":"[RE]"/gu, '"drawn":null').replace(/^\{"facet":"domain:law".*\n/mu, ''),
		before.replace(/^\{"facet":"domain:law".*\n/mu, ''),
	);
	await workspace.tag(selection, { facet: 'language:de' });
	assert.equal((await workspace.listPrompts({ split: 'heldout' })).prompts[0]?.half, held[0]?.half, 'never redrawn');
	await workspace.close();
});

test('what had the tag already is told apart, is no event, and keeps it when the later tag is undone', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 12)], {}, job());
	const ids = (await workspace.listPrompts({})).prompts.map(({ id }) => id);
	const tag = (from: number, to: number, remove = false) =>
		workspace.tag({ ids: ids.slice(from, to) }, { facet: 'domain:law', ...(remove ? { remove } : {}) });
	const having = async () => (await workspace.listPrompts({ tag: 'domain:law' })).total;
	assert.equal((await tag(0, 3)).tagged, 3);
	const events = workspace.context.events('tagged').length;
	const again = await tag(0, 3);
	assert.deepEqual([again.tagged, again.already, again.moved, again.event], [0, 3, 0, null]);
	assert.equal(workspace.context.events('tagged').length, events);
	const more = await tag(1, 6);
	assert.deepEqual([more.tagged, more.already, more.moved], [3, 2, 3]);
	await workspace.retract(more.event as string);
	assert.equal(await having(), 3);
	const gone = await tag(2, 6, true);
	assert.deepEqual([gone.tagged, gone.already], [1, 3]);
	assert.equal(await having(), 2);
	assert.equal((await tag(2, 6, true)).event, null);
	// Tagged, but moved back by hand: the tag is not new, the move is.
	await workspace.assign({ ids: ids.slice(0, 1) }, { split: 'train' });
	const back = await tag(0, 2);
	assert.deepEqual([back.tagged, back.already, back.moved], [0, 2, 1]);
	await workspace.retract(back.event as string);
	assert.equal(await having(), 2, 'the earlier tag stands');
	await workspace.close();
});

test('every third new facet goes to the sealed half only', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 60)], {}, job());
	const ids = (await workspace.listPrompts({ limit: 60 })).prompts.map((p) => p.id);
	for (const [i, facet] of ['domain:a', 'domain:b', 'domain:c', 'domain:d'].entries()) {
		await workspace.tag({ ids: ids.slice(i * 15, i * 15 + 15) }, { facet });
	}
	const halves = async (tag: string) =>
		[...new Set((await workspace.listPrompts({ tag })).prompts.map((p) => p.half))].sort().join('');
	assert.equal(await halves('domain:c'), 'E');
	assert.equal(await halves('domain:a'), 'ER');
	assert.equal(await halves('domain:d'), 'ER');
	assert.deepEqual(
		(await workspace.splits()).facets.filter((f) => f.sealedOnly).map((f) => f.facet),
		['domain:c'],
	);
	await workspace.close();
});

test('where a cluster is frozen or was exported for training, a tag only proposes; the answer decides', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 40)], {}, job());
	const train = (await workspace.listPrompts({ split: 'train' })).prompts.map((p) => p.id);
	const evaluation = (await workspace.listPrompts({ split: 'eval' })).prompts.map((p) => p.id);
	const exported = await workspace.exportData({ format: 'trl', splits: ['train'], out: join(dir, 'out.jsonl') });
	assert.ok(exported.export !== null);
	const frozen = await workspace.freeze('eval');
	assert.deepEqual([frozen.prompts, frozen.changed], [evaluation.length, null]);
	const [seen, held] = [train[0]!, evaluation[0]!];
	const tagged = await workspace.tag({ ids: [seen, held] }, { facet: 'time:2030' });
	assert.deepEqual([tagged.tagged, tagged.moved, tagged.proposed], [2, 0, 2]);
	const { proposals } = await workspace.splits();
	assert.deepEqual(proposals.map((p) => p.because).sort(), ['exported', 'frozen']);
	assert.equal((await workspace.info()).proposals, 2);
	const [first, second] = proposals;
	assert.deepEqual(await workspace.answerProposal(first!.id, true), { moved: 1 });
	assert.deepEqual(await workspace.answerProposal(second!.id, false, 'is in distribution'), { moved: 0 });
	assert.equal((await workspace.info()).proposals, 0);
	assert.deepEqual(
		(await workspace.listPrompts({ split: 'heldout' })).prompts.map((p) => p.id),
		first!.prompts.map((p) => p.id),
	);
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.tag({ ids: [train[1]!] }, { facet: 'time:2031' });
	assert.equal((await workspace.info()).proposals, 1);
	await workspace.undo();
	assert.equal((await workspace.info()).proposals, 0, 'undoing a tag takes its proposal along');
	await workspace.close();
});

test('an export is the same bytes whatever the order of import, and is recorded once', async (t) => {
	const dir = folder(t);
	const one = await openAt(dir, 'ana', 'one', 'one');
	const two = await openAt(dir, 'ana', 'one', 'two');
	const [a, b] = [writePairs(dir, 20, 'a.jsonl'), writePairs(dir, 20, 'b.jsonl', 100)];
	await one.workspace.importFiles([a, b], {}, job());
	await two.workspace.importFiles([b], {}, job());
	await two.workspace.importFiles([a], {}, job());
	const bytes: string[] = [];
	for (const { workspace } of [one, two]) {
		const out = join(workspace.context.paths.root, 'out');
		const first = await workspace.exportData({ format: 'trl', splits: ['train', 'eval'], out });
		const again = await workspace.exportData({ format: 'trl', splits: ['train', 'eval'], out });
		assert.deepEqual(again, first);
		assert.equal(workspace.context.events('exported').length, 1);
		bytes.push(first.files.map((f) => readFileSync(f.path, 'utf8')).join('---'));
		await workspace.close();
	}
	assert.ok((bytes[0]?.length ?? 0) > 500);
	assert.equal(bytes[1], bytes[0]);
});

test('verdicts on the sealed half are in no list, count of prompts, filter or export', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 6)], { split: 'heldout', half: 'E' }, job());
	await workspace.importFiles([writePairs(dir, 6, 'r.jsonl', 50)], { split: 'heldout', half: 'R' }, job());
	const sealed = (await workspace.list({ half: 'E' })).comparisons;
	assert.equal(sealed.length, 6);
	for (const row of sealed) assert.deepEqual([row.verdict, row.judgments, row.sealed], [null, null, true]);
	assert.equal((await workspace.list({ half: 'R' })).comparisons[0]?.sealed, undefined);
	await workspace.judge({ comparison: sealed[0]!.id, verdict: 'a' });
	for (const filter of [
		{ status: 'judged' },
		{ status: 'open' },
		{ status: 'disputed' },
		{ annotator: 'ana' },
	] as const) {
		const { comparisons } = await workspace.list(filter);
		assert.ok(
			comparisons.every((c) => c.half !== 'E'),
			JSON.stringify(filter),
		);
	}
	for (const row of (await workspace.listPrompts({ half: 'E' })).prompts) {
		assert.deepEqual([row.judged, row.disputed, row.sealed], [null, null, true]);
	}
	const trl = await workspace.exportData({ format: 'trl', splits: ['heldout'], out: join(dir, 'held.jsonl') });
	assert.equal(trl.files[0]?.written, 6);
	const own = await workspace.exportData({ format: 'pairwright', splits: ['heldout'], out: join(dir, 'own.jsonl') });
	const lines = readFileSync(own.files[0]!.path, 'utf8')
		.trimEnd()
		.split('\n')
		.map((l) => JSON.parse(l) as { half: string; judgments: unknown });
	assert.deepEqual(lines.map((l) => [l.half, l.judgments === null]).sort(), [
		...Array(6).fill(['E', true]),
		...Array(6).fill(['R', false]),
	]);
	// Work on it goes on as everywhere.
	assert.equal((await workspace.show(sealed[0]!.id)).judgments.length, 2);
	assert.equal((await workspace.queue('judge', { count: 20 })).pairs.length, 11);
	await workspace.close();
});

test('the queue shows nothing but texts, and its sides keep to the person', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 12)], {}, job());
	const { pairs } = await workspace.queue('judge', { count: 12 });
	for (const pair of pairs) {
		assert.deepEqual(Object.keys(pair).sort(), ['comparison', 'left', 'leftSide', 'mine', 'prompt', 'right']);
		assert.equal(pair.mine, null);
		assert.equal((await workspace.pair(pair.comparison)).leftSide, pair.leftSide);
	}
	assert.equal(new Set(pairs.map((p) => p.leftSide)).size, 2, 'sides are swapped for some');
	await workspace.skip({ comparison: pairs[0]!.comparison });
	await workspace.skip({ comparison: pairs[1]!.comparison, cannot: 'language' });
	const after = await workspace.queue('judge', { count: 12 });
	assert.equal(after.pairs.length, 11);
	assert.equal(after.pairs.at(-1)?.comparison, pairs[0]?.comparison, 'later = last');
	assert.deepEqual((await workspace.info()).skipped, { later: 1, cannot: 1 });
	assert.equal((await workspace.undo())?.text, 'cannot judge: language');
	assert.equal((await workspace.queue('judge', { count: 12 })).pairs.length, 12);
	await workspace.close();
});

test('a written pair is a comparison; taking it back takes it out; a rewrite names what it came from', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const say = (content: string) => [{ role: 'assistant', content }];
	const prompt = { messages: [{ role: 'user', content: 'Why is the sky blue?' }] };
	const authored = await workspace.author({ prompt, a: say('Scattering.'), b: say('Paint.'), verdict: 'a' });
	const shown = await workspace.show(authored.comparison.slice(0, 10));
	const winner = shown.resolution === 'a' ? shown.response_a : shown.response_b;
	assert.equal(winner[0]?.content, 'Scattering.');
	assert.equal(shown.judgments[0]?.blind, false);
	const loser = shown.resolution === 'a' ? 'b' : 'a';
	const improved = await workspace.improve({
		comparison: authored.comparison,
		side: loser,
		text: 'Light is scattered by air.',
	});
	const rewrite = await workspace.show(improved.comparison);
	assert.equal(rewrite.derived_from, authored.comparison);
	assert.equal(
		(rewrite.resolution === 'a' ? rewrite.response_a : rewrite.response_b)[0]?.content,
		'Light is scattered by air.',
	);
	await workspace.retract(authored.event);
	await assert.rejects(workspace.show(authored.comparison), /no comparison/u);
	assert.equal((await workspace.list({})).total, 1);
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});

test('a rewrite waits for a second person before it goes to a trainer, unless the settings say otherwise', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 1)], { split: 'train' }, job());
	const [original] = (await workspace.list({})).comparisons;
	const rewrite = await workspace.improve({ comparison: original!.id, side: 'a', text: 'Because light scatters.' });
	const exported = async (): Promise<[number, number]> => {
		const done = await workspace.exportData({ format: 'trl', splits: ['train'], out: join(dir, 'out') });
		return [done.files[0]!.written, done.dropped.unconfirmed_rewrite ?? 0];
	};
	assert.deepEqual(await exported(), [1, 1]);

	const config = join(dir, 'work', '.pairwright', 'config.json');
	const settings = readFileSync(config, 'utf8');
	writeFileSync(config, '{"rewrites":{"second_person":false}}');
	await workspace.reload();
	assert.deepEqual(await exported(), [2, 0]);
	writeFileSync(config, settings);
	await workspace.close();

	const { workspace: second } = await openAt(dir, 'ben', 'two');
	await second.judge({ comparison: rewrite.comparison, verdict: 'a' });
	const done = await second.exportData({ format: 'trl', splits: ['train'], out: join(dir, 'out') });
	assert.equal(done.dropped.unconfirmed_rewrite ?? 0, 0);
	await second.close();
});

test('a preview of prompts that wait for a pair knows where they were moved', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const path = join(dir, 'log.jsonl');
	const rows = [0, 1, 2].map((i) => JSON.stringify({ prompt: `A question, ${i}?`, response: `An answer, ${i}` }));
	writeFileSync(path, `${rows.join('\n')}\n`);
	await workspace.importFiles([path], { as: 'prompts' }, job());
	const ids = workspace.context.db.all<{ id: string }>('SELECT id FROM prompts').map(({ id }) => id);
	const there = async (split: 'heldout' | 'eval') => (await workspace.previewMove({ ids }, split)).there;
	await workspace.assign({ ids }, { split: 'heldout' });
	assert.deepEqual([await there('heldout'), await there('eval')], [3, 0]);
	await workspace.assign({ ids }, { split: 'eval' });
	assert.deepEqual([await there('heldout'), await there('eval')], [0, 3]);
});
