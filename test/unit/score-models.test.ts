import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SelfTestItem } from '../../src/domain/checkpoint.ts';
import { sha256 } from '../../src/domain/identity.ts';
import { UserError } from '../../src/protocol/errors.ts';
import type { Engine, EnginePair, PairOutcome } from '../../src/scoring/engines/engine.ts';
import { ScoreCache, scoreCachePath } from '../../src/store/score-cache.ts';
import { type ModelRunInput, scoreModels } from '../../src/workspace/runs/score-models.ts';

const pair = (i: number): EnginePair => ({
	comparison: sha256(`pair ${i}`),
	prompt: { messages: [{ role: 'user', content: `q${i}` }] },
	a: [{ role: 'assistant', content: 'a' }],
	b: [{ role: 'assistant', content: 'b' }],
});
const pairs = (n: number): EnginePair[] => Array.from({ length: n }, (_, i) => pair(i));

const passed: SelfTestItem = {
	test: 'same-model',
	status: 'pass',
	value: 0,
	tolerance: 0.1,
	unit: 'nats',
	message: 'Same.',
};

interface Fake {
	readonly engine: Engine;
	/** Comparisons in the order in which models scored them: `model: n`. */
	readonly scored: string[];
	/** Models that are open now, and how many were at once at most. */
	readonly open: { now: number; most: number };
}

/** Scores by arithmetic; `outcome` may answer for a pair, `before` is told of each. */
function fake({
	outcome = () => null,
	before = () => {},
	test = passed,
}: {
	outcome?: (model: string, comparison: string) => PairOutcome | null;
	before?: (count: number) => void;
	test?: SelfTestItem;
} = {}): Fake {
	const scored: string[] = [];
	const open = { now: 0, most: 0 };
	const engine: Engine = {
		name: 'gguf',
		version: '1',
		open: async (model, role) => {
			open.now++;
			open.most = Math.max(open.most, open.now);
			return {
				facts: { name: model, role, hash: sha256(model), template: null },
				cacheKey: model,
				selfTest: async () => [test],
				async score(asked, hooks) {
					for (const { comparison } of asked) {
						before(scored.length);
						if (hooks.signal?.aborted === true) throw new UserError('cancelled', 'Cancelled.');
						scored.push(`${model}: ${comparison}`);
						const x = -Number.parseInt(comparison.slice(0, 4), 16) / 1000 - model.length;
						hooks.onPair(
							outcome(model, comparison) ?? {
								comparison,
								score: { a: { logp: x, tokens: 2 }, b: { logp: x - 1, tokens: 3 } },
							},
						);
					}
				},
				close: async () => {
					open.now--;
				},
			};
		},
		close: async () => {},
	};
	return { engine, scored, open };
}

async function inputFor(t: TestContext, of: Partial<ModelRunInput> = {}): Promise<ModelRunInput> {
	const dir = mkdtempSync(join(tmpdir(), 'pairwright-score-models-'));
	const cache = await ScoreCache.open(scoreCachePath(join(dir, 'db')));
	t.after(() => {
		cache.close();
		rmSync(dir, { recursive: true, force: true });
	});
	const all = pairs(50);
	return {
		reference: { model: 'ref', name: 'ref' },
		checkpoints: [
			{ model: 'one', name: 'm-step10' },
			{ model: 'three', name: 'm-step20' },
		],
		pairs: all,
		testPairs: all.slice(0, 5),
		cache,
		fresh: false,
		...of,
	};
}

test('reference first, one model at a time; a second run scores nothing and says the same', async (t) => {
	const input = await inputFor(t);
	const phases: string[] = [];
	const first = fake();
	const run = await scoreModels(first.engine, input, {
		onProgress: ({ phase }) => phases.at(-1) !== phase && phases.push(phase),
	});
	assert.deepEqual(run.work, { scored: 150, reused: 0 });
	assert.equal(first.open.most, 1);
	assert.equal(first.open.now, 0);
	assert.deepEqual(
		run.models.map(({ name, role }) => [name, role]),
		[
			['ref', 'reference'],
			['m-step10', 'checkpoint'],
			['m-step20', 'checkpoint'],
		],
	);
	assert.ok(phases.includes('scoring reference ref') && phases.includes('scoring m-step20 (2 of 2)'));
	assert.deepEqual(
		run.checkpoints.map(({ step }) => step),
		[10, 20],
	);
	const again = fake();
	const second = await scoreModels(again.engine, input);
	assert.deepEqual(second.work, { scored: 0, reused: 150 });
	assert.deepEqual(again.scored, []);
	assert.deepEqual({ ...second, work: null }, { ...run, work: null });
	const more = await scoreModels(fake().engine, { ...input, pairs: pairs(60) });
	assert.deepEqual(more.work, { scored: 30, reused: 150 }, 'ten pairs more are ten pairs a model');
	const fresh = await scoreModels(fake().engine, { ...input, fresh: true });
	assert.deepEqual(fresh.work, { scored: 150, reused: 0 });
});

