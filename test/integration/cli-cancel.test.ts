import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImportResult } from '../../src/protocol/imports.ts';
import type { ListPage } from '../../src/protocol/lists.ts';
import { makeCli, ownRows } from './cli-run.ts';

/** Bytes of the database and its log: grows while an import goes on. */
function databaseBytes(dir: string): number {
	const folder = join(dir, '.pairwright');
	if (!existsSync(folder)) return 0;
	return readdirSync(folder)
		.filter((name) => name.startsWith('pairwright.db'))
		.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

test('Ctrl+C during an import exits 130, keeps what is in, and a second import completes it', async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const rows = 40_000;
	const path = cli.write('large.jsonl', ownRows(rows));
	const before = databaseBytes(cli.dir);
	const child = cli.start(['import', path, '--json']);
	let stdout = '';
	child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
		stdout += chunk;
	});
	const closed = once(child, 'close');
	while (child.exitCode === null && databaseBytes(cli.dir) < before + 1_000_000) await sleep(10);
	child.kill('SIGINT');
	const [code] = (await closed) as [number];
	assert.equal(code, 130);
	const done = JSON.parse(stdout) as ImportResult;
	assert.equal(done.cancelled, true);
	assert.ok(done.comparisons > 0 && done.comparisons < rows, String(done.comparisons));
	const kept = (await cli.json(['list', '--limit', '1'])).document as ListPage;
	assert.equal(kept.total, done.comparisons);
	const again = await cli.json(['import', path]);
	assert.equal(again.code, 0);
	assert.equal((again.document as ImportResult).comparisons, rows);
});
