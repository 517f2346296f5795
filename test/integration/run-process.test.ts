import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sideText } from '../../src/domain/text.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { Runs } from '../../src/workspace/runs/runs.ts';
import { runsPort } from '../../src/workspace/runs-port.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { makeDataset, PLACES, SHIFTED } from '../unit/scoring-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'pairwright-scoring-'));
const root = join(folder, 'workspace');
const OPTIONS = { engine: 'probe', lambda: null, margin: 0, beta: 1, seed: 1 } as const;
let workspace: Workspace;

before(async () => {
	const { mkdirSync } = await import('node:fs');
	mkdirSync(root);
	const rows = makeDataset(SHIFTED).pairs.map((pair, i) => ({
		prompt: `${pair.cluster}: say something`,
		response_a: sideText(pair.chosen),
		response_b: sideText(pair.rejected),
		judgments: [{ annotator: 'bo', verdict: i % 9 === 0 ? 'tie' : 'a' }],
		...PLACES[pair.split],
	}));
	const file = join(folder, 'made.jsonl');
	writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	workspace = await Workspace.open(root, { stateDir: join(folder, 'state'), annotator: 'ana' });
	await workspace.init({});
	await workspace.importFiles([file], {}, { job: 'import' });
});
after(async () => {
	await workspace.close();
	rmSync(folder, { recursive: true, force: true });
});

const stored = (): string[] => {
	const runs = join(root, '.pairwright/runs');
	return existsSync(runs) ? readdirSync(runs) : [];
};