test('a run that is cancelled keeps every pair that was scored', async (t) => {
	const input = await inputFor(t);
	const controller = new AbortController();
	const stopped = fake({ before: (count) => count === 77 && controller.abort() });
	await assert.rejects(scoreModels(stopped.engine, input, { signal: controller.signal }), (error) =>
		UserError.is(error, 'cancelled'),
	);
	assert.equal(stopped.scored.length, 77);
	assert.equal(stopped.open.now, 0);
	const resumed = fake();
	const run = await scoreModels(resumed.engine, input);
	assert.deepEqual(run.work, { scored: 150 - 77, reused: 77 });
	assert.ok(!resumed.scored.some((each) => stopped.scored.includes(each)), 'nothing is scored twice');
});

test('an engine that fails midway loses nothing either', async (t) => {
	const input = await inputFor(t);
	const failing = fake({
		before: (count) => {
			if (count === 60) throw new UserError('environment', 'The server is gone.');
		},
	});
	await assert.rejects(scoreModels(failing.engine, input), /server is gone/);
	assert.equal(failing.open.now, 0);
	assert.deepEqual((await scoreModels(fake().engine, input)).work, { scored: 90, reused: 60 });
});

test('a failed self-test ends the run before a pair is scored, in its own words', async (t) => {
	const input = await inputFor(t);
	const wrong = fake({
		test: { ...passed, test: 'probability-mass', status: 'fail', message: 'Probabilities sum to 0.4.' },
	});
	await assert.rejects(scoreModels(wrong.engine, input), (error) => {
		return (
			UserError.is(error, 'environment') &&
			/^ref failed the self-test "probability-mass".*sum to 0\.4/.test(error.message)
		);
	});
	assert.deepEqual(wrong.scored, []);
});

test('a served model that is not there is named before anything is scored', async (t) => {
	const input = await inputFor(t);
	const { engine, scored } = fake();
	const server: Engine = {
		...engine,
		name: 'http',
		open: (model, role) =>
			model === 'three' ? Promise.reject(new UserError('not-found', 'no such model')) : engine.open(model, role),
	};
	await assert.rejects(scoreModels(server, input), /no such model/);
	assert.deepEqual(scored, []);
});

test('pairs that a model skips, or gives no number for, are named and asked for again next time', async (t) => {
	const input = await inputFor(t, { checkpoints: [{ model: 'one', name: 'one' }] });
	const [long, broken, other] = [pair(1), pair(2), pair(3)].map(({ comparison }) => comparison);
	const outcome = (model: string, comparison: string): PairOutcome | null => {
		if (model === 'one' && comparison === long) return { skip: true, comparison, reason: '600 tokens, context 512' };
		if (model === 'one' && comparison === broken) {
			return { comparison, score: { a: { logp: Number.NaN, tokens: 1 }, b: { logp: -1, tokens: 1 } } };
		}
		if (model === 'ref' && comparison === other) return { skip: true, comparison, reason: 'too long' };
		return null;
	};
	const run = await scoreModels(fake({ outcome }).engine, input);
	const [checkpoint] = run.checkpoints;
	assert.equal(checkpoint!.scores.length, 47);
	assert.deepEqual(
		new Map(checkpoint!.skipped.map(({ comparison, reason }) => [comparison, reason])),
		new Map([
			[long, '600 tokens, context 512'],
			[broken, 'the model gave no finite log-probability'],
			[other, 'reference: too long'],
		]),
	);
	assert.deepEqual(run.work, { scored: 97, reused: 0 });
	assert.deepEqual((await scoreModels(fake().engine, input)).work, { scored: 3, reused: 97 });
});

