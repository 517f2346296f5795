/** Stopping, killing, going on: what was scored is never scored again, nothing half-done is recorded, no process stays behind. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import type { ScoreOptions } from '../../src/protocol/scoring.ts';
import { readSealed } from '../../src/workspace/runs/run-files.ts';
import { Runs, type ScoreHooks } from '../../src/workspace/runs/runs.ts';
import { runsPort } from '../../src/workspace/runs-port.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { type ScoringServer, startScoringServer } from '../fixtures/scoring-server-process.ts';
import { jsonLines, madeRows } from './checkpoint-rows.ts';
import { leaksInBytes, needlesOf } from './seal-search.ts';

const KEY = 'a-key-that-stays-in-memory';
const PAIRS = 60;
/** Milliseconds an answer takes where a run is to be stopped. */
const SLOW = 60;
/** Pairs that a killed process may lose: those of one batch of the cache. */
const BATCH = 32;

const folder = mkdtempSync(join(tmpdir(), 'pairwright-resume-'));
const root = join(folder, 'work');
let workspace: Workspace;
let server: ScoringServer;
let options: ScoreOptions;

async function importRows(name: string, count: number, from = 0): Promise<void> {
	const path = join(folder, name);
	writeFileSync(path, jsonLines(madeRows(count, from)));
	await workspace.importFiles([path], {}, { job: name });
}

