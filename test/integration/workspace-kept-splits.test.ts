import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Split } from '../../src/domain/split.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { dump } from '../../src/store/dump.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

/** The same rows once more in another file, each with these fields. */
function again(path: string, name: string, more: object = { metadata: { v: 2 } }): string {
	const copy = join(path, '..', name);
	const rows = readFileSync(path, 'utf8').trimEnd().split('\n');
	writeFileSync(copy, rows.map((row) => JSON.stringify({ ...(JSON.parse(row) as object), ...more })).join('\n'));
	return copy;
}

async function sizes(workspace: Workspace): Promise<Partial<Record<Split, number>>> {
	const { splits } = await workspace.splits();
	return Object.fromEntries(
		Object.entries(splits).flatMap(([split, { prompts }]) => (prompts === 0 ? [] : [[split, prompts]])),
	);
}

async function asAfterRebuild(workspace: Workspace): Promise<void> {
	await workspace.settled();
	const before = dump(workspace.context.db);
	await workspace.rebuild(job());
	await workspace.settled();
	assert.equal(dump(workspace.context.db), before);
	await workspace.close();
}

/** Forty pairs under default splits. @returns the file, and how many prompts lie in train and eval */
async function byDefault(dir: string, workspace: Workspace): Promise<{ path: string; train: number; eval: number }> {
	const path = writePairs(dir, 40);
	await workspace.importFiles([path], {}, job());
	const { train = 0, eval: held = 0 } = await sizes(workspace);
	assert.ok(train > 0 && held > 0);
	return { path, train, eval: held };
}

test('an import moves no prompt out of a frozen split, but proposes it; what is free moves, and it is said', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const { path, train, eval: held } = await byDefault(dir, workspace);
	await workspace.freeze('eval');
	const toTrain = await workspace.importFiles([again(path, 'b.jsonl')], { split: 'train' }, job());
	assert.deepEqual(await sizes(workspace), { train, eval: held });
	const kept = { from: 'eval', to: 'train', because: 'frozen', proposed: true, prompts: held };
	assert.deepEqual([toTrain.moves, toTrain.unheeded], [{ moved: [], kept: [kept] }, undefined]);
	const { proposals } = await workspace.splits();
	assert.deepEqual(
		proposals.map(({ split, because, prompts }) => [split, because, prompts.length]),
		[['train', 'frozen', held]],
	);
	assert.equal(await workspace.undo(), null, 'that they stay is no act of a person');
	await workspace.answerProposal(proposals[0]!.id, true);
	assert.deepEqual(await sizes(workspace), { train: train + held });
	await asAfterRebuild(workspace);
});

test('an import moves nothing that was exported for training to where it would be unseen', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const { path, train, eval: held } = await byDefault(dir, workspace);
	await workspace.exportData({ format: 'trl', splits: ['train'], out: join(dir, 'out.jsonl') });
	const done = await workspace.importFiles([again(path, 'b.jsonl')], { split: 'heldout' }, job());
	assert.deepEqual(await sizes(workspace), { train, heldout: held });
	assert.deepEqual(done.moves, {
		moved: [{ from: 'eval', to: 'heldout', prompts: held }],
		kept: [{ from: 'train', to: 'heldout', because: 'exported', proposed: true, prompts: train }],
	});
	await asAfterRebuild(workspace);
});

test('so it is with the prompts of a log', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const { train, eval: held } = await byDefault(dir, workspace);
	await workspace.freeze('eval');
	const path = join(dir, 'log.jsonl');
	const rows = Array.from({ length: 40 }, (_, i) => JSON.stringify({ prompt: `Question ${i}: why?`, response: 'So.' }));
	writeFileSync(path, rows.join('\n'));
	const done = await workspace.importFiles([path], { as: 'prompts', split: 'retention' }, job());
	assert.deepEqual(await sizes(workspace), { retention: train, eval: held });
	assert.deepEqual(
		[done.moves?.moved, done.moves?.kept.map(({ because, prompts }) => [because, prompts])],
		[[{ from: 'train', to: 'retention', prompts: train }], [['frozen', held]]],
	);
	await asAfterRebuild(workspace);
});

