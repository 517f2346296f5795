/** What a chat server may not do: fill the journal, or bring words of a prompt into a result or a log. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import { checkAddress } from '../../src/protocol/server-address.ts';
import { chatGenerator } from '../../src/scoring/generation/chat.ts';
import { type Generator, Unanswered } from '../../src/scoring/generation/generator.ts';
import { generate } from '../../src/workspace/generate/generate.ts';
import { makeCli } from './cli-run.ts';
import { folder, job, openAt } from './workspace-support.ts';

const ASKED = {
	prompt: { messages: [{ role: 'user', content: 'a private question' }] },
	model: 'm',
	sampling: { temperature: null, top_p: null, max_tokens: 10, seed: 1 },
};

/** A server that says one thing. */
async function saying(t: TestContext, status: number, body: string): Promise<Generator> {
	const server = createServer((_request, response) => response.writeHead(status).end(body));
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	t.after(() => server.close());
	const address = checkAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, false);
	return chatGenerator(address, { concurrency: 1 }, { firstWait: 1, longestWait: 2, tries: 1, answerTries: 1 });
}

const message = (text: string) => `{"choices":[{"message":${text},"finish_reason":"stop"}]}`;

test('an answer that no import would take is not stored', async (t) => {
	const deep = `{"content":"x","tool_calls":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}`;
	for (const [body, why] of [
		[JSON.stringify({ content: 'x'.repeat(2 ** 20 + 1) }), /more than 1048576 characters/u],
		['{"content":"\\ud800"}', /no Unicode/u],
		['{"content":"x","tool_calls":[{"n":1e999}]}', /a number that does not fit/u],
		[deep, /more than 200 levels/u],
	] as const) {
		const generator = await saying(t, 200, message(body));
		await assert.rejects(generator.answer(ASKED, new AbortController().signal), (error) => {
			return error instanceof Unanswered && !error.systematic && why.test(error.message);
		});
	}
	const good = await saying(t, 200, message('{"content":"\\ud83d\\ude00"}'));
	const { response } = await good.answer(ASKED, new AbortController().signal);
	assert.deepEqual(response, [{ role: 'assistant', content: '😀' }]);
});

/** Answers in the shapes that each server's own documentation shows; a model that thinks says so beside its answer. */
const DOCUMENTED: Readonly<Record<string, object>> = {
	Ollama: {
		...{ id: 'chatcmpl-671', object: 'chat.completion', created: 1, model: 'm', system_fingerprint: 'fp_ollama' },
		choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.', reasoning: 'Hm.' }, finish_reason: 'stop' }],
		usage: { prompt_tokens: 31, completion_tokens: 2, total_tokens: 33 },
	},
	'LM Studio': {
		...{ id: 'chatcmpl-b3', object: 'chat.completion', created: 1, model: 'm', system_fingerprint: 'm', stats: {} },
		choices: [
			{
				...{ index: 0, logprobs: null, finish_reason: 'stop' },
				message: { role: 'assistant', content: 'Yes.', reasoning_content: 'Hm.', tool_calls: [] },
			},
		],
		usage: { prompt_tokens: 31, completion_tokens: 2, total_tokens: 33 },
	},
	'llama-server': {
		choices: [
			{ finish_reason: 'stop', index: 0, message: { role: 'assistant', content: 'Yes.', reasoning_content: '' } },
		],
		...{ created: 1, model: 'm', system_fingerprint: 'b11669-x', object: 'chat.completion', id: 'chatcmpl-x' },
		usage: {
			...{ completion_tokens: 2, prompt_tokens: 31, total_tokens: 33 },
			prompt_tokens_details: { cached_tokens: 0 },
		},
		timings: { cache_n: 0, prompt_n: 31, prompt_ms: 0.9, predicted_n: 2, predicted_ms: 4.7 },
	},
	vLLM: {
		...{
			id: 'chatcmpl-1',
			object: 'chat.completion',
			created: 1,
			model: 'm',
			service_tier: null,
			kv_transfer_params: null,
		},
		choices: [
			{
				message: {
					role: 'assistant',
					content: 'Yes.',
					refusal: null,
					audio: null,
					function_call: null,
					tool_calls: [],
				},
				...{ index: 0, logprobs: null, finish_reason: 'stop', stop_reason: null, token_ids: null },
			},
		],
		...{ usage: { prompt_tokens: 31, total_tokens: 33, completion_tokens: 2 }, prompt_logprobs: null },
	},
};

