import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MIN_CLUSTERS } from '../../src/calibration/jackknife.ts';
import { pairLoss } from '../../src/calibration/records.ts';
import type { CheckpointScore } from '../../src/domain/checkpoint.ts';
import type { Dataset, ScoredPair } from '../../src/domain/dataset.ts';
import type { Metrics } from '../../src/domain/run-record.ts';
import { composeVerdict } from '../../src/health/verdict.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { checkpointFrontier, chooseCheckpoint, objectiveOf } from '../../src/scoring/checkpoints/choose.ts';
import {
	checkpointDifferences,
	checkpointTemperature,
	divergencesOf,
} from '../../src/scoring/checkpoints/contrasts.ts';
import { type CheckpointFamily, openFamily } from '../../src/scoring/checkpoints/family.ts';
import { checkpointHealth } from '../../src/scoring/checkpoints/health.ts';
import type { CheckpointInput, CheckpointSettings } from '../../src/scoring/checkpoints/input.ts';
import { retentionOf } from '../../src/scoring/checkpoints/retention.ts';
import { scoreLines, skippedOf } from '../../src/scoring/checkpoints/score-lines.ts';
import { checkCheckpointSettings } from '../../src/scoring/checkpoints/settings.ts';
import { splitSizes } from '../../src/scoring/run-parts.ts';
import {
	MADE_CHECKPOINTS,
	MADE_SETTINGS,
	type MadeCheckpoint,
	madeDataset,
	madeInput,
} from '../fixtures/checkpoint-run.ts';
import { makeDataset } from './scoring-support.ts';

/** Every pair of a split with the same Δ: losses that can be worked out by hand. */
function flat(
	name: string,
	deltas: Partial<MadeCheckpoint['delta']>,
	more: Partial<MadeCheckpoint> = {},
): MadeCheckpoint {
	const none = [0, 0] as const;
	const all = { train: none, eval: none, heldout_reference: none, heldout_sealed: none, retention: none };
	return { name, delta: { ...all, ...deltas }, ...more };
}

const both = (a: number, h: number, train = 10): MadeCheckpoint['delta'] => ({
	...{ train: [train, 0], eval: [a, 0], heldout_reference: [h, 0], heldout_sealed: [h, 0], retention: [0, 0] },
});

const DATA = makeDataset({
	train: { pairs: 16 },
	eval: { pairs: 16 },
	heldout_reference: { pairs: 16 },
	heldout_sealed: { pairs: 16 },
	retention: { pairs: 10 },
});

function family(
	made: readonly MadeCheckpoint[],
	settings: Partial<CheckpointSettings> = {},
	dataset: Dataset = DATA,
): CheckpointFamily {
	return openFamily(dataset, madeInput(dataset, made), { ...MADE_SETTINGS, ...settings });
}

const names = ({ members }: CheckpointFamily): string[] => members.map(({ name }) => name);
const loss = (delta: number): number => Math.log1p(Math.exp(-0.1 * delta));

test('Δ is oriented to the side that people chose, and one with every Δ = 0 has the reference’s loss', () => {
	const [made] = MADE_CHECKPOINTS;
	const one = family([made!, flat('zero', {})]);
	const given = new Map(one.members[0]!.given.scores.map((score) => [score.comparison, score]));
	for (const [i, pair] of DATA.pairs.entries()) {
		const { policy, reference } = given.get(pair.comparison)!;
		const other = pair.chosenSide === 'a' ? 'b' : 'a';
		const ratio = (side: 'a' | 'b'): number => policy[side].logp - reference[side].logp;
		const delta = ratio(pair.chosenSide) - ratio(other);
		assert.ok(Math.abs(one.members[0]!.scores.delta[i]! - delta) < 1e-12);
	}
	assert.equal(one.loss('eval', 1)!.value, Math.LN2);
	assert.equal(one.over('eval', 1, null).value, 0);
	const line = scoreLines(one).find(({ split }) => split === 'eval')!;
	assert.ok(Math.abs(pairLoss(0.1 * line.delta, 1) + Math.log(line.p)) < 1e-12);
	assert.equal(
		line.chosen_logps! - line.ref_chosen_logps! - line.rejected_logps! + line.ref_rejected_logps!,
		line.delta,
	);
});

