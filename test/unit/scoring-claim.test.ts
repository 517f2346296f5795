import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interval } from '../../src/domain/run-record.ts';
import { claimAgainstPooled, claimOnSealed } from '../../src/scoring/claim.ts';
import { LAMBDAS } from '../../src/scoring/criterion.ts';
import { fitProbe } from '../../src/scoring/probe.ts';
import { preferenceDivergences } from '../../src/scoring/probe-contrasts.ts';
import { type Choice, flatFrom } from '../../src/scoring/probe-frontier.ts';
import { sealE } from '../../src/scoring/sealed.ts';
import { makeDataset, NOTHING_LEFT_OUT, SHIFTED } from './scoring-support.ts';

const made = makeDataset(SHIFTED);
/** R knows law alone; E law, and medicine that R has not. */
const dataset = {
	...made,
	pairs: made.pairs.map((pair, i) => ({
		...pair,
		facets:
			pair.split === 'heldout_sealed' && i % 3 === 0
				? ['domain:law', 'domain:medicine']
				: pair.split.startsWith('heldout')
					? ['domain:law']
					: [],
	})),
};
const family = await fitProbe(dataset, 1);
const difference = (value: number, half: number): Interval => ({ value, low: value - half, high: value + half });

test('the claim says no more than its interval', () => {
	assert.match(
		claimOnSealed(difference(-0.02, 0.01), 'GDPO at λ = 1', null).sentence,
		/^GDPO at λ = 1 beats pooled training: on the sealed half its loss is lower by 0\.020 nats \(0\.010 to 0\.030\)\.$/,
	);
	assert.match(
		claimOnSealed(difference(0.02, 0.01), 'GDPO at λ = 1', { own: 0.5, pooled: 0.778 }).sentence,
		/^GDPO at λ = 1 does not beat pooled training: on the sealed half its loss is higher by 0\.020 nats \(0\.010 to 0\.030\)\. Pooled training weighs the tuning half by its size \(s = 0\.78\), GDPO by regret \(s = 0\.5\)\.$/,
	);
	assert.match(
		claimOnSealed(difference(-0.02, 0.03), 'GDPO', null).sentence,
		/^GDPO does not beat pooled training: .* difference of −0\.020 nats \(−0\.050 to 0\.010\) is not distinguishable from 0\.$/,
	);
	const few: Interval = {
		value: -0.02,
		low: null,
		high: null,
		reason: 'insufficient: 5 clusters, an interval needs 8',
	};
	assert.match(claimOnSealed(few, 'GDPO', null).sentence, /nothing can be claimed: .*insufficient: 5 clusters/);
	assert.match(claimOnSealed(difference(0, 0), 'GDPO', null).sentence, /is pooled training itself/);
});

test('before a decision it rests on R, says that R is tuned, and gives eval beside it', () => {
	const last = family.points.length - 1;
	const claim = claimAgainstPooled(family, last, 1, null);
	assert.equal(claim.on, 'heldout_reference');
	assert.ok(claim.low! < claim.value! && claim.value! < claim.high!);
	assert.match(
		claim.sentence,
		/^At λ = 1 GDPO .*tuning half, out of fold and tuned on it,.*; on eval .*sealed half has the last word\.$/,
	);
	assert.match(
		claimAgainstPooled(family, family.pooled!, 0.4, null).sentence,
		/^At λ = 0.4 GDPO is pooled training itself/,
	);
	assert.match(claimAgainstPooled(family, 0, 0, null).sentence, /^λ = 0, which asks nothing of the held-out half, /);
	const none = claimAgainstPooled({ ...family, pooled: null }, 0, 0, 'no judged pairs in the held-out tuning half');
	assert.deepEqual(none, {
		on: 'heldout_reference',
		value: null,
		low: null,
		high: null,
		sentence: 'Nothing is claimed against pooled training: no judged pairs in the held-out tuning half.',
	});
});

test('E is told apart by facets that R has and facets that only E has', async () => {
	const sealed = (await sealE(
		family,
		{ lambdas: LAMBDAS.map((lambda) => ({ lambda, point: 0 })), own: 1 },
		{ leftOut: NOTHING_LEFT_OUT, seed: 1 },
	))!;
	const { seen, unseen } = sealed.facets!;
	assert.equal(seen.pairs + unseen.pairs, sealed.pairs);
	assert.ok(unseen.pairs > 0 && unseen.pairs < sealed.pairs);
	for (const { loss, by_facet } of sealed.solutions) {
		const whole = (by_facet!.seen.value! * seen.pairs + by_facet!.unseen.value! * unseen.pairs) / sealed.pairs;
		assert.ok(Math.abs(whole - loss.value!) < 1e-12);
		// Seven clusters are too few for an interval of their own, and say so.
		assert.equal(by_facet!.unseen.low === null, unseen.clusters < 8);
	}
});

test('divergences are from each baseline, on R, and say what they are not', () => {
	const [dpo, pooled, uninformed] = preferenceDivergences(family, family.pooled!);
	assert.deepEqual(
		[dpo, pooled!, uninformed!].map(({ kind }) => kind),
		['preference-kl-vs-dpo', 'preference-kl-vs-pooled', 'preference-kl-vs-uninformed'],
	);
	assert.ok(dpo.value! > 0);
	assert.equal(pooled!.value, 0);
	// KL(Bern(p) ‖ Bern(½)) = ln 2 − entropy, from the definition.
	const { p } = family.records('heldout_reference', family.pooled!);
	const expected = p.reduce((sum, q) => sum + q * Math.log(2 * q) + (1 - q) * Math.log(2 * (1 - q)), 0) / p.length;
	assert.ok(Math.abs(uninformed!.value! - expected) < 1e-12);
	for (const { label } of [dpo, pooled!, uninformed!]) assert.match(label!, /not of a language model$/);
});

test('where the frontier goes flat is said', () => {
	const at = (points: readonly number[]): Choice =>
		({
			reason: null,
			lambdas: points.map((point, i) => ({ lambda: i / 4, point, judged: null })),
		}) as unknown as Choice;
	assert.deepEqual(flatFrom(at([0, 1, 2, 2, 2])), { from: 0.5, sentence: 'λ ≥ 0.5: same solution' });
	assert.equal(flatFrom(at([0, 1, 2, 2, 3])), null);
	assert.deepEqual(flatFrom(at([2, 2])), { from: 0, sentence: 'Every λ: same solution' });
	assert.equal(flatFrom({ ...at([2, 2]), reason: 'no judged pairs' }), null);
});
