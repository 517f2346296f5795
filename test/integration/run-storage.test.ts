import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Dataset } from '../../src/domain/dataset.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { workspacePaths } from '../../src/store/paths.ts';
import { findRun, newRunId, readSealed, runIds } from '../../src/workspace/runs/run-files.ts';
import { Runs } from '../../src/workspace/runs/runs.ts';
import { scoreAndWrite } from '../../src/workspace/runs/score-in-process.ts';
import { makeDataset, SHIFTED } from '../unit/scoring-support.ts';
import { makePort } from './memory-port.ts';

const root = mkdtempSync(join(tmpdir(), 'pairwright-runs-'));
const paths = workspacePaths(root);
const dataset = makeDataset(SHIFTED);
const sealedIds = dataset.pairs.filter((pair) => pair.split === 'heldout_sealed').map((pair) => pair.comparison);
const RUN = '20260102T030405Z-abcdef';

async function writeRun(run: string, from: Dataset = dataset): Promise<void> {
	await scoreAndWrite(
		{ runs: paths.runs, dataset: from, reviewed: new Map(), evalRise: 0.01, extra: {} },
		{ run, created: '2026-01-02T03:04:05.000Z', lambda: 0, margin: 0, seed: 1 },
	);
}

before(async () => {
	mkdirSync(paths.runs, { recursive: true });
	await writeRun(RUN);
});
after(() => rmSync(root, { recursive: true, force: true }));

test('a run is stored whole, and again the same bytes', async () => {
	const folder = join(paths.runs, RUN);
	assert.deepEqual(readdirSync(folder).sort(), ['run.json', 'scores.jsonl.gz', 'sealed.bin']);
	const bytes = ['scores.jsonl.gz', 'sealed.bin'].map((name) => readFileSync(join(folder, name)));
	const record = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
	rmSync(folder, { recursive: true });
	await writeRun(RUN);
	for (const [i, name] of ['scores.jsonl.gz', 'sealed.bin'].entries()) {
		assert.deepEqual(readFileSync(join(folder, name)), bytes[i], name);
	}
	const again = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
	assert.deepEqual({ ...again, durations: null }, { ...record, durations: null });
	for (const key of ['decision', 'seal', 'opened']) assert.ok(!(key in record), key);
});

test('before a decision no file, report or score line shows anything of E', () => {
	const folder = join(paths.runs, RUN);
	const runs = new Runs(makePort(paths, { dataset }));
	const shown = [
		readFileSync(join(folder, 'run.json'), 'utf8'),
		gunzipSync(readFileSync(join(folder, 'scores.jsonl.gz'))).toString('utf8'),
		readFileSync(join(folder, 'sealed.bin')).toString('latin1'),
		JSON.stringify(runs.report(RUN)),
		JSON.stringify(runs.scores(RUN)),
		JSON.stringify(runs.summaries()),
	].join('\n');
	assert.equal(sealedIds.length, 20);
	for (const id of sealedIds) assert.ok(!shown.includes(id));
	const sealed = readSealed(paths.runs, RUN)!;
	for (const { loss, metrics } of sealed.solutions) {
		assert.ok(!shown.includes(String(loss.value)));
		assert.ok(!shown.includes(String(metrics.nll.value)) && !shown.includes(String(metrics.overconfidence.value)));
	}
});

test('sealed.bin opens under its own run only, and not when a byte changed', () => {
	const path = join(paths.runs, RUN, 'sealed.bin');
	const bytes = readFileSync(path);
	const other = '20260102T030405Z-000000';
	mkdirSync(join(paths.runs, other));
	writeFileSync(join(paths.runs, other, 'sealed.bin'), bytes);
	assert.throws(
		() => readSealed(paths.runs, other),
		(error) => UserError.is(error, 'unusable-input'),
	);
	rmSync(join(paths.runs, other), { recursive: true });
	const changed = Buffer.from(bytes);
	changed[bytes.length - 1]! ^= 1;
	writeFileSync(path, changed);
	assert.throws(
		() => readSealed(paths.runs, RUN),
		(error) => UserError.is(error, 'unusable-input'),
	);
	writeFileSync(path, bytes);
});

