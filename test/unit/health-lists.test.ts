import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScoredPair } from '../../src/domain/dataset.ts';
import type { HealthCheck, Metrics, ShiftAuc } from '../../src/domain/run-record.ts';
import { checkDrift, type DriftPair, noDrift, type PreviousScore } from '../../src/health/drift.ts';
import { checkForgetting, type RetentionPair } from '../../src/health/forgetting.ts';
import { checkInsufficientData } from '../../src/health/insufficient-data.ts';
import { checkLabelNoise } from '../../src/health/label-noise.ts';
import { checkLeakage } from '../../src/health/leakage.ts';
import { checkNotOod } from '../../src/health/not-ood.ts';
import { checkPositionBias } from '../../src/health/position-bias.ts';
import { sliceRun } from '../../src/health/slices.ts';
import { composeVerdict } from '../../src/health/verdict.ts';
import { makePairs } from './scoring-support.ts';

const labels = (contradicted: number, sure: number) =>
	Array.from({ length: 40 }, (_, i) => ({
		comparison: `pair ${i}`,
		cluster: `${Math.floor(i / 2)}`,
		p: i < contradicted ? 0.05 : sure,
		y: i === 1 ? 2 / 3 : 1,
	}));

test('label noise: a few confident contradictions are what calibration means, many are suspects, worst first', () => {
	const few = checkLabelNoise([{ split: 'train', pairs: labels(2, 0.95) }]);
	assert.deepEqual([few.status, few.statistic, few.evidence], ['pass', 0, []]);
	const many = checkLabelNoise([
		{ split: 'train', pairs: labels(12, 0.97) },
		{ split: 'eval', pairs: labels(1, 0.95).map((pair) => ({ ...pair, comparison: `eval ${pair.comparison}` })) },
	]);
	assert.deepEqual([many.status, many.statistic], ['warn', 12]);
	assert.ok(many.evidence.every((id) => id.startsWith('pair')));
	assert.match(
		many.message,
		/12 of 40 on train \(a calibrated model: about 1\).*In 1 of them people contradict each other/,
	);
	assert.match(many.remedy!, /blind/);
	// Below 80 % nothing is a suspect, however often it is wrong.
	const unsure = labels(12, 0.6).map((pair) => ({ ...pair, p: Math.max(pair.p, 0.3) }));
	assert.equal(checkLabelNoise([{ split: 'train', pairs: unsure }]).status, 'pass');
	assert.equal(checkLabelNoise([{ split: 'train', pairs: labels(12, 0.9).slice(0, 14) }]).status, 'insufficient');
});

test('insufficient-data names the splits that are too small and what they need; the sealed half stops nothing', () => {
	const sizes = (train: number, evaluation: number, reference: number, sealed: number) =>
		checkInsufficientData({
			train: { clusters: train },
			eval: { clusters: evaluation },
			heldout_reference: { clusters: reference },
			heldout_sealed: { clusters: sealed },
		});
	const fine = sizes(100, 40, 40, 40);
	assert.deepEqual([fine.status, fine.statistic, fine.remedy], ['pass', 0, undefined]);
	const small = sizes(100, 3, 12, 0);
	assert.deepEqual([small.status, small.statistic], ['warn', 1]);
	assert.match(small.message, /eval has 3 clusters.*held-out, tuning half has 12 clusters.*sealed half has 0 clusters/);
	assert.match(small.remedy!, /5 more independent prompts in eval/);
	assert.equal(sizes(100, 40, 40, 0).status, 'pass');
});

test('position bias: one person among several is seen, nobody is named, and two people learn nothing of each other', () => {
	const fair = { first: 52, second: 48 };
	const found = checkPositionBias([{ first: 80, second: 20 }, fair, fair, fair]);
	assert.equal(found.status, 'warn');
	assert.ok(found.p! < 1e-6);
	assert.deepEqual(found.evidence, []);
	assert.equal(found.statistic, 236 / 400);
	assert.match(found.message, /At least one annotator/);
	assert.equal(checkPositionBias([fair, fair, fair]).status, 'pass');
	const two = checkPositionBias([{ first: 80, second: 20 }, fair]);
	assert.deepEqual([two.status, two.statistic, two.low ?? null], ['warn', null, null]);
	assert.doesNotMatch(two.message, /\d %/);
	const most = checkPositionBias([{ first: 800, second: 200 }, fair, fair]);
	assert.deepEqual([most.status, most.statistic], ['warn', null], 'of three, one gave nearly all');
	assert.equal(checkPositionBias([{ first: 80, second: 20 }]).statistic, 0.8);
	assert.equal(
		checkPositionBias([
			{ first: 80, second: 20 },
			{ first: 3, second: 0 },
		]).status,
		'insufficient',
	);
	assert.equal(checkPositionBias([]).status, 'insufficient');
	// Opposite habits do not cancel.
	assert.equal(checkPositionBias([{ first: 80, second: 20 }, { first: 20, second: 80 }, fair]).status, 'warn');
});

