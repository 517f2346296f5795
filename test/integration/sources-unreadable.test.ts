import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import manifestOfProduct from '../../package.json' with { type: 'json' };
import type { EventBody } from '../../src/domain/events.ts';
import { openRows } from '../../src/formats/open.ts';
import { dump } from '../../src/store/dump.ts';
import { watchFolder } from '../../src/workspace/watch.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

const imported = (path: string, bytes: number): EventBody => ({
	type: 'imported',
	source: { sha256: 'a'.repeat(64), name: 'x', format: 'trl', bytes, stored: 'link', path },
});

/** Opens again after events that were not made by an import. */
async function reopened(dir: string, ...events: readonly EventBody[]) {
	const first = await openAt(dir);
	await first.workspace.importFiles([writePairs(dir, 5)], {}, job());
	await first.workspace.context.store.append(events, 'ana');
	await first.workspace.close();
	return openAt(dir);
}

test('an import that names a device, a pipe or a folder is unreadable; the workspace opens, and the rest is there', {
	skip: process.platform === 'win32' && 'skipped: no pipes with names',
}, async (t) => {
	const dir = folder(t);
	const pipe = join(dir, 'pipe');
	execFileSync('mkfifo', [pipe]);
	const paths = ['/dev/zero', pipe, dir];
	const { workspace, notices } = await reopened(dir, ...paths.map((path) => imported(path, 10)));
	t.after(() => workspace.close());
	assert.equal((await workspace.list({ limit: 1 })).total, 5);
	for (const path of paths) assert.match(notices.join('\n'), new RegExp(`^${path}: .*not a regular file`, 'mu'));
});

test('a file of another size than the recorded one is not read', async (t) => {
	const dir = folder(t);
	const path = join(dir, 'other.jsonl');
	writeFileSync(path, 'x');
	const { workspace, notices } = await reopened(dir, imported(path, 10));
	t.after(() => workspace.close());
	assert.match(notices.join('\n'), /other\.jsonl: the file changed since it was imported/u);
});

test('whatever goes wrong while a source is folded marks that source and leaves the others', async (t) => {
	const dir = folder(t);
	// A mapping that nobody could have made: the reader of mappings does not expect it.
	const first = await openAt(dir);
	const [good, bad] = [writePairs(dir, 5), writePairs(dir, 3, 'bad.jsonl', 50)];
	await first.workspace.importFiles([bad], {}, job());
	const [event] = first.workspace.context.events('imported');
	assert.ok(event !== undefined);
	await first.workspace.context.store.append([{ type: 'retracted', event: event.id }], 'ana');
	const { type, source } = event;
	const format = 'mapped';
	await first.workspace.context.store.append(
		[{ type, source: { ...source, format }, options: { mapping: '{"columns":7' } }],
		'ana',
	);
	await first.workspace.close();
	const { workspace, notices } = await openAt(dir);
	t.after(() => workspace.close());
	await workspace.importFiles([good], {}, job());
	assert.equal((await workspace.list({ limit: 1 })).total, 5);
	assert.equal(notices.length, 1, notices.join('\n'));
});

test('a small Parquet file of very many equal rows is decoded a part at a time; a cell past the largest row is refused', async (t) => {
	const dir = folder(t);
	const path = join(dir, 'many.parquet');
	const count = 400_000;
	const column = (name: string, text: string) => ({
		name,
		data: Array<string>(count).fill(text),
		type: 'STRING' as const,
	});
	writeFileSync(
		path,
		new Uint8Array(
			parquetWriteBuffer({
				columnData: [column('prompt', 'q'), column('chosen', 'good'), column('rejected', 'bad')],
				rowGroupSize: count,
			}),
		),
	);
	assert.ok(statSync(path).size < 20_000);
	const before = process.memoryUsage().heapUsed;
	const reader = await openRows(path, { format: 'auto', sourceName: 'x', signal: undefined });
	let most = 0;
	for await (const { rows } of reader.batches) {
		most = Math.max(most, process.memoryUsage().heapUsed - before);
		if (rows.length > 0) break;
	}
	assert.ok(most < 60e6, `${Math.round(most / 1e6)} MB`);

	const large = join(dir, 'large.parquet');
	const data = ['x'.repeat(17 * 1024 * 1024), 'good'];
	writeFileSync(
		large,
		new Uint8Array(
			parquetWriteBuffer({
				columnData: [
					{ name: 'prompt', data: ['q', 'q'], type: 'STRING' },
					{ name: 'chosen', data, type: 'STRING' },
					{ name: 'rejected', data: ['bad', 'bad'], type: 'STRING' },
				],
			}),
		),
	);
	const seen = { rows: 0, rejected: [] as string[] };
	for await (const batch of (await openRows(large, { format: 'auto', sourceName: 'x', signal: undefined })).batches) {
		seen.rows += batch.rows.length;
		seen.rejected.push(...batch.rejected.map(({ reason }) => reason));
	}
	assert.deepEqual(seen, { rows: 1, rejected: ['row: expected at most 16 MB, found more'] });
});

