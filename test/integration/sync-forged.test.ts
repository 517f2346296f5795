import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventId, parseEventLine } from '../../src/store/event-schema.ts';
import { git, team, writeRows } from './erase-support.ts';
import { job } from './workspace-support.ts';

const COPY = '.pairwright/sources/aaaaaaaaaaaa.jsonl.gz';

function tombstone(path: string): string {
	const event = {
		...{ v: 1, seq: 1, time: '2026-01-01T00:00:00.000Z', person: 'bo', device: 'forged', type: 'erased' },
		...{ comparisons: [], reason: 'none' },
		sources: [{ from: 'b'.repeat(64), to: 'a'.repeat(64), path, bytes: 1, rows: [] }],
	};
	return JSON.stringify({ ...event, id: eventId(event) });
}

function push(root: string): void {
	git(root, 'add', '-A', '-f');
	git(root, 'commit', '-q', '-m', 'forged');
	git(root, 'push', '-q');
}

test('a tombstone that names a link to a file of this machine makes a sync send nothing of it', async (t) => {
	const { dir, server, ana, bo } = await team(t, (place) => writeRows(join(place, 'all.jsonl'), null));
	await bo.workspace.close();
	const root = join(dir, 'bo');
	const secret = join(dir, 'secret.txt');
	writeFileSync(secret, 'a private key\n');
	mkdirSync(join(root, '.pairwright/sources'), { recursive: true });
	symlinkSync(secret, join(root, COPY));
	push(root);
	assert.ok((await ana.workspace.sync(job())).ok);
	assert.ok(readdirSync(join(dir, 'ana/.pairwright/sources')).includes('aaaaaaaaaaaa.jsonl.gz'), 'the link came');
	rmSync(join(root, COPY));
	mkdirSync(join(root, '.pairwright/journal/bo'), { recursive: true });
	writeFileSync(join(root, '.pairwright/journal/bo/forged.jsonl'), `${tombstone(COPY)}\n`);
	push(root);
	assert.ok((await ana.workspace.sync(job())).ok);
	assert.doesNotMatch(git(server, 'ls-tree', '-r', '--name-only', 'main'), /aaaaaaaaaaaa/u);
	const blob = git(dir, 'hash-object', secret).trim();
	assert.throws(() => git(server, 'cat-file', '-e', blob), 'its content is nowhere on the server');
});

test('a file name with a line break below a run of mine does not send the file that the rest of the name is', async (t) => {
	const { dir, server, ana } = await team(t, (place) => writeRows(join(place, 'all.jsonl'), null));
	const root = join(dir, 'ana');
	const run = join(root, '.pairwright/runs/mine');
	mkdirSync(run, { recursive: true });
	writeFileSync(join(run, 'run.json'), '{}');
	writeFileSync(join(run, 'a'), '');
	writeFileSync(join(run, 'a\nkeys.env'), '');
	writeFileSync(join(root, 'keys.env'), 'a private key\n');
	await ana.workspace.context.store.append([{ type: 'run-recorded', run: 'mine', engine: 'logprobs' }], 'ana');
	assert.ok((await ana.workspace.sync(job())).ok);
	const blob = git(root, 'hash-object', 'keys.env').trim();
	assert.throws(() => git(server, 'cat-file', '-e', blob));
	assert.match(git(server, 'ls-tree', '-r', '--name-only', 'main'), /runs\/mine\/run\.json/u);
});

test('a tombstone may name nothing but a copy of a source', () => {
	assert.ok('event' in parseEventLine(tombstone(COPY)));
	for (const path of ['/etc/passwd', '.pairwright/sources/../../.env', '.pairwright/config.json', `${COPY}\n.env`]) {
		assert.ok('problem' in parseEventLine(tombstone(path)), path);
	}
});
