import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { draftEnding, dropStaleDrafts } from '../../src/workspace/stale-drafts.ts';

test('drafts of processes that are gone are removed; own ones, fresh ones and other files stay', (t) => {
	const dir = mkdtempSync(join(tmpdir(), 'pairwright-drafts-'));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	const old = new Date(Date.now() - 3_600_000);
	// Larger than any pid that a system gives.
	const gone = 2 ** 30;
	const names = [`a.jsonl.gz.${gone}.tmp`, `redacted.${gone}.0badcafe.tmp`, `b${draftEnding()}`, 'c.jsonl.gz', 'd.tmp'];
	for (const name of [...names, `fresh.${gone}.tmp`]) writeFileSync(join(dir, name), 'text');
	for (const name of names) utimesSync(join(dir, name), old, old);
	dropStaleDrafts(dir);
	assert.deepEqual(readdirSync(dir).sort(), [...names.slice(2), `fresh.${gone}.tmp`].sort());
});
