import type { ScoredCheckpoint } from '../../domain/checkpoint.ts';
import { DEFAULT_CONFIG, type ForgettingDelta } from '../../domain/config.ts';
import type { Dataset, ScoredPair } from '../../domain/dataset.ts';
import { sha256 } from '../../domain/identity.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RejectedRows } from '../../protocol/runs.ts';
import type { CheckpointInput, CheckpointSettings } from '../../scoring/checkpoints/input.ts';
import { runCheckpoints } from '../../scoring/checkpoints/run-checkpoints.ts';
import { KL_PAIRS } from '../../scoring/divergence.ts';
import { ggufName, namesOfFiles } from '../../scoring/engines/checkpoint-names.ts';
import type { Engine, EnginePair } from '../../scoring/engines/engine.ts';
import type { LogprobsIndex } from '../../scoring/engines/logprobs.ts';
import type { RunHooks, ScoringRun } from '../../scoring/scoring-run.ts';
import { ScoreCache } from '../../store/score-cache.ts';
import { readLogprobs } from './logprobs-files.ts';
import type { ReviewedLabels } from './port.ts';
import { previousCheckpointRun } from './previous-run.ts';
import { readBaseline } from './retention-baseline.ts';
import type { ScoreRequest } from './score-messages.ts';
import { type ModelRunInput, type NamedModel, scoreModels } from './score-models.ts';
import { readTrainedOn, trainedOnOf } from './trained-on.ts';

/** β of a checkpoint run that names none: TRL's default. */
export const CHECKPOINT_BETA = 0.1;

/** What a checkpoint run reads of a workspace. */
export interface CheckpointWorkspace {
	readonly root: string;
	readonly runs: string;
	readonly exports: string;
	/** File of the score cache. */
	readonly cache: string;
	readonly dataset: Dataset;
	readonly reviewed: ReviewedLabels;
	/** δ of the check "forgetting"; absent = the default. */
	readonly forgetting?: ForgettingDelta;
	/** Read only where log-probability files are scored: it holds every id of the workspace. */
	readonly index: () => LogprobsIndex | Promise<LogprobsIndex>;
}

export interface CheckpointHooks extends RunHooks {
	readonly onNotice?: (text: string) => void;
}

export type CheckpointRequest = Pick<
	ScoreRequest,
	'engine' | 'lambda' | 'margin' | 'seed' | 'beta' | 'gguf' | 'http' | 'logprobs' | 'checkpoints' | 'baseline'
>;

/** Canonical sides; pairs of one prompt follow each other. No verdict, no split: an engine has no use for them. */
export function enginePairs(pairs: readonly ScoredPair[]): EnginePair[] {
	return pairs
		.toSorted((x, y) => (x.prompt !== y.prompt ? (x.prompt < y.prompt ? -1 : 1) : x.comparison < y.comparison ? -1 : 1))
		.map(({ comparison, turns, chosen, rejected, chosenSide }) => ({
			comparison,
			prompt: turns,
			a: chosenSide === 'a' ? chosen : rejected,
			b: chosenSide === 'a' ? rejected : chosen,
		}));
}

/** At most KL_PAIRS of the tuning half, the same ones whatever else is scored; in engine order. */
export function klSample(pairs: readonly ScoredPair[]): EnginePair[] {
	const drawn = pairs
		.filter(({ split }) => split === 'heldout_reference')
		.map((pair) => ({ pair, at: sha256(`kl ${pair.comparison}`) }))
		.sort((x, y) => (x.at < y.at ? -1 : 1))
		.slice(0, KL_PAIRS);
	return enginePairs(drawn.map(({ pair }) => pair));
}

interface Models {
	readonly engine: Engine;
	readonly reference: NamedModel;
	readonly checkpoints: readonly NamedModel[];
}

/** The engine's code is loaded only here, in the scoring process, and only where it is asked for. */
async function modelsOf({ engine, gguf, http }: CheckpointRequest): Promise<Models> {
	if (engine === 'gguf' && gguf !== undefined) {
		const { createGgufEngine } = await import('../../scoring/engines/gguf.ts');
		const names = namesOfFiles(gguf.checkpoints, ggufName);
		return {
			engine: createGgufEngine(gguf),
			reference: { model: gguf.reference, name: namesOfFiles([gguf.reference], ggufName)[0]! },
			checkpoints: gguf.checkpoints.map((model, i) => ({ model, name: names[i]! })),
		};
	}
	if (engine === 'http' && http !== undefined) {
		const { createHttpEngine } = await import('../../scoring/engines/http/engine.ts');
		return {
			engine: createHttpEngine(http),
			reference: { model: http.reference, name: http.reference },
			checkpoints: http.checkpoints.map((model) => ({ model, name: model })),
		};
	}
	throw new UserError('usage', `Engine ${engine}: its options are missing.`);
}

function checkNames(names: readonly string[], steps: readonly number[] | undefined): void {
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) {
		throw new UserError('usage', `The checkpoint ${twice} is named twice. Name each checkpoint once.`);
	}
	if (steps !== undefined && steps.length !== names.length) {
		throw new UserError(
			'usage',
			`--steps gives ${steps.length} steps for ${names.length} checkpoints (${names.join(', ')}). Give one a checkpoint, in that order.`,
		);
	}
}

