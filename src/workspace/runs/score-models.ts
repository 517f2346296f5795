import type {
	CheckpointScore,
	ComparisonScore,
	ModelFacts,
	ScoredCheckpoint,
	SelfTestItem,
	SkippedPair,
	TokenKl,
} from '../../domain/checkpoint.ts';
import { stepOf } from '../../domain/checkpoint.ts';
import { UserError } from '../../protocol/errors.ts';
import type { Engine, EnginePair, LogitsReader, OpenModel, ReadHooks } from '../../scoring/engines/engine.ts';
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
	/**
	 * Where KL(policy ‖ reference) is read, by an engine that sees logits: a sample of the tuning half, never of the sealed one. null =
	 * not at all, whatever the cache holds: what a run was asked says what stands in its record.
	 */
	readonly klPairs?: readonly EnginePair[] | null;
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
 * Scores a reference and checkpoints one after the other: open, self-test, score through the cache, close. Then, where the engine sees
 * logits, KL of each checkpoint from the reference where the cache has none: they are opened once more, again one at a time, for two
 * models together may not fit into memory.
 * @throws UserError cancelled; environment where a model cannot be opened or fails its self-test
 */
export async function scoreModels(engine: Engine, input: ModelRunInput, hooks: RunHooks = {}): Promise<ModelRun> {
	const { signal, onProgress } = hooks;
	const count = input.checkpoints.length;
	const models: ModelFacts[] = [];
	const tests: (SelfTestItem & { readonly model: string })[] = [];
	const work = { scored: 0, reused: 0 };
	let referenceKey: string | null = null;

	const run = async (named: NamedModel, role: ModelFacts['role'], place: string): Promise<Scored> => {
		checkCancelled(signal);
		onProgress?.({ phase: `opening ${place}`, done: 0, total: 1 });
		const open = await engine.open(named.model, role, signal);
		try {
			onProgress?.({ phase: `testing ${place}`, done: 0, total: 1 });
			tests.push(...(await selfTest(open, named.name, input.testPairs, signal)));
			models.push({ ...open.facts, name: named.name, role });
			const method = open.logits?.method;
			const against = role === 'reference' ? null : `${referenceKey} ${method ?? ''}`;
			const kept = input.cache.model(open.cacheKey, against, input.fresh);
			if (role === 'reference') referenceKey = open.cacheKey;
			const outcomes = await scoreThroughCache(open, { pairs: input.pairs, kept, phase: `scoring ${place}` }, hooks);
			work.scored += outcomes.scored.size - outcomes.reused;
			work.reused += outcomes.reused;
			return { ...outcomes, named, place, kept, each: open.logits?.each ?? null };
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
	const policies: Scored[] = [];
	for (const [i, named] of input.checkpoints.entries()) {
		policies.push(await run(named, 'checkpoint', count === 1 ? named.name : `${named.name} (${i + 1} of ${count})`));
	}
	await addKl(engine, { reference, policies, pairs: input.klPairs ?? [] }, hooks);
	const checkpoints = policies.map((policy): ScoredCheckpoint => {
		const { name } = policy.named;
		const leftOut = input.klPairs === null;
		const kl = policy.each === null ? {} : leftOut ? { klLeftOut: true as const } : { klEach: policy.each };
		const scores = joined(input.pairs, policy, reference, leftOut);
		return { name, step: stepOf(name), ...scores, ...kl, trainedOn: null };
	});
	return { checkpoints, models, selfTest: tests, work };
}

/** A model's scores, and what it takes to open it again. */
interface Scored extends Outcomes {
	readonly named: NamedModel;
	/** How it is called in progress. */
	readonly place: string;
	readonly kept: ModelScores;
	/** Positions of a response that are read for KL at most; null = it does not see logits. */
	readonly each: number | null;
}

/** Reads the KL that the cache does not have, into the outcomes and the cache. @throws UserError cancelled, environment */
async function addKl(
	engine: Engine,
	{ reference, policies, pairs }: { reference: Scored; policies: readonly Scored[]; pairs: readonly EnginePair[] },
	{ signal, onProgress }: RunHooks,
): Promise<void> {
	const lacking = (policy: Scored): EnginePair[] =>
		policy.each === null
			? []
			: pairs.filter(({ comparison }) => {
					const own = policy.scored.get(comparison);
					return own !== undefined && own.kl === undefined && reference.scored.has(comparison);
				});
	const missing = policies.map(lacking);
	if (reference.each === null || missing.every((of) => of.length === 0)) return;
	const some = new Set(missing.flat().map(({ comparison }) => comparison));

	const within = async <T>({ named, place }: Scored, of: readonly EnginePair[], read: Read<T>): Promise<T> => {
		checkCancelled(signal);
		const role = named === reference.named ? 'reference' : 'checkpoint';
		onProgress?.({ phase: `opening ${place} for KL`, done: 0, total: 1 });
		const open = await engine.open(named.model, role, signal);
		try {
			const progress = { phase: `reading logits of ${place}`, done: 0, total: of.length, unit: 'pairs' as const };
			onProgress?.(progress);
			const onRead = (): void => onProgress?.({ ...progress, done: ++progress.done });
			return await read(open.logits!, { onRead, ...(signal === undefined ? {} : { signal }) });
		} finally {
			await open.close();
		}
	};

	const sample = pairs.filter(({ comparison }) => some.has(comparison));
	const logits = await within(reference, sample, (reader, hooks) => reader.keep(sample, hooks));
	try {
		for (const [i, policy] of policies.entries()) {
			const own = missing[i]!;
			if (own.length === 0) continue;
			const keep = (comparison: string, kl: TokenKl | null): void => {
				// No positions: it was looked for, and cannot be had.
				const entry = { ...policy.scored.get(comparison)!, kl: kl ?? { sum: 0, positions: 0 } };
				policy.scored.set(comparison, entry);
				policy.kept.put(comparison, entry);
			};
			try {
				await within(policy, own, (reader, hooks) => reader.compare(own, logits, { ...hooks, onKl: keep }));
			} finally {
				policy.kept.flush();
			}
		}
	} finally {
		logits.close();
	}
}

type Read<T> = (reader: LogitsReader, hooks: ReadHooks) => Promise<T>;

function joined(
	pairs: readonly EnginePair[],
	policy: Outcomes,
	reference: Outcomes,
	withoutKl: boolean,
): { readonly scores: readonly CheckpointScore[]; readonly skipped: readonly SkippedPair[] } {
	const scores: CheckpointScore[] = [];
	const skipped: SkippedPair[] = [];
	for (const { comparison } of pairs) {
		const own = policy.scored.get(comparison);
		const other = reference.scored.get(comparison);
		if (own !== undefined && other !== undefined) {
			const { score, kl } = own;
			const seen = kl === undefined || withoutKl ? {} : { kl };
			scores.push({ comparison, policy: score, reference: other.score, ...seen });
		} else {
			const reason = policy.skipped.get(comparison) ?? `reference: ${reference.skipped.get(comparison)}`;
			skipped.push({ comparison, reason });
		}
	}
	return { scores, skipped };
}
