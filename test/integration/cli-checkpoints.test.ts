/** Runs over log-probability files from the command line: what a user does, and what they see when something is off. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { RunRecord, ScoreLine } from '../../src/domain/run-record.ts';
import type { RunLabel } from '../../src/store/attachments.ts';
import { readRunLines } from '../../src/store/run-lines.ts';
import { jsonLines, madeLogps, madeRows } from './checkpoint-rows.ts';
import { type Cli, makeCli } from './cli-run.ts';
import { MODELS, skipModels } from './models-folder.ts';

const rows = madeRows(100);

async function workspace(t: TestContext): Promise<Cli> {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const { code, stderr } = await cli.json(['import', cli.write('pairs.jsonl', jsonLines(rows))]);
	assert.equal(code, 0, stderr);
	return cli;
}

const score = (...files: string[]) => ['score', '--engine', 'logprobs', '--logprobs', ...files];
const body = ({ run, created, durations, ...rest }: RunRecord) => rest;

test('rows named by the ids of the imported file are scored; again, the same record', async (t) => {
	const cli = await workspace(t);
	const files = [10, 20].map((step) => cli.write(`logps.m-step${step}.jsonl`, jsonLines(madeLogps(rows, step / 10))));
	const first = await cli.json(score(...files));
	assert.equal(first.code, 0, first.stderr);
	const record = first.document as RunRecord;
	assert.deepEqual([record.engine.name, record.settings.beta], ['logprobs', 0.1]);
	assert.deepEqual(
		record.checkpoints!.map(({ name, step, skipped }) => [name, step, skipped]),
		[
			['m-step10', 10, 0],
			['m-step20', 20, 0],
		],
	);
	assert.deepEqual(record.work, { scored: 200, reused: 0 });
	assert.deepEqual(body((await cli.json(score(...files))).document), body(record));
	const out = cli.write('scores.jsonl', '');
	await cli.run(['--workspace', cli.dir, 'report', record.run, '--scores', out]);
	const lines = readFileSync(out, 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as ScoreLine);
	assert.equal(lines.length, 2 * 80, 'outside E one line a pair and checkpoint');
	for (const { delta, chosen_logps, rejected_logps } of lines.slice(0, 5)) {
		assert.ok(Math.abs(delta - (chosen_logps! + 30)) < 1e-9, 'the imported label’s chosen side');
		assert.equal(rejected_logps, -32);
	}
	const listed = await cli.run(['--workspace', cli.dir, 'runs']);
	assert.match(listed.stdout, /logprobs, 2 checkpoints/);
	assert.ok(!readFileSync(join(cli.dir, '.pairwright/runs', record.run, 'run.json'), 'utf8').includes(cli.dir));
});

test('bad rows are named and end in exit code 2; pairs without a row are counted and are no change since', async (t) => {
	const cli = await workspace(t);
	const good = madeLogps(rows, 1);
	const file = cli.write(
		'logps.m.jsonl',
		jsonLines([...good.slice(0, 90), { ...good[90], chosen_logps: 3 }, { ...good[91], id: 'nobody' }]),
	);
	const { code, document, stderr } = await cli.json(score(file));
	assert.equal(code, 2);
	assert.match(stderr, /logps\.m\.jsonl, line 91: chosen_logps: expected a summed log-probability.*found the number 3/);
	assert.match(stderr, /logps\.m\.jsonl, line 92: id: /);
	assert.match(stderr, /2 rows left out/);
	const { checkpoints, engine, run } = document as RunRecord;
	assert.deepEqual(engine.files, [{ rows: 92, rejected: 2 }]);
	const outside = checkpoints![0]!.skipped_why!.reduce((sum, { pairs }) => sum + pairs, 0);
	assert.equal(outside, checkpoints![0]!.skipped);
	assert.ok(checkpoints![0]!.skipped >= 8);
	const shown = await cli.run(['--workspace', cli.dir, 'report', run]);
	assert.doesNotMatch(shown.stdout, /Out of date/);
	assert.ok(existsSync(join(cli.dir, '.pairwright/runs', run, 'unscored.jsonl.gz')));
});

test('--trained-on names a recorded export or none, and a pattern that fits nothing is an error', async (t) => {
	const cli = await workspace(t);
	const exported = (await cli.json(['export', '--split', 'train', '--out', join(cli.dir, 'out')])).document as {
		export: string;
	};
	const file = cli.write('logps.m-step10.jsonl', jsonLines(madeLogps(rows, 1)));
	const { document, code, stderr } = await cli.json([
		...score(file),
		'--trained-on',
		`m-*=${exported.export.slice(0, 8)}`,
	]);
	assert.equal(code, 0, stderr);
	assert.deepEqual((document as RunRecord).checkpoints![0]!.trained_on, { export: exported.export, prompts: 20 });
	const none = (await cli.json([...score(file), '--trained-on', 'none'])).document as RunRecord;
	assert.deepEqual(none.checkpoints![0]!.trained_on, { export: null, prompts: 0 });
	const wrong = await cli.run(['--workspace', cli.dir, ...score(file), '--trained-on', 'dpo-*=none']);
	assert.equal(wrong.code, 1);
	assert.match(wrong.stderr, /--trained-on dpo-\*=….*The run has m-step10/);
	const missing = await cli.run(['--workspace', cli.dir, ...score(file), '--trained-on', 'deadbeef']);
	assert.match(missing.stderr, /no recorded export "deadbeef" \(1 are recorded/);
	assert.equal(((await cli.json(['runs'])).document as { runs: unknown[] }).runs.length, 2);
});

test('options reach the record; losses that need tokens or a smoothing say so', async (t) => {
	const cli = await workspace(t);
	const chat = (content: string) => [
		{ role: 'user', content: 'Both of these are bad?' },
		{ role: 'assistant', content },
	];
	const bad = { conversation_a: chat('one'), conversation_b: chat('two'), winner: 'tie (bothbad)' };
	const imported = await cli.json([
		...['import', cli.write('bad.jsonl', jsonLines([{ ...bad, split: 'heldout', half: 'E' }]))],
	]);
	assert.equal(imported.code, 0, imported.stderr);
	const rowsOf = madeLogps(rows, 1);
	const file = cli.write('logps.m.jsonl', jsonLines(rowsOf));
	const { document, code, stderr } = await cli.json([
		...score(file),
		...['--beta', '0.5', '--loss', 'cdpo', '--label-smoothing', '0.1', '--steps', '70', '--split', 'eval', 'heldout'],
	]);
	assert.equal(code, 0, stderr);
	const { settings, checkpoints, dataset } = document as RunRecord;
	assert.deepEqual([settings.beta, settings.loss, settings.label_smoothing], [0.5, 'cdpo', 0.1]);
	assert.deepEqual(settings.splits, ['eval', 'heldout_reference', 'heldout_sealed']);
	assert.deepEqual([checkpoints![0]!.step, dataset.splits.train.pairs, dataset.splits.eval.pairs], [70, 0, 20]);
	const runs = join(cli.dir, '.pairwright/runs');
	const placesOf = (run: string) =>
		[...new Set(readRunLines<RunLabel>(runs, run, 'labels').map(({ place }) => place))].sort();
	assert.deepEqual(placesOf((document as RunRecord).run), ['E', 'R', 'eval']);
	const open = gunzipSync(readFileSync(join(runs, (document as RunRecord).run, 'labels.jsonl.gz'))).toString();
	assert.ok(!open.includes('"place":"E"'), 'those of E are sealed');
	const one = (await cli.json([...score(file), '--split', 'eval'])).document as RunRecord;
	assert.deepEqual(placesOf(one.run), ['eval'], 'a run freezes the labels of what it scored');
	assert.equal(one.dataset.splits.heldout_sealed.pairs, 0, 'its size would be the number of pairs without a label');
	const refused = async (...more: string[]) =>
		(await cli.run(['--workspace', cli.dir, ...score(file), ...more])).stderr;
	assert.match(await refused('--loss', 'robust'), /robust needs a label smoothing/);
	assert.match(await refused('--label-smoothing', '0.1'), /belongs to the losses cdpo and robust/);
	assert.match(await refused('--steps', '1,2'), /--steps gives 2 steps for 1 checkpoints/);
	assert.match(await refused('--retention-baseline', 'latest'), /is no baseline|recommends none/);
});

test('forgetting is measured against an earlier run’s choice', async (t) => {
	const cli = await workspace(t);
	const before = cli.write('logps.before.jsonl', jsonLines(madeLogps(rows, 3)));
	const first = (await cli.json(score(before))).document as RunRecord;
	await cli.run(['--workspace', cli.dir, 'decide', first.run, '--checkpoint', 'before', '--reason', 'baseline']);
	const now = cli.write('logps.now.jsonl', jsonLines(madeLogps(rows, -5)));
	const { document, code, stderr } = await cli.json([...score(now), '--retention-baseline', first.run]);
	assert.equal(code, 0, stderr);
	const { forgetting } = (document as RunRecord).checkpoints![0]!;
	assert.equal(forgetting!.baseline, `before of run ${first.run}`);
	// 8 nats less on 20 chosen tokens, but for the noise.
	assert.ok(Math.abs(forgetting!.loss.value! - 8 / 20) < 0.2, String(forgetting!.loss.value));
});

test('real checkpoints: imported pairs and their log-probabilities just work', { skip: skipModels }, async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	await cli.json(['import', join(MODELS, 'pairs.jsonl')]);
	const { document, code, stderr } = await cli.json(score(join(MODELS, 'logps.*.jsonl')));
	assert.equal(code, 0, stderr);
	const { recommended, checkpoints, run, work } = document as RunRecord;
	assert.equal(recommended.checkpoint, 'dpo-lr1e4-step50');
	assert.match(stderr, /^ref: the same log-probabilities as the reference on every pair\. It is the reference/m);
	assert.equal(checkpoints!.length, globSync(join(MODELS, 'logps.*.jsonl')).length - 1);
	assert.ok(checkpoints!.every(({ skipped }) => skipped === 0));
	assert.equal(work!.scored, 8 * 1325);
	const packed = readFileSync(join(cli.dir, '.pairwright/runs', run, 'scores.jsonl.gz'));
	assert.equal(gunzipSync(packed).toString('utf8').trim().split('\n').length, 7 * (782 + 243 + 150));
});
