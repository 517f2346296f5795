import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { dump } from '../../src/store/dump.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

/** So many that an action on all of them is entered in slices, and projected in many more. */
const PROMPTS = 3_000;

async function large(t: TestContext): Promise<{ dir: string; workspace: Workspace }> {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, PROMPTS)], { split: 'train' }, job());
	await workspace.settled();
	return { dir, workspace };
}

const left = (workspace: Workspace) =>
	workspace.context.db.value<number>('SELECT (SELECT count(*) FROM dirty) + (SELECT count(*) FROM unfolded)') as number;

const standing = (workspace: Workspace, split: string) =>
	workspace.context.db.value<number>('SELECT count(*) FROM prompts WHERE split = ?', split) as number;

const resolution = (workspace: Workspace, id: string) =>
	workspace.context.db.value<string>('SELECT resolution FROM comparisons WHERE id = ?', id);

/** Until a confirmed action is on its way into the database. */
async function underWay(workspace: Workspace): Promise<void> {
	for (let i = 0; left(workspace) === 0 && i < 100_000; i++) await turn();
	assert.ok(left(workspace) > 0, 'the action is under way');
}

test('a verdict and its undo are answered while a move of everything is still being entered', async (t) => {
	const { workspace } = await large(t);
	const [pair] = (await workspace.list({ limit: 1 })).comparisons;
	const id = (pair as { id: string }).id;
	const moving = workspace.assign({ query: {} }, { split: 'retention' });
	await underWay(workspace);
	await workspace.judge({ comparison: id, verdict: 'b' });
	assert.ok(left(workspace) > 0, 'the move is not done yet');
	assert.equal(resolution(workspace, id), 'b');
	await workspace.undo();
	assert.equal(resolution(workspace, id), 'a', 'the imported label counts again');
	assert.equal((await moving).moved, PROMPTS);
	assert.equal(standing(workspace, 'retention'), PROMPTS);
	await workspace.close();
});

test('what is asked while a move of everything is under way waits for it: nothing is planned, frozen or exported by halves', async (t) => {
	const { workspace } = await large(t);
	const moving = workspace.assign({ query: {} }, { split: 'retention' });
	await underWay(workspace);
	const back = workspace.assign({ query: {} }, { split: 'train' });
	const frozen = workspace.freeze('train');
	const [first, second, { prompts }] = await Promise.all([moving, back, frozen]);
	assert.deepEqual([first.moved, second.moved, prompts], [PROMPTS, PROMPTS, PROMPTS]);
	await workspace.close();
});

test('no prompt is in two files of an export beside which another window moves everything, nor in a trainer’s file and moved unasked', async (t) => {
	const { dir, workspace } = await large(t);
	const { workspace: other } = await openAt(dir, 'cy', 'two');
	const out = join(dir, 'out');
	const exporting = workspace.exportData({ format: 'trl', splits: ['train', 'eval'], out });
	// Opening a draft and reading the first page.
	for (let i = 0; i < 3; i++) await turn();
	const moving = other.assign({ query: {} }, { split: 'eval' });
	const { files } = await exporting;
	await moving;
	// All as it stood before the move, or all as after it.
	const written = files.map((file) => file.written).sort((x, y) => x - y);
	assert.deepEqual(written, [0, PROMPTS]);
	// In one window the move waits for the export, and its prompts are known to be trained on.
	const again = workspace.exportData({ format: 'trl', splits: ['eval'], out });
	const tagged = await workspace.tag({ query: {} }, { facet: 'domain:law' });
	assert.equal((await again).seen, PROMPTS);
	assert.deepEqual([tagged.moved, tagged.proposed], [0, PROMPTS]);
	await other.close();
	await workspace.close();
});

test('a process that ends amid a move, or amid its undo, leaves the whole of it to the next', async (t) => {
	const { dir, workspace } = await large(t);
	/** The folder as it lies on disk now, opened. */
	const opened = async (name: string) => {
		cpSync(join(dir, 'work'), join(dir, name), { recursive: true });
		// Memory shared among the processes of the other folder.
		rmSync(join(dir, name, '.pairwright', 'pairwright.db-shm'), { force: true });
		return (await openAt(dir, 'bo', name, name)).workspace;
	};
	const moving = workspace.assign({ query: {} }, { split: 'retention' });
	await underWay(workspace);
	const amid = await opened('amid');
	const { event } = await moving;
	assert.equal(standing(amid, 'retention'), PROMPTS);
	assert.equal(dump(amid.context.db), dump(workspace.context.db), 'the state is that of the process that ended it');
	const undoing = workspace.retract(event as string);
	await underWay(workspace);
	const undone = await opened('undone');
	await undoing;
	assert.equal(standing(undone, 'train'), PROMPTS);
	assert.equal(dump(undone.context.db), dump(workspace.context.db));
	for (const each of [amid, undone, workspace]) await each.close();
});
