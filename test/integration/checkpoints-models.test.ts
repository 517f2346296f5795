/** Real checkpoints: the table, the recommendation, what is void, and the sealed half, against the figures published with them. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { binsOf, binTotals, ECE_BINS, expectedCalibrationError } from '../../src/calibration/ece.ts';
import { confidenceForm } from '../../src/calibration/proper.ts';
import type { EvaluationSplit } from '../../src/domain/split.ts';
import { chooseCheckpoint } from '../../src/scoring/checkpoints/choose.ts';
import { type CheckpointFamily, openFamily } from '../../src/scoring/checkpoints/family.ts';
import type { CheckpointSettings } from '../../src/scoring/checkpoints/input.ts';
import { runCheckpoints } from '../../src/scoring/checkpoints/run-checkpoints.ts';
import type { ScoringRun } from '../../src/scoring/scoring-run.ts';
import { workspacePaths } from '../../src/store/paths.ts';
import { readSealed, writeRun } from '../../src/workspace/runs/run-files.ts';
import { Runs } from '../../src/workspace/runs/runs.ts';
import { makePort } from './memory-port.ts';
import { modelsFolder, publishedTable, skipModels as skip } from './models-folder.ts';
import { leaksInText, needlesOf } from './seal-search.ts';

const SETTINGS: CheckpointSettings = {
	...{ lambda: null, margin: 0, beta: 0.1, seed: 1, loss: 'sigmoid', labelSmoothing: 0 },
};
const RECOMMENDED = 'dpo-lr1e4-step50';
const VOID = ['gdpo-step50', 'gdpo-step100', 'gdpo-step400'];
const RUN = '20260102T030405Z-abcdef';

let made: Promise<ScoringRun> | undefined;
/** One run for all tests: they only read it. */
function theRun(): Promise<ScoringRun> {
	const { dataset, input } = modelsFolder();
	made ??= runCheckpoints(dataset, input, SETTINGS);
	return made;
}

const PLACES = [
	['T', 'train'],
	['eval', 'eval'],
	['R', 'heldout_reference'],
	['E', 'heldout_sealed'],
] as const satisfies readonly (readonly [string, EvaluationSplit])[];

function close(found: number | null | undefined, published: number, digits: number, what: string): void {
	const allowed = 0.5 * 10 ** -digits + 1e-9;
	assert.ok(Math.abs(found! - published) <= allowed, `${what}: ${found}, published ${published}`);
}

/** ECE with 15 bins on [0, 1], as the folder's table has it; the product's are on [½, 1]. */
function wideEce(family: CheckpointFamily, split: EvaluationSplit, member: number): number {
	const records = family.records(split, member);
	const form = { ...confidenceForm(records), form: 'binary' as const };
	return expectedCalibrationError(binTotals(records, form, binsOf(form, ECE_BINS), ECE_BINS))!;
}

test('losses, accuracies and ECE of every checkpoint and split equal the published table', { skip }, () => {
	const { dataset, input } = modelsFolder(['ref', ...modelsFolder().input.checkpoints.map(({ name }) => name)]);
	const family = openFamily(dataset, input, SETTINGS);
	const table = publishedTable();
	assert.equal(table.size, family.members.length);
	for (const [k, { name }] of family.members.entries()) {
		const published = table.get(name)!;
		for (const [short, split] of PLACES) {
			close(family.loss(split, k)!.value, published.get(`R_${short}`)!, 4, `${name} R_${short}`);
			const { margin } = family.records(split, k);
			const hits = margin.reduce((sum, z) => sum + (z > 0 ? 1 : z === 0 ? 0.5 : 0), 0) / margin.length;
			close(hits, published.get(`acc ${short}`)!, 3, `${name} accuracy ${short}`);
			close(wideEce(family, split, k), published.get(`ECE15 ${short}`)!, 3, `${name} ECE ${short}`);
		}
	}
});

test('the mildly tuned checkpoint is recommended at λ = 0, ½ and 1; those trained on the tuning half are void', {
	skip,
}, async () => {
	const { dataset, input } = modelsFolder();
	for (const lambda of [0, 0.5, 1]) {
		const choice = chooseCheckpoint(openFamily(dataset, input, { ...SETTINGS, lambda }));
		assert.equal(choice.words.checkpoint, RECOMMENDED, `λ = ${lambda}`);
	}
	const { record } = await theRun();
	const { checkpoints = [], recommended, best } = record;
	const names = checkpoints.map(({ name }) => name);
	// By step, equal steps as given; void ones after the others, by their loss on eval.
	assert.deepEqual(names, [
		'dpo-step50',
		RECOMMENDED,
		'dpo-step100',
		'dpo-step400',
		...VOID.slice(0, 1),
		...VOID.slice(1),
	]);
	for (const { name, void: gone, objective, beats_reference, health } of checkpoints) {
		const isVoid = VOID.includes(name);
		assert.equal(gone !== undefined, isVoid, name);
		assert.equal(beats_reference, name === RECOMMENDED);
		assert.deepEqual([objective.heldout_regret === null, objective.value === null], [isVoid, isVoid]);
		const check = health.find((each) => each.check === 'reference-memorised')!;
		assert.equal(check.status, isVoid ? 'fail' : 'pass');
		if (isVoid) assert.equal(check.p, 1 / 10_000);
		else assert.ok(check.p! > 0.18 && check.p! < 0.47, `${name}: p ${check.p}`);
		assert.deepEqual(
			recommended.vetoes.filter(({ checkpoint }) => checkpoint === name).map(({ check }) => check),
			isVoid ? ['reference-memorised'] : name === RECOMMENDED ? [] : ['beats-reference'],
		);
	}
	assert.deepEqual(best, { by_eval_nll: RECOMMENDED, by_heldout_nll: RECOMMENDED, last: 'dpo-step400' });
	assert.equal(record.objective!.value, 0);
	assert.equal(record.baselines.uninformed.eval_loss, Math.LN2);
	assert.match(recommended.sentence, /not distinguishable from the reference\) on eval/);
	assert.match(
		recommended.sentence,
		/From step 50 of dpo on it overfits: up to step 400 the loss on eval rises by \+0\.625 nats .* falls from 0\.169 to 0\.002/,
	);
	assert.match(record.verdict.sentence, /^Recommended of 7 checkpoints: dpo-lr1e4-step50\. /);
	assert.doesNotMatch(JSON.stringify(record), /No language model|the probe/);
});