test('a file that was missing, another or unreadable is read by itself once it is back', async (t) => {
	const dir = folder(t);
	const root = join(dir, 'work');
	const first = await openAt(dir);
	const path = writePairs(root, 5);
	await first.workspace.importFiles([path], {}, job());
	const { pairs } = await first.workspace.queue('judge', { count: 1 });
	await first.workspace.judge({ comparison: pairs[0]!.comparison, verdict: 'tie' });
	const whole = dump(first.workspace.context.db);
	const database = first.workspace.context.db.path;
	const bytes = readFileSync(path);
	await first.workspace.close();
	const changes = {
		missing: () => rmSync(path),
		changed: () => writeFileSync(path, 'quite another file\n'),
		unreadable: () => {
			rmSync(path);
			mkdirSync(path);
		},
	};
	for (const [what, change] of Object.entries(changes)) {
		change();
		// As in a clone that never had it.
		for (const end of ['', '-wal', '-shm']) rmSync(`${database}${end}`, { force: true });
		const { workspace, notices } = await openAt(dir);
		const told: string[] = [];
		workspace.context.emit.changed = ({ what }) => told.push(...what);
		try {
			assert.equal((await workspace.list({ limit: 1 })).total, 0, what);
			assert.equal((await workspace.info()).sourceProblems.length, 1);
			assert.equal(notices.length, 1, notices.join('; '));
			assert.deepEqual(workspace.alsoWatched(), [path]);
			await workspace.reload();
			assert.deepEqual([notices.length, told], [1, []], 'the same file is not tried again');
			rmSync(path, { recursive: true, force: true });
			writeFileSync(path, bytes);
			await workspace.reload();
			await workspace.settled();
			assert.equal((await workspace.list({ limit: 1 })).total, 5, what);
			assert.ok(told.includes('comparisons'), what);
			assert.deepEqual([(await workspace.info()).sourceProblems, workspace.alsoWatched()], [[], []]);
			assert.equal(dump(workspace.context.db), whole);
		} finally {
			await workspace.close();
		}
	}
	// Found at an opening too, where nothing watched meanwhile.
	rmSync(path);
	for (const end of ['', '-wal', '-shm']) rmSync(`${database}${end}`, { force: true });
	await (await openAt(dir)).workspace.close();
	writeFileSync(path, bytes);
	const last = await openAt(dir);
	assert.equal((await last.workspace.list({ limit: 1 })).total, 5);
	await last.workspace.close();
});

test('a file put back while the wrong one is being read is read at the next look', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const path = writePairs(join(dir, 'work'), 5);
	await workspace.importFiles([path], {}, job());
	const right = join(dir, 'right.jsonl');
	copyFileSync(path, right);
	writeFileSync(path, readFileSync(path, 'utf8').replace(/.\n$/u, ' \n'));
	const { createReadStream } = fs;
	const swapped = t.mock.method(
		fs,
		'createReadStream',
		(...args: Parameters<typeof createReadStream>) => {
			const stream = createReadStream(...args);
			// What is open is still the wrong one.
			return stream.once('open', () => args[0] === path && renameSync(right, path));
		},
		{ times: 1 },
	);
	syncBuiltinESMExports();
	try {
		await workspace.rebuild(job());
	} finally {
		swapped.mock.restore();
		syncBuiltinESMExports();
	}
	await workspace.settled();
	assert.equal((await workspace.info()).sourceProblems.length, 1, 'the wrong one was read');
	await workspace.reload();
	await workspace.settled();
	assert.deepEqual([(await workspace.list({ limit: 1 })).total, (await workspace.info()).sourceProblems], [5, []]);
});

test('what another version of Pairwright could not read is tried again by this one, once', async (t) => {
	const dir = folder(t);
	const first = await openAt(dir);
	const path = writePairs(join(dir, 'work'), 5);
	await first.workspace.importFiles([path], {}, job());
	const [event] = first.workspace.context.events('imported');
	assert.ok(event !== undefined);
	// In a format that no version has yet.
	await first.workspace.context.store.append(
		[{ type: 'imported', source: { ...event.source, format: 'of-tomorrow' } }],
		'ana',
	);
	await first.workspace.close();
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const { db } = workspace.context;
	const states = () => db.all<{ state: string }>('SELECT state FROM sources ORDER BY seq').map(({ state }) => state);
	assert.deepEqual(states(), ['done', 'unreadable']);
	let tries = 0;
	const tell = t.mock.method(workspace.context.store, 'tellOnce', () => void tries++);
	t.after(() => tell.mock.restore());
	await workspace.reload();
	await workspace.settled();
	assert.equal(tries, 0);
	db.run("UPDATE meta SET value = replace(value, ?, '0.0.1') WHERE key LIKE 'seen %'", manifestOfProduct.version);
	for (const _ of [1, 2]) {
		await workspace.reload();
		await workspace.settled();
		assert.equal(tries, 1);
	}
});

test('a look for changes sees such a file outside the folder come back', async (t) => {
	const dir = folder(t);
	const path = join(dir, 'rows.jsonl');
	let changes = 0;
	const seen = async () => void changes++;
	const watch = watchFolder(join(dir, '.pairwright'), seen, { pollMs: 100_000, also: () => [path] });
	t.after(() => watch.stop());
	await watch.look();
	assert.equal(changes, 0);
	writeFileSync(path, 'back');
	await watch.look();
	assert.equal(changes, 1);
});
