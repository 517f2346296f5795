import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBody } from '../../src/domain/events.ts';
import type { WorkspaceEvents } from '../../src/protocol/workspace-api.ts';
import { DataProcess } from '../../src/workspace/client.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

const PAIRS = 2000;

test('a git pull in a terminal reaches an open window: what came is shown, what was on the screen stays', async (t) => {
	const dir = folder(t);
	const git = (name: string, ...args: string[]): string =>
		execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
			cwd: join(dir, name),
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	git('.', 'init', '-q', '--bare', '-b', 'main', 'server.git');
	git('.', 'clone', '-q', 'server.git', 'ana');
	git('ana', 'checkout', '-q', '-b', 'main');
	const ana = await openAt(dir, 'ana', 'one', 'ana');
	await ana.workspace.importFiles([writePairs(dir, PAIRS)], {}, job());
	git('ana', 'add', '-A');
	git('ana', 'commit', '-q', '-m', 'set up');
	git('ana', 'push', '-q', '-u', 'origin', 'main');
	git('.', 'clone', '-q', 'server.git', 'bo');

	const changes: { readonly at: number; readonly what: readonly string[] }[] = [];
	const events: WorkspaceEvents = {
		progress() {},
		changed: ({ what }) => changes.push({ at: performance.now(), what }),
		notice() {},
	};
	const window = await DataProcess.start({
		root: join(dir, 'bo'),
		stateDir: join(dir, 'state-two'),
		annotator: 'bo',
		events,
		log() {},
	});
	t.after(() => window.dispose());
	const queue = await window.api.queue('judge', { count: 3 });
	const onScreen = queue.pairs[0]?.comparison as string;
	await window.api.judge({ comparison: queue.pairs[1]?.comparison as string, verdict: 'a' });

	// One verdict, and then a day's work of a colleague.
	const ids = (await ana.workspace.list({ limit: PAIRS })).comparisons.map(({ id }) => id);
	let judged = 0;
	for (const count of [1, 1000]) {
		const bodies = ids
			.slice(judged, judged + count)
			.map((comparison): EventBody => ({ type: 'judged', comparison, verdict: 'b', kind: 'first', blind: true }));
		judged += count;
		await ana.workspace.context.store.append(bodies, 'ana');
		git('ana', 'commit', '-q', '-am', 'judged');
		git('ana', 'push', '-q');
		await sleep(400);
		changes.length = 0;
		git('bo', 'pull', '-q', '--no-rebase', '--no-edit');
		const pulled = performance.now();
		for (let i = 0; i < 3000 && !changes.some(({ what }) => what.includes('judgments')); i++) await sleep(10);
		const told = changes.find(({ what }) => what.includes('judgments'));
		assert.ok(told !== undefined, 'the window was told');
		assert.deepEqual(told.what, ['judgments'], 'no row moves by a verdict');
		// Git writes what it pulls bit by bit: the first news may be of a part.
		const total = async () => (await window.api.list({ annotator: 'ana', limit: 1 })).total;
		for (let i = 0; i < 3000 && (await total()) !== judged; i++) await sleep(10);
		assert.equal(await total(), judged);
		t.diagnostic(
			`${count} pulled: told after ${Math.round(told.at - pulled)} ms, read after ${Math.round(performance.now() - pulled)} ms`,
		);
	}
	assert.equal((await window.api.list({ annotator: 'bo', limit: 1 })).total, 1, 'my own verdict is there');
	assert.equal((await window.api.pair(onScreen)).comparison, onScreen);
	await ana.workspace.close();
});
