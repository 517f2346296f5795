import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judgment, Strength, Verdict } from '../../src/domain/judgment.ts';
import { resolve } from '../../src/domain/resolution.ts';

function vote(annotator: string, verdict: Verdict, strength?: Strength): Judgment {
	return {
		id: `${annotator}-${verdict}`,
		comparison: 'c',
		annotator,
		verdict,
		...(strength === undefined ? {} : { strength }),
		kind: 'first',
		blind: true,
		at: null,
		imported: false,
	};
}

test('a strict majority of named people wins; the share of votes is the target', () => {
	const r = resolve([vote('ann', 'a'), vote('ben', 'a'), vote('cem', 'b')], null);
	assert.equal(r.resolution, 'a');
	assert.equal(r.winner, 'a');
	assert.equal(r.by, 'people');
	assert.equal(r.y, 2 / 3);
});

test('half is not a majority: disputed, still with a target', () => {
	const r = resolve([vote('ann', 'a'), vote('ben', 'b')], null);
	assert.equal(r.resolution, 'disputed');
	assert.equal(r.winner, null);
	assert.equal(r.y, 0.5);
});

test('a source label counts only while nobody named has judged', () => {
	assert.deepEqual(resolve([vote('source:import', 'b')], null).winner, 'b');
	const r = resolve([vote('source:import', 'b'), vote('ann', 'a')], null);
	assert.equal(r.winner, 'a');
	assert.equal(r.votes, 1);
	assert.equal(resolve([vote('source:import', 'b')], null).by, 'source');
});

test('a machine judge is never a vote', () => {
	const r = resolve([vote('model:judge', 'a')], null);
	assert.equal(r.resolution, 'open');
	assert.equal(r.y, null);
	assert.equal(resolve([vote('model:judge', 'a'), vote('ann', 'b')], null).y, 0);
});

test('both bad never votes on which is better, but can be the resolution', () => {
	assert.equal(resolve([vote('ann', 'both_bad'), vote('ben', 'both_bad'), vote('cem', 'a')], null).y, null);
	const minority = resolve([vote('ann', 'both_bad'), vote('ben', 'a'), vote('cem', 'a')], null);
	assert.equal(minority.resolution, 'a');
	assert.equal(minority.y, 1);
	assert.equal(minority.votes, 2);
	const disputed = resolve([vote('ann', 'both_bad'), vote('ben', 'a')], null);
	assert.equal(disputed.resolution, 'disputed');
	assert.equal(disputed.y, 1);
});

test('a tie counts a half', () => {
	assert.equal(resolve([vote('ann', 'a'), vote('ben', 'tie')], null).y, 0.75);
	assert.equal(resolve([vote('ann', 'tie')], null).resolution, 'tie');
});

test('adjudication stands above every vote', () => {
	const votes = [vote('ann', 'a'), vote('ben', 'a')];
	assert.deepEqual(resolve(votes, 'b'), {
		resolution: 'b',
		by: 'adjudication',
		y: 0,
		votes: 2,
		weight: 1,
		winner: 'b',
	});
	assert.equal(resolve(votes, 'tie').y, 0.5);
	assert.equal(resolve(votes, 'both_bad').y, null);
});

test('strength weighs ½, 1, 1½, missing 1, averaged over the votes', () => {
	assert.equal(resolve([vote('ann', 'a', 1), vote('ben', 'a', 3)], null).weight, 1);
	assert.equal(resolve([vote('ann', 'a', 1)], null).weight, 0.5);
	assert.equal(resolve([vote('ann', 'a')], null).weight, 1);
});
