/** Logs become prompts that wait; a chat server in a process of its own, or a model file, writes what they lack. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { GenerateOptions } from '../../src/protocol/candidates.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { checkAddress } from '../../src/protocol/server-address.ts';
import { chatGenerator } from '../../src/scoring/generation/chat.ts';
import { dump } from '../../src/store/dump.ts';
import { generate } from '../../src/workspace/generate/generate.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { type ChatServer, startChatServer } from '../fixtures/chat-server-process.ts';
import { writeTinyGguf } from '../fixtures/tiny-gguf.ts';
import { folder, job, openAt } from './workspace-support.ts';

const FIXED = 'Ten minutes.';
let server: ChatServer;
before(async () => {
	server = await startChatServer({ models: ['small', 'large', 'fixed'], fixed: FIXED });
});
after(() => server.close());

/** A chat log: even rows with a response, odd ones with the prompt alone. */
function writeLog(dir: string, rows: number, name = 'log.jsonl'): string {
	const path = join(dir, name);
	const lines = Array.from({ length: rows }, (_, i) => {
		const asked = { role: 'user', content: `Question ${i} about ${['law', 'bread', 'paint'][i % 3]}?` };
		return JSON.stringify({ messages: i % 2 === 0 ? [asked, { role: 'assistant', content: `Log ${i}.` }] : [asked] });
	});
	writeFileSync(path, `${lines.join('\n')}\n`);
	return path;
}

async function logged(t: TestContext, rows: number): Promise<{ dir: string; workspace: Workspace }> {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	await workspace.importFiles([writeLog(dir, rows)], { as: 'prompts' }, job());
	return { dir, workspace };
}

const to = (url: string, more: Partial<GenerateOptions> = {}): GenerateOptions => ({
	...{ engine: 'chat', url, models: ['small'] },
	...more,
});

const QUICK = { firstWait: 1, longestWait: 2, timeout: 10_000, tries: 4, answerTries: 2 };

/** As `workspace.generate`, with a client that does not wait long. */
function quickly(workspace: Workspace, options: GenerateOptions, patience = QUICK) {
	const { signal } = new AbortController();
	return generate(workspace.context, options, { job: 'quick', signal }, () =>
		chatGenerator(checkAddress(options.url as string, false), { concurrency: 1 }, patience),
	);
}

test('prompts get what they lack: one response where a log brought one, two where it brought none', async (t) => {
	const { workspace } = await logged(t, 8);
	await server.stats();
	const plan = await workspace.planGeneration(to(server.url));
	assert.deepEqual([plan.prompts, plan.requests, plan.local, plan.server], [8, 12, true, server.url]);
	const look = async (more: Partial<GenerateOptions>) =>
		(await workspace.planGeneration(to(server.url, { check: true, ...more }))).served;
	assert.deepEqual(await look({}), { missing: [], offered: ['small', 'large', 'fixed'] });
	assert.deepEqual((await look({ models: ['small', 'huge'] }))?.missing, ['huge']);
	assert.match((await look({ url: 'http://127.0.0.1:9' }))?.unknown ?? '', /cannot be reached/u);
	assert.deepEqual((await look({ engine: 'gguf', models: ['/nowhere/m.gguf'] }))?.missing, ['m.gguf']);
	assert.equal(plan.served, undefined);
	assert.equal((await server.stats()).requests, 0, 'planning sends nothing');
	const done = await workspace.generate(to(server.url, { models: ['small', 'large'], concurrency: 3 }), job());
	assert.deepEqual([done.generated, done.paired, done.waiting.prompts, done.failed.total], [12, 8, 0, 0]);
	const { requests, most, bodies } = await server.stats();
	assert.equal(requests, 12 + done.identical);
	assert.ok(most <= 3, `${most} in flight`);
	const asked = bodies as { model: string; max_tokens: number; stream: boolean; seed: number }[];
	assert.deepEqual([...new Set(asked.map(({ model }) => model))].sort(), ['large', 'small'], 'models take turns');
	assert.equal(new Set(asked.map(({ seed }) => seed)).size, asked.length, 'each request has a seed of its own');
	assert.equal(asked[0]?.stream, false);
	const { comparisons } = await workspace.list({ limit: 100 });
	assert.equal(comparisons.length, 8);
	assert.ok(
		comparisons.every(({ verdict, judgments }) => verdict === 'open' && judgments === 0),
		'nothing is judged',
	);
});

