import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RunRecord, ScoreLine } from '../../src/domain/run-record.ts';
import type { GateCheck, GateResult, RunComparison } from '../../src/protocol/runs.ts';
import { readScores, readSealed } from '../../src/workspace/runs/run-files.ts';
import { type Cli, makeCli } from './cli-run.ts';

async function ok<T>(cli: Cli, args: string[], code = 0): Promise<T> {
	const result = await cli.json(args);
	assert.equal(
		result.code,
		code,
		`${args.join(' ')}: ${JSON.stringify(result.document).slice(0, 400)} ${result.stderr}`,
	);
	return result.document as T;
}

async function demo(t: TestContext): Promise<Cli> {
	const cli = makeCli(t);
	const made = await cli.run(['init', cli.dir, '--demo']);
	assert.equal(made.code, 0, made.stderr);
	return cli;
}

type Document = {
	readonly baseline: RunComparison['baseline'];
	readonly differences: readonly (RunComparison['differences'][number] & { run: string; checkpoint: string | null })[];
	readonly comparisons: readonly (Pick<RunComparison, 'flipped' | 'flippedTotal' | 'notes'> & { sentence: string })[];
};

test('two probe runs of the demo data are compared, and the gate passes, fails and cannot tell', async (t) => {
	const cli = await demo(t);
	const first = await ok<RunRecord>(cli, ['score', '--lambda', '0']);
	const second = await ok<RunRecord>(cli, ['score', '--lambda', '1', '--seed', '3']);
	const [a, b] = [first.run, second.run];

	const compared = await ok<Document>(cli, ['compare', a, 'latest', a]);
	assert.deepEqual(compared.baseline, { run: a, checkpoint: null });
	assert.deepEqual([...new Set(compared.differences.map(({ run }) => run))], [b, a]);
	const heldout = compared.differences.find((each) => each.split === 'heldout_reference' && each.what === 'nll')!;
	// R has one record a pair, so that the difference is that of the two records; λ = 1 is what it is for.
	const change = second.metrics.heldout_reference!.nll.value! - first.metrics.heldout_reference!.nll.value!;
	assert.ok(Math.abs(heldout.value! - change) < 1e-9 && heldout.high! < 0);
	assert.ok(compared.differences.every(({ split }) => split !== 'heldout_sealed'));
	assert.match(compared.comparisons[1]!.sentence, /^Not distinguishable/);
	assert.deepEqual(compared.comparisons[1]!.flippedTotal, { lost: 0, gained: 0 });
	assert.ok(compared.comparisons[0]!.flipped.every(({ split }) => split !== 'heldout_sealed'));
	const said = await cli.run(['compare', a, b, '--workspace', cli.dir]);
	assert.match(said.stdout, /Distinguishable: NLL on held-out, tuning half lower by/);
	for (const wrong of [
		['compare', a],
		['compare', a, 'nothing'],
		['compare', a, `${b}:x`],
		['compare', a, ':x'],
	]) {
		assert.equal((await cli.json(wrong)).code, 1, wrong.join(' '));
	}

	const files = ['--junit', join(cli.dir, 'out', 'gate.xml'), '--markdown', join(cli.dir, 'out', 'gate.md')];
	const gate = (config: object, code: number, args: string[] = files) =>
		ok<GateResult>(cli, ['gate', '--config', cli.write('gate.json', JSON.stringify({ gate: config })), ...args], code);
	const statuses = ({ checks }: GateResult) => checks.map(({ status }) => status);

	// Before any threshold, and for thresholds of checkpoints, nothing is decided and no file is written.
	assert.match(JSON.stringify((await cli.json(['gate', ...files])).document), /holds no threshold/);
	const refused = await gate({ heldout: { nll: { max: 9 } } }, 1);
	assert.match(JSON.stringify(refused), /scores no language model/);
	assert.ok(!existsSync(join(cli.dir, 'out')));

	const probe = { engine: 'probe', baseline: a };
	const kept = await gate({ ...probe, heldout: { nll: { max: 9, max_rise: 0.01 } } }, 0);
	assert.deepEqual([kept.passed, kept.run, kept.baseline, statuses(kept)], [true, b, a, ['pass', 'pass']]);
	const check: GateCheck = kept.checks[0]!;
	assert.deepEqual([check.check, check.threshold], ['heldout.nll', 9]);
	assert.equal(check.value, second.metrics.heldout_reference!.nll.value);
	assert.match(readFileSync(join(cli.dir, 'out', 'gate.xml'), 'utf8'), /tests="2" failures="0"/);
	assert.match(readFileSync(join(cli.dir, 'out', 'gate.md'), 'utf8'), /^### ✅ Pairwright gate/);

	const broken = await gate({ engine: 'probe', heldout: { nll: { max: 0.1 } }, no_failing_check: true }, 2);
	assert.deepEqual([broken.passed, statuses(broken)], [false, ['fail', 'fail']]);
	assert.match(broken.checks[1]!.message, /leakage/);
	assert.match(readFileSync(join(cli.dir, 'out', 'gate.xml'), 'utf8'), /tests="2" failures="2"/);

	// A threshold at the point value lies within the interval.
	const untold = { engine: 'probe', heldout: { nll: { max: check.value! } } };
	assert.deepEqual(statuses(await gate(untold, 2)), ['insufficient']);
	assert.equal((await gate({ ...untold, allow_insufficient: true }, 0)).passed, true);
	const printed = await cli.run([
		'gate',
		'--config',
		cli.write('gate.json', JSON.stringify({ gate: untold })),
		'--workspace',
		cli.dir,
	]);
	assert.equal(printed.code, 2);
	assert.match(printed.stdout, /Not passed: none of 1 threshold is broken, but there is too little data/);
});

/** Made-up log-probabilities: `good` mostly prefers what people prefer, `bad` the other. In the file, "chosen" is side a. */
function logprobs(lines: readonly Pick<ScoreLine, 'comparison' | 'chosen_side'>[]): string {
	const rows = lines.flatMap(({ comparison: id, chosen_side }, i) =>
		['good-step10', 'bad-step20'].map((checkpoint, k) => {
			const half = (chosen_side === 'a' ? 4 : -4) * (k === 0 ? 1 : -1) * (i % 5 === 0 ? -1 : 1) + Math.sin(i) / 2;
			const policy = { chosen_logps: -40 + half, rejected_logps: -40 - half };
			const reference = { ref_chosen_logps: -40, ref_rejected_logps: -40 };
			return JSON.stringify({ id, checkpoint, chosen_side: 'a', ...policy, ...reference });
		}),
	);
	return `${rows.join('\n')}\n`;
}

test('a run over checkpoints is gated at its recommended checkpoint or at a named one, and nothing of the seal is told', async (t) => {
	const cli = await demo(t);
	const probe = await ok<RunRecord>(cli, ['score']);
	const runs = join(cli.dir, '.pairwright', 'runs');
	// With the sealed half's sides: a model that is right everywhere but there would look as if it had learnt the tuning half by heart.
	const lines = [...readScores(runs, probe.run), ...readSealed(runs, probe.run)!.lines];
	const file = cli.write('logps.jsonl', logprobs(lines));
	const run = await ok<RunRecord>(cli, ['score', '--engine', 'logprobs', '--logprobs', file]);
	const names = run.checkpoints!.map(({ name }) => name);
	assert.deepEqual(names.toSorted(), ['bad-step20', 'good-step10']);

	assert.equal(run.recommended.checkpoint, 'good-step10');
	const [worse, better] = ['bad-step20', 'good-step10'];
	const compared = await ok<Document>(cli, ['compare', `latest:${worse}`, `latest:${better}`, probe.run]);
	assert.deepEqual([...new Set(compared.differences.map(({ checkpoint }) => checkpoint))], [better, null]);
	assert.match(compared.comparisons[1]!.notes.join(' '), /text probe/);

	const config = {
		heldout: { nll: { max: 5 } },
		eval: { accuracy: { max_fall: 0.5 } },
		baseline: `${run.run}:${worse}`,
	};
	const path = cli.write('gate.json', JSON.stringify(config));
	const gated = await ok<GateResult>(cli, ['gate', run.run, '--config', path]);
	assert.deepEqual([gated.checkpoint, gated.baseline, gated.passed], [better, `${run.run}:${worse}`, true]);
	const bad = await ok<GateResult>(
		cli,
		['gate', '--config', cli.write('max.json', '{"eval":{"nll":{"max":0.6}}}'), '--checkpoint', worse],
		2,
	);
	assert.deepEqual([bad.checkpoint, bad.checks[0]!.status], [worse, 'fail']);
	assert.equal((await cli.json(['gate', run.run, '--config', path, '--checkpoint', 'none'])).code, 1);
	await ok(cli, ['gate', probe.run, '--config', path], 1);

	// The same before and after a decision: the gate never reads the sealed half.
	await ok(cli, ['decide', run.run, '--checkpoint', better, '--reason', 'made up']);
	assert.deepEqual(await ok(cli, ['gate', run.run, '--config', path]), gated);
	const sealed = readdirSync(join(cli.dir, '.pairwright', 'runs', run.run)).includes('sealed.bin');
	assert.ok(sealed && !JSON.stringify(gated).includes('sealed'));
});
