/** Whole runs over made-up checkpoints: what is too little, what is sealed, what a decision opens, what a terminal shows. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decisionText } from '../../src/cli/decide.ts';
import { reportText } from '../../src/cli/report-text.ts';
import { createTerminal, displayWidth } from '../../src/cli/terminal.ts';
import type { Dataset } from '../../src/domain/dataset.ts';
import { stableJson } from '../../src/domain/identity.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { runCheckpoints } from '../../src/scoring/checkpoints/run-checkpoints.ts';
import type { ScoringRun } from '../../src/scoring/scoring-run.ts';
import { workspacePaths } from '../../src/store/paths.ts';
import { writeRun } from '../../src/workspace/runs/run-files.ts';
import { Runs } from '../../src/workspace/runs/runs.ts';
import { checkpointRun, MADE_CHECKPOINTS, MADE_SETTINGS, madeDataset, madeInput } from '../fixtures/checkpoint-run.ts';
import { makeDataset } from '../unit/scoring-support.ts';
import { makePort } from './memory-port.ts';

const root = mkdtempSync(join(tmpdir(), 'pairwright-checkpoint-runs-'));
const paths = workspacePaths(root);
const RUN = '20260102T030405Z-abcdef';
const dataset = madeDataset(40);
/** One gentle series, one that overfits, and one that was trained on R. */
const MADE = MADE_CHECKPOINTS.filter(({ name }) => /gentle|fast-step50|tuned/.test(name));
const CHOICE = 'fast-step50';
let run: ScoringRun;

before(async () => {
	run = await checkpointRun(MADE, dataset);
	mkdirSync(paths.runs, { recursive: true });
	writeRun(paths.runs, { run: RUN, created: '2026-01-02T03:04:05.000Z', ...run.record }, run);
});
after(() => rmSync(root, { recursive: true, force: true }));

function only(splits: readonly string[], from: Dataset = dataset): Dataset {
	return { ...from, pairs: from.pairs.filter(({ split }) => splits.includes(split)) };
}

const finite = (key: string, value: unknown): unknown => {
	assert.ok(typeof value !== 'number' || Number.isFinite(value), `${key} is ${value}`);
	return value;
};

test('same dataset, scores and settings: same bytes, whatever was taken from a cache', async () => {
	const input = madeInput(dataset, MADE);
	const again = await runCheckpoints(dataset, { ...input, work: { scored: 0, reused: 999 } }, MADE_SETTINGS);
	const bytes = ({ record: { work, ...record }, scores, sealed }: ScoringRun): string =>
		stableJson({ record, scores, sealed });
	assert.equal(bytes(again), bytes(run));
	assert.deepEqual(again.record.work, { scored: 0, reused: 999 });
	JSON.stringify(run, finite);
});

// Not so much that another checkpoint would be void: that is what this p decides.
test('no verdict and no text of E changes anything but the p of reference-memorised', async () => {
	const changed: Dataset = {
		...dataset,
		pairs: dataset.pairs.map((pair) =>
			pair.split === 'heldout_sealed' ? { ...pair, y: 0.98, chosen: pair.rejected, rejected: pair.chosen } : pair,
		),
	};
	const other = await checkpointRun(MADE, changed);
	const withoutP = (record: ScoringRun['record']): string =>
		stableJson(record).replaceAll(/"message":"(No sign that|The tuning half is easier)[^"]*"|"p":[\d.e-]+/g, '…');
	assert.equal(withoutP(other.record), withoutP(run.record));
	assert.deepEqual(other.scores, run.scores);
	assert.notDeepEqual(other.sealed, run.sealed);
});

