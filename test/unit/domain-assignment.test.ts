import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	defaultSplit,
	drawHalf,
	facetText,
	firstTurnLinks,
	isSealedOnlyFacet,
	parseFacet,
	protection,
} from '../../src/domain/assignment.ts';
import { firstTurnKey, normaliseText, preview } from '../../src/domain/text.ts';

test('default splits hang on the first user turn alone and give about one fifth to eval', () => {
	let evals = 0;
	const n = 5000;
	for (let i = 0; i < n; i++) if (defaultSplit(`turn ${i}`, 'seed') === 'eval') evals++;
	assert.ok(Math.abs(evals / n - 0.2) < 5 * Math.sqrt((0.2 * 0.8) / n));
	assert.equal(defaultSplit('turn 1', 'seed'), defaultSplit('turn 1', 'seed'));
});

test('halves are fair and independent of the default split', () => {
	const n = 4000;
	let r = 0;
	let both = 0;
	let evals = 0;
	for (let i = 0; i < n; i++) {
		const half = drawHalf(`k${i}`, 'seed') === 'R';
		const ev = defaultSplit(`k${i}`, 'seed') === 'eval';
		if (half) r++;
		if (ev) evals++;
		if (half && ev) both++;
	}
	assert.ok(Math.abs(r / n - 0.5) < 5 * Math.sqrt(0.25 / n));
	assert.ok(Math.abs(both / n - (r / n) * (evals / n)) < 0.03);
});

test('every third new facet is for the sealed half only', () => {
	assert.deepEqual([1, 2, 3, 4, 5, 6].map(isSealedOnlyFacet), [false, false, true, false, false, true]);
});

test('facets are read as kind:value; a bare word is free; unknown kinds are refused', () => {
	assert.deepEqual(parseFacet(' Domain : law '), { kind: 'domain', value: 'law' });
	assert.deepEqual(parseFacet('poetry'), { kind: 'free', value: 'poetry' });
	assert.equal(parseFacet('planet:mars'), null);
	assert.equal(parseFacet('domain:'), null);
	assert.equal(parseFacet('  '), null);
	assert.equal(facetText({ kind: 'language', value: 'de' }), 'language:de');
});

test('a template shared by many prompts does not link them', () => {
	assert.equal(firstTurnLinks(50, 100), true);
	assert.equal(firstTurnLinks(51, 100), false);
	assert.equal(firstTurnLinks(51, 100_000), true);
	assert.equal(firstTurnLinks(1001, 100_000), false);
});

test('protection orders E, R, retention, eval, train, then excluded', () => {
	const order = [
		protection('heldout', 'E'),
		protection('heldout', 'R'),
		protection('retention', null),
		protection('eval', null),
		protection('train', null),
		protection('excluded', null),
	];
	assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
});

test('normalisation folds case, width and white space without a locale', () => {
	assert.equal(normaliseText('  Ｗhat\n\tIS\u00a0this? '), 'what is this?');
	assert.equal(normaliseText('TITLE'), 'title');
});

test('the first user turn is the key, past a system turn; a prompt without one still has a key', () => {
	assert.equal(
		firstTurnKey({
			messages: [
				{ role: 'system', content: 'S' },
				{ role: 'user', content: ' Hello  There ' },
				{ role: 'assistant', content: 'x' },
				{ role: 'user', content: 'later' },
			],
		}),
		'hello there',
	);
	assert.equal(firstTurnKey({ messages: [{ role: 'system', content: 'Only' }] }), 'only');
});

test('a preview is one line, cut on a code point', () => {
	const line = preview({ messages: [{ role: 'user', content: `a\n  b ${'😀'.repeat(300)}` }] }, 20);
	assert.equal([...line].length, 20);
	assert.ok(line.startsWith('a b 😀') && line.endsWith('😀…'));
});