const AUC: ShiftAuc = {
	auc: 0.8,
	low: 0.7,
	high: 0.9,
	heldout: { n: 40, clusters: 30 },
	train: { n: 200, clusters: 150 },
	status: 'pass',
};

test('not-ood follows the prompt text; where only the responses differ it warns', () => {
	const low: ShiftAuc = { ...AUC, auc: 0.52, low: 0.46, high: 0.58, status: 'fail' };
	const between: ShiftAuc = { ...AUC, auc: 0.62, low: 0.55, high: 0.69, status: 'insufficient' };
	const none: ShiftAuc = { ...AUC, auc: null, low: null, high: null, status: 'insufficient', reason: 'too few' };
	const of = (prompts: ShiftAuc, responses: ShiftAuc) => checkNotOod({ prompts, responses });
	assert.deepEqual([of(AUC, low).status, of(AUC, low).remedy], ['pass', undefined]);
	assert.equal(of(low, low).status, 'fail');
	assert.equal(of(low, AUC).status, 'warn');
	assert.equal(of(between, AUC).status, 'insufficient');
	assert.equal(of(none, none).status, 'insufficient');
	assert.deepEqual([of(AUC, none).statistic, of(AUC, none).low], [0.8, 0.7]);
});

test('leakage speaks of each kind; a response alone only warns', () => {
	const leak = { similarity: 0.9, a: 'x', b: 'y', splits: ['train', 'heldout_reference'] } as const;
	const near = checkLeakage([
		{ ...leak, kind: 'prompt-near' },
		{ ...leak, kind: 'response-copy', a: 'u', b: 'v' },
	]);
	assert.equal(near.status, 'fail');
	assert.match(near.message, /1 near-copy of a prompt \(1 between .*\) across splits\. Besides: 1 copied response/);
	assert.deepEqual(near.evidence, ['x', 'y', 'u', 'v']);
	assert.equal(near.evidence_kind, 'prompt');
	assert.equal(checkLeakage([{ ...leak, kind: 'response-copy' }]).status, 'warn');
});

function driftPairs(change: number, relabel = false): { now: DriftPair[]; before: Map<string, PreviousScore> } {
	const now = Array.from({ length: 60 }, (_, i) => ({
		comparison: `${i}`,
		cluster: `${Math.floor(i / 2)}`,
		margin: 1 + Math.sin(i),
		y: relabel && i % 2 === 0 ? 0 : 1,
	}));
	const before = new Map(
		now
			.slice(0, 40)
			.map((pair, i) => [pair.comparison, { margin: pair.margin + change + 0.1 * Math.cos(5 * i), y: 1 }]),
	);
	return { now, before };
}

test('drift: worse on the same pairs is seen, its three parts are told apart, and later looks ask for more', () => {
	const worse = driftPairs(0.5);
	const first = checkDrift('eval', worse.now, worse.before, 1);
	assert.equal(first.status, 'warn');
	assert.ok(first.statistic! > 0 && first.low! > 0 && first.evidence.length > 0);
	assert.match(first.message, /40 same pairs, 0 of them with new labels, 20 new; look 1/);
	assert.match(first.message, /new pairs against the same ones/);
	const tenth = checkDrift('eval', worse.now, worse.before, 10);
	assert.ok(Math.abs(tenth.p! / first.p! - 100) < 1e-6);
	const better = driftPairs(-0.5);
	assert.equal(checkDrift('eval', better.now, better.before, 1).status, 'pass');
	const relabelled = driftPairs(0, true);
	const labels = checkDrift('heldout_reference', relabelled.now, relabelled.before, 1);
	assert.match(labels.message, /same pairs, new labels \+/);
	assert.equal(labels.status, 'warn');
	assert.equal(noDrift().status, 'insufficient');
	assert.equal(checkDrift('eval', worse.now.slice(0, 6), worse.before, 1).status, 'insufficient');
});

const retention = (rise: number, lost: number): RetentionPair[] =>
	Array.from({ length: 60 }, (_, i) => {
		const baseline = { chosen: -100 - i, rejected: -110 - i, chosenTokens: 50 };
		const now = {
			chosen: baseline.chosen - 50 * (rise + 0.01 * Math.sin(i)),
			rejected: i < lost ? -1 : -400,
			chosenTokens: 50,
		};
		return { comparison: `${i}`, cluster: `${i}`, baseline, now };
	});

