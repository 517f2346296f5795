import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/protocol/errors.ts';
import type { WorkspaceEvents } from '../../src/protocol/workspace-api.ts';
import { DataProcess, type DataProcessExit } from '../../src/workspace/client.ts';

const entry = join(import.meta.dirname, 'data-process-entry.ts');

interface Seen {
	notices: Parameters<WorkspaceEvents['notice']>[0][];
	changes: Parameters<WorkspaceEvents['changed']>[0][];
	log: string[];
	exits: DataProcessExit[];
	root: string;
	trace(): string;
	options: Parameters<typeof DataProcess.start>[0];
}

function setUp(t: TestContext, env: Record<string, string> = {}): Seen {
	const root = mkdtempSync(join(tmpdir(), 'pairwright-data-'));
	const traceFile = join(root, 'trace.txt');
	const seen: Seen = {
		notices: [],
		changes: [],
		log: [],
		exits: [],
		root,
		trace: () => (existsSync(traceFile) ? readFileSync(traceFile, 'utf8') : ''),
		options: {
			root,
			entry,
			annotator: 'ada',
			env: { TEST_TRACE: traceFile, ...env },
			events: {
				progress() {},
				changed: (change) => seen.changes.push(change),
				notice: (notice) => seen.notices.push(notice),
			},
			log: (level, line) => seen.log.push(`${level}: ${line}`),
		},
	};
	t.after(() => rmSync(root, { recursive: true, force: true }));
	return seen;
}

async function started(t: TestContext, seen: Seen): Promise<DataProcess> {
	const data = await DataProcess.start(seen.options);
	data.onExit((exit) => seen.exits.push(exit));
	t.after(() => data.dispose());
	return data;
}

function alive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// Ended, but not yet collected by a slow init: where /proc exists, it tells.
		return !(existsSync(`/proc/${pid}/stat`) && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
	} catch {
		return false;
	}
}

async function until(what: string, holds: () => boolean): Promise<void> {
	for (let i = 0; i < 500; i++) {
		if (holds()) return;
		await sleep(20);
	}
	assert.fail(`never happened: ${what}`);
}

test('calls and events pass between window and data process', async (t) => {
	const seen = setUp(t);
	const data = await started(t, seen);
	const info = (await data.api.info()) as unknown as { root: string; person: string; pid: number };
	assert.deepEqual([info.root, info.person, info.pid], [seen.root, 'ada', data.pid]);
	await data.api.judge({ comparison: 'c1', verdict: 'a' });
	assert.deepEqual(seen.changes, [{ what: ['judgments'], reason: 'c1' }]);
	assert.deepEqual(seen.notices, [{ level: 'info', text: 'Saved.' }]);
});

test('errors keep their reason, defects are told and logged, wrong arguments are refused with the path', async (t) => {
	const seen = setUp(t);
	const data = await started(t, seen);
	await assert.rejects(data.api.show('missing'), (e: unknown) => UserError.is(e, 'not-found'));
	await assert.rejects(data.api.show('defect'), { name: 'TypeError' });
	await until('the defect is in the log', () => seen.log.some((line) => line.includes('show: TypeError')));
	await assert.rejects(
		data.api.judge({ comparison: 'c1', verdict: 'left' as 'a' }),
		(e: unknown) => UserError.is(e, 'usage') && e.message.includes('argument 1.verdict'),
	);
	assert.deepEqual(await data.api.facets(), ['domain:law']);
});

test('a killed process rejects pending calls, is started again once with a notice, then is given up', async (t) => {
	const seen = setUp(t);
	const data = await started(t, seen);
	const first = data.pid!;
	const pending = data.api.show('forever');
	const rejected = assert.rejects(pending, (e: unknown) => UserError.is(e, 'environment') && /SIGKILL/.test(e.message));
	process.kill(first, 'SIGKILL');
	await rejected;
	assert.notEqual(data.pid, first);
	assert.deepEqual(await data.api.facets(), ['domain:law']);
	assert.equal(seen.notices.length, 1);
	assert.equal(seen.notices[0]!.level, 'warning');

	const second = data.pid!;
	process.kill(second, 'SIGKILL');
	await until('given up', () => seen.exits.length === 2);
	await assert.rejects(data.api.facets(), (e: unknown) => UserError.is(e, 'environment'));
	assert.equal(data.pid, second);
	assert.deepEqual(
		seen.exits.map((exit) => [exit.signal, exit.restarted]),
		[
			['SIGKILL', true],
			['SIGKILL', false],
		],
	);
	assert.equal(seen.notices.at(-1)!.level, 'error');
});

