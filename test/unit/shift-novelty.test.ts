import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/calibration/random.ts';
import { type NoveltyItem, novelty, sampleClusters } from '../../src/shift/novelty.ts';

const random = seededRandom(7);
const topic = (name: string, n: number): NoveltyItem[] =>
	Array.from({ length: n }, (_, i) => ({
		text: Array.from({ length: 12 }, () => `${name}${random.index(25)}`).join(' '),
		cluster: `${name}/${i}`,
	}));

test('prompts about what train is about are known, others are novel, and the reason is the nearest train prompt', () => {
	const train = topic('cook', 120);
	const queries = [...topic('cook', 40), ...topic('law', 10), { text: `${train[3]!.text} law1`, cluster: 'new' }];
	const found = novelty({ train, queries });
	assert.equal(found.k, 10);
	const beyond = [...found.scores].map((score) => score > found.threshold!);
	assert.ok(beyond.slice(0, 40).filter(Boolean).length <= 8);
	assert.ok(beyond.slice(40, 50).every(Boolean));
	assert.deepEqual(found.nearest[41], []);
	assert.equal(found.nearest[50]![0]!.train, 3);
	assert.ok(found.nearest[50]![0]!.similarity > 0.8);
});

test('the threshold is what 95 % of train prompts stay below, each left out with its cluster', () => {
	const found = novelty({ train: topic('cook', 100), queries: [] });
	const above = [...found.leftOut.scores].filter((score) => score > found.threshold!).length;
	assert.ok(above <= 5 && above >= 3);
	assert.equal(found.leftOut.train.length, 100);
});

test('copies inside train make nothing known: a cluster counts once, and its own not at all', () => {
	const once = topic('cook', 60);
	const odd = { text: 'quantum chromodynamics of gluons', cluster: 'odd' };
	const copies = Array.from({ length: 50 }, () => odd);
	const alone = novelty({ train: [...once, odd], queries: [odd, { ...odd, cluster: 'new' }] });
	const copied = novelty({ train: [...once, ...copies], queries: [odd, { ...odd, cluster: 'new' }] });
	assert.deepEqual([...alone.scores], [1, 1]);
	assert.deepEqual([...copied.scores], [1, 1]);
	assert.deepEqual(copied.nearest[0], []);
	assert.ok(copied.nearest[1]![0]!.similarity > 0.999);
	assert.equal(copied.nearest[1]!.length, 1);
});

test('the same input gives the same figures, and too small a train says why there are none', () => {
	const train = topic('cook', 50);
	const queries = topic('cook', 5);
	assert.deepEqual(novelty({ train, queries }), novelty({ train, queries }));
	const small = novelty({ train: [train[0]!, { ...train[1]!, cluster: train[0]!.cluster }], queries });
	assert.deepEqual([small.threshold, small.k], [null, 0]);
	assert.match(small.reason!, /at least 2 clusters/);
});

test('a sample takes whole clusters, whatever order they came in, and no cluster has all the room', () => {
	const clusters = Array.from({ length: 300 }, (_, i) => `c${i % 100}`);
	const taken = sampleClusters(clusters, 150, 3);
	assert.equal(taken.length, 150);
	const names = new Set([...taken].map((i) => clusters[i]));
	assert.equal(names.size, 50);
	const reversed = clusters.toReversed();
	assert.deepEqual(new Set([...sampleClusters(reversed, 150, 3)].map((i) => reversed[i])), names);
	assert.equal(sampleClusters(clusters, 300, 3).length, 300);
	assert.equal(sampleClusters(clusters, 300, 3, 20).length, 60);
	assert.equal(
		sampleClusters(
			Array.from({ length: 50 }, () => 'one'),
			10,
			3,
		).length,
		10,
	);
	const giant = [...Array.from({ length: 1_000 }, () => 'giant'), ...clusters];
	assert.ok(new Set([...sampleClusters(giant, 100, 3)].map((i) => giant[i])).size >= 30);
});
