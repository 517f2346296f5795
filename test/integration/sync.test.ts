import assert from 'node:assert/strict';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import { dump } from '../../src/store/dump.ts';
import { git, team } from './erase-support.ts';
import { job, type Opened, openAt } from './workspace-support.ts';

async function judge({ workspace }: Opened, count: number): Promise<void> {
	for (const { comparison } of (await workspace.queue('judge', { count })).pairs) {
		await workspace.judge({ comparison, verdict: 'tie' });
	}
}

test('a colleague who clones what was synced sees the same state, and verdicts go both ways', async (t) => {
	const { dir, ana, bo } = await team(t);
	assert.equal(dump(bo.workspace.context.db), dump(ana.workspace.context.db));
	await judge(ana, 3);
	await judge(bo, 4);
	assert.equal((await ana.workspace.syncState()).not_sent, 3);
	const first = await ana.workspace.sync(job());
	assert.deepEqual([first.committed, first.pushed, first.pulled, first.not_sent], [3, 3, 0, 0], first.message);
	const second = await bo.workspace.sync(job());
	assert.deepEqual([second.committed, second.pushed, second.pulled], [4, 4, 3], second.message);
	assert.match(second.message, /4 events of yours sent, 3 events of others received/u);
	assert.equal((await ana.workspace.sync(job())).pulled, 4);
	assert.equal(dump(bo.workspace.context.db), dump(ana.workspace.context.db));
	assert.equal((await ana.workspace.sync(job())).message, 'Everything is in sync.');
	for (const name of ['ana', 'bo']) assert.equal(git(join(dir, name), 'status', '--porcelain'), '');
	assert.equal(git(join(dir, 'ana'), 'rev-list', '--count', '--merges', 'main').trim(), '0', 'history stays a line');
});

test('staged, changed and new files of other work stay as they are, and none of them is sent', async (t) => {
	const { dir, server, ana, bo } = await team(t);
	const root = join(dir, 'ana');
	writeFileSync(join(root, 'notes.txt'), 'first\nstaged\n');
	git(root, 'add', 'notes.txt');
	writeFileSync(join(root, 'notes.txt'), 'first\nstaged\nand changed\n');
	writeFileSync(join(root, 'new.txt'), 'new');
	writeFileSync(join(root, 'added.txt'), 'added');
	git(root, 'add', 'added.txt');
	writeFileSync(join(root, '.pairwright/guidelines.md'), 'my own\n');
	const before = [git(root, 'status', '--porcelain'), git(root, 'diff'), git(root, 'diff', '--cached')];
	await judge(bo, 2);
	await bo.workspace.sync(job());
	await judge(ana, 2);
	const done = await ana.workspace.sync(job());
	assert.deepEqual([done.ok, done.pushed, done.pulled], [true, 2, 2], done.message);
	assert.deepEqual([git(root, 'status', '--porcelain'), git(root, 'diff'), git(root, 'diff', '--cached')], before);
	assert.equal(git(server, 'show', 'main:notes.txt'), 'first\n');
	const changed = git(server, 'diff', '--name-only', 'main~2', 'main').trim().split('\n');
	assert.ok(changed.length === 2 && changed.every((path) => path.startsWith('.pairwright/journal/')), `${changed}`);
});

test('work that a colleague changed too is never overwritten; the verdicts are sent all the same', async (t) => {
	const { dir, server, ana, bo } = await team(t);
	const [mine, theirs] = [join(dir, 'ana'), join(dir, 'bo')];
	writeFileSync(join(theirs, 'notes.txt'), 'by bo\n');
	git(theirs, 'commit', '-q', '-am', 'notes by bo');
	git(theirs, 'push', '-q');
	writeFileSync(join(mine, 'notes.txt'), 'by ana, not committed\n');
	await judge(ana, 2);
	const head = () => git(mine, 'rev-parse', 'HEAD').trim();
	const done = await ana.workspace.sync(job());
	assert.equal(done.ok, false);
	assert.match(done.message, /would overwrite work of yours that is not committed: notes\.txt/u);
	assert.equal(readFileSync(join(mine, 'notes.txt'), 'utf8'), 'by ana, not committed\n');
	assert.equal(done.not_sent, 0);
	const kept = head();
	assert.match(git(server, 'log', '-1', '--format=%s', 'main'), /2 events by ana/u);
	assert.deepEqual([(await ana.workspace.sync(job())).ok, head()], [false, kept]);
	git(mine, 'checkout', '-q', '--', 'notes.txt');
	assert.equal((await ana.workspace.sync(job())).ok, true);
	assert.equal(readFileSync(join(mine, 'notes.txt'), 'utf8'), 'by bo\n');
	await bo.workspace.sync(job());
	assert.equal(git(mine, 'rev-parse', 'main'), git(theirs, 'rev-parse', 'main'));
});