test('regrets, J and the choice at each λ are those of the definition; equal ones go to the smallest step', () => {
	// A, H: (0.644, 0.693), (0.667, 0.598), (0.667, 0.598).
	const made = [flat('later-step90', both(0.5, 2)), flat('twin-step20', both(0.5, 2)), flat('fit-step50', both(1, 0))];
	const trio = family(made, { lambda: 1 });
	assert.deepEqual(names(trio), ['twin-step20', 'fit-step50', 'later-step90']);
	const at = (lambda: number): ReturnType<typeof chooseCheckpoint> => chooseCheckpoint(family(made, { lambda }));
	const { judged, lambda, words, best, beats, headline } = chooseCheckpoint(family(made, { lambda: null }));
	assert.equal(lambda, 1);
	assert.equal(trio.members[headline]!.name, 'twin-step20');
	const [fit, heldout] = [loss(0.5) - loss(1), loss(0) - loss(2)];
	assert.ok(Math.abs(judged[0]!.fitRegret - fit) < 1e-12 && judged[0]!.heldoutRegret === 0);
	assert.ok(Math.abs(judged[0]!.value - fit) < 1e-12);
	assert.ok(Math.abs(judged[1]!.value - heldout) < 1e-12);
	assert.equal(words.checkpoint, 'twin-step20');
	// fit-step50 has the reference's loss on R: that is not below it.
	assert.deepEqual(beats, [true, false, true]);
	assert.deepEqual(words.vetoes, [{ checkpoint: 'fit-step50', check: 'beats-reference' }]);
	assert.equal(best.last, 'later-step90');
	const frontier = checkpointFrontier(trio, at(1));
	assert.equal(frontier[0]!.checkpoint, 'fit-step50');
	assert.equal(frontier.at(-1)!.checkpoint, 'twin-step20');
	assert.equal(at(0).words.checkpoint, 'twin-step20');
	assert.match(at(0).words.sentence, /fit-step50 has a lower J, but does not beat the reference\./);
	// The margin takes held-out regret off.
	assert.equal(chooseCheckpoint(family(made, { lambda: 1, margin: 1 })).judged[1]!.value, 0);
});

test('one candidate has J = 0 and nothing to compare with; one above the reference is not shipped', () => {
	const good = chooseCheckpoint(family([flat('only', both(1, 1))]));
	assert.deepEqual([good.judged[0]!.value, good.words.checkpoint], [0, 'only']);
	assert.match(good.words.sentence, /J = 0: nothing to compare with/);
	const poor = chooseCheckpoint(family([flat('only', both(1, -1))]));
	assert.equal(poor.words.checkpoint, null);
	assert.match(poor.words.sentence, /^Ship none: only, the only candidate, does not have a lower loss/);
});

test('a margin of auto is resolved at the lowest loss on eval', () => {
	const [gentle, , fast] = MADE_CHECKPOINTS;
	const pair = family([gentle!, fast!], { margin: 'auto' });
	const fittest = pair.loss('eval', 0)!.value < pair.loss('eval', 1)!.value ? 0 : 1;
	const [se, seH] = [pair.loss('eval', fittest)!.se!, pair.loss('heldout_reference', fittest)!.se!];
	assert.ok(Math.abs(chooseCheckpoint(pair).margin - 1.645 * Math.hypot(se, seH)) < 1e-12);
});

test('F is compared over the pairs that all of it scored; who left out how many, and why, is told', () => {
	const reason = 'longer than the context of 512 tokens';
	const skips = (i: number): string | null => (i % 5 === 0 ? reason : null);
	const two = family([flat('whole', both(1, 1)), flat('short', both(1, 1), { skips })]);
	for (const split of ['train', 'eval', 'heldout_reference'] as const) {
		assert.deepEqual(two.rows(split, 0), two.rows(split, 1));
		assert.ok(two.rows(split, 0).every((i) => i % 5 !== 0));
	}
	assert.equal(two.leftOut('eval', 0).unscored, 16 - two.rows('eval', 0).length);
	assert.equal(skippedOf(two, 0).pairs, 0);
	const open = DATA.pairs.filter((pair, i) => pair.split !== 'heldout_sealed' && i % 5 === 0).length;
	assert.deepEqual(skippedOf(two, 1), { pairs: open, why: [{ reason, pairs: open }] });
	// A score that nobody else has is kept as a line all the same.
	assert.equal(scoreLines(two).filter(({ checkpoint }) => checkpoint === 'whole').length, 16 + 16 + 16 + 10);
});

