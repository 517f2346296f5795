import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSnapshot } from '../../src/store/database.ts';
import { idOf, writeRows } from './erase-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

const TEXT = 'No idea about 7.';

/** A workspace, and which files of its database hold the text. */
async function opened(t: TestContext) {
	const dir = folder(t);
	const ana = await openAt(dir);
	t.after(() => ana.workspace.close());
	await ana.workspace.importFiles([writeRows(join(dir, 'all.jsonl'), null)], {}, job());
	await ana.workspace.settled();
	const file = join(dir, 'work', '.pairwright', 'pairwright.db');
	const holding = () => ['', '-wal'].filter((end) => existsSync(file + end) && readFileSync(file + end).includes(TEXT));
	assert.notDeepEqual(holding(), []);
	return { dir, ana, id: await idOf(ana, 'Question 7:'), holding };
}

test('an erasure beside an open snapshot waits for nobody, and the text leaves the database with the next look', async (t) => {
	const { ana, id, holding } = await opened(t);
	const { raw } = ana.workspace.context.db;
	const timeout = () => raw.prepare('PRAGMA busy_timeout').pluck().get();
	const usual = timeout();
	const pragma = raw.pragma.bind(raw);
	const waits: unknown[] = [];
	raw.pragma = (source, options) => {
		if (source.startsWith('wal_checkpoint')) waits.push(timeout());
		return pragma(source, options);
	};
	const reader = await openSnapshot(ana.workspace.context.db);
	await ana.workspace.erase([id], { reason: 'asked for' }, job());
	assert.notDeepEqual(holding(), [], 'the reader holds it');
	assert.ok(waits.length > 0 && waits.every((ms) => ms === 0), 'a checkpoint does not wait');
	assert.equal(timeout(), usual, 'writes do, as before');
	await ana.workspace.reload();
	assert.notDeepEqual(holding(), []);
	reader.close();
	await ana.workspace.reload();
	assert.deepEqual(holding(), []);
	const tried = waits.length;
	await ana.workspace.reload();
	assert.equal(waits.length, tried, 'nothing is left to do');
});

test('where the erasing process ended meanwhile, the next opening empties the log', async (t) => {
	const { dir, ana, id, holding } = await opened(t);
	const reader = await openSnapshot(ana.workspace.context.db);
	await ana.workspace.erase([id], { reason: 'asked for' }, job());
	await ana.workspace.close();
	assert.notDeepEqual(holding(), []);
	// Another connection keeps the log, as another window would, without holding an older state.
	reader.raw.exec('COMMIT');
	reader.raw.prepare('SELECT count(*) FROM events').get();
	const again = await openAt(dir);
	t.after(() => again.workspace.close());
	assert.deepEqual(holding(), []);
	reader.close();
});

test('whoever looked for quotations meanwhile empties the log when that is through', async (t) => {
	const { ana, id, holding } = await opened(t);
	const reader = await openSnapshot(ana.workspace.context.db);
	await ana.workspace.erase([id], { reason: 'asked for' }, job());
	assert.notDeepEqual(holding(), []);
	reader.close();
	const other = await idOf(ana, 'Question 3:');
	await ana.workspace.erase([other], { preview: true }, job());
	assert.deepEqual(holding(), []);
});
