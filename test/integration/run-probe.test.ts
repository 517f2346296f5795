import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stableJson } from '../../src/domain/identity.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { type ProbeSettings, runProbe } from '../../src/scoring/run-probe.ts';
import { makeDataset, SHIFTED } from '../unit/scoring-support.ts';

const SETTINGS: ProbeSettings = { lambda: null, margin: 0, seed: 7 };
const NUMBER_OR_NULL = (key: string, value: unknown): unknown => {
	assert.ok(typeof value !== 'number' || Number.isFinite(value), `${key} is ${value}`);
	return value;
};

test('a shift is seen: DPO is sure and wrong on held-out prompts, the path repairs it, pooled stands beside', async () => {
	const { record, sealed } = await runProbe(makeDataset(SHIFTED), { ...SETTINGS, lambda: 1 });
	JSON.stringify(record, NUMBER_OR_NULL);
	assert.ok(record.baselines.dpo.heldout_loss! > 0.8);
	assert.ok(record.objective!.heldout_loss! < record.baselines.dpo.heldout_loss! - 0.1);
	assert.ok(record.objective!.s! > 0);
	assert.equal(record.baselines.pooled.s, 24 / 84);
	assert.equal(record.baselines.uninformed.eval_loss, Math.LN2);
	assert.equal(record.frontier.length, 21);
	assert.equal(record.frontier[0]!.fit_regret, 0);
	assert.equal(record.settings.folds, 5);
	assert.equal(record.objective!.gap, record.objective!.heldout_loss! - record.objective!.train_loss!);
	const claim = record.differences.find(({ what }) => /DPO: .*held-out/.test(what))!;
	assert.ok(claim.value! < 0 && claim.high! < 0);
	assert.ok(record.divergence.value! > 0);
	assert.equal(record.metrics.heldout_sealed, undefined);
	assert.equal(sealed!.solutions[sealed!.dpo!]!.s, 0);
	assert.ok(sealed!.solutions[sealed!.own]!.loss.value! < sealed!.solutions[sealed!.dpo!]!.loss.value!);
});

test('λ = 0 on shifted data fails the over-confidence check, and the verdict says what was scored', async () => {
	const { record } = await runProbe(
		makeDataset({ ...SHIFTED, heldout_reference: { ...SHIFTED.heldout_reference!, pairs: 40 } }),
		{
			...SETTINGS,
			lambda: 0,
		},
	);
	const check = record.health.find((each) => each.check === 'overconfident-heldout')!;
	assert.equal(check.status, 'fail');
	assert.ok(check.evidence.length > 0 && check.n_needed! > 0);
	assert.equal(record.verdict.status, 'fail');
	assert.match(
		record.verdict.sentence,
		/does not carry to held-out prompts: .* \d+ % sure and \d+ % right\. No language model was scored\./,
	);
});

test('same dataset and settings, same bytes; another seed, other folds', async () => {
	const dataset = makeDataset(SHIFTED);
	const one = stableJson(await runProbe(dataset, SETTINGS));
	assert.equal(stableJson(await runProbe(makeDataset(SHIFTED), SETTINGS)), one);
	assert.notEqual(
		stableJson((await runProbe(dataset, { ...SETTINGS, seed: 8 })).record),
		stableJson((await runProbe(dataset, SETTINGS)).record),
	);
});

test('nothing of E is in the record or the scores, before a decision', async () => {
	const dataset = makeDataset(SHIFTED);
	const { record, scores, sealed } = await runProbe(dataset, SETTINGS);
	const open = JSON.stringify([record, scores]);
	const sealedIds = dataset.pairs.filter((pair) => pair.split === 'heldout_sealed').map((pair) => pair.comparison);
	assert.equal(sealedIds.length, 20);
	for (const id of sealedIds) assert.ok(!open.includes(id));
	assert.deepEqual(sealed!.lines.map((line) => line.comparison).sort(), sealedIds.sort());
	assert.equal(scores.length, dataset.pairs.length - 20);
	// Size of E is known from the split; its numbers change nothing outside.
	const { heldout_sealed: _, ...rest } = SHIFTED;
	const without = await runProbe(makeDataset(rest), SETTINGS);
	assert.deepEqual(without.scores, scores);
	assert.deepEqual(without.record.metrics, record.metrics);
	assert.equal(without.sealed, null);
});