test('a decision opens E for the choice and its baselines; a second one says that it came after an opening', async () => {
	const port = makePort(paths, { dataset });
	const runs = new Runs(port);
	const first = await runs.decide(RUN, { lambda: 1, checkpoint: null, reason: ' carries over ' });
	assert.equal(first.decision.after_opening, false);
	assert.equal(first.decision.reason, 'carries over');
	assert.equal(first.openings, 1);
	assert.equal(first.metrics.heldout_sealed!.n, 20);
	assert.deepEqual(
		port.log.map((event) => event.type),
		['decided', 'seal-opened'],
	);
	const { record } = runs.report(RUN);
	assert.deepEqual(record.metrics.heldout_sealed, first.metrics.heldout_sealed);
	assert.equal(record.seal.openings, 1);
	assert.equal(record.decision!.lambda, 1);
	const rows = record.opened!.losses;
	assert.deepEqual(
		rows.slice(0, 4).map((row) => row.name),
		['choice', 'dpo', 'pooled', 'uninformed'],
	);
	for (const row of rows.slice(4))
		assert.ok(row.simultaneous === true && row.low! < row.value! && row.high! > row.value!);
	const lines = runs.scores(RUN).filter((line) => line.split === 'heldout_sealed');
	assert.deepEqual([...new Set(lines.map((line) => line.checkpoint))], [null, 'dpo', 'pooled']);
	assert.equal(lines.length, 60);
	const again = await runs.decide('latest', { lambda: null, checkpoint: null, reason: 'on second thought, none' });
	assert.equal(again.decision.after_opening, true);
	assert.equal(again.openings, 2);
	assert.equal(runs.report(RUN).record.decision!.lambda, null);
	assert.ok(!JSON.stringify(runs.report(RUN).mistakes).includes(sealedIds[0]!));
});

test('a decision needs a reason and a candidate of the run', async () => {
	const port = makePort(paths, { dataset });
	const runs = new Runs(port);
	await assert.rejects(runs.decide(RUN, { lambda: 1, checkpoint: null, reason: '  ' }), (e) =>
		UserError.is(e, 'usage'),
	);
	await assert.rejects(runs.decide(RUN, { lambda: 0.123, checkpoint: null, reason: 'x' }), (e) =>
		UserError.is(e, 'usage'),
	);
	await assert.rejects(runs.decide(RUN, { lambda: null, checkpoint: 'c', reason: 'x' }), (e) =>
		UserError.is(e, 'usage'),
	);
	assert.equal(port.log.length, 0);
});

test('with E empty a decision is recorded, and nothing is opened or counted', async () => {
	const { heldout_sealed: _, ...rest } = SHIFTED;
	const run = '20260102T030406Z-aaaaaa';
	await writeRun(run, makeDataset(rest));
	const port = makePort(paths, { dataset });
	const result = await new Runs(port).decide(run, { lambda: 0, checkpoint: null, reason: 'x' });
	assert.equal(result.openings, 0);
	assert.equal(result.metrics.heldout_sealed, null);
	assert.deepEqual(
		port.log.map((event) => event.type),
		['decided'],
	);
	rmSync(join(paths.runs, run), { recursive: true });
});

test('the report counts what changed since, lists confident mistakes outside E, and queues controls beside them', async () => {
	const now = { dataset };
	const port = makePort(paths, now);
	const runs = new Runs(port);
	const report = runs.report(RUN.slice(0, 12));
	assert.equal(report.outOfDate, null);
	assert.equal(report.ordinal, 1);
	assert.ok(report.mistakes.length > 0);
	const confidences = report.mistakes.map((mistake) => mistake.confidence);
	assert.deepEqual(
		confidences,
		[...confidences].sort((x, y) => y - x),
	);
	assert.ok(confidences.every((confidence) => confidence >= 0.5));
	assert.ok(report.mistakes.every(({ facts }) => facts[0] === '3 people, 1 differs' && /by 4 words/.test(facts[1]!)));
	const { mistakes, controls } = await runs.rejudge(RUN);
	assert.equal(mistakes, controls);
	assert.deepEqual({ mistakes, controls }, report.rejudge);
	assert.equal(new Set(port.queued).size, mistakes + controls);
	const bySplit = new Map(dataset.pairs.map((pair) => [pair.comparison, pair.split]));
	assert.ok(port.queued.every((id) => bySplit.get(id) !== 'heldout_sealed'));
	const [first, second, ...others] = dataset.pairs;
	now.dataset = { ...dataset, sha256: 'other', pairs: [{ ...first!, y: 0.75 }, ...others] };
	assert.ok(second);
	assert.deepEqual(runs.report(RUN).outOfDate, { changed: 2 });
});

test('runs are found by id, prefix and latest', () => {
	assert.deepEqual(runIds(paths.runs), [RUN]);
	assert.equal(findRun(paths.runs, 'latest'), RUN);
	assert.throws(
		() => findRun(paths.runs, '2031'),
		(e) => UserError.is(e, 'not-found'),
	);
	assert.throws(
		() => findRun(join(root, 'none'), 'latest'),
		(e) => UserError.is(e, 'not-found'),
	);
	assert.match(newRunId(new Date('2026-01-02T03:04:05.678Z')), /^20260102T030405Z-2a6[0-9a-f]{3}$/);
	assert.ok(newRunId(new Date('2026-01-02T03:04:05.100Z')) < newRunId(new Date('2026-01-02T03:04:05.101Z')));
});