/** E's and R's losses apart by far more than chance. */
const MEMORISED = flat('tuned-step10', { ...both(1, 1), heldout_reference: [60, 3], heldout_sealed: [0, 3] });

test('one that was trained on R is void: last, without ΔH and J, and R is weighed by the others alone', () => {
	const two = family([MEMORISED, flat('clean-step99', both(1, 1))]);
	const choice = chooseCheckpoint(two);
	assert.deepEqual(names(two), ['clean-step99', 'tuned-step10']);
	assert.deepEqual(two.valid, [0]);
	const gone = objectiveOf(two, choice, 1);
	assert.deepEqual([gone.heldout_regret, gone.value, gone.gap], [null, null, null]);
	assert.ok(gone.heldout_loss! < 0.05);
	assert.equal(objectiveOf(two, choice, 0).heldout_regret, 0);
	assert.deepEqual(choice.words.vetoes, [{ checkpoint: 'tuned-step10', check: 'reference-memorised' }]);
	assert.equal(choice.words.checkpoint, 'clean-step99');
	assert.ok(checkpointDifferences(two, 0).every(({ what }) => !/^tuned.*held-out/.test(what)));
	const health = checkpointHealth(two, [null, null], null, 0).own[1]!;
	assert.equal(health.find(({ check }) => check === 'overconfident-heldout')!.status, 'insufficient');
	assert.ok(health.every(({ check, split }) => check !== 'length-hack' || split !== 'heldout_reference'));
	assert.equal(checkpointTemperature(two, 1).fitted_on, 'eval');
	assert.equal(checkpointTemperature(two, 0).fitted_on, 'heldout_reference');
});

test('without a sealed half to compare with, nobody can tell whether R was trained on, unless somebody said', () => {
	const noE = { ...DATA, pairs: DATA.pairs.filter(({ split }) => split !== 'heldout_sealed') };
	const said = (trainedOn: MadeCheckpoint['trainedOn']): string =>
		chooseCheckpoint(family([flat('x', both(1, 1), trainedOn == null ? {} : { trainedOn })], {}, noE)).words.sentence;
	assert.match(said(null), /Whether it was trained on the tuning half cannot be told/);
	assert.doesNotMatch(said({ export: null, prompts: [] }), /cannot be told/);
	assert.doesNotMatch(chooseCheckpoint(family([flat('x', both(1, 1))])).words.sentence, /cannot be told/);
});

test('every candidate void: nothing to recommend, and the reason is said', () => {
	const choice = chooseCheckpoint(family([MEMORISED]));
	assert.equal(choice.words.checkpoint, null);
	assert.match(choice.words.sentence, /^Ship none: every checkpoint was trained on the tuning half/);
	assert.equal(choice.reason, 'every candidate is void');
});

const prompts = (split: ScoredPair['split'], n: number): string[] =>
	DATA.pairs
		.filter((pair) => pair.split === split)
		.slice(0, n)
		.map(({ prompt }) => prompt);

test('a used part of R leaves H for the whole family; without 8 clusters unused the checkpoint is void', () => {
	const other = flat('other', both(1, 1));
	const partly = { export: 'e1', prompts: prompts('heldout_reference', 6) };
	const half = family([flat('bundle', both(1, 1), { trainedOn: partly }), other]);
	assert.deepEqual(half.valid, [0, 1]);
	for (const k of [0, 1]) {
		assert.equal(half.rows('heldout_reference', k).length, 10);
		assert.deepEqual(half.leftOut('heldout_reference', k), { unscored: 0, seen: 6 });
	}
	assert.deepEqual(
		half.members[0]!.standing.checks.map(({ message }) => /its export names/.test(message)),
		[false, true],
	);
	const most = { export: 'e2', prompts: prompts('heldout_reference', 16 - MIN_CLUSTERS + 1) };
	const gone = family([flat('bundle', both(1, 1), { trainedOn: most }), other]);
	assert.equal(gone.members[1]!.standing.void!.check, 'trained-on');
	assert.match(gone.members[1]!.standing.void!.reason, /7 clusters of it are left unused, 8 clusters are needed/);
	// What is void is shown whole.
	assert.deepEqual(
		[0, 1].map((k) => gone.rows('heldout_reference', k).length),
		[16, 16],
	);
	// Two that used different parts leave none in common.
	const [first, second] = [prompts('heldout_reference', 16).slice(0, 6), prompts('heldout_reference', 16).slice(6, 12)];
	const apart = family([
		flat('x', both(1, 1), { trainedOn: { export: 'e3', prompts: first } }),
		flat('y', both(1, 1), { trainedOn: { export: 'e4', prompts: second } }),
		other,
	]);
	assert.deepEqual(
		apart.valid.map((k) => apart.members[k]!.name),
		['other'],
	);
});

