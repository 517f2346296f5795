import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stableJson } from '../../src/domain/identity.ts';
import type { HealthCheck, RunRecord } from '../../src/domain/run-record.ts';
import { sideText } from '../../src/domain/text.ts';
import { readDataset } from '../../src/workspace/dataset.ts';
import { Runs } from '../../src/workspace/runs/runs.ts';
import { runsPort } from '../../src/workspace/runs-port.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { makeDataset, PLACES, SHIFTED } from '../unit/scoring-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'pairwright-health-'));
const root = join(folder, 'workspace');
const OPTIONS = { engine: 'probe', lambda: null, margin: 0, beta: 1, seed: 1 } as const;
let workspace: Workspace;

async function importRows(seed: number): Promise<void> {
	const rows = makeDataset(SHIFTED, seed).pairs.map((pair) => ({
		prompt: `${seed} ${pair.cluster}: say something`,
		response_a: sideText(pair.chosen),
		response_b: sideText(pair.rejected),
		judgments: [{ annotator: 'bo', verdict: 'a' }],
		...PLACES[pair.split],
	}));
	const file = join(folder, `made-${seed}.jsonl`);
	writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	await workspace.importFiles([file], {}, { job: `import ${seed}` });
}

async function score(): Promise<RunRecord> {
	const { run } = await new Runs(runsPort(workspace.context)).score(OPTIONS);
	return JSON.parse(readFileSync(join(root, '.pairwright/runs', run, 'run.json'), 'utf8')) as RunRecord;
}

before(async () => {
	mkdirSync(root);
	workspace = await Workspace.open(root, { stateDir: join(folder, 'state'), annotator: 'ana' });
	await workspace.init({});
	await importRows(1);
});
after(async () => {
	await workspace.close();
	rmSync(folder, { recursive: true, force: true });
});

const of = (record: RunRecord, check: string): HealthCheck[] => record.health.filter((each) => each.check === check);
const bytes = ({ run: _, created: __, durations: ___, ...record }: RunRecord): string => stableJson(record);

test('a repeat on the same data is no look at drift and has the same bytes; new data is compared with the run before', async () => {
	const first = await score();
	assert.deepEqual(
		of(first, 'drift').map(({ split, status, p }) => [split, status, p]),
		[[undefined, 'insufficient', null]],
	);
	const again = await score();
	assert.equal(bytes(again), bytes(first));
	await importRows(2);
	const second = await score();
	const drift = of(second, 'drift');
	assert.ok(drift.every(({ p }) => p !== null));
	assert.match(drift[0]!.message, /20 same pairs, 0 of them with new labels, 20 new; look 1/);
	await importRows(3);
	const third = await score();
	assert.match(of(third, 'drift')[0]!.message, /40 same pairs, .* 20 new; look 2/);
});

test('which side was shown is counted for every person without a name, outside E, first blind verdicts only', async () => {
	assert.deepEqual(readDataset(workspace.context).dataset.positions, []);
	const { comparisons } = await workspace.list({ limit: 1000 });
	const sealed = new Set(
		workspace.context.db.all<{ id: string }>(`SELECT id FROM comparisons WHERE place = 'E'`).map(({ id }) => id),
	);
	const open = comparisons.filter(({ id }) => !sealed.has(id)).map(({ id }) => id);
	for (const [i, comparison] of open.slice(0, 25).entries()) {
		await workspace.judge({ comparison, verdict: i < 21 ? 'a' : 'b', shown_first: 'a' });
	}
	await workspace.judge({ comparison: open[25]!, verdict: 'tie', shown_first: 'a' });
	await workspace.judge({ comparison: open[26]!, verdict: 'a' });
	await workspace.judge({ comparison: [...sealed][0]!, verdict: 'a', shown_first: 'a' });
	const { dataset } = readDataset(workspace.context);
	assert.deepEqual(dataset.positions, [{ first: 21, second: 4 }]);
	const record = await score();
	const [position] = of(record, 'position-bias');
	assert.deepEqual([position!.statistic, position!.evidence], [21 / 25, []]);
	assert.ok(position!.p! < 0.01);
	assert.doesNotMatch(JSON.stringify(record.health), /\bana\b/);
});

test('every p-value check of the run is in one family, and lists stand beside', async () => {
	const record = await score();
	const names = new Set(record.health.map((each) => each.check));
	for (const name of [
		...['overconfident-heldout', 'generalization-gap', 'length-hack', 'confidence-hack', 'format-hack', 'drift'],
		...['position-bias', 'leakage', 'not-ood', 'label-noise', 'insufficient-data'],
	]) {
		assert.ok(names.has(name), name);
	}
	for (const each of record.health) {
		assert.equal(each.p === null, (each.p_adjusted ?? null) === null, each.check);
		if (each.p !== null) assert.ok(each.p_adjusted! >= each.p);
	}
	assert.equal(of(record, 'not-ood')[0]!.statistic, record.shift!.prompts.auc);
	assert.ok(Array.isArray(record.slices) && record.slices.length > 0);
	const sealed = new Set(
		workspace.context.db.all<{ id: string }>(`SELECT id FROM comparisons WHERE place = 'E'`).map(({ id }) => id),
	);
	for (const { evidence } of record.health) for (const id of evidence) assert.ok(!sealed.has(id));
	assert.ok(record.health.flatMap(({ evidence }) => evidence).length > 0);
});
