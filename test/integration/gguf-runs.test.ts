/** Model files from one end to the other: forked process, engine, cache, record; stopped, killed and taken up again. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import type { ScoreOptions } from '../../src/protocol/scoring.ts';
import { Runs } from '../../src/workspace/runs/runs.ts';
import { runsPort } from '../../src/workspace/runs-port.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { writeTinyGguf } from '../fixtures/tiny-gguf.ts';
import { jsonLines, madeRows } from './checkpoint-rows.ts';

const PAIRS = 100;
/** Pairs that a killed process may lose: those of one batch of the cache. */
const BATCH = 32;

const folder = mkdtempSync(join(tmpdir(), 'pairwright-gguf-runs-'));
const root = join(folder, 'work');
let workspace: Workspace;
let options: ScoreOptions;

async function importRows(name: string, count: number, from = 0): Promise<void> {
	const path = join(folder, name);
	writeFileSync(path, jsonLines(madeRows(count, from)));
	await workspace.importFiles([path], {}, { job: name });
}

before(async () => {
	mkdirSync(root);
	const model = (name: string, nudge?: { seed: number; scale: number }): string => {
		const path = join(folder, `${name}.gguf`);
		writeTinyGguf(path, { seed: 1, ...(nudge === undefined ? {} : { nudge }) });
		return path;
	};
	workspace = await Workspace.open(root, { stateDir: join(folder, 'state'), annotator: 'ana' });
	await workspace.init({});
	await importRows('pairs.jsonl', PAIRS);
	const checkpoints = [10, 20].map((step) => model(`tiny-step${step}`, { seed: step, scale: step / 100 }));
	const gguf = { reference: model('ref'), checkpoints, gpu: false, threads: 1 } as const;
	options = { engine: 'gguf', gguf, lambda: null, margin: 0, beta: 0.1, seed: 0 };
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

/** Starts a run and calls `stop` once so many pairs of a model are done. */
async function stopped(phase: string, at: number, stop: (child: ChildProcess) => void, signal?: AbortSignal) {
	let child: ChildProcess | undefined;
	let done = 0;
	const run = new Runs(runsPort(workspace.context)).score(options, {
		...(signal === undefined ? {} : { signal }),
		onChild: (forked) => {
			child = forked;
		},
		onProgress: (progress) => {
			if (!progress.phase.startsWith(phase)) return;
			done = Math.max(done, progress.done);
			if (progress.done >= at) stop(child!);
		},
	});
	const error = await run.then(
		() => assert.fail('the run was to be stopped'),
		(reason: unknown) => reason,
	);
	assert.ok(await gone(child!));
	assert.deepEqual(stored(), []);
	return { error, done };
}

const record = (run: string) => new Runs(runsPort(workspace.context)).record(run);

test('cancelled in the reference, killed in a checkpoint, then whole: at most the last batch is scored again', async () => {
	const controller = new AbortController();
	const first = await stopped('scoring reference ref', 1, () => controller.abort(), controller.signal);
	assert.ok(UserError.is(first.error, 'cancelled'), String(first.error));
	assert.match((first.error as Error).message, /What was scored is kept/);
	const second = await stopped('scoring tiny-step10 (1 of 2)', 1, (child) => child.kill('SIGKILL'));
	assert.ok(UserError.is(second.error, 'environment'), String(second.error));
	const { run } = await workspace.score(options, { job: 'whole' });
	const { work, engine, checkpoints } = record(run);
	assert.equal(work!.scored + work!.reused, 3 * PAIRS);
	const before = PAIRS + second.done;
	assert.ok(work!.reused >= before - BATCH, `${work!.reused} reused of ${before} done`);
	assert.deepEqual(
		engine.models!.map(({ name, role }) => [name, role]),
		[
			['ref', 'reference'],
			['tiny-step10', 'checkpoint'],
			['tiny-step20', 'checkpoint'],
		],
	);
	assert.ok(engine.self_test!.every(({ status }) => status !== 'fail'));
	assert.deepEqual(new Set(engine.self_test!.map(({ model }) => model)).size, 3);
	assert.ok(checkpoints!.every(({ skipped, divergence }) => skipped === 0 && divergence.value !== 0));
	for (const { divergences = [] } of checkpoints!) {
		const kl = divergences.find(({ kind }) => kind === 'token-kl')!;
		assert.ok(kl.value! > 0 && (kl.low === null || kl.low <= kl.value!), JSON.stringify(kl));
	}
	assert.ok(!JSON.stringify(record(run)).includes(folder), 'no path in what is committed');
});

test('again: nothing is scored and the record is the same; ten pairs more are ten pairs a model', async () => {
	const [first] = stored();
	const again = await workspace.score(options, { job: 'again' });
	assert.deepEqual(record(again.run).work, { scored: 0, reused: 3 * PAIRS });
	const body = (run: string) => ({ ...record(run), run: '', created: '', durations: null, work: null });
	assert.equal(JSON.stringify(body(again.run)), JSON.stringify(body(first!)));
	const without = await workspace.score({ ...options, checkpoints: { kl: false } }, { job: 'without' });
	for (const { divergences } of record(without.run).checkpoints!) {
		const { value, reason } = divergences!.find(({ kind }) => kind === 'token-kl')!;
		assert.equal(value, null);
		assert.match(reason!, /^not computed/);
	}
	await importRows('more.jsonl', 10, PAIRS);
	const more = await workspace.score(options, { job: 'more' });
	assert.deepEqual(record(more.run).work, { scored: 30, reused: 3 * PAIRS });
});

test('a model scored against itself says nothing, and is named apart from the reference of its name', async () => {
	const { reference } = options.gguf!;
	const itself = { ...options, gguf: { ...options.gguf!, checkpoints: [reference] } };
	const { checkpoints, work, recommended } = record((await workspace.score(itself, { job: 'itself' })).run);
	assert.deepEqual(work, { scored: 0, reused: 2 * (PAIRS + 10) }, 'the file is known by its weights');
	assert.equal(checkpoints![0]!.divergence.value, 0);
	assert.equal(checkpoints![0]!.divergences!.find(({ kind }) => kind === 'token-kl')!.value, 0);
	assert.ok(Math.abs(checkpoints![0]!.objective.eval_loss! - Math.LN2) < 1e-12);
	assert.equal(recommended.checkpoint, null);
});

test('a file that is no model is refused by name, and what was scored before stays', async () => {
	const broken = join(folder, 'broken.gguf');
	writeFileSync(broken, 'GGUF but not really');
	const wrong = { ...options, gguf: { ...options.gguf!, checkpoints: [broken] } };
	const before = stored().length;
	await assert.rejects(workspace.score(wrong, { job: 'broken' }), (error) => {
		return UserError.is(error) && error.message.includes('broken.gguf');
	});
	assert.equal(stored().length, before);
});
