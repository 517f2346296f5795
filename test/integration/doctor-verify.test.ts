import assert from 'node:assert/strict';
import {
	appendFileSync,
	existsSync,
	globSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { readRunLines } from '../../src/store/run-lines.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { ownRows } from './cli-run.ts';
import { job, openAt } from './workspace-support.ts';

let dir = '';
let root = '';
let workspace: Workspace;

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'pairwright-verify-'));
	root = join(dir, 'work');
	({ workspace } = await openAt(dir));
	const file = join(dir, 'rows.jsonl');
	writeFileSync(
		file,
		ownRows(240, (i) => (i % 5 === 0 ? { split: 'heldout', half: i % 2 === 0 ? 'R' : 'E' } : {})),
	);
	await workspace.importFiles([file], {}, job());
	await workspace.freeze('eval');
	await workspace.exportData({ format: 'trl', splits: ['train'], out: join(dir, 'out') });
	await workspace.score({ engine: 'probe', lambda: null, margin: 'auto', beta: 1, seed: 1 }, job());
	const { comparisons } = await workspace.list({ limit: 3 });
	for (const { id } of comparisons) await workspace.judge({ comparison: id, verdict: 'tie' });
});

after(async () => {
	await workspace.close();
	rmSync(dir, { recursive: true, force: true });
});

const DAMAGE = [
	...['source-hashes', 'journal-lines', 'manifests', 'frozen-splits', 'exports', 'runs', 'sealed-labels'],
	'database-fold',
];

/** Names of the verifying checks that found something; each with its remedy. */
async function found(): Promise<string[]> {
	const { checks } = await workspace.doctor();
	const verified = checks.filter(({ check }) => DAMAGE.includes(check));
	assert.deepEqual(verified.map(({ check }) => check).sort(), [...DAMAGE].sort(), 'every check reports');
	for (const { status, remedy, check } of verified) assert.equal(status === 'ok', remedy === undefined, check);
	return verified.filter(({ status }) => status !== 'ok').map(({ check }) => check);
}

/** Changes a file, looks, and puts it back as it was. */
async function changed(
	path: string,
	change: (bytes: Buffer) => Buffer | null,
	expected: readonly string[],
): Promise<void> {
	const kept = readFileSync(path);
	const changed = change(kept);
	if (changed === null) renameSync(path, `${path}.away`);
	else writeFileSync(path, changed);
	try {
		assert.deepEqual(await found(), expected, path);
	} finally {
		if (changed === null) renameSync(`${path}.away`, path);
		else writeFileSync(path, kept);
	}
}

const one = (pattern: string): string =>
	join(root, '.pairwright', globSync(pattern, { cwd: join(root, '.pairwright') })[0]!);

test('a workspace that nobody tampered with has nothing to report', async () => {
	assert.deepEqual(await found(), []);
});

test('a run stands for what was frozen when it was made and for the labels it scored with', async () => {
	const { comparisons } = await workspace.list({ limit: 3 });
	const found = await workspace.diff('latest', 'now');
	assert.match(found.first, /^run \d{8}T/u);
	assert.deepEqual([found.added, found.removed, found.moved, found.notes], [[], [], [], []]);
	const open = comparisons.filter(({ sealed }) => sealed !== true).map(({ id }) => id);
	const changed = found.verdicts.map(({ comparison }) => comparison);
	assert.ok(changed.length > 0 && changed.every((id) => open.includes(id)), 'only what was judged since, and not of E');
});

test('a stored copy with one changed word, or gone, is named', async () => {
	const path = one('sources/*.gz');
	const swapped = (bytes: Buffer) => gzipSync(gunzipSync(bytes).toString('utf8').replace('rule', 'rune'));
	// What is folded would lack the source too, so the database differs as well.
	await changed(path, swapped, ['source-hashes', 'database-fold']);
	await changed(path, () => null, ['source-hashes', 'database-fold']);
});

