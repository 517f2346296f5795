import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/calibration/random.ts';
import type { ScoredPair } from '../../src/domain/dataset.ts';
import { MAX_CLUSTERS, promptShift, responseShift, shiftOf } from '../../src/scoring/domain-classifier.ts';
import { promptRows } from '../../src/scoring/domain-features.ts';
import { pairFeatures } from '../../src/scoring/features.ts';
import { shiftFacts } from '../../src/scoring/shift-facts.ts';

const random = seededRandom(17);
const text = (topic: string, n: number, share: number): string =>
	Array.from({ length: n }, () =>
		random.unit() < share ? `${topic}${random.index(20)}` : `w${Math.floor(300 ** random.unit())}`,
	).join(' ');

const item = (i: number, heldout: boolean, share: number) => ({
	cluster: `c${i >> 1}`,
	heldout,
	text: text(heldout ? 'law' : 'cook', 15, share),
});
const items = (n: number, share: number) => Array.from({ length: n }, (_, i) => item(i, i % 4 >= 2, share));

test('prompts of another topic pass, prompts of the same do not', () => {
	const apart = promptShift(items(240, 0.3), { seed: 1 });
	assert.equal(apart.status, 'pass');
	assert.ok(apart.auc! > 0.9);
	assert.deepEqual([apart.heldout.clusters, apart.train.clusters], [60, 60]);
	const same = promptShift(items(240, 0), { seed: 1 });
	assert.notEqual(same.status, 'pass');
	assert.ok(same.low! <= 0.5 && same.high! >= 0.5);
});

test('query words do not count, nor what stands beside them', () => {
	const tagged = items(160, 0).map((each) => ({
		...each,
		text: each.heldout ? `about tenancy ${each.text}` : each.text,
	}));
	assert.equal(promptShift(tagged, { seed: 1 }).status, 'pass');
	const without = promptShift(tagged, { seed: 1, wordsLeftOut: ['tenan*', 'about'] });
	assert.notEqual(without.status, 'pass');
	assert.deepEqual(without.words_left_out, ['tenan*', 'about']);
	const twice = ['w1 about tenancy w2', 'w1 about tenancy w2'];
	assert.equal(promptRows(twice, [0, 1], []).columns, 7);
	assert.equal(promptRows(twice, [0, 1], ['tenan*', 'about']).columns, 2);
	const plain = promptShift(
		tagged.map((each) => ({ ...each, text: each.text.replace('about tenancy ', '') })),
		{ seed: 1 },
	);
	assert.ok(Math.abs(plain.auc! - without.auc!) < 0.02);
});

const say = (content: string) => [{ role: 'assistant', content }];
const pair = (i: number, heldout: boolean, chosen: string, rejected: string): ScoredPair => ({
	comparison: `k${i}`,
	prompt: `p${i}`,
	cluster: `c${i}`,
	split: heldout ? 'heldout_reference' : 'train',
	facets: [],
	turns: { messages: [{ role: 'user', content: `question w${i % 7} w${i % 11}` }] },
	chosen: say(chosen),
	rejected: say(rejected),
	chosenSide: 'a',
	y: 1,
	decided: true,
	weight: 1,
	source: null,
});

test('which response won moves no figure: preferences that turn around are no shift of inputs', () => {
	const long = Array.from({ length: 160 }, () => [text('x', 40, 0), text('x', 12, 0)] as const);
	// Train prefers long, held-out short.
	const turned = long.map(([a, b], i) => (i % 2 === 1 ? pair(i, true, b, a) : pair(i, false, a, b)));
	const plain = long.map(([a, b], i) => pair(i, i % 2 === 1, a, b));
	const [one, other] = [turned, plain].map((pairs) => shiftOf(pairs, { seed: 3 }));
	assert.deepEqual(one, other);
	assert.notEqual(one!.responses.status, 'pass');
	assert.ok(one!.responses.low! <= 0.5 && one!.responses.high! >= 0.5);
});

test('responses that differ otherwise are told apart, alike from texts and from the features of a fit', async () => {
	const pairs = Array.from({ length: 160 }, (_, i) => {
		const heldout = i % 2 === 1;
		return pair(i, heldout, text('x', heldout ? 60 : 20, 0), text('x', 15, 0));
	});
	const { x } = await pairFeatures(pairs, () => Int32Array.from(pairs, (_, i) => i));
	const [fromTexts, fromFit] = [shiftOf(pairs, { seed: 3 }), shiftOf(pairs, { seed: 3, x })];
	assert.equal(fromTexts.responses.status, 'pass');
	assert.ok(Math.abs(fromTexts.responses.auc! - fromFit.responses.auc!) < 0.005);
	assert.deepEqual(fromTexts.prompts, fromFit.prompts);
});

