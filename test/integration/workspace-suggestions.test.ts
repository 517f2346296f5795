import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { folder, job, openAt } from './workspace-support.ts';

const DEVICES = ['kettle', 'oven', 'fridge', 'toaster', 'mixer', 'washer'];
const SAME = `Ask the landlord in writing, keep a copy, and wait two weeks before you go to court. ${'Then decide. '.repeat(6)}`;

async function filled(t: TestContext): Promise<Workspace> {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const rows = [
		...Array.from({ length: 120 }, (_, i) => ({
			prompt: `How do I repair the ${DEVICES[i % 6]} with number ${i} when it stops at home?`,
			response_a: `Open it ${i}.`,
			response_b: `Call somebody ${i}.`,
			split: 'train',
		})),
		...['tenant lease deposit', 'lease deposit court', 'tenant court notice', 'deposit notice lease tenant'].map(
			(text, i) => ({
				prompt: `Explain ${text} ${i}`,
				response_a: i < 1 ? SAME : `Yes ${i}.`,
				response_b: `No ${i}.`,
				split: 'train',
			}),
		),
		...['comet', 'orbit'].flatMap((text, i) =>
			(['R', 'E'] as const).map((half) => ({
				prompt: `Where does the ${text} ${half} go, ${i}?`,
				response_a: half === 'R' && i === 0 ? SAME.toUpperCase() : `Away ${half} ${i}.`,
				response_b: `Here ${half} ${i}.`,
				split: 'heldout',
				half,
				tags: [half === 'E' ? 'time:2031' : 'domain:sky'],
				judgments: half === 'E' ? [{ annotator: 'bo', verdict: 'a' }] : [],
			})),
		),
	];
	const path = join(dir, 'rows.jsonl');
	writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
	await workspace.importFiles([path], { format: 'pairwright' }, job());
	await workspace.settled();
	return workspace;
}

test('suggestions come as topics; a dismissed one comes no more, until that is taken back', async (t) => {
	const workspace = await filled(t);
	const before = (await workspace.inspect(job())).novelty;
	const law = before.groups?.find(({ words }) => words.some(({ word }) => word === 'lease' || word === 'tenant'));
	assert.ok(law !== undefined && law.suggestions.length >= 3, JSON.stringify(before.groups?.slice(0, 3)));
	const ids = law.suggestions.map(({ prompt }) => prompt);
	const { event } = await workspace.dismissSuggestions(ids, 'tenants write often');
	const after = (await workspace.inspect(job())).novelty;
	assert.equal(after.dismissed, ids.length);
	const left = after.groups?.flatMap(({ suggestions }) => suggestions.map(({ prompt }) => prompt)) ?? [];
	assert.ok(ids.every((id) => !left.includes(id)));
	await workspace.retract(event);
	assert.deepEqual((await workspace.inspect(job())).novelty.groups, before.groups);
	// All of a topic is one tag and one undo.
	const tagged = await workspace.tag({ ids }, { facet: 'domain:law' });
	assert.equal((await workspace.listPrompts({ tag: 'domain:law', split: 'heldout' })).total, ids.length);
	await workspace.retract(tagged.event as string);
	assert.equal((await workspace.listPrompts({ tag: 'domain:law' })).total, 0);
	await workspace.close();
});

test('prompts of logs that are unlike train are suggested by themselves; a tag or a dismissal takes them out', async (t) => {
	const workspace = await filled(t);
	const before = (await workspace.inspect(job())).novelty;
	assert.equal(before.waiting, undefined, 'nothing waits');
	const asked = [
		'Which mushrooms grow under birches in autumn?',
		'Translate the second stanza of the sonnet into Latin.',
		// Nearly the same as a prompt of train: in its cluster.
		'How do I repair the kettle with number 0 when it stops at home',
	];
	const path = join(workspace.context.paths.root, 'log.jsonl');
	writeFileSync(path, asked.map((prompt) => JSON.stringify({ prompt, response: 'Well.' })).join('\n'));
	await workspace.importFiles([path], { as: 'prompts' }, job());
	const { waiting, places, groups } = (await workspace.inspect(job())).novelty;
	assert.deepEqual([places, groups], [before.places, before.groups], 'what waits is in no place');
	const previews = waiting?.suggestions.map(({ preview }) => preview).sort();
	assert.deepEqual([waiting?.prompts, waiting?.beyond, previews], [3, 2, asked.slice(0, 2).sort()]);
	for (const { novelty } of waiting!.suggestions) assert.ok(novelty > before.threshold!);
	const [first, second] = waiting!.suggestions;
	await workspace.tag({ ids: [first!.prompt] }, { facet: 'domain:woods' });
	await workspace.dismissSuggestions([second!.prompt]);
	const after = (await workspace.inspect(job())).novelty.waiting;
	assert.deepEqual(after, { prompts: 2, beyond: 0, suggestions: [] });
	await workspace.close();
});

test('coverage counts sizes of both halves, and the same whatever people said of the sealed one', async (t) => {
	const workspace = await filled(t);
	const before = await workspace.coverage();
	const kind = (name: string) => before.kinds.find((each) => each.kind === name);
	assert.deepEqual(kind('domain')?.reference, { prompts: 2, pairs: 2 });
	assert.deepEqual(kind('time')?.sealed, { prompts: 2, pairs: 2 });
	assert.equal(kind('language')?.prompts, 0);
	assert.deepEqual([before.total.prompts, before.untagged, before.judgedReference], [4, 0, 0]);
	const { comparisons } = await workspace.list({ half: 'E' });
	for (const { id } of comparisons) await workspace.judge({ comparison: id, verdict: 'b' });
	assert.deepEqual(await workspace.coverage(), before);
	await assert.rejects(workspace.coverage({ metric: 'accuracy', width: 0.6 }), /makes no sense/);
	await workspace.close();
});

test('both sides of a copied response are told; only the less protected prompt is excluded', async (t) => {
	const workspace = await filled(t);
	const leak = (await workspace.splits()).leakage.find(({ kind }) => kind === 'response-copy');
	assert.ok(leak !== undefined);
	const texts = await workspace.leakTexts(leak);
	assert.deepEqual(
		texts.responses?.map((text) => text.toLowerCase()),
		[SAME.toLowerCase(), SAME.toLowerCase()],
	);
	assert.ok(texts.prompts.every((text) => text !== null));
	const { prompts } = await workspace.listPrompts({ split: 'train', search: 'landlord' });
	const [less] = prompts;
	const done = await workspace.assign({ ids: [less!.id] }, { split: 'excluded', alone: true });
	assert.equal(done.moved, 1);
	assert.equal((await workspace.splits()).leakage.filter(({ kind }) => kind === 'response-copy').length, 0);
	await workspace.retract(done.event as string);
	assert.equal((await workspace.splits()).leakage.filter(({ kind }) => kind === 'response-copy').length, 1);
	await assert.rejects(workspace.assign({ ids: [less!.id] }, { split: 'eval', alone: true }), /clusters whole/);
	await workspace.close();
});