test('manifests, records of exports and files of runs are checked against what names them', async () => {
	await changed(one('manifests/*.json'), (bytes) => Buffer.from(bytes.toString().replace(/"[0-9a-f]{64}",/u, '')), [
		'manifests',
		'database-fold',
	]);
	await changed(one('exports/*.json'), (bytes) => Buffer.concat([bytes, Buffer.from(' ')]), ['exports']);
	await changed(one('runs/*/scores.jsonl.gz'), () => Buffer.from('damaged'), ['runs']);
	await changed(one('runs/*/sealed.bin'), (bytes) => Buffer.from(bytes.map((b, i) => (i === 60 ? b ^ 1 : b))), [
		'runs',
	]);
	await changed(one('runs/*/run.json'), () => null, ['runs']);
	// Readable, but no longer what the run recorded.
	await changed(one('runs/*/run.json'), (bytes) => Buffer.from(bytes.toString().replace(/"seed":\d+/u, '"seed":99')), [
		'runs',
	]);
});

test('a line of a journal that was written over is named; the seq of a line put twice does not follow', async () => {
	const path = one('journal/*/*.jsonl');
	const kept = readFileSync(path, 'utf8');
	const last = kept.trimEnd().split('\n').at(-1)!;
	await changed(path, (bytes) => Buffer.from(bytes.toString().replace('"verdict":"tie"', '"verdict":"a"')), [
		'journal-lines',
	]);
	appendFileSync(path, `${last}\n`);
	const { checks } = await workspace.doctor();
	assert.match(checks.find(({ check }) => check === 'journal-lines')!.message, /seq \d+ does not follow \d+/u);
	writeFileSync(path, kept);
	assert.deepEqual(await found(), []);
});

test('a database that says something else than the journals is named, and a rebuild mends it', async () => {
	const raw = new Sqlite(join(root, '.pairwright', 'pairwright.db'));
	raw.exec("UPDATE comparisons SET resolution = 'a', y = 1 WHERE resolution = 'tie'");
	raw.close();
	assert.deepEqual(await found(), ['database-fold']);
	await workspace.rebuild(job());
	assert.deepEqual(await found(), []);
});

test('a split that changed after it was frozen is said, with how much', async () => {
	const { prompts } = await workspace.listPrompts({ split: 'eval', limit: 1 });
	await workspace.assign({ ids: [prompts[0]!.id] }, { split: 'excluded', reason: 'broken' });
	const [proposal] = (await workspace.splits()).proposals;
	await workspace.answerProposal(proposal!.id, true);
	const { checks } = await workspace.doctor();
	const frozen = checks.find(({ check }) => check === 'frozen-splits')!;
	assert.match(frozen.message, /^eval since eval-[0-9a-f]{12}: no prompt added, 1 prompt gone$/u);
});

test('a run of an earlier version that shows the labels of the sealed half is named until it is decided', async () => {
	const [entry] = await workspace.runs();
	const runs = join(root, '.pairwright', 'runs');
	const { run } = entry!;
	const packed = (lines: readonly unknown[]) => gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
	const labels = readRunLines(runs, run, 'labels');
	const written = {
		'labels.jsonl.gz': packed(labels),
		// Of a run that scored no pair of E.
		'unscored.jsonl.gz': packed([{ comparison: 'x', split: 'heldout_sealed', y: 1, chosen_side: 'a' }]),
	};
	const look = async () => (await workspace.doctor()).checks.find(({ check }) => check === 'sealed-labels')!;
	assert.equal((await look()).status, 'ok');
	for (const [name, bytes] of Object.entries(written)) {
		const path = join(runs, run, name);
		const kept = existsSync(path) ? readFileSync(path) : null;
		writeFileSync(path, bytes);
		const { status, message, remedy } = await look();
		assert.deepEqual([status, message.startsWith(`${run}: `)], ['warning', true], name);
		assert.match(remedy ?? '', /whole team/u);
		if (kept === null) rmSync(path);
		else writeFileSync(path, kept);
	}
	writeFileSync(join(runs, run, 'labels.jsonl.gz'), written['labels.jsonl.gz']);
	rmSync(join(runs, run, 'labels-sealed.bin'));
	assert.equal((await look()).status, 'warning');
	await workspace.decide(run, { lambda: null, checkpoint: null, reason: 'to see' });
	const { checks } = await workspace.doctor();
	const of = (name: string) => checks.find(({ check }) => check === name)!;
	assert.equal(of('sealed-labels').status, 'ok');
	// An earlier version recorded no hashes; this run has them, and was changed here by hand.
	assert.match(of('runs').message, /^\S+: changed since it was recorded: labels-sealed\.bin, labels\.jsonl\.gz$/);
});