test('who answered is told only after the verdict', async (t) => {
	const { workspace } = await logged(t, 1);
	await workspace.generate(to(server.url, { sampling: { temperature: 0.7, maxTokens: 40, seed: 3 } }), job());
	const [row] = (await workspace.list({})).comparisons;
	const before = JSON.stringify([await workspace.show(row!.id), await workspace.queue('judge', { count: 1 })]);
	for (const secret of ['small', server.url, 'log.jsonl', '"log"', 'temperature']) {
		assert.ok(!before.includes(secret), `${secret} shows before the verdict`);
	}
	await workspace.judge({ comparison: row!.id, verdict: 'tie' });
	const { origins } = await workspace.show(row!.id);
	const all = [...origins!.a, ...origins!.b];
	assert.deepEqual(all.map(({ kind }) => kind).sort(), ['log', 'model']);
	const model = all.find(({ kind }) => kind === 'model')!;
	assert.deepEqual([model.name, model.server], ['small', server.url]);
	assert.deepEqual(
		{ ...(model.sampling as object), seed: 0 },
		{ temperature: 0.7, top_p: null, max_tokens: 40, seed: 0 },
	);
});

test('a rebuild comes to the same state, and a retracted import takes candidates and their pairs along', async (t) => {
	const { workspace } = await logged(t, 6);
	await workspace.generate(to(server.url), job());
	await workspace.tag({ ids: [(await workspace.list({})).comparisons[0]!.prompt_id] }, { facet: 'domain:law' });
	await workspace.settled();
	const before = dump(workspace.context.db);
	await workspace.rebuild(job());
	await workspace.settled();
	assert.equal(dump(workspace.context.db), before);
	const [imported] = workspace.context.events('imported');
	await workspace.retract(imported!.id);
	await workspace.settled();
	const info = await workspace.info();
	assert.equal(info.waiting, undefined);
	assert.equal((await workspace.list({})).total, 0);
	assert.equal(
		Object.values(info.splits).reduce((sum, { prompts }) => sum + prompts, 0),
		0,
	);
});

test('an answer that is there already is counted and asked for again with another seed, then given up', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const path = join(dir, 'eggs.jsonl');
	writeFileSync(path, `${JSON.stringify({ prompt: 'How long does an egg take?', response: FIXED })}\n`);
	await workspace.importFiles([path], { as: 'prompts' }, job());
	await server.stats();
	const done = await workspace.generate(to(server.url, { models: ['fixed'] }), job());
	assert.deepEqual([done.generated, done.identical, done.failed.total], [0, 4, 1]);
	assert.match(done.failed.first[0]!.reason, /4 times with another seed each; given a temperature/);
	assert.equal(new Set((await server.stats()).seeds).size, 4);
});

test('passing faults are tried again, and what was stored before a server fails for good stays', async (t) => {
	const { dir, workspace } = await logged(t, 6);
	await server.fail(
		{ kind: 'status', status: 429, headers: { 'retry-after': '0' } },
		{ kind: 'status', status: 500 },
		{ kind: 'truncated' },
		{ kind: 'empty' },
	);
	const first = await quickly(workspace, to(server.url, { limit: 2 }));
	assert.equal(first.failed.total, 0);
	assert.equal(first.empty, 1);
	const stored = first.generated;
	await server.fail({ kind: 'status', status: 503, times: 1000 });
	await assert.rejects(quickly(workspace, to(server.url)), /5 prompts in a row got no response.*answers 503/s);
	await server.fail();
	const lines = readFileSync(join(dir, 'work/.pairwright/journal', journalOf(dir)), 'utf8').split('\n');
	assert.equal(lines.filter((line) => line.includes('"type":"generated"')).length, stored);
	const rest = await quickly(workspace, to(server.url));
	assert.equal(rest.generated + stored, 9, 'it goes on with what is missing');
	assert.equal(rest.waiting.prompts, 0);
});

function journalOf(dir: string): string {
	const root = join(dir, 'work/.pairwright/journal');
	return (readdirSync(root, { recursive: true }) as string[]).find((name) => name.endsWith('.jsonl')) as string;
}

