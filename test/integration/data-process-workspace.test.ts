import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/protocol/errors.ts';
import type { Progress, WorkspaceEvents } from '../../src/protocol/workspace-api.ts';
import { DataProcess } from '../../src/workspace/client.ts';
import { makeCli, ownRows } from './cli-run.ts';

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
	for (let i = 0; i < 500; i++) {
		if (await holds()) return;
		await sleep(20);
	}
	assert.fail(`never happened: ${what}`);
}

test('a window works on a workspace through its data process, survives its death, and sees what others write', async (t) => {
	const home = realpathSync(mkdtempSync(join(tmpdir(), 'pairwright-window-')));
	t.after(() => rmSync(home, { recursive: true, force: true }));
	const cli = makeCli(t, 'ben');
	const progress: Progress[] = [];
	const changes: Parameters<WorkspaceEvents['changed']>[0][] = [];
	await cli.run(['init', cli.dir]);
	const data = await DataProcess.start({
		root: cli.dir,
		stateDir: join(home, 'state'),
		annotator: 'ada',
		events: { progress: (p) => progress.push(p), changed: (c) => changes.push(c), notice() {} },
		log() {},
	});
	t.after(() => data.dispose());
	const { api } = data;

	assert.equal((await api.info()).person, 'ada');
	const path = cli.write(
		'rows.jsonl',
		ownRows(50, () => ({ judgments: [] })),
	);
	const done = await api.importFiles([path], {}, { job: 'job-1' });
	assert.equal(done.comparisons, 50);
	assert.ok(progress.every((p) => p.job === 'job-1') && progress.length > 0);

	const [first] = (await api.queue('judge', { count: 1 })).pairs;
	await api.judge({ comparison: first!.comparison, verdict: 'a', queue: 'judge' });
	process.kill(data.pid!, 'SIGKILL');
	await until('the new process answers', async () => {
		try {
			return (await api.show(first!.comparison)).resolution === 'a';
		} catch (error) {
			assert.ok(UserError.is(error, 'environment'));
			return false;
		}
	});

	// The window's own writes are no news to it; those of the command line are.
	await sleep(600);
	changes.length = 0;
	const before = (await api.info()).splits;
	const { comparisons } = await api.list({ limit: 2 });
	const other = comparisons.find((c) => c.id !== first!.comparison)!;
	assert.equal((await cli.run(['judge', other.id, 'b', '--workspace', cli.dir])).code, 0);
	await until('the verdict of the command line arrives', () => changes.some((c) => c.what.includes('judgments')));
	const sum = (splits: typeof before) => Object.values(splits).reduce((all, s) => all + (s.judgments ?? 0), 0);
	assert.equal(sum((await api.info()).splits), sum(before) + 1);

	writeFileSync(join(cli.dir, '.pairwright', 'guidelines.md'), '# New guidelines\n');
	await until('the guidelines arrive', async () => (await api.info()).guidelines?.text === '# New guidelines\n');
});
