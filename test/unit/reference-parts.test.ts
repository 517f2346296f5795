import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dealParts, type PartCluster, type PartPlan } from '../../src/domain/reference-parts.ts';

const plan: PartPlan = { parts: 4, penalty: 2, seed: 0 };

const clusters = (n: number, facets: (i: number) => readonly string[] = () => []): PartCluster[] =>
	Array.from({ length: n }, (_, i) => ({
		key: `prompt-${String(i).padStart(4, '0')}`,
		facets: facets(i),
		pairs: 1 + (i % 3),
		before: null,
		used: false,
	}));

function sizes(dealt: readonly number[], keep: (i: number) => boolean = () => true): number[] {
	return [1, 2, 3, 4].map((part) => dealt.filter((each, i) => each === part && keep(i)).length);
}

test('every facet is dealt evenly over the parts', () => {
	const all = clusters(103, (i) => (i < 40 ? ['domain:law'] : ['domain:medicine']));
	const dealt = dealParts(all, plan);
	for (const keep of [(i: number) => i < 40, (i: number) => i >= 40]) {
		const of = sizes(dealt, keep);
		assert.ok(Math.max(...of) - Math.min(...of) <= 1, of.join(' '));
	}
	const pairs = [1, 2, 3, 4].map((part) => all.reduce((sum, { pairs }, i) => sum + (dealt[i] === part ? pairs : 0), 0));
	assert.ok(Math.max(...pairs) - Math.min(...pairs) <= 6, pairs.join(' '));
});

test('the deal does not depend on the order that clusters are given in, but on the seed', () => {
	fc.assert(
		fc.property(fc.shuffledSubarray(clusters(40), { minLength: 40 }), (shuffled) => {
			const straight = new Map(dealParts(clusters(40), plan).map((part, i) => [clusters(40)[i]!.key, part]));
			const dealt = dealParts(shuffled, plan);
			assert.ok(shuffled.every(({ key }, i) => straight.get(key) === dealt[i]));
		}),
		{ seed: 1, numRuns: 20 },
	);
	assert.notDeepEqual(dealParts(clusters(40), plan), dealParts(clusters(40), { ...plan, seed: 1 }));
});

test('a cluster keeps the part of an earlier deal when others join', () => {
	const first = dealParts(clusters(30), plan);
	const grown = clusters(50).map((cluster, i) => (i < 30 ? { ...cluster, before: first[i]! } : cluster));
	const second = dealParts(grown, plan);
	assert.deepEqual(second.slice(0, 30), first);
	const of = sizes(second);
	assert.ok(Math.max(...of) - Math.min(...of) <= 1, of.join(' '));
});

test('what a penalty has read never monitors, whatever part it had', () => {
	const used = clusters(40).map((cluster, i) => ({ ...cluster, used: i < 25, before: i % 3 === 0 ? 4 : null }));
	const dealt = dealParts(used, plan);
	assert.ok(dealt.slice(0, 25).every((part) => part <= 2));
	assert.ok(dealt.slice(25).some((part) => part > 2));
	// With no part for the penalty, nothing is trained on.
	assert.ok(dealParts(used, { ...plan, penalty: 0 }).every((part) => part >= 1 && part <= 4));
});