async function throughModels(
	workspace: CheckpointWorkspace,
	request: CheckpointRequest,
	check: (names: readonly string[]) => void,
	{ onNotice, ...hooks }: CheckpointHooks,
): Promise<CheckpointInput> {
	const { engine, reference, checkpoints } = await modelsOf(request);
	try {
		check(checkpoints.map(({ name }) => name));
		const pairs = enginePairs(workspace.dataset.pairs);
		const sealed = new Set(
			workspace.dataset.pairs.filter(({ split }) => split === 'heldout_sealed').map(({ comparison }) => comparison),
		);
		const cache = await ScoreCache.open(workspace.cache);
		try {
			if (cache.notice !== null) onNotice?.(cache.notice);
			const input: ModelRunInput = {
				...{ reference, checkpoints, pairs, cache },
				testPairs: pairs.filter(({ comparison }) => !sealed.has(comparison)),
				klPairs: request.checkpoints?.kl === false ? null : klSample(workspace.dataset.pairs),
				fresh: request.checkpoints?.fresh === true,
			};
			const { models, selfTest, checkpoints: scored, work } = await scoreModels(engine, input, hooks);
			return {
				engine: { name: engine.name, version: engine.version, models, self_test: selfTest },
				checkpoints: scored,
				work,
			};
		} finally {
			cache.close();
		}
	} finally {
		await engine.close();
	}
}

/** Whether a checkpoint gives the reference's own numbers everywhere: the same model under another name, or its own file in a glob. */
function isReference({ scores }: ScoredCheckpoint): boolean {
	return scores.every(
		({ policy, reference }) => policy.a.logp === reference.a.logp && policy.b.logp === reference.b.logp,
	);
}

/** The family without the reference, which is a baseline and no candidate (rules of the family F); with it where nothing else was given. */
function withoutReference(
	checkpoints: readonly ScoredCheckpoint[],
	onNotice: (text: string) => void = () => {},
): readonly ScoredCheckpoint[] {
	const others = checkpoints.filter((checkpoint) => !isReference(checkpoint));
	if (others.length === 0 || others.length === checkpoints.length) return checkpoints;
	const names = checkpoints.filter((checkpoint) => !others.includes(checkpoint)).map(({ name }) => name);
	onNotice(
		`${names.join(', ')}: the same log-probabilities as the reference on every pair. It is the reference, so it was left out of the candidates.`,
	);
	return others;
}

export interface CheckpointRun extends ScoringRun {
	/** Rows of log-probability files that were left out. */
	readonly rejected?: RejectedRows;
}

/**
 * One run over checkpoints: scores through the engine that was asked for, then everything that follows from scores.
 * @throws UserError usage, not-found, unusable-input, environment, cancelled; what was scored stays in the cache
 */
export async function scoreCheckpoints(
	all: CheckpointWorkspace,
	request: CheckpointRequest,
	hooks: CheckpointHooks = {},
): Promise<CheckpointRun> {
	const { checkpoints: options = {}, logprobs } = request;
	const splits = options.splits;
	const pairs =
		splits === undefined ? all.dataset.pairs : all.dataset.pairs.filter((pair) => splits.includes(pair.split));
	if (pairs.length === 0) {
		throw new UserError(
			'too-little-data',
			'There is no judged pair to score. Judge some, or import pairs that carry labels; with --split, name splits that hold some.',
		);
	}
	const { sealedUnlabelled, ...dataset } = all.dataset;
	// Where E is not scored, its unlabelled members would be its whole size, and so tell how many they are.
	const unlabelled =
		sealedUnlabelled === undefined || splits?.includes('heldout_sealed') === false ? {} : { sealedUnlabelled };
	const workspace = { ...all, dataset: { ...dataset, ...unlabelled, pairs } };
	// Whatever can be wrong without a model is found before one is opened.
	const rules = readTrainedOn(workspace.exports, options.trainedOn);
	const settings: CheckpointSettings = {
		lambda: request.lambda,
		margin: request.margin,
		beta: request.beta,
		seed: request.seed,
		loss: options.loss ?? 'sigmoid',
		labelSmoothing: options.labelSmoothing ?? 0,
		reviewed: workspace.reviewed,
		forgetting: workspace.forgetting ?? DEFAULT_CONFIG.thresholds.forgetting,
		...(request.baseline === undefined ? {} : { retentionBaseline: readBaseline(workspace.runs, request.baseline) }),
	};
	const check = (names: readonly string[]): void => {
		checkNames(names, options.steps);
		trainedOnOf(rules, names);
	};
	let rejected: RejectedRows | undefined;
	let input: CheckpointInput;
	if (request.engine === 'logprobs' && logprobs !== undefined) {
		const wanted = pairs.map(({ comparison }) => comparison);
		const read = await readLogprobs(
			logprobs.files,
			{ index: await workspace.index(), wanted, root: workspace.root },
			hooks,
		);
		({ input, rejected } = read);
	} else input = await throughModels(workspace, request, check, hooks);
	const names = input.checkpoints.map(({ name }) => name);
	check(names);
	const trainedOn = trainedOnOf(rules, names);
	const checkpoints = input.checkpoints.map((checkpoint, i) => ({
		...checkpoint,
		step: options.steps?.[i] ?? checkpoint.step,
		trainedOn: trainedOn[i]!,
	}));
	const named = { ...input, checkpoints: withoutReference(checkpoints, hooks.onNotice) };
	const { sha256, labels } = workspace.dataset;
	const previous = previousCheckpointRun(workspace.runs, named, settings, sha256, labels);
	const run = await runCheckpoints(workspace.dataset, named, { ...settings, previous }, hooks);
	return {
		...run,
		record: {
			...run.record,
			settings: {
				...run.record.settings,
				...(splits === undefined ? {} : { splits }),
				...(options.kl === false && request.engine === 'gguf' ? { kl: false as const } : {}),
			},
			work: input.work,
		},
		...(rejected === undefined ? {} : { rejected }),
	};
}
