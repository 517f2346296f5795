import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { WorkspaceEvents } from '../../src/protocol/workspace-api.ts';
import { dump } from '../../src/store/dump.ts';
import { listJournalFiles } from '../../src/store/journal-files.ts';
import { DataProcess } from '../../src/workspace/client.ts';
import { makeCli, ownRows } from './cli-run.ts';
import { job, openAt } from './workspace-support.ts';

const EACH = 25;

test('two windows and the command line on one workspace at once: nothing confirmed is lost, no seq is given twice', async (t) => {
	const cli = makeCli(t, 'ada');
	await cli.run(['init', cli.dir]);
	await cli.run([
		'--workspace',
		cli.dir,
		'import',
		cli.write(
			'rows.jsonl',
			ownRows(4 * EACH, () => ({ judgments: [] })),
		),
	]);
	const home = join(cli.dir, '..');
	const quiet: WorkspaceEvents = { progress() {}, changed() {}, notice() {} };
	const start = () =>
		DataProcess.start({ root: cli.dir, stateDir: join(home, 'state'), annotator: 'ada', events: quiet, log() {} });
	const windows = [await start(), await start()];
	t.after(() => Promise.all(windows.map((window) => window.dispose())));
	const ids = (await windows[0]!.api.list({ limit: 4 * EACH })).comparisons.map(({ id }) => id);
	const confirmed: string[] = [];
	const inWindow = async ({ api }: DataProcess, part: readonly string[]) => {
		for (const comparison of part) confirmed.push((await api.judge({ comparison, verdict: 'a' })).judgment.id);
	};
	const inTerminal = async (part: readonly string[]) => {
		for (const id of part) {
			const { document } = await cli.json(['judge', id, 'b']);
			confirmed.push((document as { judgment: { id: string } }).judgment.id);
		}
	};
	await Promise.all([
		inWindow(windows[0]!, ids.slice(0, EACH)),
		inWindow(windows[1]!, ids.slice(EACH, 2 * EACH)),
		inTerminal(ids.slice(2 * EACH, 2 * EACH + 5)),
	]);
	const journal = join(cli.dir, '.pairwright/journal');
	const events = listJournalFiles(journal).flatMap((file) =>
		readFileSync(join(journal, file), 'utf8')
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line) as { id: string; seq: number }),
	);
	const there = new Set(events.map(({ id }) => id));
	assert.equal(confirmed.length, 2 * EACH + 5);
	assert.deepEqual(
		confirmed.filter((id) => !there.has(id)),
		[],
	);
	assert.equal(new Set(events.map(({ seq }) => seq)).size, events.length);
	for (const { api } of windows) {
		await api.reload();
		assert.equal((await api.list({ annotator: 'ada', limit: 1 })).total, confirmed.length);
	}
	await Promise.all(windows.map((window) => window.dispose()));
	const { workspace } = await openAt(home, 'ada', 'check', 'work');
	await workspace.settled();
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});
