import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { expandFiles } from '../../src/cli/expand-files.ts';
import { type ScoreArguments, scoreOptions } from '../../src/cli/score-options.ts';
import { UserError } from '../../src/protocol/errors.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pairwright-expand-')));
after(() => rmSync(folder, { recursive: true, force: true }));
const files = [
	'dpo-step100.gguf',
	'dpo-step50.gguf',
	'dpo-step9.gguf',
	'ref.gguf',
	'x-00001-of-00002.gguf',
	'x-00002-of-00002.gguf',
];
for (const name of [...files, '[odd].gguf']) writeFileSync(join(folder, name), 'x');
mkdirSync(join(folder, 'dpo-step7.gguf'));
symlinkSync(join(folder, 'dpo-step9.gguf'), join(folder, 'latest.gguf'));

const names = (...args: string[]) => expandFiles('--checkpoint', args).map((path) => basename(path));
const at = (name: string) => join(folder, name);

test('a pattern gives its files in order of steps, folders and later parts of a model left out', () => {
	assert.deepEqual(names(at('dpo-*.gguf')), ['dpo-step9.gguf', 'dpo-step50.gguf', 'dpo-step100.gguf']);
	assert.deepEqual(names(at('x-*')), ['x-00001-of-00002.gguf']);
	assert.deepEqual(names(at('[odd].gguf')), ['[odd].gguf'], 'a file that is there is no pattern');
});

test('arguments keep their order, and a file that is named twice counts once', () => {
	assert.deepEqual(names(at('ref.gguf'), at('dpo-step100.gguf'), at('dpo-step*.gguf')), [
		'ref.gguf',
		'dpo-step100.gguf',
		'dpo-step9.gguf',
		'dpo-step50.gguf',
	]);
	assert.deepEqual(names(at('dpo-step9.gguf'), at('latest.gguf')), ['dpo-step9.gguf']);
});

test('what names nothing is an error that says where it was looked for', () => {
	const refused = (arg: string, message: RegExp) =>
		assert.throws(
			() => names(arg),
			(error) => UserError.is(error, 'usage') && message.test(error.message),
		);
	refused(at('gdpo-*.gguf'), /--checkpoint: no file matches .*gdpo-\*\.gguf \(looked in /);
	refused(at('nothing.gguf'), /--checkpoint: there is no file .*nothing\.gguf/);
	refused(at('dpo-step7.gguf'), /there is no file/);
});

const common = { margin: 0, seed: 0 } as const;

test('an option of another engine is refused by name, and so is an engine without what it needs', () => {
	const refused = (given: Partial<ScoreArguments>, message: RegExp) =>
		assert.throws(
			() => scoreOptions({ ...common, engine: 'probe', ...given }, {}),
			(error) => UserError.is(error, 'usage') && message.test(error.message),
		);
	refused({ checkpoint: ['x'] }, /^--checkpoint belongs to --engine gguf or http; this run has --engine probe/);
	refused({ engine: 'logprobs', fresh: true }, /^--fresh belongs to --engine gguf or http/);
	refused({ engine: 'http', gpu: 'off' }, /^--gpu belongs to --engine gguf;/);
	refused({ engine: 'http', kl: false }, /^--no-kl belongs to --engine gguf;/);
	refused({ engine: 'gguf', apiKeyEnv: 'K' }, /^--api-key-env belongs to --engine http/);
	refused({ engine: 'http', reference: 'a' }, /^--engine http needs --url and --checkpoint/);
	refused({ engine: 'logprobs' }, /^--engine logprobs needs --logprobs/);
	refused({ featuresMode: 'replace' }, /name the file too/);
	const rule = { engine: 'logprobs' as const, logprobs: [at('ref.gguf')] };
	refused({ ...rule, trainedOn: ['=abc'] }, /expected EXPORT, none, or PATTERN=EXPORT/);
});

test('β is 1 for the probe and 0.1 for checkpoints; rules, splits and files arrive in full', () => {
	assert.equal(scoreOptions({ ...common, engine: 'probe' }, {}).beta, 1);
	const options = scoreOptions(
		{
			...common,
			engine: 'gguf',
			reference: at('ref.gguf'),
			checkpoint: [at('dpo-*.gguf')],
			gpu: 'off',
			threads: 2,
			binaries: 'somewhere',
			split: ['eval', 'heldout'],
			trainedOn: ['dpo-*=4f2a91c0', 'none'],
		},
		{},
	);
	assert.equal(options.beta, 0.1);
	assert.deepEqual(options.gguf, {
		reference: at('ref.gguf'),
		checkpoints: [at('dpo-step9.gguf'), at('dpo-step50.gguf'), at('dpo-step100.gguf')],
		gpu: false,
		threads: 2,
		binaries: resolve('somewhere'),
	});
	assert.deepEqual(options.checkpoints, {
		splits: ['eval', 'heldout_reference', 'heldout_sealed'],
		trainedOn: [
			{ pattern: 'dpo-*', export: '4f2a91c0' },
			{ pattern: '*', export: 'none' },
		],
	});
});

test('a key is taken out of the environment that further processes inherit; one that is not there is an error', () => {
	const http = { ...common, engine: 'http' as const, url: 'http://127.0.0.1:1', reference: 'a', checkpoint: ['b'] };
	const env: NodeJS.ProcessEnv = { MY_KEY: ' secret ', OTHER: 'stays' };
	assert.equal(scoreOptions({ ...http, apiKeyEnv: 'MY_KEY' }, env).http!.key, 'secret');
	assert.deepEqual(env, { OTHER: 'stays' });
	assert.throws(
		() => scoreOptions({ ...http, apiKeyEnv: 'MY_KEY' }, env),
		(error) => UserError.is(error, 'usage') && /MY_KEY: this environment variable is not set/.test(error.message),
	);
});