test('E and eval take no part, a cluster on both sides is held-out, few clusters say so', () => {
	const pairs = Array.from({ length: 60 }, (_, i) => pair(i, i % 2 === 1, text('x', 20, 0), text('x', 12, 0)));
	const more = [...pairs, { ...pair(70, true, 'a b c', 'd'), split: 'heldout_sealed' as const }];
	assert.deepEqual(shiftOf(more, { seed: 3 }), shiftOf(pairs, { seed: 3 }));
	const spanning = shiftOf([...pairs, { ...pair(71, false, 'a b c', 'd'), cluster: 'c1' }], { seed: 3 });
	assert.equal(spanning.prompts.train.n, 30);
	const few = shiftOf(pairs.slice(0, 12), { seed: 3 });
	assert.deepEqual([few.prompts.status, few.prompts.low], ['insufficient', null]);
	assert.equal(
		shiftOf(
			pairs.filter((each) => each.split === 'train'),
			{ seed: 3 },
		).prompts.auc,
		null,
	);
});

test('permutation p is small where sides differ and not where they do not; a large workspace is sampled and says so', () => {
	assert.equal(promptShift(items(64, 0.5), { seed: 1, permutations: 19 }).p, 1 / 20);
	assert.ok(promptShift(items(64, 0), { seed: 1, permutations: 19 }).p! > 0.05);
	const many = Array.from({ length: 2 * MAX_CLUSTERS + 400 }, (_, i) => ({
		cluster: `c${i}`,
		heldout: i % 2 === 0,
		text: `w${i % 5} w${i % 3}`,
	}));
	const sampled = promptShift(many, { seed: 1 });
	assert.deepEqual([sampled.heldout.clusters, sampled.train.clusters], [MAX_CLUSTERS, MAX_CLUSTERS]);
	assert.match(sampled.reason!, /sample/);
});

test('the same prompts with other seeds and order: same sides, and the same seed gives the same figures', async () => {
	const some = items(120, 0.1);
	const item = (side: boolean) => some.filter((each) => each.heldout === side);
	assert.deepEqual(promptShift(some, { seed: 4 }), promptShift(some, { seed: 4 }));
	const sorted = promptShift([...item(true), ...item(false)], { seed: 4 });
	assert.ok(Math.abs(sorted.auc! - promptShift(some, { seed: 4 }).auc!) < 0.01);
	const pairs = some.map((each) => ({ ...each, prompt: each.text, a: each.text, b: 'short' }));
	const swapped = pairs.map((each) => ({ ...each, a: each.b, b: each.a }));
	assert.deepEqual(responseShift(pairs, { seed: 4 }), responseShift(swapped, { seed: 4 }));
});

test('facts name what differs: lengths with a test, and how far the response differences lie apart', () => {
	const prompts = items(240, 0).map((each) => ({
		...each,
		text: each.heldout ? `${each.text} ${each.text}` : each.text,
	}));
	const pairs = (stretch: number) =>
		items(240, 0).map((each) => ({
			...each,
			prompt: 'q',
			a: text('x', each.heldout ? stretch : 12, 0),
			b: text('x', 12, 0),
		}));
	const { lengths, responses, heldout, train } = shiftFacts(prompts, pairs(60), 1);
	assert.deepEqual([heldout, train], [60, 60]);
	const [prompt, response] = lengths;
	assert.ok(prompt!.what === 'prompt' && prompt!.longer > 0.95 && prompt!.p < 1e-6 && prompt!.heldout > prompt!.train);
	assert.ok(response!.what === 'response' && response!.d > 0.9);
	const same = shiftFacts(items(240, 0), pairs(12), 1);
	assert.ok(same.lengths.every(({ p }) => p > 0.001));
	assert.ok(responses!.energy > 5 * same.responses!.energy && responses!.mmd2 > 0.1 && same.responses!.mmd2 < 0.05);
	assert.deepEqual(shiftFacts([], [], 1), { heldout: 0, train: 0, lengths: [], responses: null });
});
