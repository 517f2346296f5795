import assert from 'node:assert/strict';
import { test } from 'node:test';
import { words } from '../../src/domain/tokens.ts';
import { DENSE_FEATURES, denseFeatures, wordFacts } from '../../src/scoring/dense-features.ts';
import { pairFeatures } from '../../src/scoring/features.ts';
import { forEachGram, wordHashes } from '../../src/scoring/grams.ts';
import { makePairs } from './scoring-support.ts';

test('words are found in any script', () => {
	assert.deepEqual(words("Don’t STOP—it’s 3 o'clock"), ["don't", 'stop', "it's", '3', "o'clock"]);
	assert.deepEqual(words('naïve Ünïcode résumé'), ['naïve', 'ünïcode', 'résumé']);
	assert.deepEqual(words('שלום עולם'), ['שלום', 'עולם']);
	assert.deepEqual(words('我喜欢茶'), ['我喜', '喜欢', '欢茶']);
	assert.deepEqual(words('茶'), ['茶']);
	assert.deepEqual(words('ﬁne'), ['fine']);
	assert.deepEqual(words(' … !'), []);
});

test('swapping the sides negates every feature', async () => {
	const pairs = makePairs('train', { pairs: 12 });
	const swapped = pairs.map((pair) => ({ ...pair, chosen: pair.rejected, rejected: pair.chosen }));
	const clusters = Int32Array.from(pairs, (_, i) => i);
	const one = await pairFeatures(pairs, () => clusters);
	const two = await pairFeatures(swapped, () => clusters);
	const { start, mid, column } = one.x;
	assert.deepEqual(start, two.x.start);
	for (let i = 0; i < pairs.length; i++) {
		const plus = column.subarray(start[i]!, mid[i]!);
		const minus = column.subarray(mid[i]!, start[i + 1]!);
		assert.deepEqual(two.x.column.subarray(start[i]!, two.x.mid[i]!), minus);
		assert.deepEqual(two.x.column.subarray(two.x.mid[i]!, start[i + 1]!), plus);
	}
	assert.ok(one.x.dense.every((v, i) => v === -two.x.dense[i]!));
	assert.ok(column.length > 0);
	assert.equal(one.denseNames.length, DENSE_FEATURES.length);
});

test('an n-gram of a single fitting cluster has no column, and evaluation splits make none', async () => {
	const pairs = makePairs('train', { pairs: 4 });
	const once = await pairFeatures(pairs, () => Int32Array.of(0, 0, 0, 0));
	assert.equal(once.x.columns, 0);
	const evaluation = await pairFeatures(pairs, () => Int32Array.of(-1, -1, -1, -1));
	assert.equal(evaluation.x.columns, 0);
	assert.ok((await pairFeatures(pairs, () => Int32Array.of(0, 1, 2, 3))).x.columns > 0);
});

test('own features join the dense block behind the named ones, or replace everything else', async () => {
	const pairs = makePairs('train', { pairs: 3 });
	const own = { names: ['one', 'two'], width: 2, values: Float32Array.of(1, 2, 3, 4, 5, 6) };
	const clusters = Int32Array.of(0, 1, 2);
	const alone = await pairFeatures(pairs, () => clusters);
	const joined = await pairFeatures(pairs, () => clusters, { own: { ...own, mode: 'join' } });
	assert.deepEqual(joined.denseNames, [...DENSE_FEATURES, 'one', 'two']);
	assert.equal(joined.x.columns, alone.x.columns);
	const named = DENSE_FEATURES.length;
	assert.deepEqual([...joined.x.dense.subarray(named, named + 2)], [1, 2]);
	assert.deepEqual(
		[...joined.x.dense.subarray(named + 2, 2 * named + 2)],
		[...alone.x.dense.subarray(named, 2 * named)],
	);
	const replaced = await pairFeatures(pairs, () => clusters, { own: { ...own, mode: 'replace' } });
	assert.deepEqual(replaced.denseNames, ['one', 'two']);
	assert.equal(replaced.x.columns, 0);
	assert.deepEqual([...replaced.x.dense], [1, 2, 3, 4, 5, 6]);
	await assert.rejects(
		pairFeatures(pairs, () => clusters, { own: { ...own, width: 3, mode: 'join' } }),
		RangeError,
	);
});

test('every column names the bucket of an n-gram of the texts', async () => {
	const pairs = makePairs('train', { pairs: 6 });
	const { buckets, x } = await pairFeatures(pairs, () => Int32Array.from(pairs, (_, i) => i));
	assert.equal(buckets.length, x.columns);
	const grams = new Set<number>();
	for (const pair of pairs) {
		for (const side of [pair.chosen, pair.rejected])
			forEachGram(wordHashes(words(side[0]!.content!)), (bucket) => grams.add(bucket));
	}
	assert.ok(buckets.every((bucket) => grams.has(bucket)));
});

test('named features see lists, code, refusals, hedges and overlap with the prompt', async () => {
	const [pair] = makePairs('train', { pairs: 1 });
	const made = {
		...pair!,
		turns: { messages: [{ role: 'user', content: 'How do magnets work?' }] },
		chosen: [{ role: 'assistant', content: '- Magnets work\n- perhaps by `spin`' }],
		rejected: [{ role: 'assistant', content: "I'm sorry, I can't say." }],
	};
	const { x, denseNames } = await pairFeatures([made], () => Int32Array.of(0));
	const at = (name: string): number => x.dense[denseNames.indexOf(name)]!;
	for (const name of ['list items', 'code', 'hedges', 'overlap with the prompt', 'lines'])
		assert.ok(at(name) > 0, name);
	for (const name of ['refusals', 'negations', 'politeness', 'speaks of itself']) assert.ok(at(name) < 0, name);
	assert.equal(at('questions'), 0);
});

test('what is counted in a text: every pattern, at its edges and in other scripts', () => {
	const counts = (text: string): Record<string, number> => {
		const tokens = words(text);
		const values = denseFeatures(text, wordFacts(tokens, wordHashes(tokens), new Int32Array(0)));
		const names = 'sentences,lines,list items,code,headings and bold,links,numbers,questions,exclamations,refusals';
		return Object.fromEntries(
			names
				.split(',')
				.map((name) => [name, Math.round(Math.expm1(values[(DENSE_FEATURES as readonly string[]).indexOf(name)]!))]),
		);
	};
	const none = { sentences: 0, lines: 0, 'list items': 0, code: 0, 'headings and bold': 0, links: 0, numbers: 0 };
	const rest = { questions: 0, exclamations: 0, refusals: 0 };
	assert.deepEqual(counts('Really?! Yes. a.b 好。'), { ...none, ...rest, sentences: 3, questions: 1, exclamations: 1 });
	assert.deepEqual(counts('- a\n 12) b\n1234. c\n• d\n-e'), {
		...none,
		...rest,
		lines: 4,
		'list items': 3,
		numbers: 2,
		sentences: 1,
	});
	assert.deepEqual(counts('``` `x` ``y` **b** ***c** ## no'), { ...none, ...rest, code: 3, 'headings and bold': 2 });
	assert.deepEqual(counts('# one\n####### no\n## **two**'), { ...none, ...rest, lines: 2, 'headings and bold': 3 });
	assert.deepEqual(counts('http://a https://b htt 3 45 ٣٤ x6'), { ...none, ...rest, links: 2, numbers: 4 });
	assert.deepEqual(counts("I’m sorry I can't. AS AN AI hi cannot alas an ai"), {
		...none,
		...rest,
		sentences: 1,
		refusals: 3,
	});
});
