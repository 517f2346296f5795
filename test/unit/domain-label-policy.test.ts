import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judgment, Verdict } from '../../src/domain/judgment.ts';
import { LABEL_POLICIES, labelPolicy, labelUnder, resolutionUnder } from '../../src/domain/label-policy.ts';
import { type Resolved, resolve } from '../../src/domain/resolution.ts';

function resolved(said: string, adjudicated: Verdict | null = null): Resolved {
	const latest = said.split(' ').map((verdict, i) => ({ annotator: `p${i}`, verdict }) as unknown as Judgment);
	return resolve(latest, adjudicated);
}

/** Labels of the three policies in their order. */
function labels(of: Resolved): (number | null)[] {
	return LABEL_POLICIES.map((policy) =>
		of.y === null ? null : (labelUnder(policy, { y: of.y, winner: of.winner }, of)?.y ?? null),
	);
}

test('vote share keeps the share, strict majority makes it 1, 0 or ½, adjudicated only takes what was adjudicated', () => {
	assert.deepEqual(labels(resolved('a a b')), [2 / 3, 1, null]);
	assert.deepEqual(labels(resolved('b b a')), [1 / 3, 0, null]);
	assert.deepEqual(labels(resolved('a b')), [0.5, null, null], 'disputed: in no majority');
	assert.deepEqual(labels(resolved('tie tie a')), [2 / 3, 0.5, null], 'most say tie');
	assert.deepEqual(labels(resolved('a a tie b')), [0.625, null, null]);
	assert.deepEqual(labels(resolved('a b', 'b')), [0, 0, 0]);
	assert.deepEqual(labels(resolved('a a', 'tie')), [0.5, 0.5, 0.5]);
});

test('an export writes the majority, the side with more votes, or what was adjudicated', () => {
	const of = (state: Resolved) => LABEL_POLICIES.map((policy) => resolutionUnder(policy, state));
	assert.deepEqual(of(resolved('a a b')), ['a', 'a', 'not_adjudicated']);
	assert.deepEqual(of(resolved('b b tie a')), ['b', 'disputed', 'not_adjudicated']);
	assert.deepEqual(of(resolved('a b')), ['disputed', 'disputed', 'not_adjudicated']);
	assert.deepEqual(of(resolved('a b', 'b')), ['b', 'b', 'b']);
	assert.deepEqual(of(resolved('both_bad both_bad a')), ['both_bad', 'both_bad', 'not_adjudicated']);
	assert.deepEqual(of(resolve([], null)), ['open', 'open', 'open']);
});

test('a policy that this version does not know is read as the default', () => {
	assert.equal(labelPolicy('adjudicated-only'), 'adjudicated-only');
	assert.equal(labelPolicy('median-of-means'), 'vote-share');
	assert.equal(labelPolicy(undefined), 'vote-share');
});
