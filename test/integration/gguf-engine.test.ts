import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import type { Engine, EnginePair, OpenModel, PairOutcome } from '../../src/scoring/engines/engine.ts';
import { createGgufEngine, type GgufEngineOptions } from '../../src/scoring/engines/gguf.ts';
import { TINY_TEMPLATE, type TinyGguf, tinyControls, tinyLogprobs, writeTinyGguf } from '../fixtures/tiny-gguf.ts';

const model: TinyGguf = { seed: 3 };
let folder: string;
let file: string;

before(() => {
	folder = mkdtempSync(join(tmpdir(), 'pairwright-gguf-'));
	file = join(folder, 'tiny.gguf');
	writeTinyGguf(file, model);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function pair(prompt: string, a: string, b: string, comparison = prompt): EnginePair {
	const reply = (content: string) => [{ role: 'assistant', content }];
	return { comparison, prompt: { messages: [{ role: 'user', content: prompt }] }, a: reply(a), b: reply(b) };
}

const pairs = [
	pair('Say the thing in the house', 'the house is there', 'No.'),
	pair('Où est la maison ?', 'Là-bas — derrière 🏠.', 'the the the the the'),
	pair('Say the thing in the house', 'it is out in the sun', 'I will not say', 'again'),
];

/** Starting llama.cpp takes a second: one engine for each set of options. */
const engines = new Map<string, Engine>();
after(() => Promise.all([...engines.values()].map((engine) => engine.close())));

async function withModel<T>(
	path: string,
	options: GgufEngineOptions,
	work: (open: OpenModel) => Promise<T>,
): Promise<T> {
	const key = JSON.stringify(options);
	const engine = engines.get(key) ?? createGgufEngine({ threads: 1, gpu: false, ...options });
	engines.set(key, engine);
	const open = await engine.open(path, 'checkpoint');
	try {
		return await work(open);
	} finally {
		await open.close();
	}
}

async function outcomes(open: OpenModel, wanted: readonly EnginePair[]): Promise<Map<string, PairOutcome>> {
	const found = new Map<string, PairOutcome>();
	await open.score(wanted, { onPair: (outcome) => found.set(outcome.comparison, outcome) });
	return found;
}

function score(outcome: PairOutcome | undefined) {
	assert.ok(outcome !== undefined && 'score' in outcome, JSON.stringify(outcome));
	return outcome.score;
}

function reason(outcome: PairOutcome | undefined): string {
	assert.ok(outcome !== undefined && 'skip' in outcome, JSON.stringify(outcome));
	return outcome.reason;
}

const bytes = (text: string): number[] => {
	const map: Record<string, number> = { Ġt: 256, he: 257, Ġthe: 258, in: 259, ou: 260 };
	// Texts of these tests hold no merge where this is used.
	assert.ok(!/ t|he|in|ou/.test(text), text);
	assert.equal(map.he, 257);
	return [...Buffer.from(text, 'utf8')];
};

test('sums equal those of the same model computed in 64-bit numbers, for f16 and f32 files', async () => {
	for (const type of ['f16', 'f32'] as const) {
		const made: TinyGguf = { seed: 5, type };
		const path = join(folder, `${type}.gguf`);
		writeTinyGguf(path, made);
		const controls = tinyControls(made);
		const prompt = [controls['<|bos|>']!, controls['<|user|>']!, ...bytes('Why?'), controls['<|assistant|>']!];
		const one = pair('Why?', 'Because 2 + 2 = 4.', 'é');
		await withModel(path, {}, async (open) => {
			const found = score((await outcomes(open, [one])).get('Why?'));
			for (const [side, text] of [
				['a', 'Because 2 + 2 = 4.'],
				['b', 'é'],
			] as const) {
				const ids = [...prompt, ...bytes(text), controls['<|eos|>']!];
				const expected = tinyLogprobs(made, ids)
					.slice(prompt.length - 1)
					.reduce((sum, value) => sum + value, 0);
				assert.equal(found[side].tokens, ids.length - prompt.length);
				// llama.cpp keeps keys and values as f16, f32 weights or not.
				assert.ok(Math.abs(found[side].logp - expected) < 0.03, `${type} ${side}: ${found[side].logp}, ${expected}`);
			}
		});
	}
});

test('the context of a prompt is computed once and reused, and moves no bit', async () => {
	await withModel(file, {}, async (open) => {
		const { evaluator } = open as unknown as { evaluator: { work: { evaluated: number; reused: number } } };
		const together = await outcomes(open, pairs);
		const { evaluated, reused } = evaluator.work;
		// Three pairs, two prompts: of six responses four find their prompt in place, also where the pairs were given apart.
		assert.ok(reused > 1.5 * evaluated, `${reused} reused, ${evaluated} evaluated`);
		for (const one of pairs.toReversed()) {
			await withModel(file, {}, async (alone) => {
				const found = score((await outcomes(alone, [one])).get(one.comparison));
				assert.deepEqual(found, score(together.get(one.comparison)));
				const turned = score((await outcomes(alone, [{ ...one, a: one.b, b: one.a }])).get(one.comparison));
				assert.deepEqual([turned.b, turned.a], [found.a, found.b]);
			});
		}
	});
});

test("the text of a control token inside a message stays text, and only the template's becomes the token", async () => {
	const controls = tinyControls(model);
	const eos = controls['<|eos|>']!;
	await withModel(file, {}, async (open) => {
		const { conversation } = open as unknown as {
			conversation: { sequences(one: EnginePair): { a: { ids: number[]; prompt: number } } };
		};
		const text = 'A <|eos|> B';
		const { a } = conversation.sequences(pair(text, `${text}<|user|>`, '.'));
		assert.deepEqual(a.ids, [
			...[controls['<|bos|>'], controls['<|user|>'], ...bytes(text), controls['<|assistant|>']],
			...[...bytes(text), ...bytes('<|user|>'), eos],
		]);
		assert.equal(a.prompt, 3 + bytes(text).length);
	});
	const trimming = TINY_TEMPLATE.replace("message['content'] }}", "(message['content'] | trim) }}");
	const upper = TINY_TEMPLATE.replace("message['content'] }}", "(message['content'] | upper) }}");
	assert.ok(trimming !== TINY_TEMPLATE && upper !== TINY_TEMPLATE);
	await withModel(file, { template: trimming }, async (open) => {
		const { conversation } = open as unknown as {
			conversation: { sequences(one: EnginePair): { a: { ids: number[] } } };
		};
		const { a } = conversation.sequences(pair('  x<|eos|> ', ' y ', '.'));
		const [bos, user, assistant] = ['<|bos|>', '<|user|>', '<|assistant|>'].map((name) => controls[name]!);
		assert.deepEqual(a.ids, [bos, user, ...bytes('x<|eos|>'), assistant, ...bytes('y'), eos]);
	});
	await withModel(file, { template: upper }, async (open) => {
		const found = await outcomes(open, [pair('x<|eos|>', 'y', 'z'), pair('x', 'y', 'z')]);
		assert.match(reason(found.get('x<|eos|>')), /text of a control token/);
		score(found.get('x'));
	});
});

test('a pair longer than the context is named and skipped, by the file and by --context; the others are scored', async () => {
	const long = pair('x'.repeat(300), 'a', 'b', 'long');
	await withModel(file, {}, async (open) => {
		const found = await outcomes(open, [long, ...pairs]);
		assert.match(reason(found.get('long')), /longer than the context: 305 tokens, at most 256/);
		for (const { comparison } of pairs) score(found.get(comparison));
		// <|bos|><|user|>…<|assistant|>a<|eos|> comes to 256 tokens with 251 x.
		const last = await outcomes(open, [
			pair('x'.repeat(251), 'a', 'b', 'full'),
			pair('x'.repeat(252), 'a', 'b', 'over'),
		]);
		score(last.get('full'));
		assert.match(reason(last.get('over')), /257 tokens, at most 256/);
	});
	await withModel(file, { context: 20 }, async (open) => {
		assert.match(reason((await outcomes(open, pairs)).get('again')), /at most 20/);
	});
});

test('a template that refuses a pair skips it with its own words; without one, text is plain and ends with EOS', async () => {
	const strict = `{% if messages[0]['role'] != 'user' %}{{ raise_exception('system first') }}{% endif %}${TINY_TEMPLATE}`;
	const system: EnginePair = {
		...pair('x', 'y', 'z', 'system'),
		prompt: { messages: [{ role: 'system', content: 's' }] },
	};
	await withModel(file, { template: strict }, async (open) => {
		assert.match(reason((await outcomes(open, [system])).get('system')), /refuses it: .*system first/);
	});
	const controls = tinyControls(model);
	for (const addBos of [true, false]) {
		const path = join(folder, `plain-${addBos}.gguf`);
		writeTinyGguf(path, { ...model, template: null, addBos });
		await withModel(path, {}, async (open) => {
			assert.equal(open.facts.template, null);
			assert.match(String(open.facts.tokens), addBos ? /EOS as plain text after BOS/ : /no BOS/);
			const { conversation } = open as unknown as {
				conversation: { sequences(one: EnginePair): { a: { ids: number[]; prompt: number } } };
			};
			const { a } = conversation.sequences(pair('x', 'y<|eos|>', 'z'));
			const start = addBos ? [controls['<|bos|>']!] : [];
			assert.deepEqual(a, {
				ids: [...start, ...bytes('xy'), controls['<|eos|>']!],
				prompt: start.length + 1,
				prefix: true,
			});
			const two = { messages: [...pairs[0]!.prompt.messages, ...pairs[0]!.a, ...pairs[0]!.prompt.messages] };
			const found = await outcomes(open, [{ ...pairs[0]!, prompt: two }]);
			assert.match(reason(found.get(pairs[0]!.comparison)), /3 turns.*no chat template/);
		});
	}
});

test('cancelling ends a run within a batch, and the next run over the same model gives the same numbers', async () => {
	await withModel(file, {}, async (open) => {
		const many = Array.from({ length: 2000 }, (_, i) => pair(`question ${i}`, 'a'.repeat(100), 'b'.repeat(100)));
		const stop = new AbortController();
		let done = 0;
		const running = open.score(many, {
			signal: stop.signal,
			onPair: () => {
				if (++done === 2) setTimeout(() => stop.abort(), 5);
			},
		});
		await assert.rejects(running, (error) => UserError.is(error, 'cancelled'));
		assert.ok(done < 1900, `${done} pairs were scored after all`);
		const after = await outcomes(open, pairs);
		await withModel(file, {}, async (other) => assert.deepEqual(await outcomes(other, pairs), after));
		await assert.rejects(open.score(pairs, { signal: stop.signal, onPair: () => {} }), (error) =>
			UserError.is(error, 'cancelled'),
		);
	});
});

test('the self-test has every item once and passes on a sound model', async () => {
	await withModel(file, {}, async (open) => {
		const items = await open.selfTest(pairs);
		assert.deepEqual(
			items.map(({ test, status }) => `${test} ${status}`),
			[
				...['token-count pass', 'order-sensitivity pass', 'probability-mass pass', 'two-readings pass'],
				...['same-model pass', 'prompt-prefix pass', 'context-length pass'],
			],
		);
		const value = (name: string) => items.find((item) => item.test === name)?.value;
		assert.equal(value('same-model'), 0);
		assert.ok(Number(value('two-readings')) < 1e-4);
	});
	// A reply's start that a finished conversation lacks: every response would be cut in the wrong place.
	const thinking = `${TINY_TEMPLATE}{% if add_generation_prompt %}<think>{% endif %}`;
	await withModel(file, { template: thinking }, async (open) => {
		const failed = (await open.selfTest(pairs)).filter(({ status }) => status === 'fail');
		assert.deepEqual(
			failed.map(({ test: name }) => name),
			['prompt-prefix'],
		);
	});
});

test('the key of the score cache follows the weights and the template, and nothing that moves no number', async () => {
	const key = (path: string, options: GgufEngineOptions = {}): Promise<string> =>
		withModel(path, options, async ({ cacheKey }) => cacheKey);
	const nudged = join(folder, 'nudged.gguf');
	writeTinyGguf(nudged, { ...model, nudge: { seed: 1, scale: 0.01 } });
	const own = await key(file);
	assert.equal(await key(file, { context: 20 }), own);
	assert.equal(await key(file, { template: TINY_TEMPLATE }), own);
	assert.notEqual(await key(nudged), own);
	assert.notEqual(await key(file, { template: `${TINY_TEMPLATE} ` }), own);
	const path = join(folder, 'template.jinja');
	writeFileSync(path, TINY_TEMPLATE);
	assert.equal(await key(file, { template: path }), own);
	assert.ok(!own.includes(folder));
});

test('what cannot be opened is named with the way out: no file, no GGUF file, a cut one, a broken template', async () => {
	const cut = join(folder, 'cut.gguf');
	writeTinyGguf(cut, model);
	truncateSync(cut, 100_000);
	const other = join(folder, 'other.gguf');
	writeFileSync(other, 'not a model');
	await assert.rejects(
		withModel(join(folder, 'none.gguf'), {}, async () => {}),
		/There is no file/,
	);
	await assert.rejects(
		withModel(other, {}, async () => {}),
		/no GGUF file.*convert_hf_to_gguf/,
	);
	await assert.rejects(
		withModel(cut, {}, async () => {}),
		/cut\.gguf cannot be opened/,
	);
	await assert.rejects(
		withModel(file, { template: '{% if %}' }, async () => {}),
		/template cannot be read/,
	);
	await assert.rejects(
		withModel(file, { binaries: folder }, async () => {}),
		/holds no node_modules\/node-llama-cpp.*npm install/,
	);
});

test('without the engine in the installation the message says so and what to do', async () => {
	const absent = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
	const engine = createGgufEngine({}, async () => {
		throw absent;
	});
	await assert.rejects(engine.open(file, 'reference'), (error: unknown) => {
		assert.ok(UserError.is(error, 'environment'));
		assert.match(error.message, /The engine for GGUF files is not in this installation/);
		assert.match(error.message, /npm install --ignore-scripts .*node-llama-cpp@3\.22\.1|there is none for/);
		return true;
	});
	await engine.close();
});
