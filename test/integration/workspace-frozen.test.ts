import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

/**
 * Ten prompts of train, five of a frozen eval split, and one written by hand: a rebuild folds journals first, so all others
 * come to other keys of the database than they had.
 */
async function frozenEval(t: TestContext): Promise<{ dir: string; workspace: Workspace }> {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 10, 'train.jsonl')], { split: 'train' }, job());
	await workspace.importFiles([writePairs(dir, 5, 'eval.jsonl', 100)], { split: 'eval' }, job());
	await workspace.author({
		prompt: { messages: [{ role: 'user', content: 'Written by hand?' }] },
		a: [{ role: 'assistant', content: 'Yes.' }],
		b: [{ role: 'assistant', content: 'No.' }],
	});
	await workspace.settled();
	await workspace.freeze('eval');
	return { dir, workspace };
}

const keys = (workspace: Workspace) => workspace.context.db.all('SELECT id, n FROM prompts ORDER BY id');

/** What the splits view shows of every place, and what a move of all of eval would come to. */
async function told(workspace: Workspace): Promise<unknown> {
	const { places } = await workspace.splits();
	return { places, move: await workspace.previewMove({ query: { split: 'eval' } }, 'train') };
}

test('after a rebuild, the splits and a preview of a move say what they said before', async (t) => {
	const { workspace } = await frozenEval(t);
	const [before, old] = [await told(workspace), keys(workspace)];
	await workspace.rebuild(job());
	await workspace.settled();
	assert.notDeepEqual(keys(workspace), old, 'the same prompts have other keys');
	assert.deepEqual(await told(workspace), before);
	const { frozen, moves } = await workspace.previewMove({ query: { split: 'eval' } }, 'train');
	assert.deepEqual([frozen, moves], [5, 0]);
	await workspace.close();
});

test('so they do after a rebuild by another process', async (t) => {
	const { dir, workspace } = await frozenEval(t);
	const [before, old] = [await told(workspace), keys(workspace)];
	const other = await openAt(dir);
	await other.workspace.rebuild(job());
	await other.workspace.settled();
	await other.workspace.close();
	await workspace.reload();
	await workspace.settled();
	assert.notDeepEqual(keys(workspace), old, 'the same prompts have other keys');
	assert.deepEqual(await told(workspace), before);
	await workspace.close();
});

test('a prompt in the manifests of two frozen splits stays frozen in the one it stands in', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 6)], { split: 'train' }, job());
	await workspace.settled();
	await workspace.freeze('train');
	const ids = (await workspace.listPrompts({ split: 'train', limit: 1 })).prompts.map(({ id }) => id);
	await workspace.assign({ ids }, { split: 'eval' });
	for (const { id } of (await workspace.splits()).proposals) await workspace.answerProposal(id, true);
	await workspace.freeze('eval');
	const preview = await workspace.previewMove({ ids }, 'retention');
	assert.deepEqual([preview.moves, preview.frozen, preview.proposed], [0, 1, 1]);
	const done = await workspace.assign({ ids }, { split: 'retention' });
	assert.deepEqual([done.moved, done.proposed], [preview.moves, preview.proposals]);
	await workspace.close();
});
