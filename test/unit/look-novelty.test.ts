import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noveltyOf } from '../../src/workspace/look/novelty.ts';
import type { InspectedPrompt } from '../../src/workspace/look/reading.ts';

const prompts = (name: string, n: number): InspectedPrompt[] =>
	Array.from({ length: n }, (_, i) => {
		const text = `${name}${i % 3} ${name}${i % 5} ${name}${i % 7}`;
		return { id: `${name}${i}`, cluster: `${name}/${i}`, split: 'train', text, preview: text };
	});

test('of more waiting prompts than are compared with train, how many were is told', () => {
	const train = prompts('cook', 40);
	const told = (n: number) => {
		const { prompts: all, compared, beyond } = noveltyOf(train, { waiting: prompts('law', n) }).waiting!;
		return [all, compared, beyond];
	};
	assert.deepEqual(told(3), [3, undefined, 3]);
	assert.deepEqual(told(5_003), [5_003, 5_000, 5_000]);
});