test('eval prompts that were trained on leave A for all; the fit is over its own training pairs', () => {
	const trained = { export: 'e1', prompts: [...prompts('eval', 12), ...prompts('train', 4)] };
	const two = family([flat('x', both(1, 1), { trainedOn: trained }), flat('y', both(1, 1))]);
	assert.deepEqual([two.rows('eval', 0).length, two.rows('eval', 1).length], [4, 4]);
	assert.deepEqual([two.rows('train', 0).length, two.rows('train', 1).length], [4, 16]);
	const choice = chooseCheckpoint(two);
	assert.match(choice.reason!, /^no eval: it has 4 clusters, 8 clusters are needed/);
	assert.deepEqual([choice.words.checkpoint, choice.lambdas.length], [null, 0]);
	const none = family([flat('x', both(1, 1), { trainedOn: { export: null, prompts: [] } })]);
	assert.equal(objectiveOf(none, chooseCheckpoint(none), 0).train_loss, null);
	assert.ok(checkpointHealth(none, [null], null, 0).own[0]!.every(({ check }) => check !== 'train-memorised'));
});

test('a near-copy of a prompt that was trained on is seen, though the trained one is in no scored set', () => {
	const trained = { export: 'e1', prompts: ['excluded since'] };
	const near = DATA.pairs.find(({ split }) => split === 'eval')!.cluster;
	const seen = (clusters: ReadonlyMap<string, string>): number =>
		family([flat('x', both(1, 1), { trainedOn: trained })], {}, { ...DATA, clusters }).leftOut('eval', 0).seen;
	assert.equal(seen(new Map()), 0);
	assert.equal(
		seen(new Map([['excluded since', near]])),
		DATA.pairs.filter(({ split, cluster }) => split === 'eval' && cluster === near).length,
	);
});

test('the size of the sealed half does not tell how many of its pairs a label policy leaves out', () => {
	const sealed = DATA.pairs.filter(({ split }) => split === 'heldout_sealed');
	const [out, kept] = [sealed.slice(0, 3), DATA.pairs.filter((pair) => !sealed.slice(0, 3).includes(pair))];
	assert.deepEqual(splitSizes({ ...DATA, pairs: kept, sealedUnlabelled: out }), splitSizes(DATA));
});

test('overfitting is said in words: where a longer training helps its own pairs alone', () => {
	const dataset = madeDataset(60);
	const sentence = (made: readonly MadeCheckpoint[]): string =>
		chooseCheckpoint(openFamily(dataset, madeInput(dataset, made), MADE_SETTINGS)).words.sentence;
	const fast = MADE_CHECKPOINTS.filter(({ name }) => name.startsWith('fast'));
	assert.match(
		sentence(fast),
		/From step 50 of fast on it overfits: up to step 400 the loss on eval rises by \+1\.\d{3} nats \(.*\) while the fit on its own training pairs falls from 0\.1\d\d to 0\.00\d\./,
	);
	assert.doesNotMatch(sentence(fast.slice(0, 1)), /overfits/);
	const other = fast.map((made, i) => ({ ...made, name: `${'abc'[i]}-step${made.name.slice(9)}` }));
	assert.doesNotMatch(sentence(other), /overfits/);
});

test('the verdict speaks of the checkpoint, never of what the pairs teach', () => {
	const two = family([flat('x', both(1, -30)), flat('y', both(1, 1))]);
	const place = two.members.findIndex(({ name }) => name === 'x');
	const health = checkpointHealth(two, [null, null], null, place).own[place]!;
	const { groups, ...rates } = { groups: 16, mean_confidence: 0.95, mean_correct: 0 };
	const said = composeVerdict({
		health,
		heldout: { ...rates, groups } as Metrics,
		onlyTies: false,
		...{ scored: 'x', checkpoint: true, allVoid: false, lead: 'None of 2.', disclaimer: '' },
	});
	assert.deepEqual(said, {
		status: 'fail',
		sentence: 'None of 2. What x learnt does not carry to held-out prompts: x is 95 % sure and 0 % right.',
	});
});

