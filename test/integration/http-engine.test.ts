import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Message } from '../../src/domain/comparison.ts';
import { UserError } from '../../src/protocol/errors.ts';
import type { PairOutcome } from '../../src/scoring/engines/engine.ts';
import { type ScoringServer, startScoringServer } from '../fixtures/scoring-server-process.ts';
import { engineFor, expectedLogp, KEY, PAIRS, pairOf, scoreAll } from './http-support.ts';

function textOf(messages: readonly Message[]): string {
	return messages.map((message) => message.content).join('');
}

function assertScored(outcome: PairOutcome | undefined, model: string, pair: (typeof PAIRS)[number]): void {
	assert.ok(outcome !== undefined && 'score' in outcome, `${pair.comparison}: ${JSON.stringify(outcome)}`);
	for (const side of ['a', 'b'] as const) {
		const expected = expectedLogp(model, textOf(pair[side]));
		assert.ok(Math.abs(outcome.score[side].logp - expected.logp) < 1e-9, `${pair.comparison} ${side}`);
		assert.equal(outcome.score[side].tokens, expected.tokens);
	}
}

describe('engine http', () => {
	let server: ScoringServer;
	before(async () => {
		server = await startScoringServer({ key: KEY });
	});
	after(() => server.close());

	it('sums the log-probabilities of each response, its end mark included and its prompt left out', async () => {
		for (const model of ['base', 'policy-step50', 'policy-step100']) {
			const told = await scoreAll(server.url, PAIRS, { model });
			assert.equal(told.size, PAIRS.length);
			for (const pair of PAIRS) assertScored(told.get(pair.comparison), model, pair);
		}
	});

	it('takes the address with or without /v1 and slash', async () => {
		for (const url of [`${server.url}/`, `${server.url}/v1`, `${server.url}/v1/`]) {
			assert.equal((await scoreAll(url, PAIRS.slice(0, 1))).size, 1);
		}
	});

	it('tokenises a prompt once for all its pairs, wherever they stand', async () => {
		const pairs = Array.from({ length: 30 }, (_, i) => pairOf(`p${i}`, `prompt ${i % 3}`, `a${i}`, `b${i}`));
		await server.stats();
		await scoreAll(server.url, pairs);
		const { prompts, requests } = await server.stats();
		for (const prompt of ['prompt 0', 'prompt 1', 'prompt 2']) {
			assert.equal(prompts.filter((text) => text.includes(prompt)).length, 1, prompt);
		}
		// A small conversation at opening, then two responses a pair.
		assert.equal(requests['/v1/completions'], 1 + 60);
		assert.equal(requests['/tokenize'], 3 + 3 + 60);
	});

	it('names a pair that is longer than the context before it sends it, and scores the others', async () => {
		const long = pairOf('long', 'x', 'y'.repeat(600), 'short');
		// 512 = BOS, user, x, end, assistant, 506 bytes and the end; the one generated token is one too many.
		const edge = pairOf('edge', 'x', 'y'.repeat(506), 'short');
		const fits = pairOf('fits', 'x', 'y'.repeat(505), 'short');
		const told = await scoreAll(server.url, [long, edge, fits, ...PAIRS]);
		const reason = "longer than the server's context of 512 tokens";
		assert.deepEqual(told.get('long'), { comparison: 'long', skip: true, reason });
		assert.deepEqual(told.get('edge'), { comparison: 'edge', skip: true, reason });
		for (const pair of [fits, ...PAIRS]) assertScored(told.get(pair.comparison), 'base', pair);
	});

	it('skips by name what the chat template refuses', async () => {
		const odd = { ...pairOf('odd', 'secret prompt', 'a', 'b'), a: [{ role: 'narrator', content: 'a' }] };
		const told = await scoreAll(server.url, [odd, ...PAIRS]);
		const outcome = told.get('odd');
		assert.ok(outcome !== undefined && 'skip' in outcome);
		assert.match(outcome.reason, /^refused by the server \(400 BadRequestError\): Conversation roles must be/);
		assert.equal(told.size, PAIRS.length + 1);
	});

	it('says what a served model is, without its path, address or key', async () => {
		const engine = engineFor(server.url);
		const { facts, cacheKey } = await engine.open('policy-step50', 'checkpoint');
		await engine.close();
		assert.equal(facts.server, 'vLLM 0.11.0');
		assert.equal(facts.root, 'policy-step50');
		assert.equal(facts.adapter_of, 'base');
		assert.equal(facts.max_model_len, 512);
		assert.match(facts.hash, /^[0-9a-f]{64}$/);
		assert.doesNotMatch(JSON.stringify([facts, cacheKey]), /127\.0\.0\.1|secret-place|k3y/);
	});

	it('the cache key tells models, versions and origins apart, and is the same the next time', async () => {
		const keys = async ({ url }: ScoringServer, model: string) => {
			const engine = engineFor(url);
			const { facts, cacheKey } = await engine.open(model, 'checkpoint');
			await engine.close();
			return { hash: facts.hash, cacheKey };
		};
		const twin = await startScoringServer({ key: KEY });
		const newer = await startScoringServer({ key: KEY, version: '0.12.0' });
		try {
			const one = await keys(server, 'policy-step50');
			assert.deepEqual(await keys(server, 'policy-step50'), one);
			assert.notEqual((await keys(server, 'base')).cacheKey, one.cacheKey);
			const other = await keys(newer, 'policy-step50');
			assert.notEqual(other.hash, one.hash);
			assert.notEqual(other.cacheKey, one.cacheKey);
			// What two servers say may be the same and their weights not: containers mount everything at one path.
			const same = await keys(twin, 'policy-step50');
			assert.equal(same.hash, one.hash);
			assert.notEqual(same.cacheKey, one.cacheKey);
		} finally {
			await Promise.all([twin.close(), newer.close()]);
		}
	});

	it('names the models that are served where the wanted one is not', async () => {
		const engine = engineFor(server.url);
		await assert.rejects(engine.open('policy-step999', 'checkpoint'), (error: unknown) => {
			assert.ok(UserError.is(error, 'not-found'));
			assert.match(error.message, /does not serve a model named "policy-step999"\. It serves: base, policy-step50/);
			return true;
		});
	});

	it('sends the key to its origin alone: a reference elsewhere is asked without it', async () => {
		const elsewhere = await startScoringServer();
		try {
			const engine = engineFor(server.url, { referenceUrl: elsewhere.url });
			const reference = await engine.open('base', 'reference');
			const checkpoint = await engine.open('policy-step50', 'checkpoint');
			await reference.score(PAIRS.slice(0, 1), { onPair() {} });
			await checkpoint.score(PAIRS.slice(0, 1), { onPair() {} });
			await engine.close();
			assert.deepEqual(new Set((await elsewhere.stats()).keys), new Set(['']));
			assert.ok((await server.stats()).keys.includes(`Bearer ${KEY}`));
		} finally {
			await elsewhere.close();
		}
	});

	it('passes its own self-test', async () => {
		const engine = engineFor(server.url);
		const open = await engine.open('base', 'reference');
		const items = await open.selfTest(PAIRS);
		await engine.close();
		const status = Object.fromEntries(items.map((item) => [item.test, item.status]));
		assert.deepEqual(status, {
			'token-count': 'pass',
			'order-sensitivity': 'pass',
			'probability-mass': 'not-applicable',
			'two-readings': 'pass',
			'same-model': 'pass',
			'prompt-prefix': 'pass',
			'context-length': 'pass',
		});
	});
});