for (const [name, answer] of Object.entries(DOCUMENTED)) {
	test(`the answer that ${name} documents is read; what the model thought is no part of it`, async (t) => {
		const generator = await saying(t, 200, JSON.stringify(answer));
		assert.deepEqual(await generator.answer(ASKED, new AbortController().signal), {
			response: [{ role: 'assistant', content: 'Yes.' }],
			cut: false,
		});
	});
}

test('what a server says to a refusal is not repeated: it may be the prompt', async (t) => {
	const generator = await saying(t, 404, '{"error":{"message":"no model for: a private question"}}');
	await assert.rejects(generator.answer(ASKED, new AbortController().signal), (error) => {
		return UserError.is(error, 'not-found') && !error.message.includes('private');
	});
});

/** A server of one model, as llama-server is with one file: it answers whatever name it is asked for. Paths and bodies that came. */
async function oneModel(t: TestContext, listed: readonly object[], by = 'tiny.gguf') {
	const bodies: { readonly [key: string]: unknown }[] = [];
	const server = createServer(async (request, response) => {
		let text = '';
		for await (const chunk of request) text += chunk;
		if (request.method === 'POST') bodies.push(JSON.parse(text) as Record<string, unknown>);
		const answer = { model: by, choices: [{ message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }] };
		response.end(JSON.stringify(request.url === '/v1/models' ? { object: 'list', data: listed } : answer));
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	t.after(() => server.close());
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return { generator: chatGenerator(checkAddress(url, false), { concurrency: 1 }), bodies };
}

test('a name that the server does not have is refused where another model answered in its place', async (t) => {
	const ask = async (listed: readonly object[], model: string, by?: string) =>
		(await oneModel(t, listed, by)).generator.answer({ ...ASKED, model }, new AbortController().signal);
	const one = [{ id: 'tiny.gguf', aliases: ['tiny.gguf', 'second'] }];
	await assert.rejects(ask(one, 'llama3'), (error) => {
		return (
			UserError.is(error, 'not-found') && /no model "llama3": "tiny\.gguf" answered in its place/.test(error.message)
		);
	});
	await assert.rejects(
		ask(one, 'tiny'),
		(error) => UserError.is(error, 'not-found'),
		'part of a name is another model’s',
	);
	assert.ok(await ask(one, 'second'), 'a further name of the model');
	assert.ok(await ask([], 'folder', '/models/other@main'), 'a server that lists nothing');
	assert.ok(await ask([{ id: 'gpt-x' }, { id: 'best' }], 'best', 'gpt-x'), 'a name that is listed');
});

test('tools and calls of tools are sent in the form that chat servers take', async (t) => {
	const { generator, bodies } = await oneModel(t, []);
	const call = (args: unknown) => [{ id: '1', type: 'function', function: { name: 'f', arguments: args } }];
	const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }];
	const messages = [
		{ role: 'user', content: 'x' },
		{ role: 'assistant', tool_calls: call({ x: '1' }) },
		{ role: 'tool', content: 'ok' },
	];
	await generator.answer(
		{ ...ASKED, prompt: { messages, tools: JSON.stringify(tools) } },
		new AbortController().signal,
	);
	assert.deepEqual(bodies[0]?.tools, tools);
	assert.deepEqual((bodies as { messages: object[] }[])[0]?.messages[1], {
		role: 'assistant',
		tool_calls: call('{"x":"1"}'),
	});
});

