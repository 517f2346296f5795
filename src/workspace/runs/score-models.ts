import type {
	CheckpointScore,
	ComparisonScore,
	ModelFacts,
	ScoredCheckpoint,
	SelfTestItem,
	SkippedPair,
} from '../../domain/checkpoint.ts';
import { stepOf } from '../../domain/checkpoint.ts';
import { UserError } from '../../protocol/errors.ts';
import type { Engine, EnginePair, OpenModel } from '../../scoring/engines/engine.ts';
import type { RunHooks } from '../../scoring/scoring-run.ts';
import type { CachedScore, ModelScores, ScoreCache } from '../../store/score-cache.ts';

/** A model to score: what the engine opens, and what the run calls it. */
export interface NamedModel {
	readonly model: string;
	readonly name: string;
}

export interface ModelRun {
	readonly checkpoints: readonly ScoredCheckpoint[];
	/** Reference first. */
	readonly models: readonly ModelFacts[];
	readonly selfTest: readonly (SelfTestItem & { readonly model: string })[];
	/** Pairs × models. */
	readonly work: { readonly scored: number; readonly reused: number };
}

export interface ModelRunInput {
	readonly reference: NamedModel;
	/** Names unique. */
	readonly checkpoints: readonly NamedModel[];
	/** In an order in which pairs of one prompt follow each other: an engine reads that prompt once. */
	readonly pairs: readonly EnginePair[];
	/** What self-tests may read: their results stand in the record, so no pair of the sealed half. */
	readonly testPairs: readonly EnginePair[];
	readonly cache: ScoreCache;
	/** Score everything anew. */
	readonly fresh: boolean;
}

interface Outcomes {
	readonly scored: Map<string, CachedScore>;
	readonly skipped: Map<string, string>;
}

function checkCancelled(signal: AbortSignal | undefined): void {
	if (signal?.aborted === true)
		throw new UserError('cancelled', 'The scoring run was cancelled; nothing was recorded.');
}

/** A failed test means that every number may be wrong: then there is none. */
async function selfTest(open: OpenModel, name: string, pairs: readonly EnginePair[], signal: AbortSignal | undefined) {
	const items = await open.selfTest(pairs, signal);
	const failed = items.find((item) => item.status === 'fail');
	if (failed !== undefined) {
		throw new UserError(
			'environment',
			`${name} failed the self-test "${failed.test}", so none of its numbers can be trusted: ${failed.message} Nothing was recorded.`,
		);
	}
	return items.map((item) => ({ ...item, model: name }));
}

function isLogp(score: ComparisonScore): boolean {
	return [score.a.logp, score.b.logp].every((logp) => Number.isFinite(logp) && logp <= 0);
}

/** Scores what the cache does not have; what is scored is in the cache within half a second, whatever ends the run. */
async function scoreThroughCache(
	open: OpenModel,
	{ pairs, kept, phase }: { pairs: readonly EnginePair[]; kept: ModelScores; phase: string },
	{ signal, onProgress }: RunHooks,
): Promise<Outcomes & { readonly reused: number }> {
	const scored = new Map<string, CachedScore>();
	const skipped = new Map<string, string>();
	const missing = pairs.filter((pair) => {
		const known = kept.get(pair.comparison);
		if (known !== null) scored.set(pair.comparison, known);
		return known === null;
	});
	const reused = scored.size;
	const total = pairs.length;
	const tell = (): void => onProgress?.({ phase, done: scored.size + skipped.size, total, unit: 'pairs' });
	tell();
	// The process that waits for this one gives it 400 ms to leave.
	const keep = (): void => kept.flush();
	signal?.addEventListener('abort', keep, { once: true });
	try {
		if (missing.length > 0) {
			await open.score(missing, {
				...(signal === undefined ? {} : { signal }),
				onPair: (outcome) => {
					const { comparison } = outcome;
					if ('skip' in outcome) skipped.set(comparison, outcome.reason);
					else if (isLogp(outcome.score)) {
						const { score, kl } = outcome;
						const entry = kl === undefined ? { score } : { score, kl };
						scored.set(comparison, entry);
						kept.put(comparison, entry);
					} else skipped.set(comparison, 'the model gave no finite log-probability');
					tell();
				},
			});
		}
		checkCancelled(signal);
	} finally {
		signal?.removeEventListener('abort', keep);
		kept.flush();
	}
	for (const { comparison } of missing) {
		if (!scored.has(comparison) && !skipped.has(comparison)) throw new Error(`${phase}: no word of ${comparison}`);
	}
	return { scored, skipped, reused };
}

