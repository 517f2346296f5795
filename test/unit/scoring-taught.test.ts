import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/calibration/random.ts';
import { fitProbe } from '../../src/scoring/probe.ts';
import { taughtFeatures } from '../../src/scoring/taught-features.ts';
import { makeDataset, SHIFTED } from './scoring-support.ts';

const dataset = makeDataset({
	...SHIFTED,
	train: { pairs: 120, noise: 0.1 },
	heldout_reference: { pairs: 40, noise: 0.3 },
});
const family = await fitProbe(dataset, 1);

test('the words that people preferred come first, by name, with their sign', () => {
	const features = taughtFeatures(family, 0);
	const grams = features.filter(({ kind }) => kind === 'ngram');
	assert.deepEqual(
		grams
			.slice(0, 2)
			.map(({ name }) => name)
			.sort(),
		['kind', 'rude'],
	);
	assert.ok(grams.find(({ name }) => name === 'kind')!.weight > 0);
	assert.ok(grams.find(({ name }) => name === 'rude')!.weight < 0);
	assert.ok(features.some(({ kind }) => kind === undefined));
	const standardised = features.map((feature) => Math.abs(feature.standardised!));
	assert.deepEqual(
		standardised,
		standardised.toSorted((x, y) => y - x),
	);
	assert.ok(grams.length <= 20 && features.length - grams.length <= 12);
});

test('an n-gram of fewer than five clusters is never named', () => {
	for (const { kind, clusters } of taughtFeatures(family, 0)) if (kind === 'ngram') assert.ok(clusters! >= 5);
	const rare = 'xylophonist';
	const marked = dataset.pairs.map((pair, i) =>
		pair.split === 'train' && i % 30 === 0
			? { ...pair, chosen: [{ role: 'assistant', content: `${rare} ${rare} ${pair.chosen[0]!.content}` }] }
			: pair,
	);
	const clusters = new Set(marked.filter((p) => p.chosen[0]!.content!.includes(rare)).map((p) => p.cluster)).size;
	assert.ok(clusters >= 2 && clusters < 5, `${clusters}`);
	return fitProbe({ ...dataset, pairs: marked }, 1).then((other) => {
		assert.ok(!JSON.stringify(taughtFeatures(other, 0)).includes(rare));
	});
});

test('nothing of E, eval or retention has a say', async () => {
	const random = seededRandom(1);
	const others = dataset.pairs.map((pair) =>
		pair.split === 'heldout_sealed' || pair.split === 'eval'
			? { ...pair, chosen: [{ role: 'assistant', content: `secret ${random.unit()} secret secret kind` }] }
			: pair,
	);
	const changed = await fitProbe({ ...dataset, pairs: others }, 1);
	assert.deepEqual(taughtFeatures(changed, 0), taughtFeatures(family, 0));
});

test('weights whose sign differs between fold models are left out', () => {
	const { points } = family;
	const unsteady = {
		...family,
		points: points.map((point) => ({ ...point, steady: new Uint8Array(point.steady.length) })),
	};
	assert.deepEqual(taughtFeatures(unsteady, 0), []);
});
