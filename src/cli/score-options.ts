import { resolve } from 'node:path';
import type { EngineName, LossName } from '../domain/checkpoint.ts';
import type { LabelPolicy } from '../domain/label-policy.ts';
import type { EvaluationSplit, Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import type {
	CheckpointOptions,
	GgufOptions,
	HttpApi,
	HttpOptions,
	LogprobsOptions,
	ScoreOptions,
} from '../protocol/scoring.ts';
import { expandFiles } from './expand-files.ts';

/** What `score` was given, as commander hands it over; absent = not given. */
export interface ScoreArguments {
	readonly engine: EngineName;
	readonly lambda?: number;
	readonly margin: number | 'auto';
	readonly beta?: number;
	readonly seed: number;
	readonly labels?: LabelPolicy;
	readonly features?: string;
	readonly featuresMode?: 'join' | 'replace';
	readonly reference?: string;
	readonly checkpoint?: readonly string[];
	readonly template?: string;
	readonly context?: number;
	readonly threads?: number;
	readonly gpu?: 'auto' | 'cuda' | 'vulkan' | 'metal' | 'off';
	readonly binaries?: string;
	readonly url?: string;
	readonly referenceUrl?: string;
	readonly api?: HttpApi;
	readonly apiKeyEnv?: string;
	readonly concurrency?: number;
	readonly logprobs?: readonly string[];
	readonly loss?: LossName;
	readonly labelSmoothing?: number;
	readonly steps?: readonly number[];
	readonly split?: readonly Split[];
	readonly trainedOn?: readonly string[];
	readonly retentionBaseline?: string;
	readonly fresh?: true;
	/** true unless --no-kl. */
	readonly kl?: boolean;
}

type Key = keyof ScoreArguments;

const MODELS: readonly EngineName[] = ['gguf', 'http'];
const CHECKPOINTS: readonly EngineName[] = ['gguf', 'http', 'logprobs'];

/** Options that not every engine has: the flag, and the engines it belongs to. */
const BELONGS: Readonly<Partial<Record<Key, readonly [string, readonly EngineName[]]>>> = {
	features: ['--features', ['probe']],
	featuresMode: ['--features-mode', ['probe']],
	reference: ['--reference', MODELS],
	checkpoint: ['--checkpoint', MODELS],
	fresh: ['--fresh', MODELS],
	kl: ['--no-kl', ['gguf']],
	template: ['--template', ['gguf']],
	context: ['--context', ['gguf']],
	threads: ['--threads', ['gguf']],
	gpu: ['--gpu', ['gguf']],
	binaries: ['--binaries', ['gguf']],
	url: ['--url', ['http']],
	referenceUrl: ['--reference-url', ['http']],
	api: ['--api', ['http']],
	apiKeyEnv: ['--api-key-env', ['http']],
	concurrency: ['--concurrency', ['http']],
	logprobs: ['--logprobs', ['logprobs']],
	loss: ['--loss', CHECKPOINTS],
	labelSmoothing: ['--label-smoothing', CHECKPOINTS],
	steps: ['--steps', CHECKPOINTS],
	split: ['--split', CHECKPOINTS],
	trainedOn: ['--trained-on', CHECKPOINTS],
	retentionBaseline: ['--retention-baseline', CHECKPOINTS],
};

const NEEDS: Readonly<Record<EngineName, readonly Key[]>> = {
	probe: [],
	gguf: ['reference', 'checkpoint'],
	http: ['url', 'reference', 'checkpoint'],
	logprobs: ['logprobs'],
};

/** @throws UserError usage naming the option and the engines it belongs to, or what the engine needs */
function checkBelonging(given: ScoreArguments): void {
	const { engine } = given;
	for (const [key, [flag, engines]] of Object.entries(BELONGS) as [Key, readonly [string, readonly EngineName[]]][]) {
		if (given[key] === undefined || (key === 'kl' && given.kl === true) || engines.includes(engine)) continue;
		const where = `--engine ${engines.length === 1 ? engines[0] : `${engines.slice(0, -1).join(', ')} or ${engines.at(-1)}`}`;
		throw new UserError(
			'usage',
			`${flag} belongs to ${where}; this run has --engine ${engine}. Leave it out, or name that engine.`,
		);
	}
	const missing = NEEDS[engine].filter((key) => given[key] === undefined).map((key) => BELONGS[key]![0]);
	if (missing.length > 0) {
		throw new UserError(
			'usage',
			`--engine ${engine} needs ${missing.join(' and ')}. "pairwright score --help" has an example.`,
		);
	}
}

function ggufOptions(given: ScoreArguments): GgufOptions {
	const { template, context, threads, gpu, binaries } = given;
	const reference = expandFiles('--reference', [given.reference!]);
	if (reference.length > 1) {
		throw new UserError('usage', `--reference ${given.reference}: ${reference.length} files match; name one.`);
	}
	return {
		reference: reference[0]!,
		checkpoints: expandFiles('--checkpoint', given.checkpoint!),
		...(template === undefined ? {} : { template: expandFiles('--template', [template])[0]! }),
		...(context === undefined ? {} : { context }),
		...(threads === undefined ? {} : { threads }),
		...(gpu === undefined ? {} : { gpu: gpu === 'off' ? false : gpu }),
		...(binaries === undefined ? {} : { binaries: resolve(binaries) }),
	};
}

/** Takes the key out of this process's variables: what it starts inherits those, and has no use for it there. */
export function takeKey(name: string, env: NodeJS.ProcessEnv): string {
	const key = env[name]?.trim() ?? '';
	delete env[name];
	if (key === '') {
		throw new UserError('usage', `--api-key-env ${name}: this environment variable is not set, or empty.`);
	}
	return key;
}

function httpOptions(given: ScoreArguments, env: NodeJS.ProcessEnv): HttpOptions {
	const { api, apiKeyEnv, concurrency, referenceUrl } = given;
	return {
		url: given.url!,
		reference: given.reference!,
		checkpoints: given.checkpoint!,
		...(api === undefined ? {} : { api }),
		...(apiKeyEnv === undefined ? {} : { key: takeKey(apiKeyEnv, env) }),
		...(concurrency === undefined ? {} : { concurrency }),
		...(referenceUrl === undefined ? {} : { referenceUrl }),
	};
}

function logprobsOptions(given: ScoreArguments): LogprobsOptions {
	return { files: expandFiles('--logprobs', given.logprobs!) };
}

const EVALUATION: Readonly<Record<Split, readonly EvaluationSplit[]>> = {
	train: ['train'],
	eval: ['eval'],
	heldout: ['heldout_reference', 'heldout_sealed'],
	retention: ['retention'],
	excluded: [],
};

/** `EXPORT` for all checkpoints, `PATTERN=EXPORT` for those it fits; the first that fits counts. */
function trainedOn(rules: readonly string[]): NonNullable<CheckpointOptions['trainedOn']> {
	return rules.map((rule) => {
		const at = rule.lastIndexOf('=');
		const [pattern, wanted] = at < 0 ? ['*', rule] : [rule.slice(0, at), rule.slice(at + 1)];
		if (pattern === '' || wanted === '') {
			throw new UserError(
				'usage',
				`--trained-on ${rule}: expected EXPORT, none, or PATTERN=EXPORT, e.g. "dpo-*=4f2a91c0".`,
			);
		}
		return { pattern, export: wanted };
	});
}

function checkpointOptions(given: ScoreArguments): CheckpointOptions {
	const { loss, labelSmoothing, steps, split, retentionBaseline, fresh } = given;
	return {
		...(loss === undefined ? {} : { loss }),
		...(labelSmoothing === undefined ? {} : { labelSmoothing }),
		...(steps === undefined ? {} : { steps }),
		...(split === undefined ? {} : { splits: [...new Set(split.flatMap((name) => EVALUATION[name]))] }),
		...(given.trainedOn === undefined ? {} : { trainedOn: trainedOn(given.trainedOn) }),
		...(retentionBaseline === undefined ? {} : { retentionBaseline }),
		...(fresh === undefined ? {} : { fresh }),
		...(given.kl === false ? { kl: false } : {}),
	};
}

/**
 * What a run is asked, from the command line alone: nothing that a workspace holds may aim an engine.
 * @throws UserError usage
 */
export function scoreOptions(given: ScoreArguments, env: NodeJS.ProcessEnv = process.env): ScoreOptions {
	checkBelonging(given);
	const { engine, lambda, margin, seed, features, featuresMode } = given;
	if (featuresMode !== undefined && features === undefined) {
		throw new UserError('usage', '--features-mode says how --features FILE is used: name the file too.');
	}
	const common = {
		...{ engine, lambda: lambda ?? null, margin, seed },
		...(given.labels === undefined ? {} : { labels: given.labels }),
	};
	if (engine === 'probe') {
		return {
			...common,
			beta: given.beta ?? 1,
			...(features === undefined ? {} : { features: { path: resolve(features), mode: featuresMode ?? 'join' } }),
		};
	}
	return {
		...common,
		// TRL's default.
		beta: given.beta ?? 0.1,
		checkpoints: checkpointOptions(given),
		...(engine === 'gguf' ? { gguf: ggufOptions(given) } : {}),
		...(engine === 'http' ? { http: httpOptions(given, env) } : {}),
		...(engine === 'logprobs' ? { logprobs: logprobsOptions(given) } : {}),
	};
}