test('why a prompt is refused is said where the server names a limit or the model', async (t) => {
	const llama = 'request (2805 tokens) exceeds the available context size (512 tokens), try increasing it';
	const vllm =
		"You passed 9 input tokens and requested 10 output tokens. However, the model's context length is only 16 tokens";
	for (const [status, body, why, systematic] of [
		[
			400,
			{ error: { code: 400, message: llama, type: 'exceed_context_size_error' } },
			/longer than the context/,
			false,
		],
		[400, { error: { message: vllm, type: 'BadRequestError' } }, /an answer of 10 tokens.*--max-tokens/, true],
		[400, { error: { message: 'no', type: 'BadRequestError' } }, /refuses it \(400, BadRequestError\)/, true],
	] as const) {
		const generator = await saying(t, status, JSON.stringify(body));
		await assert.rejects(generator.answer(ASKED, new AbortController().signal), (error) => {
			return error instanceof Unanswered && error.systematic === systematic && why.test(error.message);
		});
	}
	const router = await saying(
		t,
		400,
		'{"error":{"code":400,"message":"model \'m\' not found","type":"invalid_request_error"}}',
	);
	await assert.rejects(router.answer(ASKED, new AbortController().signal), (error) => {
		return UserError.is(error, 'not-found') && /has no model "m" \(it answers 400\)/.test(error.message);
	});
});

test('prompts that come in after the plan was confirmed are not sent', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const log = (name: string) => {
		writeFileSync(
			join(dir, name),
			`${JSON.stringify({ messages: [{ role: 'user', content: `Question of ${name}?` }] })}\n`,
		);
		return workspace.importFiles([join(dir, name)], { as: 'prompts' }, job());
	};
	await log('planned.jsonl');
	const options = { engine: 'chat', url: 'http://127.0.0.1:1', models: ['m'] } as const;
	const { ids, prompts } = await workspace.planGeneration(options);
	assert.deepEqual([ids.length, prompts], [1, 1]);
	await log('later.jsonl');
	const asked: string[] = [];
	const generator: Generator = {
		server: 's',
		concurrency: 1,
		async answer({ prompt }) {
			asked.push(JSON.stringify(prompt));
			return { response: [{ role: 'assistant', content: `Answer ${asked.length}.` }], cut: false };
		},
		async close() {},
	};
	const signal = new AbortController().signal;
	const done = await generate(workspace.context, { ...options, planned: ids }, { job: 'j', signal }, () => generator);
	assert.equal(done.generated, 2);
	assert.ok(
		asked.every((prompt) => prompt.includes('planned.jsonl')),
		asked.join(),
	);
});

test('a model that spends its tokens without an answer is told from one that says nothing', async (t) => {
	for (const [cut, why] of [
		[true, /says nothing within 12 tokens \(does it think first\? allow more\), 4 times/u],
		[false, /the model says nothing, 4 times/u],
	] as const) {
		const dir = folder(t);
		const { workspace } = await openAt(dir);
		t.after(() => workspace.close());
		writeFileSync(join(dir, 'log.jsonl'), '{"messages":[{"role":"user","content":"Why?"}]}\n');
		await workspace.importFiles([join(dir, 'log.jsonl')], { as: 'prompts' }, job());
		const thinking: Generator = {
			...{ server: 's', concurrency: 1 },
			answer: async () => ({ response: [{ role: 'assistant', content: '' }], cut }),
			async close() {},
		};
		const options = { engine: 'chat', url: 'http://127.0.0.1:1', models: ['m'], sampling: { maxTokens: 12 } } as const;
		const signal = new AbortController().signal;
		const { failed } = await generate(workspace.context, options, { job: 'j', signal }, () => thinking);
		assert.match(failed.first[0]!.reason, why);
	}
});

test('the command line refuses what does not go together, in words', async (t) => {
	const { write, run } = makeCli(t);
	await run(['init']);
	const log = write('log.jsonl', '{"messages":[{"role":"user","content":"q"}]}\n');
	for (const [args, why] of [
		[['import', log, '--as', 'prompts', '--preview'], /--preview belongs to files of pairs/u],
		[['import', log, '--as', 'prompts', '--map', 'prompt=x'], /--map belongs to files of pairs/u],
		[['import', log, '--as', 'prompts', '--remember', 'x'], /--remember belongs to files of pairs/u],
		[['import', log, '--mapping', '.'], /neither a remembered mapping nor a file "\."/u],
		[['generate', '--model', 'm', '--n', '1'], /from 2 to 4/u],
		[['generate', '--model', 'm', '--url', 'http://127.0.0.1:1', '--anew'], /--prompts ID/u],
		[['generate', '--engine', 'gguf', '--model', 'no.gguf'], /there is no file no\.gguf .*Nothing was done/u],
	] as const) {
		const { code, stderr } = await run(args);
		assert.notEqual(code, 0, args.join(' '));
		assert.match(stderr, why);
	}
});