test('dispose closes the workspace and leaves no process', async (t) => {
	const seen = setUp(t);
	const data = await started(t, seen);
	const pid = data.pid!;
	const pending = assert.rejects(data.api.show('forever'), (e: unknown) => UserError.is(e, 'environment'));
	await Promise.all([data.dispose(), data.dispose()]);
	await pending;
	assert.equal(alive(pid), false);
	assert.match(seen.trace(), /close/);
	await assert.rejects(data.api.facets(), /closed/);
	assert.deepEqual(seen.notices, []);
});

test('dispose kills a process that hangs in its own code', async (t) => {
	const seen = setUp(t, { TEST_HANG: '1' });
	const data = await started(t, seen);
	const pid = data.pid!;
	await data.dispose();
	assert.equal(alive(pid), false);
	assert.equal(seen.exits[0]!.signal, 'SIGKILL');
});

test('the process ends by itself when the window that forked it is gone', async (t) => {
	const seen = setUp(t);
	const script = join(seen.root, 'window.mjs');
	const client = join(import.meta.dirname, '../../src/workspace/client.ts');
	writeFileSync(
		script,
		`import { DataProcess } from ${JSON.stringify(client)};
		const data = await DataProcess.start({ root: ${JSON.stringify(seen.root)}, entry: ${JSON.stringify(entry)}, events: {}, log() {} });
		process.send(data.pid);`,
	);
	const window = fork(script, [], { execArgv: [], env: { ...process.env, ...seen.options.env } });
	const [pid] = (await once(window, 'message')) as [number];
	assert.equal(alive(pid), true);
	window.kill('SIGKILL');
	await until('the data process is gone', () => !alive(pid));
	assert.match(seen.trace(), /close/);
});

test('below Node-API 10 opening is refused before anything native is loaded', async (t) => {
	const seen = setUp(t, { TEST_NAPI: '9' });
	await assert.rejects(
		DataProcess.start(seen.options),
		(e: unknown) => UserError.is(e, 'environment') && /Node-API 9.*Node-API 10/.test(e.message),
	);
	assert.equal(seen.trace(), '');
});

test('a process that cannot start says what it wrote, and is not started again', async (t) => {
	const seen = setUp(t, { TEST_CRASH: '1' });
	await assert.rejects(
		DataProcess.start(seen.options),
		(e: unknown) => UserError.is(e, 'environment') && /exit code 3.*cannot go on/.test(e.message),
	);
	const missing = setUp(t);
	await assert.rejects(
		DataProcess.start({ ...missing.options, execPath: '/nowhere/node' }),
		(e: unknown) => UserError.is(e, 'environment') && /ENOENT/.test(e.message),
	);
});

test('files that others change in .pairwright are read again; drafts and the database are not looked at', async (t) => {
	const seen = setUp(t);
	const folder = join(seen.root, '.pairwright');
	mkdirSync(join(folder, 'drafts'), { recursive: true });
	const data = await started(t, seen);
	await data.api.facets();
	await sleep(300);
	writeFileSync(join(folder, 'drafts', 'one.pair.md'), '# Prompt\n');
	writeFileSync(join(folder, 'pairwright.db'), 'x');
	await sleep(600);
	assert.doesNotMatch(seen.trace(), /reload/);
	mkdirSync(join(folder, 'journal', 'ada-1'), { recursive: true });
	writeFileSync(join(folder, 'journal', 'ada-1', 'device.jsonl'), '{}\n');
	await until('reload', () => /reload/.test(seen.trace()));
});
