/** What a scoring run is asked for, engine by engine. */
import type { EngineName, LossName } from '../domain/checkpoint.ts';
import type { LabelPolicy } from '../domain/label-policy.ts';
import type { EvaluationSplit } from '../domain/split.ts';

/** Which models a checkpoint run scores. Addresses, paths and keys come from machine settings, a picked file or a flag: never from a workspace. */
export interface GgufOptions {
	/** Absolute paths. */
	readonly reference: string;
	/** In order; already expanded from globs. */
	readonly checkpoints: readonly string[];
	/** A Jinja chat template in place of the file's own: its text, or the path of a file that holds it. */
	readonly template?: string;
	/** Tokens; absent = what the longest pair needs, at most the model's trained context. */
	readonly context?: number;
	/** Absent = chosen by a short measurement. */
	readonly threads?: number;
	/** auto = whatever the engine's binaries support; false = CPU only. */
	readonly gpu?: 'auto' | 'cuda' | 'vulkan' | 'metal' | false;
	/** Folder whose node_modules holds the engine (node-llama-cpp with the binaries for CUDA, Vulkan) to use in place of the shipped one. */
	readonly binaries?: string;
}

export type HttpApi = 'vllm' | 'sglang' | 'llama-cpp-python';

export interface HttpOptions {
	/** Base address, e.g. http://127.0.0.1:8000; with or without /v1. */
	readonly url: string;
	/** Absent = found out by asking the server. */
	readonly api?: HttpApi;
	readonly reference: string;
	readonly checkpoints: readonly string[];
	/** Sent as a bearer token to this origin alone; never stored, logged or recorded. */
	readonly key?: string;
	/** Requests in flight at most; default 8. */
	readonly concurrency?: number;
	/** Address of the reference where it is served elsewhere. */
	readonly referenceUrl?: string;
}

export interface LogprobsOptions {
	/** Absolute paths of JSONL files (plain or gzipped). */
	readonly files: readonly string[];
}

/** What all checkpoint engines share. */
export interface CheckpointOptions {
	readonly loss?: LossName;
	/** ε of cdpo and robust. */
	readonly labelSmoothing?: number;
	/** Steps in the order of the checkpoints, where their names do not say. */
	readonly steps?: readonly number[];
	/** `pattern` is a glob over checkpoint names; `export` a recorded export's id or prefix, with `:train` behind it where a bundle's penalty read nothing (λ 0), or none. The first that fits counts. */
	readonly trainedOn?: readonly { readonly pattern: string; readonly export: string | 'none' }[];
	/** Splits to score; default all that hold judged pairs. */
	readonly splits?: readonly EvaluationSplit[];
	/** Forgetting is measured against this run's choice (id or prefix); default the run's own reference. */
	readonly retentionBaseline?: string;
	/** Score everything anew: the cache is neither read nor trusted (a server's weights changed under their name). */
	readonly fresh?: boolean;
	/** false = KL per token is neither read nor shown, though the engine sees logits: every model is opened once instead of twice. */
	readonly kl?: boolean;
}

export interface ScoreOptions {
	readonly engine: EngineName;
	readonly gguf?: GgufOptions;
	readonly http?: HttpOptions;
	readonly logprobs?: LogprobsOptions;
	readonly checkpoints?: CheckpointOptions;
	/** null = as rules.md: recommended.lambda, else 0. */
	readonly lambda: number | null;
	readonly margin: number | 'auto';
	readonly beta: number;
	readonly seed: number;
	/** Which comparisons have a label, and what it is; absent = vote share. */
	readonly labels?: LabelPolicy;
	/**
	 * The user's own features: a file they named on this machine, absolute; never a path from a workspace's files. join: beside the
	 * probe's own; replace: instead of them.
	 */
	readonly features?: { readonly path: string; readonly mode: 'join' | 'replace' };
}