async function gone(child: ChildProcess): Promise<boolean> {
	for (let i = 0; i < 1500; i++) {
		if (child.exitCode !== null || child.signalCode !== null) return true;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	return false;
}

test('cancel stops the run, leaves no process and records nothing', async () => {
	const runs = new Runs(runsPort(workspace.context));
	const controller = new AbortController();
	let child: ChildProcess | undefined;
	const run = runs.score(OPTIONS, {
		signal: controller.signal,
		onChild: (forked) => {
			child = forked;
		},
		onProgress: () => {
			controller.abort();
		},
	});
	await assert.rejects(run, (error) => UserError.is(error, 'cancelled'));
	assert.ok(await gone(child!));
	assert.deepEqual(stored(), []);
	assert.ok(!existsSync(runs.lockPath));
	assert.deepEqual(await workspace.runs(), []);
});

test('a crash of the process is a clear message and an intact workspace', async () => {
	const runs = new Runs(runsPort(workspace.context));
	const run = runs.score(OPTIONS, { onChild: (child) => child.once('spawn', () => child.kill('SIGKILL')) });
	await assert.rejects(
		run,
		(error) => UserError.is(error, 'environment') && /Nothing was recorded/.test(error.message),
	);
	assert.deepEqual(stored(), []);
	assert.ok(!existsSync(runs.lockPath));
});

test('the process ends when whoever forked it is gone', async () => {
	const runs = new Runs(runsPort(workspace.context));
	let child: ChildProcess | undefined;
	const run = runs.score(OPTIONS, {
		onChild: (forked) => {
			child = forked;
		},
		onProgress: () => {
			// What the child sees when its parent dies.
			if (child?.connected) child.disconnect();
		},
	});
	await assert.rejects(run, (error) => UserError.is(error, 'environment'));
	assert.ok(await gone(child!));
	assert.deepEqual(stored(), []);
});

test('one run at a time: a lock that is held refuses, a stale one is taken over', async () => {
	const runs = new Runs(runsPort(workspace.context));
	writeFileSync(
		runs.lockPath,
		JSON.stringify({ pid: process.pid, host: (await import('node:os')).hostname(), started: 'now' }),
	);
	await assert.rejects(
		runs.score(OPTIONS),
		(error) => UserError.is(error, 'busy') && error.message.includes(String(process.pid)),
	);
	// No such process: pids end far below.
	writeFileSync(
		runs.lockPath,
		JSON.stringify({ pid: 2 ** 30, host: (await import('node:os')).hostname(), started: 'then' }),
	);
	const { run } = await runs.score(OPTIONS);
	assert.ok(!existsSync(runs.lockPath));
	assert.deepEqual(stored(), [run]);
});

test('a run repeats to the byte, but for its name and times', async () => {
	const phases = new Set<string>();
	const runs = new Runs(runsPort(workspace.context));
	const { run } = await runs.score(OPTIONS, { onProgress: ({ phase }) => phases.add(phase) });
	assert.ok(phases.has('fitting the path') && phases.has('measuring'));
	const [one, two] = (await workspace.runs()).map((each) => runs.record(each.run));
	assert.equal(two!.run, run);
	const body = (record: object) => ({ ...record, run: '', created: '', durations: null });
	assert.deepEqual(body(two!), body(one!));
	assert.deepEqual(await workspace.scores(run), await workspace.scores(one!.run));
	assert.deepEqual(Object.keys(one!.dataset.splits).length, 5);
	assert.ok(one!.metrics.train!.left_out.unresolved > 0, 'ties are scored and counted');
});

test('a changed eval label leaves the headline and adds a second row; the report before says it is out of date', async () => {
	const before = await workspace.report('latest');
	assert.equal(before.outOfDate, null);
	const line = (await workspace.scores('latest')).find((each) => each.split === 'eval' && each.decided)!;
	const shown = await workspace.show(line.comparison);
	assert.equal(shown.judgments.length, 1);
	const other = line.chosen_side === 'a' ? 'b' : 'a';
	await workspace.judge({ comparison: line.comparison, verdict: other });
	await workspace.adjudicate({ comparison: line.comparison, verdict: other, reason: 'looked again' });
	assert.deepEqual((await workspace.report('latest')).outOfDate, { changed: 1 });
	await workspace.score(OPTIONS, { job: 'again' });
	const { record, outOfDate } = await workspace.report('latest');
	assert.equal(outOfDate, null);
	assert.equal(record.metrics.eval!.nll.value, before.record.metrics.eval!.nll.value);
	assert.notEqual(record.metrics_after_review!.eval!.nll.value, record.metrics.eval!.nll.value);
});

test('a large run’s lists, comparison and gate are read apart and are the same; what was written meanwhile asks anew', async () => {
	const apart = new Runs(runsPort(workspace.context), 1);
	const { pending, ...head } = apart.head('latest');
	assert.equal(pending, true);
	assert.deepEqual([head.mistakes, head.history, head.outOfDate], [[], [], null]);
	const report = await apart.reportApart('latest');
	assert.deepEqual(report, new Runs(runsPort(workspace.context)).report('latest'));
	assert.ok(report.mistakes.length > 0 && report.history.length > 1);
	const line = (await workspace.scores('latest')).find((each) => each.split === 'train' && each.decided)!;
	await workspace.adjudicate({ comparison: line.comparison, verdict: 'tie', reason: 'nothing between them' });
	assert.deepEqual((await apart.reportApart('latest')).outOfDate, { changed: 1 });
	await assert.rejects(apart.reportApart('nothing'), (error) => UserError.is(error, 'not-found'));

	const sides = [{ run: 'latest' }, { run: 'latest' }] as const;
	const compared = await apart.compareApart(...sides);
	assert.deepEqual(compared, apart.compare(...sides));
	assert.ok(compared.differences.some(({ low }) => low !== null));
	const config = join(workspace.context.paths.dir, 'gate.json');
	writeFileSync(config, '{"engine":"probe","eval":{"nll":{"max":9}}}');
	assert.deepEqual(await apart.gateApart('latest', { config }), apart.gate('latest', { config }));
	await assert.rejects(apart.gateApart('latest', { config, checkpoint: 'x' }), (error) => UserError.is(error, 'usage'));
});
