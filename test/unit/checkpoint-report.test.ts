import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkpointChoices, judgeCheckpoints, trainingRunOf } from '../../src/domain/checkpoint-choice.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { parseReportState, parseRunComparison, validateReportCall } from '../../src/protocol/report.ts';
import { placeLines, stepScale, valueScale } from '../../webview/charts/trend-layout.ts';
import {
	againstReference,
	comparedSentence,
	nameOf,
	proposed,
	REFERENCE,
	sideOf,
	turnedBySplit,
} from '../../webview/report/checkpoints/compare-words.ts';
import { type CheckpointRecord, lambdaGrid, lossInterval } from '../../webview/report/checkpoints/record.ts';
import { axisOf, linesOf, METRICS, trendSentence } from '../../webview/report/checkpoints/trend-words.ts';
import {
	allVoidReport,
	checkpointRecord,
	checkpointReport,
	comparisonFixture,
	fewClustersReport,
	manyCheckpointsReport,
	unknownStepsReport,
} from '../fixtures/checkpoint-report.ts';

const record = checkpointRecord() as CheckpointRecord;
const metric = (key: string) => METRICS.find((one) => one.key === key) ?? assert.fail(key);

const candidate = (name: string, fit: number | null, heldout: number | null, gone = false) => ({
	name,
	objective: { eval_loss: fit, heldout_loss: heldout },
	...(gone ? { void: { what: 'heldout_reference' as const, reason: 'trained on' } } : {}),
});

test('J of checkpoints is over those that are not void and have both losses; ties go to the first', () => {
	const family = [
		candidate('a', 0.7, 0.8),
		candidate('b', 0.72, 0.7),
		candidate('void', 0.1, 0.1, true),
		candidate('half', 0.5, null),
		candidate('twin', 0.72, 0.7),
	];
	const at0 = judgeCheckpoints(family, 0, 0);
	assert.equal(at0.best, 'a');
	assert.deepEqual([...at0.judged.keys()], ['a', 'b', 'twin']);
	const at1 = judgeCheckpoints(family, 1, 0);
	assert.equal(at1.best, 'b');
	assert.ok(Math.abs((at1.judged.get('a')?.value ?? 0) - 0.1) < 1e-12);
	assert.ok(Math.abs((at1.judged.get('b')?.value ?? 0) - 0.02) < 1e-12);
	assert.equal(judgeCheckpoints(family, 1, 0.1).best, 'a', 'a margin forgives');
	assert.deepEqual(judgeCheckpoints([candidate('v', 1, 1, true)], 1, 0), { judged: new Map(), best: null });
});

test('a training run is what names share but for the step', () => {
	const run = (name: string, step: number | null) => trainingRunOf({ name, step });
	assert.equal(run('dpo-step50', 50), 'dpo');
	assert.equal(run('dpo-lr1e4-step50', 50), 'dpo-lr1e4');
	assert.equal(run('checkpoint-400', 400), '');
	assert.equal(run('mixture', null), '');
	assert.equal(run('given', 12), '');
});

test('a decision may name any checkpoint, with what speaks against it', () => {
	const choices = checkpointChoices(record);
	assert.equal(choices.length, 7);
	assert.match(choices[0]?.detail ?? '', /^recommended, step 50$/);
	assert.match(choices[3]?.detail ?? '', /last, does not beat the reference/);
	assert.match(choices[6]?.detail ?? '', /held-out void/);
});

test('the slider stands at the λ of the run, even between two of the grid', () => {
	const odd = { ...record, settings: { ...record.settings, lambda: 0.33 } };
	assert.equal(lambdaGrid(odd).length, 22);
	assert.equal(lambdaGrid(odd)[7], 0.33);
});

test('the interval of a loss is that of its paired difference to a constant', () => {
	const [first] = record.checkpoints;
	assert.ok(first);
	const { value, low, high } = lossInterval(first, 'eval');
	const over = first.over_reference.eval;
	assert.equal(value, 0.677);
	assert.ok(Math.abs((low ?? 0) - ((over?.low ?? 0) + Math.LN2)) < 1e-9);
	assert.ok(Math.abs((high ?? 0) - ((over?.high ?? 0) + Math.LN2)) < 1e-9);
	const few = fewClustersReport().record.checkpoints?.[0];
	assert.ok(few);
	assert.deepEqual(lossInterval(few, 'eval').low, null);
});

test('steps that double lie on a log scale, even ones on a linear one; marks at one step stand beside each other', () => {
	const box = { left: 40, right: 640, top: 20, bottom: 260 };
	const lines = linesOf(record.checkpoints, [
		['in', (one) => metric('nll').of(one, 'eval')],
		['out', (one) => metric('nll').of(one, 'heldout_reference')],
	]);
	const scale = stepScale(lines, box, true);
	assert.equal(scale.log, true);
	const y = valueScale(lines, Math.LN2, box);
	assert.ok(y(0.006) <= box.bottom && y(1.45) >= box.top);
	const at50 = placeLines(lines, scale.x, y, scale.room).flatMap(({ points }) =>
		points.filter(({ at }) => at === 50).map(({ x }) => x),
	);
	assert.equal(new Set(at50).size, 6);
	const many = manyCheckpointsReport().record.checkpoints ?? [];
	assert.equal(stepScale(linesOf(many, [['in', (one) => metric('nll').of(one, 'eval')]]), box, true).log, false);
});

