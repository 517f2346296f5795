import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../../src/store/dump.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

const ROUNDS = 8;

/** Ids of the events in journal text. */
function idsIn(text: string): string[] {
	return text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => (JSON.parse(line) as { id: string }).id);
}

test('branches switched while verdicts come in lose nothing that was confirmed, and the workspace goes on', async (t) => {
	const dir = folder(t);
	const root = join(dir, 'work');
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(root, 400)], {}, job());
	const git = (...args: string[]): string =>
		execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
			cwd: root,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	const commit = (): void => {
		git('add', '-A');
		git('commit', '-q', '--allow-empty', '-m', 'work');
	};
	git('init', '-q', '-b', 'main');
	commit();
	git('branch', 'other');

	const confirmed: string[] = [];
	const judge = async (): Promise<void> => {
		const { pairs } = await workspace.queue('judge', { count: 1 });
		const done = await workspace.judge({ comparison: pairs[0]!.comparison, verdict: 'tie' });
		confirmed.push(done.judgment.id);
	};
	for (let round = 0; round < ROUNDS; round++) {
		await judge();
		await judge();
		const late = judge();
		for (let attempt = 0; ; attempt++) {
			commit();
			try {
				git('checkout', '-q', round % 2 === 0 ? 'other' : 'main');
				break;
			} catch (error) {
				// A verdict came in between the commit and the switch: git refuses to lose it.
				if (attempt === 5) throw error;
			}
		}
		await late;
		await workspace.reload();
	}
	commit();
	const files = git('ls-tree', '-r', '--name-only', 'main', '--', '.pairwright/journal').trim().split('\n');
	const kept = new Set(
		['main', 'other'].flatMap((branch) => files.flatMap((file) => idsIn(git('show', `${branch}:${file}`)))),
	);
	assert.equal(confirmed.length, ROUNDS * 3);
	assert.deepEqual(
		confirmed.filter((id) => !kept.has(id)),
		[],
	);
	const here = globSync('.pairwright/journal/*/*.jsonl', { cwd: root }).flatMap((file) =>
		idsIn(readFileSync(join(root, file), 'utf8')),
	);
	assert.ok(here.length < kept.size, 'the branches really differ');
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});