test('a decision names a checkpoint, even a void one, or none; nothing else', async () => {
	const port = makePort(paths, { dataset });
	const runs = new Runs(port);
	const refused = (request: { lambda: number | null; checkpoint: string | null }, said: RegExp) =>
		assert.rejects(
			runs.decide(RUN, { ...request, reason: 'x' }),
			(error) => UserError.is(error, 'usage') && said.test(error.message),
		);
	await refused({ lambda: 0.5, checkpoint: null }, /scored checkpoints: decide for one of gentle-step50, /);
	await refused({ lambda: null, checkpoint: 'gentle' }, /"gentle" is not a checkpoint of run/);
	await refused({ lambda: 1, checkpoint: 'gentle-step50' }, /not two of them/);
	assert.equal(port.log.length, 0);
	const { decision } = await runs.decide(RUN, { lambda: null, checkpoint: 'tuned-step100', reason: 'x' });
	assert.deepEqual([decision.lambda, decision.checkpoint], [null, 'tuned-step100']);
	assert.equal(runs.report(RUN).record.opened!.losses[0]!.checkpoint, 'tuned-step100');
	const none = await runs.decide(RUN, { lambda: null, checkpoint: null, reason: 'x' });
	assert.equal(none.decision.after_opening, true);
	// None shows what the run stands for.
	assert.equal(runs.report(RUN).record.opened!.losses[0]!.checkpoint, run.record.recommended.checkpoint);
});

test('what is opened: the choice, the reference, the recommended and the best by eval; the others with wider bands', async () => {
	const port = makePort(paths, { dataset });
	const runs = new Runs(port);
	const done = await runs.decide(RUN, { lambda: null, checkpoint: CHOICE, reason: 'to see it' });
	const { record } = runs.report(RUN);
	const { losses, differences } = record.opened!;
	const { recommended, best } = run.record;
	const beside = [...new Set([recommended.checkpoint, best!.by_eval_nll])];
	assert.deepEqual(
		losses.filter(({ simultaneous }) => simultaneous !== true).map(({ name, checkpoint }) => checkpoint ?? name),
		[CHOICE, 'uninformed', ...beside],
	);
	const others = losses.filter(({ simultaneous }) => simultaneous === true);
	assert.equal(losses.length, MADE.length + 1);
	for (const { checkpoint, low, high } of others) {
		const { loss } = run.sealed!.solutions.find((solution) => solution.checkpoint === checkpoint)!;
		assert.ok(low! < loss.low! && high! > loss.high!);
	}
	assert.equal(losses[1]!.value, Math.LN2);
	assert.deepEqual(
		differences.map(({ what }) => what.replace(/:.*/, '')),
		[`${CHOICE} − reference`, ...beside.map((name) => `${CHOICE} − ${name}`)],
	);
	const facets = record.opened!.by_facet!;
	assert.ok(facets.some(({ name, facets: which }) => name === 'choice' && which === 'seen'));
	const lines = runs.scores(RUN).filter(({ split }) => split === 'heldout_sealed');
	assert.equal(lines.length, (1 + beside.length) * run.sealed!.pairs);
	for (const { delta, p } of lines) assert.ok(Math.abs(p - 1 / (1 + Math.exp(-0.1 * delta))) < 1e-12);
	const text = decisionText(done, record);
	assert.match(text, /^Recorded: fast-step50 for run /);
	assert.match(text, /fast-step50 .* its reference: on the sealed half its loss differs by/);
	assert.match(text, new RegExp(`Beside it ${recommended.checkpoint}: loss .* \\(recommended\\)`));
	const report = reportText(createTerminal({ isTTY: true, columns: 80 }, false, {}), runs.report(RUN));
	assert.match(report, /\nDecision\n {2}fast-step50, by ana/);
});

test('mistakes and what has changed are those of one checkpoint, not of all of them', async () => {
	const runs = new Runs(makePort(paths, { dataset }));
	const { mistakes, outOfDate } = runs.report(RUN);
	assert.equal(outOfDate, null);
	assert.equal(new Set(mistakes.map(({ comparison }) => comparison)).size, mistakes.length);
	const own = run.scores.filter(({ checkpoint }) => checkpoint === run.record.recommended.checkpoint);
	const margins = new Map(own.map(({ comparison, delta }) => [comparison, delta]));
	assert.ok(mistakes.length > 0 && mistakes.every(({ comparison }) => margins.get(comparison)! < 0));
});

