import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelFacts, ScoredCheckpoint } from '../../src/domain/checkpoint.ts';
import type { HealthCheck, RunRecord } from '../../src/domain/run-record.ts';
import { DRIFT } from '../../src/health/drift.ts';
import { driftSince } from '../../src/health/drift-run.ts';
import { previousCheckpointRun } from '../../src/workspace/runs/previous-run.ts';
import { recordFixture } from '../fixtures/run-report.ts';
import {
	firstMargin,
	linesOf,
	madeCheckpoint,
	makePairs,
	makeRunStore,
	type RunStore,
	runId,
} from '../fixtures/stored-runs.ts';

const PAIRS = makePairs(60);
const SETTINGS = { lambda: null, margin: 0, beta: 0.1, loss: 'sigmoid', labelSmoothing: 0 } as const;
const DATASET = 'd'.repeat(64);

const model = (role: ModelFacts['role'], hash: string): ModelFacts => ({ name: hash, role, hash, template: null });
const engineOf = (name: 'gguf' | 'logprobs', models: readonly ModelFacts[]) => ({
	...{ name, version: '1', models, self_test: [] },
});

function input(
	models: readonly ModelFacts[],
	checkpoints: readonly ScoredCheckpoint[] = [],
	name: 'gguf' | 'logprobs' = 'gguf',
) {
	return { engine: engineOf(name, models), checkpoints };
}

interface Made {
	readonly models?: readonly ModelFacts[];
	readonly engine?: 'gguf' | 'logprobs';
	readonly dataset?: string;
	readonly settings?: Partial<RunRecord['settings']>;
	readonly looked?: boolean;
	readonly invalid?: boolean;
	readonly reference?: (i: number) => number;
	readonly seen?: boolean;
}

const REFERENCE = model('reference', 'r');

function write(store: RunStore, n: number, made: Made = {}): void {
	const record = recordFixture();
	const { models = [REFERENCE, model('checkpoint', `c${n}`)], engine = 'gguf', dataset = DATASET } = made;
	const drift: HealthCheck = { ...record.health[0]!, check: DRIFT, p: made.looked === true ? 0.5 : null };
	const void_ = { what: 'heldout_reference', reason: 'learnt by heart' } as const;
	const lines = [
		...linesOf(PAIRS, firstMargin, {
			beta: 0.1,
			checkpoint: 'best',
			...(made.reference === undefined ? {} : { reference: made.reference }),
		}),
		...linesOf(makePairs(20, 'heldout_reference', 'r'), firstMargin, { beta: 0.1, checkpoint: 'best' }),
		...linesOf(PAIRS, () => -9, { beta: 0.1, checkpoint: 'other' }),
	];
	store.write(
		runId(n),
		{
			engine: { ...engineOf(engine, models) },
			settings: {
				...record.settings,
				...{ lambda_requested: null, margin_requested: 0, beta: 0.1, loss: 'sigmoid' },
				...made.settings,
			},
			dataset: { ...record.dataset, sha256: dataset },
			checkpoints: [madeCheckpoint('best', made.invalid === true ? { void: void_ } : {}), madeCheckpoint('other')],
			recommended: { lambda: null, checkpoint: 'best', sentence: 'Best.', vetoes: [] },
			health: [drift],
		},
		made.seen === true ? lines.map((line, i) => (i < 30 ? { ...line, seen: true as const } : line)) : lines,
	);
}

const NOW = [REFERENCE, model('checkpoint', 'now')];
const look = (store: RunStore, models = NOW) => previousCheckpointRun(store.runs, input(models), SETTINGS, DATASET);

