import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message, Prompt } from '../../src/domain/comparison.ts';
import { CanonicalError, canonicalComparison, canonicalJson, seededUnit } from '../../src/domain/identity.ts';

const ask = (content: string): Prompt => ({ messages: [{ role: 'user', content }] });
const say = (content: string): Message[] => [{ role: 'assistant', content }];

test('the id does not depend on the order of the responses, and the verdict is told to turn', () => {
	const one = canonicalComparison(ask('q'), say('x'), say('y'));
	const two = canonicalComparison(ask('q'), say('y'), say('x'));
	assert.deepEqual(one.comparison, two.comparison);
	assert.notEqual(one.swapped, two.swapped);
	assert.equal(one.comparison.a[0]?.content, 'x');
});

test('the id is the same for composed and decomposed characters, and the text stays as received', () => {
	const composed = canonicalComparison(ask('caf\u00e9'), say('\u00fc'), say('z')).comparison;
	const decomposed = canonicalComparison(ask('cafe\u0301'), say('u\u0308'), say('z')).comparison;
	assert.equal(composed.id, decomposed.id);
	assert.equal(composed.promptId, decomposed.promptId);
	const texts = [...decomposed.a, ...decomposed.b].map((m) => m.content);
	assert.ok(texts.includes('u\u0308'));
});

test('key order, null keys and keys outside identity do not change the id', () => {
	const plain = canonicalComparison(ask('q'), say('x'), say('y')).comparison.id;
	const noisy = { content: 'x', role: 'assistant', name: null, weight: 3 } as unknown as Message;
	assert.equal(canonicalComparison(ask('q'), [noisy], say('y')).comparison.id, plain);
});

test('tools are part of the prompt, and tool calls part of a response', () => {
	const base = canonicalComparison(ask('q'), say('x'), say('y')).comparison;
	const tools = canonicalComparison({ ...ask('q'), tools: [{ type: 'function' }] }, say('x'), say('y')).comparison;
	assert.notEqual(base.promptId, tools.promptId);
	const call: Message = { role: 'assistant', content: 'x', tool_calls: [{ id: '1' }] };
	assert.notEqual(canonicalComparison(ask('q'), [call], say('y')).comparison.id, base.id);
});

test('identical responses are refused, also when they differ only in normalisation form', () => {
	assert.throws(() => canonicalComparison(ask('q'), say('\u00e9'), say('e\u0301')), CanonicalError);
});

test('values without a JSON form are refused with their path rather than changed in silence', () => {
	assert.throws(() => canonicalJson({ a: [1, Number.NaN] }), /\$\.a\[1\]: NaN is not a finite number/);
	assert.throws(() => canonicalJson({ a: 1n }), /\$\.a: a bigint has no JSON form/);
	let deep: unknown = 0;
	for (let i = 0; i < 100_000; i++) deep = [deep];
	assert.throws(() => canonicalJson(deep), /nested deeper than 200/);
});

test('side a is the smaller stable JSON by UTF-16 code unit, whatever the text', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (x, y) => {
			fc.pre(x.normalize('NFC') !== y.normalize('NFC'));
			const { comparison } = canonicalComparison(ask('q'), say(x), say(y));
			assert.ok(canonicalJson(comparison.a) < canonicalJson(comparison.b));
		}),
		{ seed: 1, numRuns: 200 },
	);
});

test('a seeded unit is the same on every machine and looks uniform', () => {
	assert.equal(seededUnit('pairwright', 'key'), seededUnit('pairwright', 'key'));
	assert.notEqual(seededUnit('pairwright', 'key'), seededUnit('other', 'key'));
	const n = 4000;
	let sum = 0;
	for (let i = 0; i < n; i++) sum += seededUnit('s', `${i}`);
	// Five standard errors of a uniform mean.
	assert.ok(Math.abs(sum / n - 0.5) < 5 * Math.sqrt(1 / 12 / n));
});
