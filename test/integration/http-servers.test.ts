import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SelfTestItem } from '../../src/domain/checkpoint.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { startScoringServer } from '../fixtures/scoring-server-process.ts';
import type { ServerOptions } from '../fixtures/scoring-server-types.ts';
import { engineFor, expectedLogp, PAIRS, scoreAll } from './http-support.ts';

/** What opening says at a server of these options. */
async function refusal(options: ServerOptions): Promise<string> {
	const server = await startScoringServer(options);
	try {
		const error = await engineFor(server.url)
			.open('base', 'checkpoint')
			.then(
				() => assert.fail('it was accepted'),
				(e: unknown) => e,
			);
		assert.ok(UserError.is(error, 'environment'), String(error));
		assert.ok(error.message.startsWith(server.url), error.message);
		// No conversation goes to a server that is recognised beforehand.
		if (options.as !== undefined && !options.as.endsWith('proxy')) assert.deepEqual((await server.stats()).prompts, []);
		return error.message;
	} finally {
		await server.close();
	}
}

describe('servers that cannot score a given response', () => {
	const REFUSED: readonly { name: string; options: ServerOptions; says: RegExp }[] = [
		{
			name: 'llama-server',
			options: { as: 'llama-server' },
			says: /llama-server.*not of a given response.*--engine gguf/s,
		},
		{
			name: 'llama-server that wants a key',
			options: { as: 'llama-server with a key' },
			says: /is llama.cpp's llama-server.*--engine gguf/s,
		},
		{
			name: 'llama-server behind a proxy, whose /tokenize takes texts alone,',
			options: { as: 'llama-server behind a proxy' },
			says: /no \/tokenize for conversations.*vllm serve/s,
		},
		{ name: 'Ollama', options: { as: 'ollama' }, says: /is Ollama.*--engine gguf.*ollama show --modelfile/s },
		{ name: 'LM Studio', options: { as: 'lm-studio' }, says: /is LM Studio.*--engine gguf/s },
		{
			name: 'SGLang',
			options: { as: 'sglang' },
			says: /is SGLang.*start of another reply.*vllm serve.*--engine logprobs/s,
		},
		{ name: 'llama-cpp-python', options: { as: 'llama-cpp-python' }, says: /llama-cpp-python.*--engine gguf/s },
		{ name: 'TGI', options: { as: 'tgi' }, says: /Text Generation Inference.*vllm serve/s },
		{
			name: 'a website',
			options: { as: 'website' },
			says: /not a scoring server: it answers \/v1\/models with an HTML page/,
		},
		{
			name: 'a proxy without /tokenize',
			options: { noTokenize: true, ownedBy: 'openai' },
			says: /no \/tokenize.*proxy in front/s,
		},
		{
			name: 'a server that overlooks echo',
			options: { ignoresEcho: true },
			says: /echo with logprobs.*can generate, but not score.*vllm serve/s,
		},
		{ name: 'a server that answers zeros', options: { zeros: true }, says: /returns 0 for every log-probability/ },
	];
	for (const { name, options, says } of REFUSED) {
		it(`${name} is recognised and refused with the way out`, async () => {
			assert.match(await refusal(options), says);
		});
	}

	it('clouds are refused before anything is sent', async () => {
		for (const host of ['api.openai.com', 'openrouter.ai', 'api.groq.com']) {
			await assert.rejects(engineFor(`https://${host}/v1`).open('gpt', 'checkpoint'), (error: unknown) => {
				assert.ok(UserError.is(error, 'environment'));
				assert.match(error.message, /is a cloud service.*Only a server that holds the checkpoint itself/);
				return true;
			});
		}
	});

	it('a kind that is named by the person is believed', async () => {
		const engine = engineFor('http://127.0.0.1:9', { api: 'sglang' });
		await assert.rejects(engine.open('m', 'checkpoint'), /is SGLang/);
		const server = await startScoringServer({ ownedBy: 'a-proxy' });
		try {
			assert.equal((await scoreAll(server.url, PAIRS, { api: 'vllm' })).size, PAIRS.length);
			assert.equal((await server.stats()).requests['/api/version'], undefined);
		} finally {
			await server.close();
		}
	});
});

async function selfTest(options: ServerOptions, model = 'base'): Promise<Map<string, SelfTestItem>> {
	const server = await startScoringServer(options);
	try {
		const engine = engineFor(server.url);
		const open = await engine.open(model, 'checkpoint');
		const items = await open.selfTest(PAIRS);
		await engine.close();
		assert.equal(items.length, 7);
		return new Map(items.map((item) => [item.test, item]));
	} finally {
		await server.close();
	}
}

describe('self-test over http', () => {
	const FAILS: readonly { name: string; options: ServerOptions; test: SelfTestItem['test']; model?: string }[] = [
		{ name: 'one number for every token', options: { backwards: 'same' }, test: 'order-sensitivity' },
		{ name: 'two readings that disagree', options: { readingsDiffer: true }, test: 'two-readings' },
		{ name: 'given tokens that cost other than generated ones', options: { givenShift: -2 }, test: 'two-readings' },
		{ name: 'other numbers every time', options: { flips: true }, test: 'same-model' },
		{ name: 'sequences cut silently', options: { cutsSilently: true }, test: 'context-length' },
		{ name: 'probabilities above 1 in sum', options: { temperature: 0.5 }, test: 'probability-mass' },
		{
			name: 'a whole vocabulary that does not sum to 1',
			options: { temperature: 1.5, wholeVocabulary: true },
			test: 'probability-mass',
		},
		{ name: 'a template that writes replies otherwise', options: {}, test: 'prompt-prefix', model: 'thinking' },
	];
	for (const { name, options, test, model } of FAILS) {
		it(`finds ${name}`, async () => {
			const item = (await selfTest(options, model)).get(test);
			assert.equal(item?.status, 'fail', JSON.stringify(item));
		});
	}

	it('sums the whole vocabulary where the server gives it', async () => {
		const item = (await selfTest({ wholeVocabulary: true })).get('probability-mass');
		assert.equal(item?.status, 'pass');
		assert.ok(item.value !== null && item.value < 1e-9);
	});

	it('says what it cannot look at', async () => {
		const items = await selfTest({ noPromptLogprobs: true, maxLogprobs: 5 });
		assert.match(items.get('two-readings')?.message ?? '', /no prompt_logprobs/);
		assert.equal(items.get('probability-mass')?.status, 'not-applicable');
		assert.match(items.get('probability-mass')?.message ?? '', /--max-logprobs/);
	});

	it('a template whose prompt is no prefix is cut by length, as TRL does, and counted', async () => {
		const server = await startScoringServer();
		try {
			const engine = engineFor(server.url);
			const open = await engine.open('thinking', 'checkpoint');
			const scored: number[] = [];
			await open.score(PAIRS.slice(3), {
				onPair: (outcome) => 'score' in outcome && scored.push(outcome.score.a.tokens ?? -1),
			});
			// "<think>" has 7 bytes: so many of the reply's are cut away.
			assert.deepEqual(scored, [expectedLogp('thinking', 'quick foxes jump').tokens - 7]);
			assert.equal((open as { prefixMismatches?: number }).prefixMismatches, 2);
			await engine.close();
		} finally {
			await server.close();
		}
	});
});
