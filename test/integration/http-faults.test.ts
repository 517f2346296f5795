import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import type { PairOutcome } from '../../src/scoring/engines/engine.ts';
import { createHttpEngine } from '../../src/scoring/engines/http/engine.ts';
import { type ScoringServer, startScoringServer } from '../fixtures/scoring-server-process.ts';
import type { Fault } from '../fixtures/scoring-server-types.ts';
import { engineFor, KEY, PAIRS, pairOf, QUICK, scoreAll } from './http-support.ts';

const COMPLETIONS = '/v1/completions';
/** Ids of "zigzag" as they stand in a request: one pair's own. */
const ZIGZAG = [...Buffer.from('zigzag')].join(',');
const MANY = Array.from({ length: 30 }, (_, i) => pairOf(`p${i}`, `prompt ${i}`, `a${i}`, `b${i}`));

/** Every message that a test saw: none may hold the key. */
const seen: string[] = [];

async function failure(run: Promise<unknown>): Promise<string> {
	const error = await run.then(
		() => assert.fail('nothing failed'),
		(e: unknown) => e,
	);
	assert.ok(error instanceof UserError, String((error as Error).stack));
	seen.push(error.message);
	return error.message;
}

describe('engine http under faults', () => {
	let server: ScoringServer;
	let truth: Map<string, PairOutcome>;
	before(async () => {
		server = await startScoringServer({ key: KEY });
		truth = await scoreAll(server.url);
	});
	after(async () => {
		await server.close();
		for (const message of seen) assert.doesNotMatch(message, /k3y/);
	});
	afterEach(async () => {
		await server.fail();
	});

	const PASSING: Readonly<Record<string, Fault>> = {
		'429 with Retry-After': { kind: 'status', status: 429, retryAfter: '0.02', times: 4 },
		'429 without': { kind: 'status', status: 429, times: 4 },
		'500': { kind: 'status', status: 500, times: 4 },
		'503 with an HTML page': { kind: 'status', status: 503, body: '<html>Bad gateway</html>', times: 4 },
		'a body cut off': { kind: 'cut-body', times: 2 },
		'a connection reset amid the body': { kind: 'reset', times: 2 },
		'JSON that breaks off': { kind: 'cut-json', times: 2 },
		'too few log-probabilities': { kind: 'fewer-tokens', path: COMPLETIONS, times: 2 },
		'too many log-probabilities': { kind: 'more-tokens', path: COMPLETIONS, times: 2 },
		'other tokens than were sent': { kind: 'other-ids', path: COMPLETIONS, times: 2 },
		'a log-probability that is NaN': { kind: 'nan', path: COMPLETIONS, times: 2 },
		'a log-probability above 0': { kind: 'positive', path: COMPLETIONS, times: 2 },
		'an HTML page in place of an answer': { kind: 'html', times: 2 },
	};
	for (const [name, fault] of Object.entries(PASSING)) {
		it(`${name}, passing: asked again, the same numbers`, async () => {
			const engine = engineFor(server.url);
			const open = await engine.open('base', 'checkpoint');
			await server.fail(fault);
			const told = new Map<string, PairOutcome>();
			await open.score(PAIRS, { onPair: (outcome) => told.set(outcome.comparison, outcome) });
			await engine.close();
			assert.deepEqual(told, truth);
			assert.equal(await server.fail(), 0, 'the fault did not happen as often as it should');
		});
	}

	it('a server that hangs is given up on in time and asked again', async () => {
		const engine = engineFor(server.url, {}, { ...QUICK, timeout: 500 });
		const open = await engine.open('base', 'checkpoint');
		await server.fail({ kind: 'hang', path: COMPLETIONS, times: 2 });
		const told = new Map<string, PairOutcome>();
		await open.score(PAIRS, { onPair: (outcome) => told.set(outcome.comparison, outcome) });
		await engine.close();
		assert.deepEqual(told, truth);
		assert.equal(await server.fail(), 0);
	});

	it('Retry-After holds requests back', async () => {
		const engine = engineFor(server.url, { concurrency: 1 });
		const open = await engine.open('base', 'checkpoint');
		await server.stats();
		await server.fail({ kind: 'status', status: 429, retryAfter: '0.2', times: 2 });
		await open.score(PAIRS, { onPair() {} });
		await engine.close();
		assert.equal(await server.fail(), 0);
		assert.equal((await server.stats()).tooEarly, 0);
	});

	it('a Retry-After that is too long ends the run', async () => {
		const engine = engineFor(server.url, { concurrency: 4 });
		const open = await engine.open('base', 'checkpoint');
		await server.fail({ kind: 'status', status: 429, retryAfter: '7200', times: 1 });
		const message = await failure(open.score(MANY, { onPair() {} }));
		await engine.close();
		assert.match(message, /asks to be left alone for 120 minutes \(Retry-After\).*not scored twice/);
	});

	const LASTING: Readonly<Record<string, { fault: Fault; reason: RegExp }>> = {
		'500 for one pair': {
			fault: { kind: 'status', status: 500, message: 'zigzag is bad' },
			reason: /^the server answers 500 \(6 tries\)$/,
		},
		'400 for one pair': {
			fault: { kind: 'status', status: 400, message: 'odd' },
			reason: /^refused by the server \(400 TestError\): odd$/,
		},
		'400 that repeats the text': {
			fault: { kind: 'status', status: 400, message: "bad: {'input': 'the cat sat on the mat'}" },
			reason: /^refused by the server \(400 TestError\)$/,
		},
		'wrong tokens for one pair': {
			fault: { kind: 'other-ids' },
			reason: /^the server scored other tokens than it was sent \(3 tries\)$/,
		},
		'NaN for one pair': {
			fault: { kind: 'nan' },
			reason: /^the server gives a log-probability that is not a number \(3 tries\)$/,
		},
		'above 0 for one pair': {
			fault: { kind: 'positive' },
			reason: /^the server gives a log-probability above 0 \(3 tries\)$/,
		},
		'probability 0': {
			fault: { kind: 'impossible' },
			reason: /^the server gives a token of a response probability 0$/,
		},
	};
	for (const [name, { fault, reason }] of Object.entries(LASTING)) {
		it(`${name}, lasting: skipped by name, the others scored`, async () => {
			await server.fail({ ...fault, path: COMPLETIONS, when: ZIGZAG });
			const told = await scoreAll(server.url);
			const outcome = told.get('one');
			assert.ok(outcome !== undefined && 'skip' in outcome, JSON.stringify(outcome));
			assert.match(outcome.reason, reason);
			seen.push(outcome.reason);
			for (const other of ['two', 'three', 'four']) assert.deepEqual(told.get(other), truth.get(other));
		});
	}

	it('what fails for pair after pair ends the run with the reason, and keeps what was scored', async () => {
		const engine = engineFor(server.url, { concurrency: 2 });
		const open = await engine.open('base', 'checkpoint');
		// The fault is there long before the last pair.
		await server.pace(20);
		const told: PairOutcome[] = [];
		const onPair = (outcome: PairOutcome) => {
			told.push(outcome);
			if (told.length === 6) void server.fail({ kind: 'fewer-tokens', path: COMPLETIONS });
		};
		const message = await failure(open.score(MANY, { onPair }));
		await engine.close();
		await server.pace(0);
		assert.match(
			message,
			/failed on 5 pairs in a row under base, the last time so: it gives log-probabilities of fewer or more tokens/,
		);
		assert.ok(told.filter((outcome) => 'score' in outcome).length >= 6);
		assert.ok(told.length < MANY.length);
	});

	it('a server that dies ends the run in words, with what to do', async () => {
		const mortal = await startScoringServer();
		const engine = engineFor(mortal.url);
		const open = await engine.open('base', 'checkpoint');
		let scored = 0;
		const onPair = () => {
			if (++scored === 3) void mortal.kill();
		};
		const message = await failure(open.score(MANY, { onPair }));
		await engine.close();
		assert.match(
			message,
			/^http:\/\/127\.0\.0\.1:\d+ (refuses connections|closes the connection).*after 6 tries\. Start the server again/s,
		);
		assert.ok(scored >= 3 && scored < MANY.length);
	});

	it('a model unloaded amid the run is said', async () => {
		const engine = engineFor(server.url);
		const open = await engine.open('base', 'checkpoint');
		await server.fail({ kind: 'status', status: 404, message: 'The model `base` does not exist.', path: COMPLETIONS });
		const message = await failure(open.score(PAIRS, { onPair() {} }));
		await engine.close();
		assert.match(message, /no longer serves base \(it says: The model `base` does not exist\.\)/);
	});

	it('a redirect to another origin is refused with its name, and nothing is sent there', async () => {
		const other = await startScoringServer();
		try {
			const engine = engineFor(server.url);
			const open = await engine.open('base', 'checkpoint');
			await server.fail({ kind: 'redirect', to: `${other.url}/v1/completions?token=${KEY}`, path: COMPLETIONS });
			const message = await failure(open.score(PAIRS, { onPair() {} }));
			await engine.close();
			assert.ok(message.includes(`redirects to ${other.url} (it answers 307). Redirects are not followed`), message);
			assert.deepEqual((await other.stats()).requests, {});
		} finally {
			await other.close();
		}
	});

	it('a redirect at opening is refused too', async () => {
		await server.fail({ kind: 'redirect', to: 'https://example.org/' });
		assert.match(
			await failure(engineFor(server.url).open('base', 'checkpoint')),
			/redirects to https:\/\/example\.org /,
		);
	});

	it('a wrong key and a missing one are told apart', async () => {
		const wrong = await failure(engineFor(server.url, { key: 'k3y-wrong' }).open('base', 'checkpoint'));
		assert.match(wrong, /refuses the key \(it answers 401\)/);
		const none = createHttpEngine({ url: server.url, reference: 'base', checkpoints: [] }, QUICK);
		assert.match(await failure(none.open('base', 'checkpoint')), /wants a key .*--api-key-env/);
	});

	it('a key that expires amid the run ends it at once', async () => {
		const engine = engineFor(server.url);
		const open = await engine.open('base', 'checkpoint');
		await server.fail({ kind: 'status', status: 401, message: `bad key ${KEY}` });
		assert.match(await failure(open.score(PAIRS, { onPair() {} })), /refuses the key/);
		await engine.close();
	});

	it('a server that repeats the key in its errors does not put it into ours', async () => {
		const engine = engineFor(server.url);
		const open = await engine.open('base', 'checkpoint');
		await server.fail({ kind: 'status', status: 400, message: `no, ${KEY}` });
		const message = await failure(open.score(MANY, { onPair: (outcome) => void seen.push(JSON.stringify(outcome)) }));
		await engine.close();
		assert.match(message, /it refuses \(400\) \(it says: no, \[key\]\)/);
	});

	it('a key that cannot be a header is refused without being repeated', () => {
		assert.throws(
			() => engineFor(server.url, { key: 'k3y with\nbreak' }),
			(error: unknown) => {
				assert.ok(UserError.is(error, 'usage'));
				seen.push(error.message);
				return /line break/.test(error.message);
			},
		);
	});

	it('a server that is still loading is told from one that is none', async () => {
		await server.fail({ kind: 'status', status: 503, path: '/v1/models' });
		const message = await failure(engineFor(server.url).open('base', 'checkpoint'));
		assert.match(message, /answers 503: it may still be loading its model/);
	});

	it('nobody there is said at once', async () => {
		const gone = await startScoringServer();
		await gone.kill();
		assert.match(
			await failure(engineFor(gone.url).open('base', 'checkpoint')),
			/refuses connections: no server listens on that port\. Start the server, or check the address/,
		);
	});
});