test('a line is one training run on one split; void points are in it, hollow; own pairs never are', () => {
	const lines = linesOf(record.checkpoints, [
		['own', (one) => metric('nll').of(one, 'train')],
		['out', (one) => metric('nll').of(one, 'heldout_reference')],
	]);
	assert.deepEqual([...new Set(lines.map(({ run }) => run))], ['dpo-lr1e4', 'dpo', 'gdpo']);
	const hollow = lines.filter(({ points }) => points.some((point) => point.hollow));
	assert.deepEqual(
		hollow.map(({ run, tone }) => [run, tone]),
		[['gdpo', 'out']],
	);
});

test('without steps the axis is the order of the table and nothing is connected', () => {
	const checkpoints = unknownStepsReport().record.checkpoints ?? [];
	const axis = axisOf(checkpoints);
	assert.equal(axis.connected, false);
	assert.deepEqual(
		axis.xTicks.map(({ at }) => at),
		[1, 2, 3],
	);
	assert.equal(axis.xTicks[1]?.label.length, 18);
});

test('the trend is told with intervals, of what counts alone; what is void is named', () => {
	const told = trendSentence(record, metric('nll'));
	assert.match(told, /held out, tuning half lowest at dpo-lr1e4-step50, 0\.650 \(/);
	assert.match(told, /highest at dpo-step400, 1\.346/);
	assert.match(told, /Held out, \d of 4 lie above 0\.693 with their whole interval/);
	assert.match(told, /Hollow, void held out: gdpo-step50, gdpo-step100 and gdpo-step400/);
	assert.match(
		trendSentence(allVoidReport().record as CheckpointRecord, metric('nll')),
		/insufficient, no checkpoint that counts/,
	);
	assert.match(trendSentence(fewClustersReport().record as CheckpointRecord, metric('nll')), /fewer than 8 clusters/);
	assert.match(trendSentence(record, metric('overconfidence')), /nearest 0 at/);
});

test('two are told apart by unseen pairs alone, and only where the interval is clear of 0', () => {
	const { differences, ...flips } = comparisonFixture();
	const told = comparedSentence({ first: 'a', second: 'b', differences, flips, notes: [] });
	assert.match(
		told,
		/^b against a: on eval higher loss and higher over-confidence; on held-out, tuning half higher loss/,
	);
	assert.doesNotMatch(told, /accuracy|forget/);
	assert.match(told, /31 lost, 28 gained/);
	assert.equal(turnedBySplit(flips), '', 'not all that turned are listed');
	const all = { ...flips, flippedTotal: { lost: 7, gained: 7 } };
	assert.equal(turnedBySplit(all), 'held-out, tuning half 3 lost, 2 gained · eval 4 lost, 5 gained');
});

test('against the reference, the record knows the difference; turning the sides turns its sign', () => {
	const side = sideOf('dpo-step100');
	const forward = againstReference(record, [REFERENCE, side], 'ref');
	const back = againstReference(record, [side, REFERENCE], 'ref');
	assert.equal(forward?.second, 'dpo-step100');
	const [a, b] = [forward?.differences[0], back?.differences[0]];
	assert.ok(a && b && a.value !== null && b.value !== null);
	assert.equal(a.value, -b.value);
	assert.deepEqual([a.low, a.high], [-(b.high ?? 0), -(b.low ?? 0)]);
	assert.equal(forward?.flips, null);
	assert.deepEqual(proposed(record).map(nameOf), ['dpo-lr1e4-step50', 'dpo-step400']);
});

test('calls to compare and replies to them are checked', () => {
	const run = '20261122T140203Z-a1b2c3';
	const sides = [{ run, checkpoint: 'a' }, { run }];
	assert.deepEqual(validateReportCall('compare', sides), sides);
	for (const bad of [
		[{ run }],
		[{ run: '../x' }, { run }],
		[{ run, checkpoint: '' }, { run }],
		[{ run, file: 'x' }, { run }],
	]) {
		assert.throws(() => validateReportCall('compare', bad), UserError);
	}
	assert.equal(parseRunComparison(comparisonFixture()).flipped.length, 14);
	assert.throws(
		() => parseRunComparison({ ...comparisonFixture(), differences: [{ what: 'nll' }] }),
		/cannot be shown: differences/,
	);
});

test('a record of checkpoints that the view could not draw is refused, and the field named', () => {
	const report = checkpointReport();
	const state = { status: 'report' as const, report, actions: 'all' as const, texts: true, draft: null };
	assert.equal(parseReportState(state).status, 'report');
	const broken = (change: object) => {
		const [first, ...others] = report.record.checkpoints ?? [];
		const checkpoints = [{ ...first, ...change }, ...others];
		const parsed = parseReportState({ ...state, report: { ...report, record: { ...report.record, checkpoints } } });
		return parsed.status === 'error' ? parsed.message : '';
	};
	assert.match(broken({ objective: { fit: 'eval' } }), /record\.checkpoints\.0\.objective/);
	assert.match(broken({ step: 'fifty' }), /record\.checkpoints\.0\.step/);
	assert.match(broken({ forgetting: { baseline: 'ref' } }), /record\.checkpoints\.0\.forgetting/);
	assert.equal(broken({ of_a_later_version: true }), '');
});
