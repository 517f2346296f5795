import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepOf } from '../../src/domain/checkpoint.ts';

test('training steps are read from names as trainers write them', () => {
	const names: readonly (readonly [string, number | null])[] = [
		['dpo-step400', 400],
		['dpo-lr1e4-step50', 50],
		['checkpoint-1200', 1200],
		['global_step_30', 30],
		['gdpo-300', 300],
		['step1k', 1000],
		['step_2.5k', 2500],
		['base', null],
	];
	for (const [name, step] of names) assert.equal(stepOf(name), step, name);
});

test('the digits of a quantisation and of a part of a model are no steps', () => {
	const names: readonly (readonly [string, number | null])[] = [
		['dpo-100-Q8_0', 100],
		['dpo-100.Q5_K_S', 100],
		['dpo-12-bf16', 12],
		['dpo-200-IQ2_XXS', 200],
		['dpo-200-00001-of-00002', 200],
		['policy-Q4_0', null],
		['ref-q8_0', null],
		['policy.f16', null],
		['model-00001-of-00002', null],
	];
	for (const [name, step] of names) assert.equal(stepOf(name), step, name);
});