test('forgetting is the policy’s own, against the reference or a named baseline', () => {
	// Both responses lose 40 nats: no pair turns, but every token is less likely.
	const drifted = family([flat('x', both(1, 1), { drift: 40 })]);
	const { check, result } = retentionOf(drifted, 0, 'x')!;
	assert.equal(check.status, 'fail');
	assert.equal(result.baseline, 'the reference');
	assert.ok(result.loss.low! > 0.5);
	const lenient = family([flat('x', both(1, 1), { drift: 40 })], { forgetting: { loss: 50, accuracy: 0.05 } });
	assert.equal(retentionOf(lenient, 0, 'x')!.check.status, 'pass');
	assert.deepEqual([result.lost, result.gained, result.accuracy.value], [[], [], 0]);
	// Against itself nothing is lost.
	const own = new Map(drifted.members[0]!.given.scores.map((score) => [score.comparison, score.policy]));
	const same = retentionOf(
		family([flat('x', both(1, 1), { drift: 40 })], { retentionBaseline: { name: 'x of last week', scores: own } }),
		0,
		'x',
	)!;
	assert.deepEqual([same.check.status, same.result.baseline, same.result.loss.value], ['pass', 'x of last week', 0]);
	// A margin of −80 nats turns every pair that the reference had right.
	const turned = family([flat('x', { ...both(1, 1), retention: [-80, 0] })]);
	const lost = retentionOf(turned, 0, 'x')!.result;
	const right = DATA.pairs.filter(({ split, comparison, chosenSide }) => {
		const score = turned.members[0]!.given.scores.find((each) => each.comparison === comparison)!.reference;
		return split === 'retention' && score[chosenSide].logp > score[chosenSide === 'a' ? 'b' : 'a'].logp;
	});
	assert.deepEqual(
		lost.lost,
		right.map(({ comparison }) => comparison),
	);
	assert.ok(Math.abs(lost.accuracy.value! + right.length / 10) < 1e-12);
	// A tie has no response that must not be forgotten.
	const tied = makeDataset({ retention: { pairs: 10, y: [0.5] } });
	assert.deepEqual(retentionOf(family([flat('x', { retention: [-80, 0] })], {}, tied), 0, 'x')!.result.lost, []);
	assert.equal(retentionOf(family([flat('x', {})], {}, makeDataset({ eval: { pairs: 10 } })), 0, 'x'), null);
});

/** Each score with something taken away or changed. */
function changed(input: CheckpointInput, change: (score: CheckpointScore) => CheckpointScore): CheckpointInput {
	const checkpoints = input.checkpoints.map((each) => ({ ...each, scores: each.scores.map(change) }));
	return { ...input, checkpoints };
}

function withoutTokens({ policy, ...rest }: CheckpointScore): CheckpointScore {
	return { ...rest, policy: { a: { ...policy.a, tokens: null }, b: { ...policy.b, tokens: null } } };
}

test('without token counts forgetting cannot be told, and a loss that averages by length is refused', () => {
	const input = changed(madeInput(DATA, [flat('x', both(1, 1))]), withoutTokens);
	const one = openFamily(DATA, input, MADE_SETTINGS);
	const { check, result } = retentionOf(one, 0, 'x')!;
	assert.deepEqual([check.status, result.loss.value, result.accuracy.value], ['insufficient', null, 0]);
	for (const loss of ['ipo', 'sigmoid_norm'] as const) {
		assert.throws(
			() => openFamily(DATA, input, { ...MADE_SETTINGS, loss }),
			(error) => UserError.is(error, 'unusable-input') && /x does not say how many tokens/.test(error.message),
		);
	}
});