describe('many pairs over http', () => {
	it('keeps no more requests in flight than asked for, and as many', async () => {
		const server = await startScoringServer({ slow: 30 });
		try {
			const pairs = Array.from({ length: 16 }, (_, i) => pairOf(`p${i}`, `prompt ${i}`, `a${i}`, `b${i}`));
			for (const concurrency of [1, 3, 8]) {
				await server.stats();
				await scoreAll(server.url, pairs, { concurrency });
				assert.equal((await server.stats()).mostInFlight, concurrency);
			}
		} finally {
			await server.close();
		}
	});

	it('cancels at once, requests that hang included, and keeps what was told', { timeout: 20_000 }, async () => {
		const server = await startScoringServer({ slow: 5 });
		try {
			const engine = engineFor(server.url, {}, { timeout: 120_000 });
			const open = await engine.open('base', 'reference');
			await server.fail({ path: '/v1/completions', when: '"model"', kind: 'hang', times: 3 });
			const stop = new AbortController();
			const told: PairOutcome[] = [];
			const pairs = Array.from({ length: 40 }, (_, i) => pairOf(`p${i}`, `prompt ${i}`, `a${i}`, `b${i}`));
			const onPair = (outcome: PairOutcome) => {
				told.push(outcome);
				if (told.length === 5) stop.abort();
			};
			await assert.rejects(open.score(pairs, { signal: stop.signal, onPair }), (error: unknown) =>
				UserError.is(error, 'cancelled'),
			);
			assert.equal(told.length, 5);
			await engine.close();
		} finally {
			await server.close();
		}
	});

	it('an error of the caller ends the run and is passed on', async () => {
		const server = await startScoringServer();
		try {
			const engine = engineFor(server.url);
			const open = await engine.open('base', 'reference');
			const onPair = () => {
				throw new Error('the disk is full');
			};
			await assert.rejects(open.score(PAIRS, { onPair }), /the disk is full/);
			await engine.close();
		} finally {
			await server.close();
		}
	});
});
