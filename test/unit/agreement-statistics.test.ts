import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanReference } from '../../src/calibration/agreement/human-reference.ts';
import { peoplePairs, type Repeated, repeatKappa, sharesOf } from '../../src/calibration/agreement/people.ts';
import { agreementOf, type RatedPair } from '../../src/calibration/agreement/summary.ts';
import { studentQuantile } from '../../src/calibration/student.ts';
import { ordinalStep } from '../../src/domain/agreement.ts';
import type { Strength, Verdict } from '../../src/domain/judgment.ts';

/** `ana:a3 bo:b` = ana says a, much; bo says b without a strength. */
function pair(cluster: string, words: string): RatedPair {
	const verdicts = words.split(' ').map((word) => {
		const [annotator, said] = word.split(':') as [string, string];
		const strength = /\d$/u.test(said) ? (Number(said.at(-1)) as Strength) : null;
		return { annotator, verdict: said.replace(/\d$/u, '') as Verdict, strength };
	});
	return { cluster, verdicts };
}

const SAID = [
	'ana:a bo:a cy:b',
	'ana:b bo:b cy:b',
	'ana:tie bo:a cy:a',
	'ana:a bo:b',
	'ana:a bo:a cy:both_bad',
	'cy:a',
];
/** Two pairs a cluster. */
const MADE = Array.from({ length: 24 }, (_, i) => pair(`c${i >> 1}`, SAID[(i * 5 + (i >> 2)) % SAID.length] as string));

test('an interval is the jackknife over clusters: each left out in turn, t with one degree less', () => {
	const { alpha, clusters } = agreementOf(MADE);
	const names = [...new Set(MADE.filter((p) => p.verdicts.length > 1).map((p) => p.cluster))];
	assert.equal(clusters, names.length);
	const without = names.map((name) => agreementOf(MADE.filter((p) => p.cluster !== name)).alpha.value as number);
	const mean = without.reduce((sum, x) => sum + x, 0) / names.length;
	const se = Math.sqrt(((names.length - 1) / names.length) * without.reduce((sum, x) => sum + (x - mean) ** 2, 0));
	const reach = studentQuantile(0.975, names.length - 1) * se;
	assert.ok(Math.abs((alpha.low as number) - ((alpha.value as number) - reach)) < 1e-9);
	assert.ok(Math.abs((alpha.high as number) - ((alpha.value as number) + reach)) < 1e-9);
});

test('bounds stay where a statistic can be: an interval near 1 is cut off there, the value is not', () => {
	// Nearly everybody agrees: a symmetric interval would reach beyond 1.
	const near = Array.from({ length: 40 }, (_, i) =>
		pair(`c${i}`, i === 7 ? 'ana:a bo:b' : i % 2 === 0 ? 'ana:a bo:a' : 'ana:b bo:b'),
	);
	const { alpha, fleiss_kappa } = agreementOf(near);
	for (const { value, low, high } of [alpha, fleiss_kappa]) {
		assert.ok((value as number) < 1);
		assert.equal(high, 1);
		assert.ok((low as number) > 0.5 && (low as number) < (value as number));
	}
});

test('below eight clusters a value stands without interval, and says why', () => {
	const few = MADE.slice(0, 10);
	const { alpha } = agreementOf(few);
	assert.equal(typeof alpha.value, 'number');
	assert.deepEqual([alpha.low, alpha.high], [null, null]);
	assert.match(alpha.reason ?? '', /^insufficient: \d clusters/u);
});

test('everyone saying the same throughout is undefined in words, not 1 and not NaN', () => {
	const same = agreementOf(Array.from({ length: 12 }, (_, i) => pair(`c${i}`, 'ana:a bo:a')));
	for (const figure of [same.alpha, same.alpha_ordinal, same.fleiss_kappa]) {
		assert.equal(figure.value, null);
		assert.equal(figure.reason, 'undefined: unanimous');
	}
	assert.equal(same.agreement_pooled.value, 1);
	const { pairs } = peoplePairs([pair('c', 'ana:a bo:a')], 9);
	assert.deepEqual([pairs[0]?.kappa, pairs[0]?.reason, pairs[0]?.agreement], [null, 'undefined: unanimous', 1]);
	assert.match(agreementOf([pair('c', 'ana:a')]).alpha.reason ?? '', /no pair was judged by two people/u);
});

test('where one cluster alone keeps a number from being undefined, it has no interval', () => {
	const nearly = Array.from({ length: 12 }, (_, i) => pair(`c${i}`, i === 0 ? 'ana:b bo:b cy:a' : 'ana:a bo:a cy:a'));
	const { alpha } = agreementOf(nearly);
	assert.equal(typeof alpha.value, 'number');
	assert.match(alpha.reason ?? '', /without one of the clusters it is undefined: unanimous/u);
});

