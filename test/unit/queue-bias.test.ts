import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededUnit, sha256 } from '../../src/domain/identity.ts';
import { Assignment } from '../../src/domain/queue-assignment.ts';
import { orderKey } from '../../src/store/comparison-rows.ts';

const WORKSPACES = 80;
const PAIRS = 160;
const PART_DONE = { ana: 0.8, bo: 0.5 } as const;
/** Mean confidence of a calibrated model whose confidence is ½ + u²/2. */
const ACCURACY = 0.5 + 1 / 6;

interface Simulated {
	readonly id: string;
	readonly confidence: number;
	readonly right: boolean;
}

function world(seed: number): Simulated[] {
	return Array.from({ length: PAIRS }, (_, i) => {
		const id = sha256(`${seed}/${i}`);
		const confidence = 0.5 + seededUnit('confidence', id) ** 2 / 2;
		return { id, confidence, right: seededUnit('label', id) < confidence };
	});
}

/** Two people at work on eval, each some way into their own part; what a metric sees is what comes before the first not judged. */
function judgedPrefix(pairs: readonly Simulated[], order: (pair: Simulated) => number, seed: string): Simulated[] {
	const assignment = new Assignment(seed, ['ana', 'bo'], { train: 0, eval: 0, heldout: 0, retention: 0 });
	const ordered = pairs.map((pair) => ({ ...pair, key: order(pair) })).sort((x, y) => x.key - y.key);
	const judged = new Set<string>();
	for (const person of ['ana', 'bo'] as const) {
		const part = ordered.filter(({ id }) => assignment.assignees(id, 1)[0] === person);
		for (const { id } of part.slice(0, Math.round(part.length * PART_DONE[person]))) judged.add(id);
	}
	const end = ordered.findIndex(({ id }) => !judged.has(id));
	return ordered.slice(0, end);
}

/** Accuracy over the judged prefixes of many workspaces, and how many standard deviations it lies off the truth. */
function halfway(order: (seed: string) => (pair: Simulated) => number) {
	let n = 0;
	let right = 0;
	for (let i = 0; i < WORKSPACES; i++) {
		const seed = `workspace ${i}`;
		const prefix = judgedPrefix(world(i), order(seed), seed);
		n += prefix.length;
		right += prefix.filter((pair) => pair.right).length;
	}
	return { n, accuracy: right / n, off: (right - n * ACCURACY) / Math.sqrt(n * ACCURACY * (1 - ACCURACY)) };
}

test('accuracy from a half-finished queue of eval is unbiased: the seeded order knows nothing of the model', () => {
	const { n, off, accuracy } = halfway(
		(seed) =>
			({ id }) =>
				orderKey(seed, id),
	);
	assert.ok(n > (WORKSPACES * PAIRS) / 3, 'about half was judged');
	assert.ok(Math.abs(off) < 4, `accuracy ${accuracy} over ${n}, ${ACCURACY} was true: ${off} standard deviations`);
});

test('an order by uncertainty on eval would have shown a far worse model, and one by confidence a far better one', () => {
	const uncertain = halfway(
		() =>
			({ confidence }) =>
				confidence,
	);
	const confident = halfway(
		() =>
			({ confidence }) =>
				-confidence,
	);
	assert.ok(uncertain.off < -10 && confident.off > 10, JSON.stringify({ uncertain, confident }));
	assert.ok(ACCURACY - uncertain.accuracy > 0.08 && confident.accuracy - ACCURACY > 0.08);
});