test('what a terminal shows fits it, and nothing in it is no number', () => {
	const report = new Runs(makePort(paths, { dataset })).report(RUN);
	for (const columns of [80, 120]) {
		const text = reportText(createTerminal({ isTTY: true, columns }, false, {}), report);
		assert.doesNotMatch(text, /NaN|null|undefined|Infinity/);
		for (const line of text.split('\n')) {
			if (!line.includes('pairwright ')) assert.ok(displayWidth(line) <= columns, `${columns}: ${line}`);
		}
	}
	const text = reportText(createTerminal({ isTTY: true, columns: 80 }, false, {}), report);
	assert.match(text, /^loss, sigmoid +step +train +eval +held-out +ΔA +ΔH +J/m);
	assert.match(text, /^tuned-step100 .* – +– +void$/m);
	assert.match(text, /◂ recommended$/m);
	assert.match(text, /^reference +0\.693 +0\.693 +0\.693$/m);
	assert.match(text, new RegExp(`decide\\s+${RUN} --checkpoint gentle-step\\d+ --reason`));
	assert.doesNotMatch(text, /out of fold|No language model|pooled/);
});

test('too little is said in words: no R, a small one, no eval, no E, only ties', async () => {
	const some = MADE.slice(0, 2);
	const noR = (await checkpointRun(some, only(['train', 'eval', 'heldout_sealed']))).record;
	assert.match(noR.objective!.reason!, /tuning half has no scored pairs/);
	assert.deepEqual([noR.objective!.value, noR.recommended.checkpoint, noR.frontier.length], [null, null, 0]);
	assert.equal(noR.verdict.status, 'insufficient');
	assert.equal(noR.metrics.heldout_reference, null);

	const small = await checkpointRun(some, makeDataset({ eval: { pairs: 12 }, heldout_reference: { pairs: 7 } }));
	assert.match(small.record.objective!.reason!, /has 7 clusters, 8 clusters are needed/);
	assert.deepEqual(
		[small.record.objective!.heldout_loss === null, small.record.metrics.heldout_reference!.nll.low],
		[false, null],
	);
	assert.equal(small.sealed, null);

	const noEval = (await checkpointRun(some, only(['train', 'heldout_reference', 'heldout_sealed']))).record;
	assert.equal(noEval.objective, null);
	assert.match(noEval.recommended.reason!, /^no eval/);
	assert.equal(noEval.recommended.checkpoint, null);
	assert.equal(noEval.calibration.fitted_on, 'heldout_reference');

	const tied = { pairs: 12, y: [0.5] };
	const ties = (await checkpointRun(some, makeDataset({ eval: tied, heldout_reference: tied }))).record;
	assert.equal(ties.verdict.status, 'insufficient');
	assert.match(ties.verdict.sentence, /tie/);
	for (const record of [noR, small.record, noEval, ties]) {
		JSON.stringify(record, finite);
		const report = { ordinal: 1, outOfDate: null, mistakes: [], history: [], rejudge: { mistakes: 0, controls: 0 } };
		const whole = { ...record, run: RUN, created: '2026-01-02T03:04:05Z', decision: null, seal: { openings: 0 } };
		const text = reportText(createTerminal({ isTTY: true, columns: 80 }, false, {}), { ...report, record: whole });
		assert.doesNotMatch(text, /NaN|null|undefined|Infinity/);
	}
});

test('every candidate void: the run fails and says why', async () => {
	const { record } = await checkpointRun(
		MADE.filter(({ name }) => name.startsWith('tuned')),
		dataset,
	);
	assert.equal(record.verdict.status, 'fail');
	assert.match(record.verdict.sentence, /Every candidate is void: each was trained on the tuning half/);
	assert.deepEqual([record.recommended.checkpoint, record.best!.by_heldout_nll], [null, null]);
	assert.equal(record.calibration.fitted_on, 'eval');
	assert.equal(record.claim!.on, 'eval');
});

test('today’s labels are a second row; a fired signal stops the run', async () => {
	const pair = dataset.pairs.find(({ split }) => split === 'eval')!;
	const reviewed = new Map([[pair.comparison, { y: 0, decided: true }]]);
	const { record } = await checkpointRun(MADE.slice(0, 1), dataset, { reviewed });
	assert.notEqual(record.metrics_after_review!.eval!.nll.value, record.metrics.eval!.nll.value);
	assert.equal(record.metrics_after_review!.heldout_reference, undefined);
	const controller = new AbortController();
	const hooks = { signal: controller.signal, onProgress: () => controller.abort() };
	await assert.rejects(runCheckpoints(dataset, madeInput(dataset, MADE), MADE_SETTINGS, hooks), (error) =>
		UserError.is(error, 'cancelled'),
	);
});