test('the ordinal scale runs from a much better to b much better; both bad is no step of it', () => {
	assert.deepEqual(
		[ordinalStep('a', 3), ordinalStep('a', 1), ordinalStep('tie', 3), ordinalStep('b', 1), ordinalStep('b', 3)],
		[0, 2, 3, 4, 6],
	);
	assert.equal(ordinalStep('b', null), ordinalStep('b', 2));
	assert.equal(ordinalStep('both_bad', 3), null);
	const with_ = agreementOf([...MADE, pair('x', 'ana:both_bad bo:both_bad')]);
	const without = agreementOf(MADE);
	assert.equal(with_.alpha_ordinal.value, without.alpha_ordinal.value);
	assert.equal(with_.alpha_ordinal.both_bad, without.alpha_ordinal.both_bad + 2);
	assert.notEqual(with_.alpha.value, without.alpha.value);
	// The same verdicts, nearer to each other: only the ordinal coefficient can tell.
	const near = [pair('x', 'ana:a1 bo:b1'), pair('y', 'ana:a3 bo:a3'), pair('z', 'ana:b3 bo:b3')];
	const far = [pair('x', 'ana:a3 bo:b3'), pair('y', 'ana:a3 bo:a3'), pair('z', 'ana:b3 bo:b3')];
	assert.equal(agreementOf(near).alpha.value, agreementOf(far).alpha.value);
	assert.ok((agreementOf(near).alpha_ordinal.value as number) > (agreementOf(far).alpha_ordinal.value as number));
});

test("Fleiss' κ is over the comparisons with the commonest number of verdicts, and says which", () => {
	const { fleiss_kappa } = agreementOf(MADE);
	assert.equal(fleiss_kappa.raters, 3);
	assert.equal(fleiss_kappa.comparisons, MADE.filter((p) => p.verdicts.length === 3).length);
});

test('one against the majority of the others: ties half, both bad and lone pairs not compared, pairs weigh alike', () => {
	const of = humanReference([
		// Of three: ana and bo are each with one of two others, no majority; cy is against both.
		pair('1', 'ana:a bo:a cy:b'),
		// Everyone is with the others.
		pair('2', 'ana:b bo:b cy:b di:b'),
		// A tie counts half; the others see one tie among two and have no majority.
		pair('3', 'ana:tie bo:a cy:a'),
		pair('4', 'ana:a bo:b'),
		// both_bad is not compared; for the two others it is half of the rest: no majority.
		pair('5', 'ana:a bo:a cy:both_bad'),
	]);
	assert.equal(of.pairs, 3);
	assert.equal(of.accuracy.value, (0 + 1 + 0.5) / 3);
	assert.equal(of.people, 4);
	assert.match(of.accuracy.reason ?? '', /insufficient: 3 clusters/u);
});

test('pairs of people come by what they have in common; those left out are counted', () => {
	const { pairs, total } = peoplePairs(MADE, 2);
	assert.equal(total, 3);
	assert.equal(pairs.length, 2);
	assert.ok((pairs[0]?.n as number) >= (pairs[1]?.n as number));
	const both = MADE.filter((p) => ['ana', 'bo'].every((name) => p.verdicts.some((v) => v.annotator === name)));
	const anaBo = peoplePairs(MADE, 9).pairs.find((p) => p.a === 'ana' && p.b === 'bo');
	assert.equal(anaBo?.n, both.length);
});

test('nobody is told a total from which one other person’s share could be taken', () => {
	const of = (annotator: string, count: number) =>
		Array.from({ length: count }, (_, i) => ({ annotator, cluster: `c${i}`, hit: i % 2 === 0 }));
	const seenBy = (who: string, ...counts: readonly (readonly [string, number])[]) =>
		sharesOf(
			counts.flatMap(([name, count]) => of(name, count)),
			(name) => name === who,
			'none',
		);
	const two = seenBy('ana', ['ana', 2], ['bo', 10]);
	assert.deepEqual([two.value, two.low, two.high, two.n], [null, null, null, 12]);
	assert.match(two.reason ?? '', /one other person's own figure/u);
	assert.deepEqual(
		two.by_person.map(({ annotator, value }) => [annotator, value]),
		[['ana', 0.5]],
	);
	assert.equal(seenBy('cy', ['bo', 10]).value, null, 'one alone, asked by who has none');
	assert.equal(seenBy('bo', ['bo', 10]).value, 0.5, 'their own');
	const most = seenBy('ana', ['ana', 10], ['bo', 20], ['cy', 9]);
	assert.equal(most.value, null);
	assert.match(most.reason ?? '', /more than two thirds/u);
	assert.equal(seenBy('cy', ['ana', 10], ['bo', 20], ['cy', 9]).value !== null, true, 'ana gave a third of the rest');
	assert.equal(seenBy('ana', ['ana', 10], ['bo', 20], ['cy', 10]).value, 0.5);
	assert.equal(sharesOf([...of('ana', 1), ...of('bo', 10)], () => true, 'none').n, 11);
	assert.notEqual(sharesOf([...of('ana', 1), ...of('bo', 10)], () => true, 'none').value, null, 'settings show all');
	assert.equal(sharesOf([], () => true, 'none yet').reason, 'none yet');
});

test('κ of repeats is that of first verdict and repeat', () => {
	const repeats: Repeated[] = [
		...Array.from({ length: 10 }, (_, i) => ({ annotator: 'ana', cluster: `c${i}`, first: 'a', again: 'a' }) as const),
		...Array.from({ length: 10 }, (_, i) => ({ annotator: 'ana', cluster: `d${i}`, first: 'b', again: 'b' }) as const),
		...Array.from({ length: 5 }, (_, i) => ({ annotator: 'ana', cluster: `e${i}`, first: 'a', again: 'b' }) as const),
	];
	// Observed 0.8; expected 0.6·0.4 + 0.4·0.6 = 0.48.
	assert.ok(Math.abs((repeatKappa(repeats, '').value as number) - (0.8 - 0.48) / 0.52) < 1e-12);
});
