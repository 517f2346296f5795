import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NovelItem, novelGroups, typicalWords, WordCounts } from '../../src/shift/novel-groups.ts';
import { GramReader, inverseFrequencies } from '../../src/shift/novelty.ts';

const TRAIN = Array.from(
	{ length: 60 },
	(_, i) => `How do I repair the ${['kettle', 'oven', 'fridge'][i % 3]} number ${i} at home today?`,
);
const LAW = ['tenant lease deposit', 'lease deposit notice', 'tenant notice lease court', 'deposit court tenant'];
const SKY = ['comet orbit perihelion', 'orbit telescope comet', 'perihelion comet telescope'];

const idf = inverseFrequencies(TRAIN.map((text) => new GramReader().read(text)));
const counts = new WordCounts();
for (const text of TRAIN) counts.add(text);

function items(texts: readonly string[]): NovelItem[] {
	return texts.map((text, i) => ({
		id: `${text.length}${i}${text}`,
		text: `How do I repair the ${text} at home today?`,
	}));
}

test('prompts of one topic come together, with the words that tell them from train', () => {
	const all = items([...LAW, ...SKY, 'zither']);
	const groups = novelGroups(all, idf, counts);
	assert.deepEqual(
		groups.map(({ members }) => members.toSorted((a, b) => a - b)),
		[[0, 1, 2, 3], [4, 5, 6], [7]],
	);
	const words = groups.map((group) => group.words.map(({ word }) => word));
	assert.ok(words[0]?.includes('tenant') && words[0].includes('lease'), String(words[0]));
	assert.ok(words[1]?.[0] === 'comet', String(words[1]));
	for (const of of words)
		for (const common of ['how', 'do', 'the']) assert.ok(!of.includes(common), `${common} in ${of}`);
	assert.equal(groups[0]?.words.find(({ word }) => word === 'tenant')?.prompts, 3);
});

test('the order in which prompts come changes nothing', () => {
	const all = items([...LAW, ...SKY, 'zither']);
	const named = (list: readonly NovelItem[]) =>
		novelGroups(list, idf, counts).map(({ members, words }) => [members.map((i) => list[i]!.id), words]);
	const reference = named(all).map(([ids, words]) => [ids, words]);
	const turned = named(all.toReversed());
	const byMedoid = (groups: unknown[][]) => groups.toSorted((x, y) => (String(x[0]) < String(y[0]) ? -1 : 1));
	assert.deepEqual(byMedoid(turned), byMedoid(reference));
});

test('log-odds of words agree with the formula worked by hand', () => {
	const [group, train] = [new WordCounts(), new WordCounts()];
	for (const text of ['a x', 'a y']) group.add(text);
	for (const text of ['b c', 'b d', 'b e', 'c d', 'c e', 'd e', 'b c', 'b d', 'b e', 'c d', 'a b']) train.add(text);
	const [word] = typicalWords(group, train, 2);
	// y = 2 of 4, t = 1 of 22; prior 0.1·(2 + 1) of 0.1·26.
	const odds = (n: number, total: number) => Math.log((n + 0.3) / (total + 2.6 - n - 0.3));
	const z = (odds(2, 4) - odds(1, 22)) / Math.sqrt(1 / 2.3 + 1 / 1.3);
	assert.equal(word?.word, 'a');
	assert.ok(Math.abs((word?.z ?? 0) - z) < 1e-12);
});

test('nothing to group is no group', () => {
	assert.deepEqual(novelGroups([], idf, counts), []);
});
