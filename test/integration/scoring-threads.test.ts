import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairFeatures } from '../../src/scoring/features.ts';
import { solvePath } from '../../src/scoring/path.ts';
import { inline, pool, type Threads } from '../../src/scoring/threads.ts';
import { makePairs } from '../unit/scoring-support.ts';

const pairs = [
	...makePairs('train', { pairs: 60, perCluster: 2, y: [1, 0.75] }),
	...makePairs('heldout_reference', { pairs: 20, likes: 'rude', dislikes: 'kind' }),
	...makePairs('eval', { pairs: 10 }),
];

async function fitted(threads: Threads): Promise<string> {
	try {
		const features = await pairFeatures(pairs, () => Int32Array.from(pairs, (_, i) => (i < 80 ? i : -1)), { threads });
		const points = await solvePath(
			features,
			{
				train: Int32Array.from({ length: 60 }, (_, i) => i),
				reference: Int32Array.from({ length: 20 }, (_, i) => 60 + i),
				usesReference: true,
				evaluated: Int32Array.from({ length: 10 }, (_, i) => 80 + i),
				fold: Int32Array.from(pairs, (_, i) => (i < 80 ? (i >> 1) % 5 : -1)),
				folds: 5,
				y: Float64Array.from(pairs, (pair) => pair.y),
				weight: Float64Array.from(pairs, (_, i) => 1 + (i % 2)),
			},
			[0, 0.3, 1],
			{ threads },
		);
		return JSON.stringify(
			[[...features.x.dense], [...features.buckets], points.map((point) => Object.entries(point))],
			(_, v) => (ArrayBuffer.isView(v) ? [...(v as Float64Array)] : v),
		);
	} finally {
		threads.close();
	}
}

test('the same bytes come back from this thread, from one and from three', async () => {
	const alone = await fitted(inline());
	assert.equal(await fitted(pool(1)), alone);
	assert.equal(await fitted(pool(3)), alone);
});

test('closing ends what runs and what waits', async () => {
	const threads = pool(1);
	const texts = { prompts: ['a'], chosen: ['b'], rejected: ['c'] };
	const open = [threads.read(texts), threads.read(texts)];
	threads.close();
	for (const each of open) await assert.rejects(each, /closed/);
	await assert.rejects(threads.read(texts), /closed/);
});

test('what a thread throws comes back as the error of its task, and the thread goes on', async () => {
	const threads = pool(1);
	await assert.rejects(threads.read({ prompts: ['a'], chosen: [], rejected: [] }));
	const { start } = await threads.read({ prompts: ['a'], chosen: ['b'], rejected: ['c'] });
	assert.deepEqual([...start], [0, 2]);
	threads.close();
});

test('with many tasks at hand, each gets its own answer, one that fails among them', async () => {
	const threads = pool(2);
	const reads = Array.from({ length: 24 }, (_, i) =>
		i === 7
			? threads.read({ prompts: ['a'], chosen: [], rejected: [] })
			: threads.read({ prompts: ['a'], chosen: ['b '.repeat(i)], rejected: ['c'] }),
	);
	const settled = await Promise.allSettled(reads);
	const lengths = settled.map((each) => (each.status === 'fulfilled' ? Math.round(each.value.named[1]! * 1000) : null));
	// Characters of chosen − those of rejected, which has one.
	assert.deepEqual(
		lengths,
		settled.map((_, i) => (i === 7 ? null : 2 * i - 1)),
	);
	threads.close();
});
