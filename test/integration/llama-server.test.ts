/**
 * llama.cpp's own llama-server, where `PAIRWRIGHT_LLAMA_SERVER` names its binary: what it says of itself, what it cannot score, and
 * responses it really generates. `PAIRWRIGHT_LLAMA_SERVER=…/llama-server npm run test:integration -- test/integration/llama-server.test.ts`
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GenerateOptions } from '../../src/protocol/candidates.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { checkAddress } from '../../src/protocol/server-address.ts';
import type { PairOutcome } from '../../src/scoring/engines/engine.ts';
import { createGgufEngine } from '../../src/scoring/engines/gguf.ts';
import { chatGenerator } from '../../src/scoring/generation/chat.ts';
import { generate } from '../../src/workspace/generate/generate.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { tinyControls, writeTinyGguf } from '../fixtures/tiny-gguf.ts';
import { makeCli } from './cli-run.ts';
import { engineFor, PAIRS } from './http-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

const binary = process.env.PAIRWRIGHT_LLAMA_SERVER;
const skip = binary === undefined ? 'PAIRWRIGHT_LLAMA_SERVER names no llama-server' : false;
const PROMPTS = 40;
/** The first by alphabet is the one it says it is. */
const ALIASES = 'a-model,other-name';

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Started and ready; `args` beside model, address and threads. */
async function start(model: string, port: number, args: readonly string[] = []): Promise<ChildProcess> {
	const own = ['-m', model, '--host', '127.0.0.1', '--port', String(port), '-t', '1', ...args];
	const child = spawn(binary as string, own, { stdio: 'ignore' });
	for (let i = 0; i < 300; i++) {
		assert.equal(child.exitCode, null, 'llama-server ended at once');
		const up = await fetch(`http://127.0.0.1:${port}/health`).then(
			({ ok }) => ok,
			() => false,
		);
		if (up) return child;
		await sleep(100);
	}
	child.kill();
	return assert.fail('llama-server is not ready after 30 s');
}

async function stop(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const left = once(child, 'exit');
	child.kill('SIGKILL');
	await left;
}

function logOf(rows: readonly object[]): string {
	return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
}

/** llama.cpp's own arithmetic, in another build and at other batch sizes: the tolerance of sums against torch too, nats. */
const SAME = 0.1;

const QUICK = { firstWait: 1, longestWait: 5, tries: 3 };