test('fewer than 2 scored train clusters: refused, with how many are judged', async () => {
	const dataset = makeDataset({ train: { pairs: 3, perCluster: 3 }, heldout_reference: { pairs: 20 } });
	await assert.rejects(
		runProbe(dataset, SETTINGS),
		(error) => UserError.is(error, 'too-little-data') && /3 train pairs are judged, from 1 cluster/.test(error.message),
	);
});

test('R empty: only s = 0, no criterion, nothing recommended, insufficient', async () => {
	const { record } = await runProbe(makeDataset({ train: SHIFTED.train!, eval: SHIFTED.eval! }), SETTINGS);
	JSON.stringify(record, NUMBER_OR_NULL);
	assert.deepEqual(
		[
			record.objective!.s,
			record.objective!.heldout_loss,
			record.objective!.gap,
			record.objective!.fit_regret,
			record.objective!.heldout_regret,
			record.objective!.value,
		],
		[0, null, null, null, null, null],
	);
	assert.match(record.objective!.reason!, /no judged pairs/);
	assert.equal(record.recommended.lambda, null);
	assert.match(record.recommended.reason!, /no judged pairs/);
	assert.equal(record.baselines.pooled.s, null);
	assert.ok(record.baselines.pooled.reason);
	assert.equal(record.metrics.heldout_reference, null);
	assert.equal(record.divergence.value, null);
	assert.equal(record.verdict.status, 'insufficient');
	assert.equal(record.calibration.fitted_on, 'eval');
	assert.ok(record.metrics.train!.nll.value! < Math.LN2);
});

test('R with 1 to 7 clusters: s = 0 only, its loss without an interval', async () => {
	const { record } = await runProbe(
		makeDataset({ train: { pairs: 40 }, eval: { pairs: 16 }, heldout_reference: { pairs: 7 } }),
		SETTINGS,
	);
	assert.equal(record.objective!.s, 0);
	assert.ok(record.objective!.heldout_loss! > 0);
	assert.equal(record.metrics.heldout_reference!.nll.low, null);
	assert.match(record.metrics.heldout_reference!.nll.reason!, /7 clusters/);
	assert.equal(record.objective!.gap, null);
	assert.equal(record.recommended.lambda, null);
	assert.equal(record.verdict.status, 'insufficient');
	assert.equal(record.health.find((each) => each.check === 'overconfident-heldout')!.status, 'insufficient');
});

test('eval under 8 clusters: the rise is taken from train out of fold, and the record says so', async () => {
	const { record } = await runProbe(makeDataset({ ...SHIFTED, eval: { pairs: 5 } }), SETTINGS);
	assert.match(record.recommended.sentence, /train out of fold/);
	assert.ok(record.objective!.eval_loss! > 0);
});

test('only ties: θ = 0, p = ½, accuracy null, temperature unidentified, insufficient', async () => {
	const tied = { y: [0.5] };
	const { record, scores } = await runProbe(
		makeDataset({
			train: { pairs: 20, ...tied },
			eval: { pairs: 10, ...tied },
			heldout_reference: { pairs: 10, ...tied },
		}),
		SETTINGS,
	);
	JSON.stringify(record, NUMBER_OR_NULL);
	assert.ok(scores.every((line) => line.delta === 0 && line.p === 0.5));
	for (const split of ['train', 'eval', 'heldout_reference'] as const) {
		assert.equal(record.metrics[split]!.accuracy.value, null);
		assert.equal(record.metrics[split]!.temperature.status, 'unidentified');
		assert.ok(Math.abs(record.metrics[split]!.nll.value! - Math.LN2) < 1e-15);
	}
	assert.equal(record.verdict.status, 'insufficient');
	assert.match(record.verdict.sentence, /tie/);
	assert.equal(record.objective!.s, 0);
});