test('a run looks back to the latest headline with the same reference, loss, β, λ and margin', (t) => {
	const store = makeRunStore(t);
	assert.equal(look(store), null);
	write(store, 1);
	const previous = look(store)!;
	assert.equal(previous.look, 1);
	// The headline alone, as βΔ.
	assert.equal(previous.scores.length, 80);
	assert.ok(Math.abs(previous.scores.find(({ comparison }) => comparison === 'p003')!.delta - firstMargin(3)) < 1e-12);
	write(store, 2, { models: [model('reference', 'q'), model('checkpoint', 'c2')] });
	write(store, 3, { settings: { loss: 'ipo' } });
	write(store, 4, { settings: { beta: 1 } });
	write(store, 5, { settings: { lambda_requested: 0.5 } });
	write(store, 6, { settings: { margin_requested: 'auto' } });
	write(store, 7, { settings: { label_smoothing: 0.1 } });
	write(store, 8, { engine: 'logprobs' });
	assert.deepEqual(look(store), previous);
	write(store, 9, { invalid: true });
	assert.equal(look(store)!.scores.length, 60);
	write(store, 10, { seen: true });
	assert.equal(look(store)!.scores.length, 50);
});

test('the same checkpoints on the same data are no new look; each other that looked spends', (t) => {
	const store = makeRunStore(t);
	write(store, 1, { models: NOW, looked: true });
	assert.equal(look(store), null);
	write(store, 2, { models: NOW, dataset: 'e'.repeat(64), looked: true });
	assert.equal(look(store)!.look, 2);
	write(store, 3, { looked: true });
	write(store, 4, { looked: false });
	assert.equal(look(store)!.look, 3);
	// Stored twice, looked once.
	write(store, 5, { models: [REFERENCE, model('checkpoint', 'c3')], looked: true });
	assert.equal(look(store)!.look, 3);
});

test('log-probability files name no reference: what it said of common pairs has to agree', (t) => {
	const store = makeRunStore(t);
	const models = [model('checkpoint', 'rows')];
	const score = (reference: number): ScoredCheckpoint => {
		const side = (logp: number) => ({ logp, tokens: 5 });
		const both = (a: number, b: number) => ({ a: side(a), b: side(b) });
		return {
			...{ name: 'x', step: null, skipped: [], trainedOn: null },
			scores: PAIRS.map(({ comparison }) => ({
				...{ comparison, policy: both(-9, -9), reference: both(reference, reference - 1) },
			})),
		};
	};
	write(store, 1, { engine: 'logprobs', models: [model('checkpoint', 'old')], reference: () => -20 });
	write(store, 2, { engine: 'logprobs', models: [model('checkpoint', 'new')], reference: (i) => -20 - i });
	const back = (reference: number) =>
		previousCheckpointRun(store.runs, input(models, [score(reference)], 'logprobs'), SETTINGS, DATASET);
	// The later run's reference says something else of most pairs.
	const reference = (back(-20.05)?.scores ?? []).map((line) =>
		'ref_chosen_logps' in line ? line.ref_chosen_logps : null,
	);
	assert.deepEqual([reference.length, new Set(reference)], [80, new Set([-20])]);
	assert.equal(back(-21), null);
});

test('movement is split into same pairs new model, same pairs new labels, and new pairs', () => {
	const apart = PAIRS.map((pair) => ({ ...pair, cluster: pair.comparison }));
	const scores = linesOf(apart.slice(0, 40), firstMargin);
	const relabelled = 16;
	const pairs = apart.map(({ comparison, cluster, y }, i) => ({
		...{ comparison, cluster, chosenSide: 'a' as const, margin: firstMargin(i) - 0.5 },
		y: i < relabelled ? 1 - y : y,
	}));
	const of = (previous: Parameters<typeof driftSince>[0]) =>
		driftSince(previous, (split) => (split === 'eval' ? pairs : []));
	const [check, ...none] = of({ scores, look: 1 });
	assert.deepEqual([none.length, check!.check, check!.split], [0, DRIFT, 'eval']);
	assert.match(check!.message, /same pairs, new model.*same pairs, new labels.*new pairs against the same ones/);
	assert.match(check!.message, /40 same pairs, \d+ of them with new labels, 20 new; look 1/);
	assert.deepEqual([of(undefined).length, of(null)[0]!.status], [0, 'insufficient']);
	// The old label of a pair that was reviewed then is the one of its day; a pair seen from the other side is the same pair.
	const turned = scores.map((line) => ({
		...line,
		chosen_side: 'b' as const,
		delta: -line.delta,
		y: 0.5,
		reviewed: { y: 1 - line.y },
	}));
	assert.equal(of({ scores: turned, look: 1 })[0]!.message, check!.message);
});
