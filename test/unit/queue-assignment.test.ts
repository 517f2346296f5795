import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../src/domain/identity.ts';
import { Assignment } from '../../src/domain/queue-assignment.ts';

const ids = Array.from({ length: 6_000 }, (_, i) => sha256(`comparison ${i}`));
const overlap = { train: 0.15, eval: 0, heldout: 1, retention: 0.5 };
const of = (people: readonly string[], seed = 's') => new Assignment(seed, people, overlap);

/** More than five standard deviations off a binomial share: once in 10⁶. */
function near(count: number, n: number, share: number): void {
	const off = Math.abs(count - n * share) / Math.sqrt(n * share * (1 - share));
	assert.ok(off < 5, `${count} of ${n} where ${share} was expected`);
}

test('the share of comparisons that two people judge is that of their split', () => {
	const assignment = of(['ana']);
	for (const split of ['train', 'retention'] as const) {
		near(ids.filter((id) => assignment.wanted(id, split) === 2).length, ids.length, overlap[split]);
	}
	assert.ok(ids.every((id) => assignment.wanted(id, 'heldout') === 2));
	assert.ok(ids.every((id) => assignment.wanted(id, 'eval') === 1));
});

test('everyone has an equal part, whoever is asked and in whatever order people are named', () => {
	const people = ['ana', 'bo', 'cy', 'Zoë'];
	const assignment = of(people);
	const turned = of([...people].reverse());
	const counts = new Map<string, number>();
	for (const id of ids) {
		const pair = assignment.assignees(id, 2);
		assert.deepEqual(turned.assignees(id, 2), pair);
		assert.equal(new Set(pair).size, 2);
		assert.deepEqual(assignment.assignees(id, 1), pair.slice(0, 1));
		for (const person of pair) counts.set(person, (counts.get(person) ?? 0) + 1);
	}
	for (const person of people) near(counts.get(person) ?? 0, ids.length, 0.5);
	assert.notDeepEqual(
		ids.map((id) => of(people, 'other').assignees(id, 1)),
		ids.map((id) => assignment.assignees(id, 1)),
	);
});

test('a newcomer takes a fair share from each, and nothing moves between the others', () => {
	const before = of(['ana', 'bo', 'cy']);
	const after = of(['ana', 'bo', 'cy', 'dee']);
	const taken = new Map<string, number>();
	for (const id of ids) {
		const [was] = before.assignees(id, 1);
		const [is] = after.assignees(id, 1);
		if (is === was) continue;
		assert.equal(is, 'dee');
		taken.set(was as string, (taken.get(was as string) ?? 0) + 1);
	}
	for (const person of ['ana', 'bo', 'cy']) near(taken.get(person) ?? 0, ids.length, 1 / 12);
});

test('who cannot judge a comparison is passed over for it; somebody alone has everything', () => {
	const assignment = of(['ana', 'bo', 'cy']);
	for (const id of ids.slice(0, 200)) {
		const [first, second] = assignment.assignees(id, 2);
		assert.deepEqual(assignment.assignees(id, 1, new Set([first as string])), [second]);
		assert.deepEqual(assignment.assignees(id, 2, new Set(['ana', 'bo', 'cy'])), []);
		assert.deepEqual(of(['ana']).assignees(id, 2), ['ana']);
	}
});

test('the comparisons judged twice are spread over everybody’s part', () => {
	const assignment = of(['ana', 'bo']);
	const twice = ids.filter((id) => assignment.wanted(id, 'train') === 2);
	near(twice.filter((id) => assignment.assignees(id, 1)[0] === 'ana').length, twice.length, 0.5);
});