test('today’s labels of eval and R are a second row beside the frozen ones', async () => {
	const dataset = makeDataset(SHIFTED);
	const changed = dataset.pairs.find((pair) => pair.split === 'eval')!;
	const { record } = await runProbe(dataset, {
		...SETTINGS,
		reviewed: new Map([[changed.comparison, { y: 0, decided: true }]]),
	});
	const plain = await runProbe(dataset, SETTINGS);
	assert.deepEqual(record.metrics, plain.record.metrics);
	assert.notEqual(record.metrics_after_review!.eval!.nll.value, record.metrics.eval!.nll.value);
	assert.equal(record.metrics_after_review!.heldout_reference, undefined);
	assert.equal(plain.record.metrics_after_review, undefined);
});

test('settings outside their range are refused; a fired signal stops the run', async () => {
	const dataset = makeDataset(SHIFTED);
	await assert.rejects(runProbe(dataset, { ...SETTINGS, lambda: 1.5 }), (e) => UserError.is(e, 'usage'));
	await assert.rejects(runProbe(dataset, { ...SETTINGS, margin: -1 }), (e) => UserError.is(e, 'usage'));
	const controller = new AbortController();
	const run = runProbe(dataset, SETTINGS, { signal: controller.signal, onProgress: () => controller.abort() });
	await assert.rejects(run, (e) => UserError.is(e, 'cancelled'));
});

test('a margin of auto is resolved once; a λ off the grid is a point of the frontier', async () => {
	const { record } = await runProbe(makeDataset(SHIFTED), { ...SETTINGS, margin: 'auto', lambda: 0.33 });
	assert.ok(record.settings.margin > 0);
	assert.equal(record.settings.margin_requested, 'auto');
	assert.equal(record.settings.lambda, 0.33);
	assert.equal(record.frontier.length, 22);
	assert.equal(record.frontier.find((point) => point.lambda === 0.33)!.s, record.objective!.s);
});

test('pairs of one cluster are never split between fitting and scoring: noise stays noise out of fold', async () => {
	// Each cluster holds the same two responses four times; which one is preferred is a coin per cluster.
	const single = makeDataset({ train: { pairs: 60, noise: 0.5 } });
	const pairs = single.pairs.flatMap((pair, i) =>
		[0, 1, 2, 3].map((k) => ({
			...pair,
			comparison: `${pair.comparison.slice(0, 60)}${k}${String(i).padStart(3, '0')}`,
		})),
	);
	const { record } = await runProbe({ ...single, pairs }, SETTINGS);
	assert.ok(record.objective!.train_loss! > 0.65, `out of fold ${record.objective!.train_loss}`);
});

test('strength weighs in the fit alone: a common factor changes nothing, losses stay unweighted', async () => {
	const dataset = makeDataset(SHIFTED);
	const weighted = (weight: (i: number) => number) => ({
		...dataset,
		pairs: dataset.pairs.map((pair, i) => ({ ...pair, weight: weight(i) })),
	});
	const plain = await runProbe(dataset, { ...SETTINGS, lambda: 0 });
	const scaled = await runProbe(
		weighted(() => 1.5),
		{ ...SETTINGS, lambda: 0 },
	);
	for (const [i, line] of plain.scores.entries()) assert.ok(Math.abs(line.delta - scaled.scores[i]!.delta) < 1e-6);
	const uneven = await runProbe(
		weighted((i) => (i % 3 === 0 ? 0.5 : 1.5)),
		{ ...SETTINGS, lambda: 0 },
	);
	assert.ok(plain.scores.some((line, i) => Math.abs(line.delta - uneven.scores[i]!.delta) > 0.01));
	const train = uneven.scores.filter((line) => line.split === 'train');
	const mean = train.reduce((sum, line) => sum + Math.log1p(Math.exp(-line.delta)), 0) / train.length;
	assert.ok(Math.abs(mean - uneven.record.objective!.train_loss!) < 1e-12);
});
