import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '../../src/calibration/random.ts';
import { findNearDuplicates } from '../../src/shift/near-duplicates.ts';
import { jaccard, shingles } from '../../src/shift/shingles.ts';

/** Texts of which many are another with words changed, added or set in capitals; every third seed has few different words. */
function relatedTexts(random: Random, few: boolean): string[] {
	const word = (): string => `W${Math.floor((few ? 12 : 400) ** random.unit())}`;
	const texts: string[] = [];
	for (let i = 0; i < 70; i++) {
		if (i < 20 || random.unit() < 0.3) {
			texts.push(Array.from({ length: random.index(80) }, word).join(' '));
			continue;
		}
		const words = texts[random.index(i)]!.split(' ');
		for (let k = random.index(3); k > 0; k--) words[random.index(words.length)] = word();
		if (random.unit() < 0.3) words.push(random.unit() < 0.2 ? 'caf\u00e9\u2028’ﬁn' : word());
		texts.push(random.unit() < 0.5 ? words.join(' ') : words.join('\n\t').toLowerCase());
	}
	return texts;
}

test('the join finds every pair at the threshold, with its exact similarity, and no other', () => {
	for (let seed = 0; seed < 6; seed++) {
		const texts = relatedTexts(seededRandom(seed), seed % 3 === 0);
		const sets = texts.map(shingles);
		for (const threshold of [0.8, 0.5, 1]) {
			const { copyOf, pairs, complete } = findNearDuplicates(texts, threshold);
			assert.ok(complete);
			const found = new Map(pairs.map(({ a, b, similarity }) => [`${a} ${b}`, similarity]));
			for (let i = 0; i < texts.length; i++) {
				for (let j = i + 1; j < texts.length; j++) {
					const exact = jaccard(sets[i]!, sets[j]!);
					const [a, b] = [copyOf[i]!, copyOf[j]!].sort((x, y) => x - y);
					const joined = a === b ? 1 : found.get(`${a} ${b}`);
					assert.equal(joined, exact >= threshold ? exact : undefined, `seed ${seed}, ${threshold}: ${i} and ${j}`);
				}
			}
		}
	}
});

test('groups are what copies and near pairs reach, named after their first text', () => {
	const words = Array.from({ length: 60 }, (_, i) => `w${i}`);
	const texts = [
		'something else that has more than five words',
		words.join(' '),
		[...words, 'x1'].join(' '),
		words.join('  ').toUpperCase(),
		[...words, 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'].join(' '),
		'short',
		'SHORT ',
		'',
	];
	const { copyOf, groupOf, pairs } = findNearDuplicates(texts);
	assert.deepEqual([...copyOf], [0, 1, 2, 1, 4, 5, 5, 7]);
	assert.deepEqual([...groupOf], [0, 1, 1, 1, 1, 5, 5, 7]);
	assert.ok(pairs.every(({ a, b, similarity }) => a < b && similarity >= 0.8 && similarity < 1));
});

test('identical texts make a star, texts of one template a bounded list: neither makes all pairs', () => {
	const words = Array.from({ length: 60 }, (_, i) => `w${i}`);
	const same = findNearDuplicates(Array.from({ length: 5_000 }, () => words.join(' ')));
	assert.equal(same.pairs.length, 0);
	assert.ok(same.copyOf.every((first) => first === 0));
	const template = findNearDuplicates(Array.from({ length: 1_500 }, (_, i) => [...words, `x${i}`].join(' ')));
	assert.equal(template.complete, false);
	assert.ok(template.pairs.length < 33 * 1_500);
	assert.ok(template.groupOf.every((first) => first === 0));
});

test('texts that share less than 80 % with a common template are not joined by it', () => {
	const words = Array.from({ length: 40 }, (_, i) => `w${i}`);
	const texts = Array.from({ length: 2_000 }, (_, i) =>
		[...words, ...Array.from({ length: 8 }, (_, k) => `x${i}y${k}`)].join(' '),
	);
	const found = findNearDuplicates(texts);
	assert.deepEqual([found.pairs.length, found.complete], [0, true]);
});

test('no threshold outside (0, 1]', () => {
	assert.throws(() => findNearDuplicates(['a'], 0), RangeError);
	assert.throws(() => findNearDuplicates(['a'], 1.1), RangeError);
});