test('a tag, or a move, that is taken back leaves what was frozen since where it is, and proposes', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 9)], { split: 'train' }, job());
	await workspace.settled();
	const ids = (await workspace.listPrompts({})).prompts.map(({ id }) => id);
	const { event } = await workspace.tag({ ids: ids.slice(0, 4) }, { facet: 'domain:law' });
	await workspace.freeze('heldout');
	const late = await workspace.tag({ ids: ids.slice(4, 6) }, { facet: 'domain:art' });
	const half = async () =>
		(await workspace.listPrompts({ split: 'heldout' })).prompts.map((prompt) => [prompt.id, prompt.half]).sort();
	const halves = await half();

	const stays = { from: 'heldout', to: 'train', because: 'frozen', proposed: true, prompts: 4 };
	const preview = await workspace.retract(event as string, { preview: true });
	assert.deepEqual(preview.moves, { moved: [], kept: [stays] });
	assert.deepEqual(await half(), halves);
	const free = await workspace.retract(late.event as string);
	assert.deepEqual(free.moves, { moved: [{ from: 'heldout', to: 'train', prompts: 2 }], kept: [] });
	const undone = await workspace.undo();
	assert.match(
		undone?.text ?? '',
		/^tag domain:law\. 4 prompts stay in held-out \(frozen\); the move to train is proposed\.$/u,
	);
	assert.deepEqual(
		await half(),
		halves.filter(([id]) => ids.slice(0, 4).includes(id as string)),
	);
	assert.equal((await workspace.listPrompts({ tag: 'domain:law' })).total, 0);
	const [proposal, ...rest] = (await workspace.splits()).proposals;
	assert.deepEqual([proposal?.split, proposal?.prompts.length, rest], ['train', 4, []]);
	assert.equal(await workspace.undo(), null);
	const pin = workspace.context.events('split-assigned').find(({ kept }) => kept === true);
	await assert.rejects(workspace.retract(pin?.id as string), (e) => UserError.is(e, 'usage'));
	await asAfterRebuild(workspace);
});

test('taking an import back, too, and what it brought comes back to where it was frozen', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const [path, other] = [writePairs(dir, 8), writePairs(dir, 3, 'other.jsonl', 100)];
	const imported = async () => workspace.context.events('imported').at(-1)!.id;
	await workspace.importFiles([path], { split: 'heldout' }, job());
	const first = await imported();
	const clean = again(path, 'clean.jsonl');
	await workspace.importFiles([clean], {}, job());
	await workspace.importFiles([other], { split: 'heldout' }, job());
	const third = await imported();
	await workspace.settled();
	await workspace.freeze('heldout');

	const ahead = await workspace.retract(first, { preview: true });
	const { moved, kept } = ahead.moves!;
	assert.deepEqual(moved, []);
	assert.ok(kept.every(({ from, because, proposed }) => from === 'heldout' && because === 'frozen' && !proposed));
	assert.equal(
		kept.reduce((sum, { prompts }) => sum + prompts, 0),
		8,
	);
	assert.deepEqual((await workspace.retract(first)).moves, ahead.moves);
	assert.deepEqual([await sizes(workspace), (await workspace.splits()).proposals], [{ heldout: 11 }, []]);

	assert.equal((await workspace.retract(third)).moves, undefined, 'nothing is left to go anywhere');
	assert.deepEqual(await sizes(workspace), { heldout: 8 });
	const back = await workspace.importFiles([again(other, 'third.jsonl')], { split: 'train' }, job());
	assert.deepEqual([await sizes(workspace), back.unheeded], [{ heldout: 11 }, 3]);
	await asAfterRebuild(workspace);
});

test('rows that ask for another split, or half, than their prompt has are counted', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = writePairs(dir, 5);
	await workspace.importFiles([path], { split: 'train' }, job());
	const asked = await workspace.importFiles([again(path, 'b.jsonl')], { split: 'heldout', half: 'E' }, job());
	assert.deepEqual([await sizes(workspace), asked.unheeded, asked.moves], [{ train: 5 }, 5, undefined]);
	const same = await workspace.importFiles([again(path, 'c.jsonl', { n: 1 })], { split: 'train' }, job());
	assert.equal(same.unheeded, undefined);
	const repeated = await workspace.importFiles([join(dir, 'b.jsonl')], { split: 'heldout', half: 'E' }, job());
	assert.equal(repeated.unheeded, 5, 'a second call is told the same');
	await workspace.importFiles([writePairs(dir, 2, 'r.jsonl', 50)], { split: 'heldout', half: 'R' }, job());
	const halves = await workspace.importFiles(
		[again(join(dir, 'r.jsonl'), 'e.jsonl')],
		{ split: 'heldout', half: 'E' },
		job(),
	);
	assert.equal(halves.unheeded, 2);
	await asAfterRebuild(workspace);
});

test('a move, and a mistaken import, made after a freeze or an export is taken back as ever', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const { path, train, eval: held } = await byDefault(dir, workspace);
	await workspace.exportData({ format: 'trl', splits: ['train', 'eval'], out: join(dir, 'out') });
	const prompts = (await workspace.listPrompts({ split: 'eval', limit: 3 })).prompts.map(({ id }) => id);
	for (const split of ['excluded', 'retention', 'train'] as const) {
		assert.equal((await workspace.assign({ ids: prompts }, { split })).moved, 3, split);
		assert.match((await workspace.undo())!.text, /3 prompts went from .* to eval\.$/, split);
		assert.deepEqual(await sizes(workspace), { train, eval: held }, split);
	}
	await workspace.importFiles([again(path, 'b.jsonl')], { split: 'train' }, job());
	assert.deepEqual(await sizes(workspace), { train: train + held });
	const [mistake] = workspace.context.events('imported').toReversed();
	await workspace.retract(mistake!.id);
	assert.deepEqual([await sizes(workspace), (await workspace.splits()).proposals], [{ train, eval: held }, []]);
	await asAfterRebuild(workspace);
});
