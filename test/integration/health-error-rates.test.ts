import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHECK_FACTS, FAMILY_FACT } from '../../src/domain/check-facts.ts';
import { FAMILY_POWER, forgetting, memorised, OTHER_POWER, trainMemorised } from '../simulation/check-power.ts';
import { nullShape, runWorld } from '../simulation/check-worlds.ts';
import { leastAllowed, mostAllowed, Tally } from '../simulation/tally.ts';

const LEVEL = 0.05;

function atMost(tally: Tally, level: number): void {
	for (const key of tally.keys()) {
		const { alarms, tested } = tally.get(key);
		assert.ok(alarms <= mostAllowed(tested, level), `${key}: ${alarms} false alarms of ${tested}`);
	}
}

test('where nothing is wrong, a run alarms falsely in at most 5 %, and so does each check by itself', () => {
	const tally = new Tally();
	for (let seed = 1; seed <= 400; seed++) {
		const checks = runWorld(seed, nullShape(seed, [8, 20, 60, 150]));
		for (const { check, p } of checks) if (p !== null) tally.add(check, p < LEVEL);
		tally.add(
			'family',
			checks.some((each) => (each.p_adjusted ?? 1) < LEVEL),
		);
	}
	assert.ok(tally.keys().length >= 8, `only ${tally.keys().join(', ')} were tested`);
	atMost(tally, LEVEL);
});

test('clusters are the unit: strong dependence inside them makes no check alarm', () => {
	const tally = new Tally();
	const split = { clusters: 25, size: 6 };
	for (let seed = 1; seed <= 250; seed++) {
		const shape = { ...nullShape(seed), train: split, eval: split, reference: split, dependence: 0.8, votes: 1 };
		for (const { check, p } of runWorld(seed, shape)) if (p !== null) tally.add(check, p < LEVEL);
	}
	atMost(tally, LEVEL);
});

test('checks outside the family keep their level too', () => {
	const tally = new Tally();
	for (let seed = 1; seed <= 150; seed++) {
		tally.add(
			'train-memorised',
			trainMemorised(seed, { clusters: 60, size: 2 }, { clusters: 30, size: 2 }, 0.05) < LEVEL,
		);
		tally.add('forgetting', forgetting(seed, { clusters: 30, size: 2 }, 0.05) === 'fail');
	}
	atMost(tally, LEVEL);
	const voided = new Tally();
	for (let seed = 1; seed <= 60; seed++) voided.add('reference-memorised', memorised(seed, 20, 0) < 0.01);
	atMost(voided, 0.01);
});

const RUNS = 24;
for (const { check, found } of [...FAMILY_POWER, ...OTHER_POWER]) {
	test(`${check} finds the effect that its text names, at the size it names`, () => {
		const fact = CHECK_FACTS.find((each) => each.check === check);
		assert.ok(fact?.effect && fact.n, 'its text names an effect and a size');
		let k = 0;
		for (let seed = 1; seed <= RUNS; seed++) if (found(seed)) k++;
		assert.ok(k >= leastAllowed(RUNS, fact.power ?? 1), `found ${k} of ${RUNS}, where the text says ${fact.power}`);
	});
}

test('the texts keep the promise: power of 90 % or more, false alarms of 5 % give or take their own error', () => {
	assert.ok(FAMILY_FACT.false_alarms <= LEVEL);
	for (const { check, effect, power, false_alarms } of CHECK_FACTS) {
		assert.equal(power === null, effect === null, check);
		assert.ok(power === null || power >= 0.9, check);
		assert.ok(false_alarms === null || false_alarms <= 0.055, check);
	}
});
