import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { diffMarkdown } from '../../src/cli/diff.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

function repository(dir: string): (...args: string[]) => string {
	const git = (...args: string[]): string =>
		execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
			cwd: dir,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	git('init', '-q', '-b', 'main');
	return git;
}

/** A workspace in a subfolder of a repository, with one source linked inside the workspace and one copied. */
async function prepared(t: TestContext) {
	const dir = folder(t);
	const git = repository(dir);
	const { workspace } = await openAt(dir, 'ana', 'one', 'sub');
	const root = join(dir, 'sub');
	await workspace.importFiles([writePairs(root, 20, 'inside.jsonl')], { split: 'train' }, job());
	const outside = folder(t);
	await workspace.importFiles([writePairs(outside, 6, 'outside.jsonl', 100)], { split: 'heldout', half: 'E' }, job());
	const commit = (message: string): void => {
		git('add', 'sub');
		git('commit', '-q', '-m', message);
	};
	return { dir, root, git, workspace, commit };
}

test('two commits are compared by what git holds of them, and neither files nor index change', async (t) => {
	const { dir, root, git, workspace, commit } = await prepared(t);
	commit('first');
	git('tag', 'v1');
	const { comparisons } = await workspace.list({ split: 'train', limit: 3 });
	const [one, two, three] = comparisons;
	await workspace.judge({ comparison: one!.id, verdict: 'tie' });
	await workspace.assign({ ids: [two!.prompt_id] }, { split: 'excluded' });
	await workspace.importFiles([writePairs(root, 1, 'more.jsonl', 500)], { split: 'eval' }, job());
	const sealed = (await workspace.list({ split: 'heldout', limit: 1 })).comparisons[0]!;
	await workspace.judge({ comparison: sealed.id, verdict: 'both_bad' });
	commit('second');
	writeFileSync(join(root, 'inside.jsonl'), '');
	await workspace.flag({ comparison: three!.id });
	const before = git('status', '--porcelain');
	const found = await workspace.diff('v1', 'main');
	assert.equal(git('status', '--porcelain'), before);
	assert.equal(readFileSync(join(root, 'inside.jsonl'), 'utf8'), '');
	assert.deepEqual(found.notes, []);
	assert.deepEqual(
		found.added.map(({ split, preview }) => [split, preview]),
		[['eval', 'Question 500: why?']],
	);
	assert.deepEqual(found.removed, []);
	assert.deepEqual(
		found.moved.map(({ prompt, from, to }) => [prompt, from.split, to.split]),
		[[two!.prompt_id, 'train', 'excluded']],
	);
	assert.deepEqual(
		found.verdicts.map(({ comparison, to }) => [comparison, to]),
		[[one!.id, 'tie']],
	);
	assert.equal(found.sealed, 6, 'nothing of the verdict on the sealed half');
	assert.match(found.first, /^git [0-9a-f]{10} \(v1\)$/u);

	const back = await workspace.diff('main', 'v1');
	assert.equal(back.removed.length, 1);
	const markdown = diffMarkdown(found);
	assert.match(markdown, /## 1 prompt added\n\n\| id \| what \| prompt \|/u);
	assert.match(markdown, /train → excluded/u);
	assert.doesNotMatch(markdown, new RegExp(sealed.id.slice(0, 12), 'u'));
	assert.equal((await workspace.diff('main', 'now')).verdicts.length, 0);
	void dir;
	await workspace.close();
});

test('a manifest against now; what names nothing is said with what would', async (t) => {
	const { workspace } = await prepared(t);
	const { manifest } = await workspace.freeze('train');
	const { comparisons } = await workspace.list({ split: 'train', limit: 1 });
	await workspace.assign({ ids: [comparisons[0]!.prompt_id] }, { split: 'excluded' });
	const [proposal] = (await workspace.splits()).proposals;
	await workspace.answerProposal(proposal!.id, true);
	for (const ref of [manifest, manifest.slice(0, 9), manifest.slice('train-'.length)]) {
		const found = await workspace.diff(ref, 'now');
		assert.equal(found.first, `manifest ${manifest}`);
		assert.deepEqual(
			[found.added.length, found.removed.length, found.moved.map(({ to }) => to.split)],
			[0, 0, ['excluded']],
		);
	}
	await assert.rejects(workspace.diff('nothing-such', 'now'), /no manifest, no run, and nothing that git knows/u);
	await assert.rejects(workspace.diff('--help', 'now'), /no manifest, no run/u);
	await workspace.close();
});
