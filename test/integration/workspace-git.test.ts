import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EventBody } from '../../src/domain/events.ts';
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
	const filesOf = (branch: string) =>
		git('ls-tree', '-r', '--name-only', branch, '--', '.pairwright/journal').trim().split('\n');
	const kept = new Set(
		['main', 'other'].flatMap((branch) => filesOf(branch).flatMap((file) => idsIn(git('show', `${branch}:${file}`)))),
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

test('one person on two branches of one device: git merges them without a conflict, on any host', async (t) => {
	const dir = folder(t);
	const root = join(dir, 'work');
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(root, 60)], {}, job());
	const git = (...args: string[]): string =>
		execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
			cwd: root,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	const commit = (): void => {
		git('add', '-A');
		git('commit', '-q', '-m', 'work');
	};
	git('init', '-q', '-b', 'main');
	// As a hosting site merges: without the attribute that joins lines.
	writeFileSync(join(root, '.pairwright/.gitattributes'), '');
	const judge = async (count: number): Promise<void> => {
		for (const { comparison } of (await workspace.queue('judge', { count })).pairs) {
			await workspace.judge({ comparison, verdict: 'tie' });
		}
	};
	const go = async (branch: string): Promise<void> => {
		git('checkout', '-q', branch);
		await workspace.reload();
	};
	await judge(5);
	commit();
	git('branch', 'other');
	await judge(7);
	commit();
	await go('other');
	await judge(4);
	commit();
	await go('main');
	await judge(3);
	commit();
	await go('other');
	await judge(2);
	commit();
	await go('main');
	git('merge', '-q', '-m', 'both', 'other');
	await workspace.reload();
	const files = globSync('.pairwright/journal/*/*.jsonl', { cwd: root });
	const judged = files.flatMap((file) =>
		readFileSync(join(root, file), 'utf8')
			.split('\n')
			.filter((line) => line.includes('"type":"judged"')),
	);
	assert.equal(judged.length, 5 + 7 + 4 + 3 + 2);
	assert.equal(files.length, 2, 'a branch that was left begins one file of its own, and goes on in it');
	await judge(1);
	assert.equal(globSync('.pairwright/journal/*/*.jsonl', { cwd: root }).length, 2);
	await workspace.close();
});

test('two branches with thousands of judgments of two people merge with git alone', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const root = join(dir, 'work');
	const each = 2500;
	await workspace.importFiles([writePairs(root, each)], {}, job());
	const git = (...args: string[]): string =>
		execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
			cwd: root,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	git('init', '-q', '-b', 'main');
	git('add', '-A');
	git('commit', '-q', '-m', 'set up');
	const ids = workspace.context.db.all<{ id: string }>('SELECT id FROM comparisons ORDER BY id').map((row) => row.id);
	const bodies = (verdict: 'a' | 'b'): EventBody[] =>
		ids.map((comparison) => ({ type: 'judged', comparison, verdict, kind: 'first', blind: true }));
	for (const [person, verdict] of [
		['ana', 'a'],
		['bo', 'b'],
	] as const) {
		git('checkout', '-q', '-b', person, 'main');
		await workspace.reload();
		await workspace.context.store.append(bodies(verdict), person);
		git('add', '-A');
		git('commit', '-q', '-m', person);
	}
	git('checkout', '-q', 'main');
	git('merge', '-q', '-m', 'one', 'ana');
	git('merge', '-q', '-m', 'two', 'bo');
	await workspace.reload();
	const count = (what: string) => workspace.context.db.value<number>(`SELECT count(*) FROM ${what}`);
	assert.equal(count("events WHERE type = 'judged'"), 2 * each);
	assert.equal(count('comparisons WHERE named = 2'), each);
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});