/** Engine `fake` with logits: KL of a pair is the difference of the two names' lengths, over five positions. */
function seeing(): Fake & { readonly read: string[]; readonly kept: { now: number } } {
	const { engine, ...rest } = fake();
	const read: string[] = [];
	const kept = { now: 0 };
	const open: Engine['open'] = async (model, role, signal) => ({
		...(await engine.open(model, role, signal)),
		logits: {
			method: 'test/1',
			each: 3,
			async keep(of) {
				read.push(`${model}: keeps ${of.length}`);
				kept.now++;
				return {
					close: () => {
						kept.now--;
					},
				};
			},
			async compare(of, _, { onKl }) {
				read.push(`${model}: compares ${of.length}`);
				for (const { comparison } of of) {
					onKl(comparison, comparison === pair(0).comparison ? null : { sum: model.length, positions: 5 });
				}
			},
		},
	});
	return { ...rest, engine: { ...engine, open }, read, kept };
}

test('KL is read after all scores, one model at a time, only where asked for, and only once', async (t) => {
	const input = await inputFor(t, { klPairs: pairs(8) });
	const first = seeing();
	const run = await scoreModels(first.engine, input);
	assert.deepEqual(first.read, ['ref: keeps 8', 'one: compares 8', 'three: compares 8']);
	assert.deepEqual([first.open.most, first.open.now, first.kept.now], [1, 0, 0]);
	const [, last] = run.checkpoints;
	assert.equal(last!.klEach, 3);
	const found = new Map(last!.scores.flatMap(({ comparison, kl }) => (kl === undefined ? [] : [[comparison, kl]])));
	assert.equal(found.size, 8);
	assert.deepEqual(found.get(pair(3).comparison), { sum: 5, positions: 5 });
	assert.deepEqual(found.get(pair(0).comparison), { sum: 0, positions: 0 }, 'it cannot be had');
	assert.deepEqual(run.work, { scored: 150, reused: 0 });

	const again = seeing();
	const second = await scoreModels(again.engine, input);
	assert.deepEqual([again.read, second.work], [[], { scored: 0, reused: 150 }]);
	assert.deepEqual(second.checkpoints, run.checkpoints);

	const without = seeing();
	const third = await scoreModels(without.engine, { ...input, klPairs: null });
	assert.deepEqual(without.read, []);
	for (const { klLeftOut, klEach, scores } of third.checkpoints) {
		assert.deepEqual([klLeftOut, klEach], [true, undefined]);
		assert.ok(
			scores.every((score) => !('kl' in score)),
			'what the cache holds does not stand in a record that was to be without it',
		);
	}

	const more = seeing();
	await scoreModels(more.engine, { ...input, klPairs: pairs(10) });
	assert.deepEqual(more.read, ['ref: keeps 2', 'one: compares 2', 'three: compares 2']);

	const other = seeing();
	const against = await scoreModels(other.engine, { ...input, reference: { model: 'other', name: 'other' } });
	assert.deepEqual(against.work, { scored: 50, reused: 100 }, 'another reference scores nothing of a checkpoint again');
	assert.deepEqual(other.read, ['other: keeps 8', 'one: compares 8', 'three: compares 8']);
});

test('cancelled while logits are read: nothing stays open or on disk, and scores are kept', async (t) => {
	const input = await inputFor(t, { klPairs: pairs(8) });
	const controller = new AbortController();
	const stopped = seeing();
	const onProgress = ({ phase }: { phase: string }): void => {
		if (phase.startsWith('opening m-step20 (2 of 2) for KL')) controller.abort();
	};
	const open: Engine['open'] = async (model, role, signal) => {
		if (signal?.aborted === true) throw new UserError('cancelled', 'Cancelled.');
		return stopped.engine.open(model, role, signal);
	};
	await assert.rejects(
		scoreModels({ ...stopped.engine, open }, input, { signal: controller.signal, onProgress }),
		(error) => UserError.is(error, 'cancelled'),
	);
	assert.deepEqual([stopped.open.now, stopped.kept.now], [0, 0]);
	const resumed = seeing();
	assert.deepEqual((await scoreModels(resumed.engine, input)).work, { scored: 0, reused: 150 });
	assert.deepEqual(resumed.read, ['ref: keeps 8', 'three: compares 8'], 'what the first checkpoint has is kept');
});
