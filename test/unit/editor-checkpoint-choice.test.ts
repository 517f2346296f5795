import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunRecord } from '../../src/domain/run-record.ts';
import {
	type CheckpointChoice,
	DEFAULT_SETTINGS,
	type MachineEngines,
	optionsOfChoice,
	parseChoice,
} from '../../src/editor/engines/choice.ts';
import { choiceFromRecord } from '../../src/editor/engines/from-record.ts';
import { checkpointNames, modelsText, nameList, settingsText } from '../../src/editor/engines/words.ts';
import { scoredText, shipText } from '../../src/editor/report/run-words.ts';

const machine: MachineEngines = { gpu: 'auto', binaries: null, threads: null, concurrency: 8 };
const files: CheckpointChoice = {
	models: { engine: 'gguf', reference: '/m/ref.gguf', checkpoints: ['/m/dpo-step50.gguf', 'C:\\m\\dpo-step100.GGUF'] },
	settings: DEFAULT_SETTINGS,
};
const served: CheckpointChoice = {
	models: {
		engine: 'http',
		url: 'https://gpu.example:8000/v1',
		api: 'vllm',
		reference: 'base',
		checkpoints: ['a', 'b'],
	},
	settings: DEFAULT_SETTINGS,
};

test('files become options of the gguf engine, with what the machine’s settings say', () => {
	const options = optionsOfChoice(files, { ...machine, gpu: false, binaries: '/opt/engines', threads: 4 }, undefined);
	assert.deepEqual(options.gguf, {
		reference: '/m/ref.gguf',
		checkpoints: ['/m/dpo-step50.gguf', 'C:\\m\\dpo-step100.GGUF'],
		gpu: false,
		binaries: '/opt/engines',
		threads: 4,
	});
	assert.equal(options.engine, 'gguf');
	assert.equal(options.beta, 0.1);
	assert.equal(options.lambda, null);
	assert.deepEqual(options.checkpoints, { loss: 'sigmoid' });
});

test('KL is left out only of files, which alone have it, and a choice of an earlier version reads it', () => {
	const without = { ...DEFAULT_SETTINGS, kl: false };
	assert.deepEqual(optionsOfChoice({ ...files, settings: without }, machine, undefined).checkpoints, {
		loss: 'sigmoid',
		kl: false,
	});
	assert.deepEqual(optionsOfChoice({ ...served, settings: without }, machine, 'k').checkpoints, { loss: 'sigmoid' });
	const { kl: _, ...earlier } = DEFAULT_SETTINGS;
	assert.equal(parseChoice({ ...files, settings: earlier })?.settings.kl, true);
});

test('a key goes into the options of a run and never into what is kept', () => {
	const options = optionsOfChoice(served, machine, 'sekret');
	assert.equal(options.http?.key, 'sekret');
	assert.equal(options.http?.concurrency, 8);
	assert.equal('key' in (optionsOfChoice(served, machine, undefined).http ?? {}), false);
	assert.doesNotMatch(
		JSON.stringify(parseChoice({ ...served, models: { ...served.models, key: 'sekret' } })),
		/sekret/,
	);
});

test('ε is passed on only with a loss that has one', () => {
	const with_ = (loss: 'robust' | 'hinge') =>
		optionsOfChoice({ ...files, settings: { ...DEFAULT_SETTINGS, loss, labelSmoothing: 0.1 } }, machine, undefined);
	assert.deepEqual(with_('robust').checkpoints, { loss: 'robust', labelSmoothing: 0.1 });
	assert.deepEqual(with_('hinge').checkpoints, { loss: 'hinge' });
});

test('a kept choice comes back as it was; one of another version is dropped', () => {
	for (const choice of [files, served]) assert.deepEqual(parseChoice(JSON.parse(JSON.stringify(choice))), choice);
	for (const bad of [undefined, null, 'x', {}, { ...files, models: { engine: 'gguf' } }, { models: files.models }]) {
		assert.equal(parseChoice(bad), undefined);
	}
});

test('a record tells settings and names, no place; exports become patterns by name', () => {
	const record = {
		engine: { name: 'gguf', version: '1', models: [{ name: 'ref', role: 'reference', hash: 'x', template: null }] },
		settings: {
			...{ lambda: 1, lambda_requested: null, margin: 0.02, margin_requested: 'auto', beta: 0.05, seed: 7, folds: 0 },
			...{ loss: 'cdpo', label_smoothing: 0.2 },
		},
		checkpoints: [
			{ name: 'dpo-step50', trained_on: { export: 'abc', prompts: 3 } },
			{ name: 'other', trained_on: { export: null, prompts: 0 } },
			{ name: 'unsaid', trained_on: null },
		],
	} as unknown as RunRecord;
	const { engine, reference, checkpoints, settings } = choiceFromRecord(record);
	assert.deepEqual([engine, reference, checkpoints], ['gguf', 'ref', ['dpo-step50', 'other', 'unsaid']]);
	assert.deepEqual(
		[settings.beta, settings.loss, settings.labelSmoothing, settings.lambda, settings.margin, settings.seed],
		[0.05, 'cdpo', 0.2, null, 'auto', 7],
	);
	assert.deepEqual(settings.trainedOn, [
		{ pattern: 'dpo-step50', export: 'abc' },
		{ pattern: 'other', export: 'none' },
	]);
});

test('what is scored is said by name and number', () => {
	assert.deepEqual(checkpointNames(files.models), ['dpo-step50', 'dpo-step100']);
	assert.equal(modelsText(files.models), '2 checkpoints against ref.gguf');
	assert.equal(modelsText(served.models), '2 checkpoints against base on gpu.example:8000');
	assert.equal(modelsText({ engine: 'logprobs', files: ['/x/logps.jsonl'] }), 'logps.jsonl');
	assert.equal(settingsText(DEFAULT_SETTINGS), 'β 0.1 · sigmoid · λ 1 · margin 0 · seed 0');
	const less = { ...DEFAULT_SETTINGS, kl: false, splits: ['eval', 'heldout_reference', 'heldout_sealed'] as const };
	assert.match(settingsText({ ...less, splits: [...less.splits] }), / · eval, held-out alone · without KL$/);
	assert.equal(nameList(['a', 'b', 'c', 'd', 'e']), 'a, b, c and 2 more');
	assert.equal(nameList(['a', 'b']), 'a and b');
});

test('a list of runs says which checkpoint is recommended, or none', () => {
	const run = { lambda: 1, checkpoints: { count: 3, recommended: 'dpo-step50' } };
	assert.deepEqual([scoredText(run), shipText(run)], ['3 checkpoints', 'dpo-step50 recommended']);
	assert.equal(shipText({ checkpoints: { count: 1, recommended: null } }), 'ship none');
	assert.deepEqual([scoredText({ lambda: 0.3 }), shipText({})], ['λ 0.3', '']);
});