test('what cannot be scored is refused with what was found', () => {
	const input = madeInput(DATA, [flat('x', both(1, 1))]);
	const broken = changed(input, (score) => ({
		...score,
		policy: { ...score.policy, a: { logp: Number.NaN, tokens: 3 } },
	}));
	const refused = (given: CheckpointInput, reason: 'usage' | 'unusable-input', said: RegExp): void =>
		assert.throws(
			() => openFamily(DATA, given, MADE_SETTINGS),
			(error) => UserError.is(error, reason) && said.test(error.message),
		);
	refused(broken, 'unusable-input', /x: a log-probability of comparison [0-9a-f]{12} is not a finite number \(NaN/);
	refused({ ...input, checkpoints: [] }, 'usage', /no checkpoint/);
	refused({ ...input, checkpoints: [...input.checkpoints, ...input.checkpoints] }, 'unusable-input', /Two checkpoints/);
	const elsewhere = madeInput(makeDataset({ eval: { pairs: 3 } }, 7), [flat('x', both(1, 1))]);
	refused(elsewhere, 'unusable-input', /No judged pair of this workspace was scored by x/);
	const settings = (more: Partial<CheckpointSettings>) => () => checkCheckpointSettings({ ...MADE_SETTINGS, ...more });
	for (const more of [{ beta: 0 }, { lambda: 2 }, { loss: 'robust', labelSmoothing: 0.5 }, { margin: -1 }] as const) {
		assert.throws(settings(more), (error) => UserError.is(error, 'usage'));
	}
	assert.doesNotThrow(settings({ loss: 'sigmoid', labelSmoothing: 7 }));
});

test('other losses: the reference’s own is what is beaten, and votes weigh both orders', () => {
	const shared = makeDataset({ eval: { pairs: 16, y: [0.75] }, heldout_reference: { pairs: 16, y: [0.75] } });
	const one = family([flat('x', both(2, 2))], { loss: 'hinge' }, shared);
	assert.equal(one.referenceLoss, 1);
	assert.ok(Math.abs(one.loss('eval', 0)!.value - (0.75 * 0.8 + 0.25 * 1.2)) < 1e-12);
	assert.ok(Math.abs(one.nll('eval', 0)!.value - pairLoss(0.2, 0.75)) < 1e-12);
	assert.equal(chooseCheckpoint(one).words.checkpoint, 'x');
	assert.doesNotMatch(chooseCheckpoint(one).words.sentence, /nats/);
});

test('drift is half the sum of the log-ratios on R, KL per token the sum over positions; each says what it is', () => {
	const [drift, kl] = divergencesOf(family([flat('x', both(1, 3), { drift: 5, kl: 0.2 })]), 0);
	assert.ok(Math.abs(drift.value! + 5) < 1e-12);
	assert.match(drift.label!, /not a KL on curated text/);
	assert.ok(Math.abs(kl!.value! - 0.2) < 0.05);
	assert.match(
		kl!.label!,
		/^KL\(policy ‖ reference\) over the full vocabulary, nats per token, \d+ pairs of the tuning half$/,
	);
	assert.equal(divergencesOf(family([flat('x', both(1, 3))]), 0).length, 1);
	const [, none] = divergencesOf(family([{ ...flat('x', both(1, 3)), klLeftOut: true }]), 0);
	assert.deepEqual([none!.kind, none!.value], ['token-kl', null]);
	assert.match(none!.reason!, /^not computed/);
});

test('all checks of a run are one family, dealt back to their checkpoints', () => {
	const noisy = (split: number): MadeCheckpoint['delta'] => ({ ...both(2, split), heldout_reference: [split, 9] });
	const two = family([flat('x', noisy(9)), flat('y', noisy(-9))]);
	const { own, run } = checkpointHealth(two, [null, null], null, 0);
	const tested = [...own.flat(), ...run].filter(({ p, check }) => p !== null && check !== 'reference-memorised');
	const inOrder = tested.map(({ p }) => p!).toSorted((a, b) => a - b);
	const second = tested.find(({ p }) => p === inOrder.find((p) => p > 0))!;
	const before = inOrder.filter((p) => p < second.p!).length;
	assert.ok(second.p! > 0 && second.p_adjusted! < 1);
	assert.ok(Math.abs(second.p_adjusted! - (tested.length - before) * second.p!) < 1e-12);
	const over = (k: number) => own[k]!.find(({ check }) => check === 'overconfident-heldout')!;
	assert.match(over(0).message, /\bx is /);
	assert.match(over(1).message, /\by is /);
	assert.deepEqual([over(0).status, over(1).status], ['pass', 'fail']);
	assert.ok(run.some(({ check }) => check === 'insufficient-data'));
});