test('a request that hangs ends in time; a redirect is not followed and names where it points', async (t) => {
	const { workspace } = await logged(t, 4);
	await server.fail({ kind: 'hang', times: 4 });
	const done = await quickly(workspace, to(server.url, { limit: 2 }), { ...QUICK, timeout: 300 });
	assert.equal(done.failed.total, 1);
	assert.match(done.failed.first[0]!.reason, /does not answer in 0.3 s \(4 tries\)/);
	const other = await startChatServer();
	t.after(() => other.close());
	await server.fail({ kind: 'redirect', to: `${other.url}/v1/chat/completions` });
	await assert.rejects(
		quickly(workspace, to(server.url)),
		(error) => UserError.is(error, 'environment') && error.message.includes(`redirects to ${other.url}`),
	);
	assert.equal((await other.stats()).requests, 0);
	await server.fail();
});

test('cancelling keeps what is stored, and an unknown model or a refused address sends nothing more', async (t) => {
	const { workspace } = await logged(t, 30);
	const slow = await startChatServer({ delay: 20 });
	t.after(() => slow.close());
	const stop = new AbortController();
	const running = generate(workspace.context, to(slow.url), { job: 'stop', signal: stop.signal });
	while (workspace.context.events('generated').length < 5) await new Promise((done) => setTimeout(done, 5));
	stop.abort();
	const done = await running;
	assert.equal(done.cancelled, true);
	assert.equal(workspace.context.events('generated').length, done.generated);
	assert.ok(done.generated >= 5 && done.generated < 45);
	await assert.rejects(workspace.generate(to(slow.url, { models: ['huge'] }), job()), /has no model "huge"/);
	await assert.rejects(workspace.generate(to('http://user:pw@127.0.0.1:1'), job()), /user name or password/);
	await assert.rejects(
		workspace.generate(to('http://server.example', { key: 'secret' }), job()),
		(error) => error instanceof Error && /plain http/.test(error.message) && !error.message.includes('secret'),
	);
});

test('the key goes to the server and into no event', async (t) => {
	const { dir, workspace } = await logged(t, 2);
	await server.stats();
	await workspace.generate(to(server.url, { key: 'sk-very-secret' }), job());
	assert.ok((await server.stats()).keys.every((key) => key === 'Bearer sk-very-secret'));
	const text = readFileSync(join(dir, 'work/.pairwright/journal', journalOf(dir)), 'utf8');
	assert.ok(!text.includes('very-secret'));
});

test('two people who bring other responses to the same prompt get one pair, whoever folds first', async (t) => {
	const dir = folder(t);
	const row = (response: string) => `${JSON.stringify({ prompt: 'What is a lease?', response })}\n`;
	const { workspace } = await openAt(dir);
	for (const [i, response] of ['A contract.', 'A rental contract.', 'A contract.'].entries()) {
		const path = join(dir, `log-${i}.jsonl`);
		writeFileSync(path, row(response));
		await workspace.importFiles([path], { as: 'prompts' }, job());
	}
	const { comparisons, total } = await workspace.list({});
	assert.equal(total, 1);
	await workspace.retract(workspace.context.events('paired')[0]!.id);
	assert.equal((await workspace.list({})).total, 0);
	assert.equal((await workspace.info()).waiting?.prompts, 1);
	await workspace.close();
	const again = (await openAt(dir)).workspace;
	t.after(() => again.close());
	assert.equal((await again.list({})).total, 0, `${comparisons[0]!.id} was taken back and does not come again`);
});

test('a model file writes responses in the scoring process', async (t) => {
	const { dir, workspace } = await logged(t, 2);
	const model = join(dir, 'tiny.gguf');
	writeTinyGguf(model, { seed: 1 });
	const done = await workspace.generate(
		{
			engine: 'gguf',
			models: [model],
			sampling: { maxTokens: 12, temperature: 1.5, seed: 4 },
			gguf: { gpu: false, threads: 1 },
		},
		job(),
	);
	assert.deepEqual([done.generated, done.paired, done.waiting.prompts], [3, 2, 0]);
	const events = workspace.context.events('generated');
	assert.ok(events.every((event) => event.model === 'tiny.gguf' && event.server === 'gguf'));
});
