import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intervalOf } from '../../src/calibration/jackknife.ts';
import { studentQuantile } from '../../src/calibration/student.ts';
import { datasetOf, makeSituation, meanAndError, type Outcome, outcome, type Situation } from '../simulation/gdpo.ts';
import { noRealSets, readRealSet, splitByCluster } from '../simulation/real-sets.ts';

// The short form of `npm run simulate gdpo`. Bounds are 95 % t-intervals over the repetitions made here.
const SIZES = { train: 300, eval: 200, reference: 75, sealed: 400 };

async function repeat(situation: Situation, repetitions: number): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for (let seed = 1; seed <= repetitions; seed++) {
		outcomes.push(await outcome(makeSituation(situation, SIZES, seed), seed));
	}
	return outcomes;
}

function between(values: readonly number[]): { readonly mean: number; readonly low: number; readonly high: number } {
	const { mean, se } = meanAndError(values);
	const reach = studentQuantile(0.975, values.length - 1) * se;
	return { mean, low: mean - reach, high: mean + reach };
}

function over(outcomes: readonly Outcome[], on: 'sealedOver' | 'evalOver', rule: keyof Outcome['s']) {
	return between(outcomes.map((each) => each[on][rule].value));
}

test('under a real shift GDPO lowers sealed loss against DPO, and against pooled where R is small beside train', async () => {
	const outcomes = await repeat('turned', 6);
	assert.ok(over(outcomes, 'sealedOver', 'dpo').high < 0);
	assert.ok(over(outcomes, 'sealedOver', 'pooled').high < 0);
	// What it keeps small: the larger regret, on pairs that chose nothing.
	const worst = between(outcomes.map((each) => each.worst.gdpo - each.worst.pooled));
	assert.ok(worst.high < 0, `${worst.mean}, at most ${worst.high}`);
});

test('where R is only noisier it does not give up what train teaches, as the raw-gap rule does', async () => {
	const outcomes = await repeat('noisier', 8);
	assert.ok(over(outcomes, 'evalOver', 'rawGap').high < 0);
	assert.ok(over(outcomes, 'sealedOver', 'dpo').mean < 0);
	const { low } = over(outcomes, 'evalOver', 'pooled');
	assert.ok(low < 0.02, `eval loss above pooled by at least ${low}`);
});

test('without a shift it costs nothing', async () => {
	const outcomes = await repeat('same', 4);
	assert.ok(over(outcomes, 'evalOver', 'dpo').low < 0.005);
	assert.ok(over(outcomes, 'sealedOver', 'pooled').low < 0.005);
});

test('real sets: DPO falls below chance out of distribution, GDPO does not follow it there', {
	skip: noRealSets,
}, async () => {
	const llmbar = await readRealSet('llmbar');
	const multi = await readRealSet('multi-annotator');
	for (const [train, heldout] of [
		[llmbar, multi],
		[multi, llmbar],
	] as const) {
		const [evaluation, fitted] = splitByCluster(train, 0.2, 'eval 0');
		const [reference, sealed] = splitByCluster(heldout, 0.5, 'half 0');
		const parts = { train: fitted, eval: evaluation, heldout_reference: reference, heldout_sealed: sealed };
		const { sealedAccuracy, sealedOver, sealed: loss, worst } = await outcome(datasetOf(parts), 0);
		assert.ok(sealedAccuracy.dpo < 0.45, `${sealedAccuracy.dpo}`);
		assert.ok(sealedAccuracy.gdpo > 0.5, `${sealedAccuracy.gdpo}`);
		assert.ok(intervalOf(sealedOver.dpo).high! < 0);
		assert.ok(loss.dpo > Math.LN2 && loss.gdpo < Math.LN2);
		assert.ok(worst.gdpo < worst.dpo);
	}
});