test('commits of other work are merged with what comes, and left for git push', async (t) => {
	const { dir, server, ana, bo } = await team(t);
	const root = join(dir, 'ana');
	writeFileSync(join(root, 'code.txt'), 'code');
	git(root, 'add', 'code.txt');
	git(root, 'commit', '-q', '-m', 'code');
	await judge(bo, 1);
	await bo.workspace.sync(job());
	await judge(ana, 2);
	const done = await ana.workspace.sync(job());
	assert.deepEqual([done.ok, done.pushed, done.pulled, done.not_sent], [true, 2, 1, 0], done.message);
	assert.match(done.message, /1 commit of yours with other work is left for "git push"/u);
	assert.throws(() => git(server, 'cat-file', '-e', 'main:code.txt'));
	assert.equal(git(root, 'status', '--porcelain'), '');
	git(root, 'push', '-q');
	assert.equal(git(server, 'show', 'main:code.txt'), 'code');
	assert.equal((await bo.workspace.sync(job())).pulled, 2);
});

test('a commit of a sync that was amended with other work is other work: it stays, and is not sent', async (t) => {
	const { dir, server, ana, bo } = await team(t);
	const root = join(dir, 'ana');
	const address = git(root, 'remote', 'get-url', 'origin').trim();
	git(root, 'remote', 'set-url', 'origin', join(dir, 'nowhere.git'));
	await judge(ana, 2);
	await ana.workspace.sync(job());
	writeFileSync(join(root, 'code.txt'), 'code');
	git(root, 'add', 'code.txt');
	git(root, 'commit', '-q', '--amend', '--no-edit');
	git(root, 'remote', 'set-url', 'origin', address);
	for (const behind of [false, true]) {
		if (behind) {
			await judge(bo, 1);
			await bo.workspace.sync(job());
		}
		const done = await ana.workspace.sync(job());
		assert.equal(done.not_sent, 0, done.message);
		assert.match(done.message, /left for "git push"/u);
		assert.equal(readFileSync(join(root, 'code.txt'), 'utf8'), 'code');
		assert.equal(git(root, 'show', 'HEAD:code.txt'), 'code');
		assert.throws(() => git(server, 'cat-file', '-e', 'main:code.txt'));
	}
});

test('two people who share a clone: what one left unsent is not lost when the other syncs', async (t) => {
	const { dir, ana, bo } = await team(t);
	const root = join(dir, 'ana');
	const address = git(root, 'remote', 'get-url', 'origin').trim();
	git(root, 'remote', 'set-url', 'origin', join(dir, 'nowhere.git'));
	await judge(ana, 3);
	await ana.workspace.sync(job());
	git(root, 'remote', 'set-url', 'origin', address);
	await judge(bo, 2);
	await bo.workspace.sync(job());
	const other = await openAt(dir, 'cy', 'three', 'ana');
	t.after(() => other.workspace.close());
	await judge(other, 1);
	await other.workspace.sync(job());
	assert.equal(other.workspace.context.events('judged').length, 6);
	assert.equal((await ana.workspace.sync(job())).not_sent, 0);
	await bo.workspace.sync(job());
	assert.equal(bo.workspace.context.events('judged').length, 6);
});

test('a link that a commit put where a journal lies is not followed', async (t) => {
	const { dir, server, ana } = await team(t);
	const root = join(dir, 'ana');
	const secret = join(dir, 'secret.jsonl');
	writeFileSync(secret, 'a secret line\n');
	await judge(ana, 1);
	const journal = join(root, '.pairwright/journal');
	const [mine = ''] = readdirSync(journal).filter((name) => name.startsWith('ana'));
	symlinkSync(secret, join(journal, mine, 'zz.jsonl'));
	await ana.workspace.sync(job());
	const sent = git(server, 'ls-tree', '-r', '--name-only', 'main');
	assert.doesNotMatch(sent, /zz\.jsonl/u);
	assert.match(sent, /journal\/ana/u);
});

test('offline, a commit is kept and counted as not sent; the next sync sends it', async (t) => {
	const { dir, ana } = await team(t);
	const root = join(dir, 'ana');
	const address = git(root, 'remote', 'get-url', 'origin').trim();
	git(root, 'remote', 'set-url', 'origin', join(dir, 'nowhere.git'));
	await judge(ana, 3);
	const done = await ana.workspace.sync(job());
	assert.deepEqual([done.ok, done.committed, done.pushed, done.not_sent], [false, 3, 0, 3], done.message);
	assert.match(done.message, /^3 events not sent\. .*committed here/u);
	await judge(ana, 1);
	assert.equal((await ana.workspace.syncState()).not_sent, 4);
	git(root, 'remote', 'set-url', 'origin', address);
	const later = await ana.workspace.sync(job());
	assert.deepEqual([later.ok, later.committed, later.pushed, later.not_sent], [true, 1, 4, 0], later.message);
});