test('forgetting is three-way and names the pairs that were lost', () => {
	assert.equal(checkForgetting(retention(0, 0), 'step 50').status, 'pass');
	const slower = checkForgetting(retention(0.2, 0), 'step 50');
	assert.equal(slower.status, 'fail');
	const lost = checkForgetting(retention(0, 20), 'step 50');
	assert.equal(lost.status, 'fail');
	assert.match(lost.message, /20 pairs lost, 0 gained/);
	assert.ok(lost.evidence.every((id) => Number(id) < 20));
	assert.equal(checkForgetting(retention(0, 3), 'step 50').status, 'insufficient');
	assert.equal(checkForgetting(retention(0.2, 0), 'step 50', { loss: 0.5, accuracy: 0.05 }).status, 'pass');
	const strict = checkForgetting(retention(0, 3), 'step 50', { loss: 0.05, accuracy: 0.001 });
	assert.match(strict.reason ?? strict.message, /0\.05 nats a token, 0\.1 points/);
	assert.equal(checkForgetting(retention(0.01, 0), 'step 50', { loss: 0, accuracy: 0.05 }).status, 'fail');
	assert.equal(checkForgetting(retention(0.2, 0).slice(0, 7), 'step 50').status, 'insufficient');
});

function slicePairs(): { pairs: ScoredPair[]; margins: Float64Array } {
	const pairs = makePairs('heldout_reference', { pairs: 80 }).map((pair, i) => ({
		...pair,
		facets: [i % 2 === 0 ? 'domain:law' : 'domain:code', ...(i < 6 ? ['language:de'] : [])],
		turns: { messages: [{ role: 'user' as const, content: 'word '.repeat(1 + (i % 9)) }] },
	}));
	// Sure and wrong on law, right on code.
	return { pairs, margins: Float64Array.from(pairs, (_, i) => (i % 2 === 0 ? -3 : 3) + Math.sin(i)) };
}

test('slices find where over-confidence sits, from 8 clusters, with the same names in every split', () => {
	const slices = sliceRun([{ split: 'heldout_reference', ...slicePairs() }]);
	const law = slices.find((slice) => slice.name === 'domain:law')!;
	assert.equal(slices[0]!.name, 'domain:law');
	assert.ok(law.flagged && law.p_adjusted! >= law.p! && law.overconfidence.value! > 0.5);
	assert.deepEqual([law.pairs, law.clusters, law.accuracy.value], [40, 40, 0]);
	assert.equal(slices.find((slice) => slice.name === 'domain:code')!.flagged, false);
	assert.ok(!slices.some((slice) => slice.name === 'language:de'), 'six clusters are too few');
	assert.ok(!slices.some((slice) => slice.kind === 'turns' || slice.kind === 'source'), 'the whole split is no slice');
	assert.equal(slices.filter((slice) => slice.kind === 'length' && slice.name.startsWith('prompt: ')).length, 3);
});

test('no slice is made from the label: swapping which side was preferred leaves every group as it was', () => {
	const { pairs, margins } = slicePairs();
	const swapped = pairs.map((pair, i) =>
		i % 3 === 0 ? { ...pair, chosen: pair.rejected, rejected: pair.chosen } : pair,
	);
	const groups = (of: ScoredPair[]) =>
		sliceRun([{ split: 'eval', pairs: of, margins }])
			.map(({ kind, name, pairs: n }) => `${kind} ${name} ${n}`)
			.sort();
	assert.deepEqual(groups(swapped), groups(pairs));
});

test('the verdict names the worst first, then by what it does to the numbers', () => {
	const check = (name: string, status: HealthCheck['status']): HealthCheck => ({
		...checkLeakage([]),
		check: name,
		status,
		message: `About ${name}.`,
	});
	const verdict = (health: HealthCheck[]) =>
		composeVerdict({
			health,
			heldout: { groups: 20, mean_confidence: 0.7, mean_correct: 0.7 } as Metrics,
			onlyTies: false,
			scored: 'a probe',
			disclaimer: 'Done.',
		});
	const first = (...health: HealthCheck[]) => /About ([\w-]+)\./.exec(verdict(health).sentence)?.[1];
	assert.equal(first(check('drift', 'warn'), check('length-hack', 'warn')), 'length-hack');
	assert.equal(first(check('generalization-gap', 'warn'), check('drift', 'fail')), 'drift');
	assert.equal(first(check('length-hack', 'fail'), check('not-ood', 'fail')), 'not-ood');
	assert.equal(verdict([check('length-hack', 'fail')]).status, 'warn');
	assert.equal(verdict([check('position-bias', 'insufficient')]).status, 'pass');
	for (const name of [
		'confidence-hack',
		'format-hack',
		'label-noise',
		'insufficient-data',
		'position-bias',
		'forgetting',
	]) {
		assert.doesNotMatch(verdict([check(name, 'warn')]).sentence, new RegExp(`^${name}:`));
	}
});