test('a criterion with the fit on the training pairs, or with the tuning half alone, would ship a memorised one', {
	skip,
}, async () => {
	const { checkpoints = [] } = (await theRun()).record;
	const least = (loss: 'train_loss' | 'heldout_loss'): string =>
		checkpoints.reduce((best, each) => (each.objective[loss]! < best.objective[loss]! ? each : best)).name;
	assert.deepEqual([least('train_loss'), least('heldout_loss')], ['dpo-step400', 'gdpo-step400']);
});

test('nothing of E is in record or lines before a decision; then the choice and its baselines are there as published', {
	skip,
}, async (t) => {
	const { record, scores, sealed } = await theRun();
	const root = mkdtempSync(join(tmpdir(), 'pairwright-checkpoints-'));
	t.after(() => rmSync(root, { recursive: true, force: true }));
	const paths = workspacePaths(root);
	mkdirSync(paths.runs, { recursive: true });
	writeRun(paths.runs, { run: RUN, created: '2026-01-02T03:04:05.000Z', ...record }, { scores, sealed });
	const { dataset } = modelsFolder();
	const runs = new Runs(makePort(paths, { dataset }));
	// Thousands of lines hold numbers of six equal digits by chance: there whole numbers are looked for, and ids.
	const { digits, full, exact } = needlesOf({ ...sealed!, lines: [] });
	// 1/1001 is the least p of an ECE, on any split.
	const least = 1 / 1001;
	const needles = {
		digits: new Set([...digits].filter((each) => each !== least.toPrecision(6))),
		full: new Set([...full].filter((each) => each !== least.toPrecision(12))),
		exact,
	};
	assert.ok(needles.digits.size > 300, `${needles.digits.size}`);
	const margins = new Set(sealed!.lines.flatMap(({ deltas }) => deltas));
	assert.ok(scores.every(({ delta, p }) => !margins.has(delta) && !exact.has(p)));
	const ids = sealed!.lines.map(({ comparison }) => comparison);
	assert.equal(ids.length, 150);
	const stored = readFileSync(join(paths.runs, RUN, 'run.json'), 'utf8');
	const shown = [stored, JSON.stringify(runs.report(RUN)), JSON.stringify(runs.summaries())];
	for (const text of shown) assert.deepEqual(leaksInText(text, needles), []);
	const everything = [...shown, JSON.stringify(runs.scores(RUN))].join('\n');
	assert.ok(ids.every((id) => !everything.includes(id)));
	assert.equal(scores.length, 7 * (782 + 243 + 150));

	// A decision may name what was not recommended; the recommended one then stands beside it.
	const published = publishedTable();
	const choice = 'dpo-step100';
	const { metrics, openings } = await runs.decide(RUN, { lambda: null, checkpoint: choice, reason: 'for the test' });
	assert.equal(openings, 1);
	close(metrics.heldout_sealed!.nll.value, published.get(choice)!.get('R_E')!, 4, 'R_E of the choice');
	const after = runs.report(RUN).record;
	const rows = after.opened!.losses;
	assert.deepEqual(
		rows.slice(0, 3).map(({ name, checkpoint }) => [name, checkpoint]),
		[
			['choice', choice],
			['uninformed', undefined],
			['recommended', RECOMMENDED],
		],
	);
	for (const row of rows) {
		if (row.checkpoint === undefined) continue;
		close(row.value, published.get(row.checkpoint)!.get('R_E')!, 4, `R_E of ${row.checkpoint}`);
		assert.equal(row.simultaneous ?? false, ![choice, RECOMMENDED].includes(row.checkpoint));
	}
	assert.equal(rows.length, 8);
	const opened = (after.checkpoints ?? []).filter(({ metrics: of }) => of.heldout_sealed !== undefined);
	assert.deepEqual(opened.map(({ name }) => name).sort(), [RECOMMENDED, choice]);
	assert.equal(after.claim!.on, 'heldout_sealed');
	assert.match(
		after.claim!.sentence,
		/^dpo-step100 is worse than its reference|^dpo-step100 does not beat its reference/,
	);
	assert.match(after.opened!.differences[0]!.what, /^dpo-step100 − reference/);
	const lines = runs.scores(RUN).filter((line) => line.split === 'heldout_sealed');
	assert.deepEqual([...new Set(lines.map(({ checkpoint }) => checkpoint))].sort(), [RECOMMENDED, choice]);
	const one = lines[0]!;
	assert.equal(one.delta, one.chosen_logps! - one.ref_chosen_logps! - (one.rejected_logps! - one.ref_rejected_logps!));
	assert.equal(readSealed(paths.runs, RUN)!.checkpoints!.beta, 0.1);
});