test('a push that a hook, a protected branch or missing rights refuse is explained with the words of the server', async (t) => {
	const { server, ana } = await team(t);
	const hook = join(server, 'hooks/pre-receive');
	const refuse = (line: string) => {
		mkdirSync(join(server, 'hooks'), { recursive: true });
		writeFileSync(hook, `#!/bin/sh\necho "${line}" >&2\nexit 1\n`);
		chmodSync(hook, 0o755);
	};
	await judge(ana, 1);
	refuse('only on Mondays');
	const checked = await ana.workspace.sync(job());
	assert.match(
		checked.message,
		/^1 event not sent\. A check on "origin" did not take your judgments\..*"only on Mondays"/u,
	);
	refuse('error: GH006: Protected branch update failed for refs/heads/main.');
	assert.match((await ana.workspace.sync(job())).message, /the branch is protected.*GH006/u);
	rmSync(hook);
	assert.equal((await ana.workspace.sync(job())).pushed, 1);
});

test('somebody faster is waited for: everybody who syncs at once gets through', async (t) => {
	const { dir, server, ana, bo } = await team(t);
	// The first push of ana meets a server that has just taken one of bo.
	const hook = join(dir, 'ana/.git/hooks/pre-push');
	await judge(ana, 2);
	await judge(bo, 2);
	writeFileSync(
		hook,
		`#!/bin/sh\nrm -f "${hook}"\ngit --git-dir="${server}" update-ref refs/heads/main "$(git --git-dir="${join(dir, 'bo/.git')}" rev-parse pending)"\n`,
	);
	chmodSync(hook, 0o755);
	git(join(dir, 'bo'), 'add', '-A');
	git(join(dir, 'bo'), 'commit', '-q', '-m', 'bo by hand');
	git(join(dir, 'bo'), 'push', '-q', 'origin', 'HEAD:refs/heads/other');
	git(join(dir, 'bo'), 'update-ref', 'refs/heads/pending', 'HEAD');
	const done = await ana.workspace.sync(job());
	assert.ok(!existsSync(hook), 'the race took place');
	assert.deepEqual([done.ok, done.pushed, done.pulled], [true, 2, 2], done.message);
});

test('where a sync cannot begin it says why, in words, and changes nothing', async (t) => {
	const { dir, ana } = await team(t);
	const root = join(dir, 'ana');
	const refused = async (words: RegExp) => {
		const before = git(root, 'rev-parse', 'HEAD');
		await assert.rejects(ana.workspace.sync(job()), (error) => {
			assert.ok(UserError.is(error));
			assert.match((error as Error).message, words);
			return true;
		});
		assert.equal(git(root, 'rev-parse', 'HEAD'), before);
	};
	await judge(ana, 1);
	git(root, 'checkout', '-q', '--detach');
	await refused(/No branch is checked out.*detached HEAD/u);
	git(root, 'checkout', '-q', 'main');
	git(root, 'checkout', '-q', '-b', 'side');
	writeFileSync(join(root, 'notes.txt'), 'side\n');
	git(root, 'commit', '-q', '-m', 'side', '--', 'notes.txt');
	git(root, 'checkout', '-q', 'main');
	writeFileSync(join(root, 'notes.txt'), 'main\n');
	git(root, 'commit', '-q', '-m', 'main', '--', 'notes.txt');
	assert.throws(() => git(root, 'merge', 'side'));
	await refused(/A merge is in progress/u);
	git(root, 'merge', '--abort');
	git(root, 'branch', '--unset-upstream');
	const alone = await ana.workspace.sync(job());
	assert.deepEqual([alone.ok, alone.committed], [false, 1]);
	assert.match(alone.message, /the branch main has no upstream.*git push -u origin main/u);
	const { workspace } = await openAt(dir, 'ana', 'one', 'plain');
	await assert.rejects(workspace.sync(job()), /is not in a git repository/u);
	assert.equal((await workspace.syncState()).possible, false);
	await workspace.close();
});

test('in a folder that the repository around it ignores nothing waits to be sent, and a sync says why', async (t) => {
	const { dir, ana } = await team(t);
	const root = join(dir, 'ana');
	writeFileSync(join(root, '.git/info/exclude'), 'scratch/\n');
	mkdirSync(join(root, 'scratch'));
	const { workspace } = await openAt(root, 'scratch', 'one', 'scratch');
	await assert.rejects(workspace.sync(job()), /keeps .*scratch out of git/u);
	assert.deepEqual(
		[
			(await workspace.syncState()).possible,
			(await workspace.syncState()).not_sent,
			(await ana.workspace.syncState()).possible,
		],
		[false, null, true],
	);
	await workspace.close();
});

test('a line that is being written stays behind until it is whole', async (t) => {
	const { dir, server, ana } = await team(t);
	await judge(ana, 1);
	const root = join(dir, 'ana');
	const journal = git(root, 'ls-files', '.pairwright/journal').trim();
	const path = join(root, journal);
	writeFileSync(path, `${readFileSync(path, 'utf8')}{"torn`);
	assert.equal((await ana.workspace.sync(job())).pushed, 1);
	assert.doesNotMatch(git(server, 'show', `main:${journal}`), /torn/u);
	assert.match(readFileSync(path, 'utf8'), /\{"torn$/u);
});