/**
 * Scores a reference and checkpoints one after the other: open, self-test, score through the cache, close.
 * @throws UserError cancelled; environment where a model cannot be opened or fails its self-test
 */
export async function scoreModels(engine: Engine, input: ModelRunInput, hooks: RunHooks = {}): Promise<ModelRun> {
	const { signal, onProgress } = hooks;
	const count = input.checkpoints.length;
	const models: ModelFacts[] = [];
	const tests: (SelfTestItem & { readonly model: string })[] = [];
	const work = { scored: 0, reused: 0 };
	let referenceKey: string | null = null;

	const run = async ({ model, name }: NamedModel, role: ModelFacts['role'], place: string): Promise<Outcomes> => {
		checkCancelled(signal);
		onProgress?.({ phase: `opening ${place}`, done: 0, total: 1 });
		const open = await engine.open(model, role, signal);
		try {
			onProgress?.({ phase: `testing ${place}`, done: 0, total: 1 });
			tests.push(...(await selfTest(open, name, input.testPairs, signal)));
			models.push({ ...open.facts, name, role });
			const kept = input.cache.model(open.cacheKey, role === 'reference' ? null : referenceKey, input.fresh);
			if (role === 'reference') referenceKey = open.cacheKey;
			const outcomes = await scoreThroughCache(open, { pairs: input.pairs, kept, phase: `scoring ${place}` }, hooks);
			work.scored += outcomes.scored.size - outcomes.reused;
			work.reused += outcomes.reused;
			return outcomes;
		} finally {
			await open.close();
		}
	};

	if (engine.name === 'http') {
		// A name that is not served must not come to light after hours of scoring; opening a file again costs too much for that.
		for (const { model, name } of input.checkpoints) {
			checkCancelled(signal);
			onProgress?.({ phase: `asking for ${name}`, done: 0, total: 1 });
			await (await engine.open(model, 'checkpoint', signal)).close();
		}
	}
	const reference = await run(input.reference, 'reference', `reference ${input.reference.name}`);
	const checkpoints: ScoredCheckpoint[] = [];
	for (const [i, named] of input.checkpoints.entries()) {
		const place = count === 1 ? named.name : `${named.name} (${i + 1} of ${count})`;
		const policy = await run(named, 'checkpoint', place);
		checkpoints.push({
			name: named.name,
			step: stepOf(named.name),
			...joined(input.pairs, policy, reference),
			trainedOn: null,
		});
	}
	return { checkpoints, models, selfTest: tests, work };
}

function joined(
	pairs: readonly EnginePair[],
	policy: Outcomes,
	reference: Outcomes,
): { readonly scores: readonly CheckpointScore[]; readonly skipped: readonly SkippedPair[] } {
	const scores: CheckpointScore[] = [];
	const skipped: SkippedPair[] = [];
	for (const { comparison } of pairs) {
		const own = policy.scored.get(comparison);
		const other = reference.scored.get(comparison);
		if (own !== undefined && other !== undefined) {
			const { score, kl } = own;
			scores.push({ comparison, policy: score, reference: other.score, ...(kl === undefined ? {} : { kl }) });
		} else {
			const reason = policy.skipped.get(comparison) ?? `reference: ${reference.skipped.get(comparison)}`;
			skipped.push({ comparison, reason });
		}
	}
	return { scores, skipped };
}
