import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/calibration/random.ts';
import { recordsFromMargins } from '../../src/calibration/records.ts';
import type { Leak } from '../../src/domain/dataset.ts';
import type { HealthCheck, Metrics } from '../../src/domain/run-record.ts';
import { adjustFamily, holm } from '../../src/health/holm.ts';
import { checkLeakage } from '../../src/health/leakage.ts';
import { longerWins } from '../../src/health/longer-wins.ts';
import { checkOverconfidentHeldout } from '../../src/health/overconfident-heldout.ts';
import { composeVerdict } from '../../src/health/verdict.ts';
import { makePairs } from './scoring-support.ts';

/** Pairs in clusters whose label is drawn from σ(margin / t), cluster mates sharing part of the draw. */
function simulate(n: number, t: number, seed: number) {
	const random = seededRandom(seed);
	const margins = new Float64Array(n);
	const labels = [];
	let shared = 0;
	for (let i = 0; i < n; i++) {
		if (i % 4 === 0) shared = random.unit();
		const z = 3 * random.unit();
		const u = random.unit() < 0.5 ? shared : random.unit();
		const right = u < 1 / (1 + Math.exp(-z / t));
		margins[i] = right ? z : -z;
		labels.push({ cluster: `${Math.floor(i / 4)}`, y: 1, decided: true });
	}
	return recordsFromMargins(labels, [margins]);
}

test('overconfident-heldout keeps its level on calibrated, clustered data and sees real over-confidence', () => {
	let alarms = 0;
	let found = 0;
	const runs = 60;
	for (let seed = 0; seed < runs; seed++) {
		if (checkOverconfidentHeldout(simulate(160, 1, seed), [], true).p! < 0.05) alarms++;
		if (checkOverconfidentHeldout(simulate(400, 3, seed), [], true).p! < 0.05) found++;
	}
	// Binomial(60, .05): above 9 with probability 0.0006.
	assert.ok(alarms <= 9, `${alarms} false alarms of ${runs}`);
	assert.ok(found >= 56, `found ${found} of ${runs}`);
});

test('overconfident-heldout is one-sided, and insufficient below eight clusters or with ties only', () => {
	const under = checkOverconfidentHeldout(simulate(400, 0.3, 1), ['x'], true);
	assert.equal(under.status, 'pass');
	assert.deepEqual(under.evidence, []);
	assert.equal(checkOverconfidentHeldout(simulate(28, 1, 1), [], true).status, 'insufficient');
	assert.equal(checkOverconfidentHeldout(simulate(400, 1, 1), [], false).status, 'insufficient');
});

test('Holm adjusts the family step by step', () => {
	assert.deepEqual(
		holm([0.01, 0.04, 0.03]).map((p) => Number(p.toFixed(10))),
		[0.03, 0.06, 0.06],
	);
	const check = (name: string, p: number | null): HealthCheck => ({
		check: name,
		status: 'pass',
		p,
		statistic: null,
		threshold: null,
		n_needed: null,
		evidence: [],
		message: '',
	});
	const statuses = adjustFamily([check('one', 0.01), check('two', 0.04), check('list', null), check('four', 0.3)]).map(
		(c) => c.status,
	);
	assert.deepEqual(statuses, ['fail', 'warn', 'pass', 'pass']);
	assert.equal(adjustFamily([check('generalization-gap', 0.001)])[0]!.status, 'warn');
});

const leak = (a: Leak['splits'][0], b: Leak['splits'][1], extra: Partial<Leak> = {}): Leak => ({
	kind: 'prompt-copy',
	similarity: 1,
	a: `${a} prompt`,
	b: `${b} prompt`,
	splits: [a, b],
	...extra,
});

test('leakage fails on train copies in eval or held-out, warns on others, and never names a prompt of E', () => {
	assert.equal(checkLeakage([]).status, 'pass');
	assert.equal(checkLeakage([leak('train', 'heldout_reference')]).status, 'fail');
	assert.equal(checkLeakage([leak('eval', 'train')]).status, 'fail');
	assert.equal(checkLeakage([leak('eval', 'heldout_reference')]).status, 'warn');
	assert.equal(checkLeakage([leak('train', 'heldout_reference', { accepted: 'same on purpose' })]).status, 'pass');
	const sealed = checkLeakage([leak('train', 'heldout_sealed')]);
	assert.equal(sealed.status, 'fail');
	assert.deepEqual(sealed.evidence, ['train prompt']);
});

const heldout = (groups: number) => ({ groups, mean_confidence: 0.78, mean_correct: 0.64 }) as Metrics;
const failing = (check: string): HealthCheck => ({
	...checkLeakage([]),
	check,
	status: 'fail',
	message: 'because.',
});

test('the verdict names the first cause in the order of the rules', () => {
	const base = { onlyTies: false, scored: 'a text probe fitted to them', disclaimer: 'No language model was scored.' };
	const verdict = (health: HealthCheck[], groups = 20) => composeVerdict({ ...base, health, heldout: heldout(groups) });
	assert.equal(verdict([failing('leakage')], 7).status, 'insufficient');
	assert.equal(verdict([]).status, 'pass');
	assert.equal(
		verdict([failing('leakage'), failing('overconfident-heldout')]).sentence,
		'What these pairs teach does not carry to held-out prompts: a text probe fitted to them is 78 % sure and 64 % right. No language model was scored.',
	);
	assert.match(verdict([failing('not-ood'), failing('leakage')]).sentence, /flatter/);
	assert.equal(verdict([failing('length-hack')]).status, 'warn');
	assert.equal(composeVerdict({ ...base, health: [], heldout: null }).status, 'insufficient');
	assert.equal(composeVerdict({ ...base, health: [], heldout: heldout(20), allVoid: true }).status, 'fail');
});

test('P(longer wins) counts equal lengths as one half and ties by their share', () => {
	const [pair] = makePairs('train', { pairs: 1 });
	const say = (content: string) => [{ role: 'assistant', content }];
	const pairs = [
		{ ...pair!, cluster: '1', chosen: say('long text'), rejected: say('short'), y: 1 },
		{ ...pair!, cluster: '2', chosen: say('short'), rejected: say('long text'), y: 0.75 },
		{ ...pair!, cluster: '3', chosen: say('same'), rejected: say('size'), y: 1 },
	];
	assert.equal(longerWins(pairs).value, (1 + 0.25 + 0.5) / 3);
});