before(async () => {
	mkdirSync(root);
	workspace = await Workspace.open(root, { stateDir: join(folder, 'state'), annotator: 'ana' });
	await workspace.init({});
	await importRows('pairs.jsonl', PAIRS);
	// Slow enough to be stopped midway, whatever the machine.
	server = await startScoringServer({ key: KEY, slow: SLOW });
	const http = { url: server.url, reference: 'base', checkpoints: ['policy-step50', 'policy-step100'], key: KEY };
	options = { engine: 'http', http: { ...http, concurrency: 4 }, lambda: null, margin: 0, beta: 0.1, seed: 0 };
});
after(async () => {
	await server.close();
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

/** Responses that the server scored since it was last asked, without the few of opening and self-test. */
async function completions(): Promise<number> {
	return (await server.stats()).requests['/v1/completions'] ?? 0;
}

interface Stopped {
	readonly error: unknown;
	readonly child: ChildProcess;
	/** Pairs of the reference that were reported scored. */
	readonly done: number;
}

/** Starts a run and calls `stop` once so many pairs of a phase are done. */
async function stoppedAt(at: number, stop: (child: ChildProcess) => void, hooks: ScoreHooks = {}): Promise<Stopped> {
	let child: ChildProcess | undefined;
	let done = 0;
	await server.pace(SLOW);
	const run = new Runs(runsPort(workspace.context)).score(options, {
		...hooks,
		onChild: (forked) => {
			child = forked;
		},
		onProgress: (progress) => {
			if (!progress.phase.startsWith('scoring reference')) return;
			done = Math.max(done, progress.done);
			if (progress.done >= at) stop(child!);
		},
	});
	const error = await run.then(
		() => assert.fail('the run was to be stopped'),
		(reason: unknown) => reason,
	);
	await server.pace(5);
	return { error, child: child!, done };
}

let kept = 0;

test('cancel leaves no process and no record, and keeps what was scored', async () => {
	const controller = new AbortController();
	const { error, child, done } = await stoppedAt(20, () => controller.abort(), { signal: controller.signal });
	assert.ok(UserError.is(error, 'cancelled'), String(error));
	assert.ok(await gone(child));
	assert.deepEqual(stored(), []);
	kept = done;
	assert.ok(kept >= 20 && kept < PAIRS);
});

test('kill -9 midway: the next run scores again at most the last batch', async () => {
	await completions();
	const { error, child, done } = await stoppedAt(50, (forked) => forked.kill('SIGKILL'));
	assert.ok(UserError.is(error, 'environment'), String(error));
	assert.ok(await gone(child));
	assert.deepEqual(stored(), []);
	assert.ok(done >= kept, 'it began with what the cancelled run had kept');
	const runs = new Runs(runsPort(workspace.context));
	const phases = new Set<string>();
	const { run } = await runs.score(options, { onProgress: ({ phase }) => phases.add(phase) });
	const { work, checkpoints } = runs.record(run);
	assert.equal(work!.scored + work!.reused, 3 * PAIRS);
	assert.ok(work!.reused >= Math.max(kept, done - BATCH), `${work!.reused} reused of ${done} done`);
	assert.ok(phases.has('scoring policy-step100 (2 of 2)'), [...phases].join());
	assert.deepEqual(
		checkpoints!.map(({ name, step, skipped }) => [name, step, skipped]),
		[
			['policy-step50', 50, 0],
			['policy-step100', 100, 0],
		],
	);
});

test('again: nothing is scored, and the record is the same to the byte', async () => {
	const before = JSON.stringify(stripped(workspace));
	await completions();
	const { run } = await workspace.score(options, { job: 'again' });
	const { record } = await workspace.report(run);
	assert.deepEqual(record.work, { scored: 0, reused: 3 * PAIRS });
	assert.equal(JSON.stringify(stripped(workspace)), before);
	// Opening and self-tests ask too, but for far less than two responses of every pair.
	const asked = await completions();
	assert.ok(asked < 3 * PAIRS, `${asked} requests`);
});

test('the cache keeps nothing of the sealed half in the clear', () => {
	const needles = needlesOf(readSealed(join(root, '.pairwright/runs'), stored().sort().at(-1)!)!);
	assert.ok(needles.exact.size > 50, `${needles.exact.size}`);
	const files = ['', '-wal']
		.map((suffix) => join(root, `.pairwright/pairwright.db-scores${suffix}`))
		.filter(existsSync);
	// Made responses score alike in all splits, so the run's own files are not searched here: seal.test.ts does.
	for (const file of files) assert.deepEqual(leaksInBytes(readFileSync(file), needles), []);
});

test('ten pairs more are ten pairs scored a model', async () => {
	await importRows('more.jsonl', 10, PAIRS);
	const { run } = await workspace.score(options, { job: 'more' });
	const { record } = await workspace.report(run);
	assert.deepEqual(record.work, { scored: 30, reused: 3 * PAIRS });
});

test('fresh scores everything anew', async () => {
	const { run } = await workspace.score({ ...options, checkpoints: { fresh: true } }, { job: 'fresh' });
	assert.deepEqual((await workspace.report(run)).record.work, { scored: 3 * (PAIRS + 10), reused: 0 });
});

test('a damaged cache is put aside with a notice, and the run goes on', async () => {
	const path = join(root, '.pairwright/pairwright.db-scores');
	writeFileSync(path, 'no database any more '.repeat(300));
	const notices: string[] = [];
	const runs = new Runs(runsPort(workspace.context));
	const { run } = await runs.score(options, { onNotice: (text) => notices.push(text) });
	assert.match(notices.join(), /cache of model scores was damaged/);
	assert.equal(runs.record(run).work!.reused, 0);
	assert.ok(statSync(`${path}.damaged`).size > 0);
});

test('the key is in no file, and no other server than the one named was asked', async () => {
	const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	assert.ok(files.length > 10);
	for (const { parentPath, name } of files) {
		assert.ok(!readFileSync(join(parentPath, name)).includes(KEY), name);
	}
	const ignored = readFileSync(join(root, '.pairwright/.gitignore'), 'utf8');
	assert.match(ignored, /^pairwright\.db\*$/m);
});

/** The latest record without what a clock, a name or the cache adds. */
function stripped(of: Workspace): object {
	const runs = new Runs(runsPort(of.context));
	const { run, created, durations, work, ...rest } = runs.record(stored().sort().at(-1)!);
	return rest;
}

test('doctor names the cache and its size', async () => {
	const { checks } = await workspace.doctor();
	assert.match(checks.find(({ check }) => check === 'score-cache')!.message, /pairwright\.db-scores holds .* MB/);
});
