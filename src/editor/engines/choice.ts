import * as v from 'valibot';
import { LOSSES, type LossName } from '../../domain/checkpoint.ts';
import { LABEL_POLICIES } from '../../domain/label-policy.ts';
import type { EvaluationSplit } from '../../domain/split.ts';
import type { HttpApi, ScoreOptions } from '../../protocol/scoring.ts';

export const APIS = ['vllm', 'sglang', 'llama-cpp-python'] as const satisfies readonly HttpApi[];

const text = v.pipe(v.string(), v.minLength(1));
const texts = v.pipe(v.array(text), v.minLength(1));
const number = v.pipe(v.number(), v.finite());

/** As the options of a run name them. */
export const SCORED_SPLITS = [
	'train',
	'eval',
	'heldout_reference',
	'heldout_sealed',
	'retention',
] as const satisfies readonly EvaluationSplit[];

const models = v.variant('engine', [
	v.object({
		engine: v.literal('gguf'),
		/** Absolute paths. */
		reference: text,
		checkpoints: texts,
	}),
	v.object({
		engine: v.literal('http'),
		url: text,
		api: v.exactOptional(v.picklist(APIS)),
		reference: text,
		checkpoints: texts,
	}),
	v.object({ engine: v.literal('logprobs'), files: texts }),
]);

const settings = v.object({
	beta: number,
	loss: v.picklist(LOSSES),
	/** ε of cdpo and robust. */
	labelSmoothing: number,
	/** null = 1. */
	lambda: v.nullable(number),
	margin: v.union([number, v.literal('auto')]),
	seed: number,
	/** Absent = vote share. */
	labels: v.exactOptional(v.picklist(LABEL_POLICIES)),
	/** In the order of the checkpoints, where their names do not say; empty = as the names say. */
	steps: v.exactOptional(v.array(number), []),
	/** Empty = all that hold judged pairs. */
	splits: v.exactOptional(v.array(v.picklist(SCORED_SPLITS)), []),
	/** gguf: path of a Jinja chat template; null = each model's own. */
	template: v.exactOptional(v.nullable(text), null),
	trainedOn: v.array(v.object({ pattern: text, export: text })),
	/** A run's id; null = the run's own reference. */
	retentionBaseline: v.nullable(text),
	fresh: v.boolean(),
	/** gguf: KL per token, for which every model is opened twice. */
	kl: v.exactOptional(v.boolean(), true),
});

const choice = v.object({ models, settings });

/**
 * What is scored, and how. It names paths and addresses of this machine, so it is kept in the user's own state alone. Keys and
 * machine settings are no part of it: they are added when a run starts.
 */
export type CheckpointModels = v.InferOutput<typeof models>;
export type CheckpointSettings = v.InferOutput<typeof settings>;
export type CheckpointChoice = v.InferOutput<typeof choice>;

/** β and the loss are TRL's defaults; λ = 1 weighs in-distribution and held-out regret alike. */
export const DEFAULT_SETTINGS: CheckpointSettings = {
	beta: 0.1,
	loss: 'sigmoid',
	labelSmoothing: 0,
	lambda: null,
	margin: 0,
	seed: 0,
	steps: [],
	splits: [],
	template: null,
	trainedOn: [],
	retentionBaseline: null,
	fresh: false,
	kl: true,
};

/** A choice that was kept, or undefined where another version wrote something else. */
export function parseChoice(value: unknown): CheckpointChoice | undefined {
	const result = v.safeParse(choice, value);
	return result.success ? result.output : undefined;
}

/** What this machine's settings say of engines. */
export interface MachineEngines {
	readonly gpu: 'auto' | 'cuda' | 'vulkan' | 'metal' | false;
	/** null = the engine that comes with the extension. */
	readonly binaries: string | null;
	/** null = measured. */
	readonly threads: number | null;
	readonly concurrency: number;
}

/** The options of a run. @param key of the server's origin, if there is one */
export function optionsOfChoice(
	{ models, settings }: CheckpointChoice,
	machine: MachineEngines,
	key: string | undefined,
): ScoreOptions {
	const { beta, loss, labelSmoothing, lambda, margin, seed, labels } = settings;
	const { steps, splits, template, trainedOn, retentionBaseline, fresh, kl } = settings;
	return {
		engine: models.engine,
		...engineOptions(models, machine, key, template),
		checkpoints: {
			loss,
			...(usesSmoothing(loss) ? { labelSmoothing } : {}),
			...(steps.length === 0 ? {} : { steps }),
			...(splits.length === 0 ? {} : { splits }),
			...(trainedOn.length === 0 ? {} : { trainedOn }),
			...(retentionBaseline === null ? {} : { retentionBaseline }),
			...(fresh ? { fresh } : {}),
			...(kl || models.engine !== 'gguf' ? {} : { kl }),
		},
		lambda,
		margin,
		beta,
		seed,
		...(labels === undefined ? {} : { labels }),
	};
}

function engineOptions(
	models: CheckpointModels,
	{ gpu, binaries, threads, concurrency }: MachineEngines,
	key: string | undefined,
	template: string | null,
): Pick<ScoreOptions, 'gguf' | 'http' | 'logprobs'> {
	if (models.engine === 'logprobs') return { logprobs: { files: models.files } };
	if (models.engine === 'http') {
		const { engine: _, ...served } = models;
		return { http: { ...served, concurrency, ...(key === undefined ? {} : { key }) } };
	}
	const { engine: _, ...files } = models;
	return {
		gguf: {
			...files,
			...(template === null ? {} : { template }),
			gpu,
			...(binaries === null ? {} : { binaries }),
			...(threads === null ? {} : { threads }),
		},
	};
}

export function usesSmoothing(loss: LossName): boolean {
	return loss === 'cdpo' || loss === 'robust';
}