describe('a real llama-server', { skip }, () => {
	let dir: string;
	let port: number;
	let url: string;
	let server: ChildProcess;
	before(async () => {
		dir = mkdtempSync(join(tmpdir(), 'pairwright-llama-'));
		writeTinyGguf(join(dir, 'tiny.gguf'), { context: 512 });
		port = await freePort();
		url = `http://127.0.0.1:${port}`;
		server = await start(join(dir, 'tiny.gguf'), port, ['--alias', ALIASES]);
	});
	after(async () => {
		await stop(server);
		rmSync(dir, { recursive: true });
	});

	/** A workspace whose prompts wait. */
	async function waiting(t: Parameters<typeof folder>[0], rows: readonly object[]): Promise<Workspace> {
		const { workspace } = await openAt(folder(t));
		t.after(() => workspace.close());
		writeFileSync(join(dir, 'log.jsonl'), logOf(rows));
		await workspace.importFiles([join(dir, 'log.jsonl')], { as: 'prompts' }, job());
		return workspace;
	}

	const options = (more: Partial<GenerateOptions> = {}): GenerateOptions => ({
		...{ engine: 'chat', url, models: ['a-model'], sampling: { maxTokens: 8 } },
		...more,
	});

	const quickly = (workspace: Workspace, more: Partial<GenerateOptions> = {}) =>
		generate(workspace.context, options(more), { job: 'quick', signal: new AbortController().signal }, () =>
			chatGenerator(checkAddress(url, false), { concurrency: 2 }, QUICK),
		);

	it('is recognised and refused for scoring, with a key too, and where it is taken for vLLM', async () => {
		const is = /is llama\.cpp's llama-server.*--engine gguf/s;
		await assert.rejects(engineFor(url).open('a-model', 'checkpoint'), is);
		await assert.rejects(
			engineFor(url, { api: 'vllm' }).open('a-model', 'checkpoint'),
			(error) => UserError.is(error, 'environment') && /no \/tokenize for conversations/.test(error.message),
		);
		const locked = await freePort();
		const other = await start(join(dir, 'tiny.gguf'), locked, ['--api-key', 'its-own']);
		try {
			await assert.rejects(engineFor(`http://127.0.0.1:${locked}`).open('tiny.gguf', 'checkpoint'), is);
		} finally {
			await stop(other);
		}
	});

	it('gives the tokens of a response, one request each, the log-probabilities that engine gguf sums', async (t) => {
		const ask = async (path: string, body: object) =>
			(await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<
				Record<string, never>
			>;
		// It takes BOS out of what it renders and gives it back with `add_special`.
		const ids = async (content: string, special: boolean): Promise<number[]> =>
			(await ask('/tokenize', { content, add_special: special, parse_special: special })).tokens!;
		const engine = createGgufEngine({ threads: 1, gpu: false });
		const told = new Map<string, PairOutcome>();
		try {
			const open = await engine.open(join(dir, 'tiny.gguf'), 'checkpoint');
			await open.score(PAIRS, { onPair: (outcome) => told.set(outcome.comparison, outcome) });
		} finally {
			await engine.close();
		}
		let apart = 0;
		for (const { comparison, prompt, a, b } of PAIRS) {
			const outcome = told.get(comparison);
			assert.ok(outcome !== undefined && 'score' in outcome, comparison);
			const rendered: string = (await ask('/apply-template', { messages: prompt.messages })).prompt!;
			const asked = await ids(rendered, true);
			for (const [side, response] of [
				['a', a],
				['b', b],
			] as const) {
				const given = [...(await ids(response[0]!.content!, false)), tinyControls()['<|eos|>']!];
				let sum = 0;
				for (const [i, id] of given.entries()) {
					// It tells no probabilities with half a character, so an "a" follows; they are those before this.
					const next = {
						n_predict: 1,
						n_probs: 1_000,
						temperature: 0,
						samplers: ['temperature'],
						logit_bias: [[97, 1_000]],
					};
					const { completion_probabilities } = await ask('/completion', {
						prompt: [...asked, ...given.slice(0, i)],
						...next,
					});
					const all = (completion_probabilities![0] as { top_logprobs: { id: number; logprob: number }[] })
						.top_logprobs;
					sum += all.find((one) => one.id === id)!.logprob;
				}
				assert.equal(outcome.score[side].tokens, given.length);
				apart = Math.max(apart, Math.abs(outcome.score[side].logp - sum));
			}
		}
		t.diagnostic(`largest difference ${apart.toExponential(1)} nats`);
		assert.ok(apart <= SAME, `${apart}`);
	});

	it('writes second responses from the command line', async (t) => {
		const { write, run } = makeCli(t);
		await run(['init']);
		const asked = (text: string) => ({ messages: [{ role: 'user', content: text }] });
		await run(['import', write('log.jsonl', logOf([asked('Where?'), asked('When?')])), '--as', 'prompts']);
		const to = (model: string) => ['generate', '--url', url, '--model', model, '--max-tokens', '8'];
		assert.match((await run([...to('other-name'), '--dry-run'])).stdout, /It has other-name/u);
		assert.match((await run([...to('llama3'), '--dry-run'])).stdout, /does not list llama3.*a-model, other-name/u);
		const wrong = await run([...to('llama3'), '--yes']);
		assert.match(wrong.stderr, /no model "llama3": "a-model" answered in its place/u);
		const { stdout } = await run([...to('a-model'), '--yes', '--json']);
		const done = JSON.parse(stdout) as { generated: number; paired: number };
		assert.deepEqual([done.generated, done.paired], [4, 2]);
		const scored = await run([
			'score',
			'--engine',
			'http',
			'--url',
			url,
			'--reference',
			'a-model',
			'--checkpoint',
			'x',
		]);
		assert.notEqual(scored.code, 0);
	});

	it('takes tools and calls of tools, and what is longer than its context is named', async (t) => {
		const call = { id: '1', type: 'function', function: { name: 'look', arguments: { at: 'x' } } };
		const workspace = await waiting(t, [
			{
				messages: [
					{ role: 'user', content: 'Look.' },
					{ role: 'assistant', content: '', tool_calls: [call] },
					{ role: 'user', content: 'And?' },
				],
				tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }],
			},
			{ messages: [{ role: 'user', content: 'a long story '.repeat(200) }] },
		]);
		const done = await quickly(workspace);
		assert.deepEqual([done.generated, done.paired, done.failed.total], [2, 1, 2]);
		assert.match(done.failed.first[0]!.reason, /longer than the context/u);
	});

	it('stopped in the middle, nothing is lost; started again, the rest is generated and no response twice', async (t) => {
		const rows = Array.from({ length: PROMPTS }, (_, i) => ({
			messages: [{ role: 'user', content: `Question ${i}?` }],
		}));
		const workspace = await waiting(t, rows);
		const running = quickly(workspace);
		while (workspace.context.events('generated').length < 10) await sleep(2);
		await stop(server);
		const first = await running;
		assert.match(first.stopped ?? '', /5 prompts in a row got no response.*no server listens/su);
		const stored = workspace.context.events('generated').length;
		assert.ok(stored >= 10 && stored < 2 * PROMPTS, `${stored}`);
		server = await start(join(dir, 'tiny.gguf'), port, ['--alias', ALIASES]);
		const rest = await quickly(workspace);
		assert.deepEqual([rest.generated, rest.failed.total, rest.waiting.prompts], [2 * PROMPTS - stored, 0, 0]);
		assert.equal((await workspace.list({ limit: 1 })).total, PROMPTS);
		t.diagnostic(`${stored} responses before, ${rest.generated} after`);
	});
});
