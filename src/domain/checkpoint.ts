import type { Divergence, HealthCheck, Interval, Metrics, RunRecord } from './run-record.ts';
import type { EvaluationSplit } from './split.ts';

/** What scores: the built-in probe, or given checkpoints through one of three engines. */
export const ENGINES = ['probe', 'gguf', 'http', 'logprobs'] as const;
export type EngineName = (typeof ENGINES)[number];

/**
 * DPO losses by TRL's names (anchors: TRL 1.10). `cdpo` = sigmoid with label smoothing as in cdpo.pdf, `robust` = TRL's `robust`,
 * `sigmoid_norm` = length-normalised, `ipo` = length-averaged.
 */
export const LOSSES = ['sigmoid', 'ipo', 'hinge', 'robust', 'cdpo', 'sigmoid_norm'] as const;
export type LossName = (typeof LOSSES)[number];

/** Summed log-probability of one response under one model. */
export interface ResponseScore {
	/** Σ log p over the response's tokens (end mark included where the template writes one), nats, ≤ 0. */
	readonly logp: number;
	/** Response tokens summed over; null where the source does not say (then length-normalised losses are refused). */
	readonly tokens: number | null;
}

/** One comparison under one model, by canonical side: the chosen side may change with new judgments, a score does not. */
export interface ComparisonScore {
	readonly a: ResponseScore;
	readonly b: ResponseScore;
}

/** Per-token full-vocabulary KL(π ‖ π_ref) at the contexts of one comparison's responses: only where logits are at hand. */
export interface TokenKl {
	/** Σ over positions of both responses, nats; where only some were read, those stand for all. */
	readonly sum: number;
	/** Tokens of both responses; 0 = it cannot be had, for the two models see other tokens there. */
	readonly positions: number;
}

/** One scored comparison of one checkpoint. */
export interface CheckpointScore {
	readonly comparison: string;
	readonly policy: ComparisonScore;
	readonly reference: ComparisonScore;
	readonly kl?: TokenKl;
	/** Where a line of a log-probability file gave it. */
	readonly source?: { readonly path: string; readonly line: number };
}

/** What an engine hands to a run for one checkpoint. */
export interface ScoredCheckpoint {
	/** Unique in the run: a file's base name without extension, a served model's name, the column's value. */
	readonly name: string;
	/** Training steps, read from the name or given; null = unknown. */
	readonly step: number | null;
	readonly scores: readonly CheckpointScore[];
	/** Named, never silently cut: e.g. longer than the context. */
	readonly skipped: readonly SkippedPair[];
	/** Positions of one response at which KL was read at most; absent = all, or there is no KL. */
	readonly klEach?: number;
	/** The engine could have read KL, and the run was asked not to. */
	readonly klLeftOut?: true;
	/** Prompt ids of the recorded export it was trained on; null = not said. Empty = said to be trained on none of this workspace. */
	readonly trainedOn: {
		readonly export: string | null;
		readonly prompts: readonly string[];
		/** false = trained without the penalty of the bundle; absent = as the export says. */
		readonly penalty?: false;
	} | null;
}

export interface SkippedPair {
	readonly comparison: string;
	readonly reason: string;
}

/** One test of an engine before its numbers are trusted (anchors §8). */
export interface SelfTestItem {
	readonly test:
		| 'token-count'
		| 'order-sensitivity'
		| 'probability-mass'
		| 'two-readings'
		| 'same-model'
		| 'prompt-prefix'
		| 'context-length';
	readonly status: 'pass' | 'fail' | 'not-applicable';
	/** Largest deviation seen and what is allowed, in `unit`. */
	readonly value: number | null;
	readonly tolerance: number | null;
	readonly unit: string | null;
	/** One sentence; for `not-applicable` why. */
	readonly message: string;
}

/** A model as it stands in the run record: enough to tell whether two runs scored the same weights in the same way. */
export interface ModelFacts {
	readonly name: string;
	readonly role: 'reference' | 'checkpoint';
	/** SHA-256 of the file for gguf; what the server says of the model for http; of the rows for logprobs. */
	readonly hash: string;
	/** SHA-256 of the chat template used, or null where the source applied it. */
	readonly template: string | null;
	/** Engine's own facts: architecture, quantisation, context, BOS and EOS policy, threads, server version. No path, no address with a key. */
	readonly [key: string]: unknown;
}

/** As TRL logs them, over one split: means of β·(log π − log π_ref), chosen above rejected with ties as 0, and mean summed log-probabilities. */
export interface Rewards {
	readonly 'rewards/chosen': number;
	readonly 'rewards/rejected': number;
	readonly 'rewards/margins': number;
	readonly 'rewards/accuracies': number;
	readonly 'logps/chosen': number;
	readonly 'logps/rejected': number;
}

/** One checkpoint of a run (contract: `checkpoints`). */
export interface CheckpointResult {
	readonly name: string;
	readonly step: number | null;
	/** `train_loss` is the fit on its own training pairs, in sample: never in a criterion. Void: `heldout_regret` and `value` null. */
	readonly objective: NonNullable<RunRecord['objective']>;
	/** Loss above the reference's (which knows nothing of the preference: loss at Δ = 0), paired, by split. Negative = better. */
	readonly over_reference: Readonly<Partial<Record<'eval' | 'heldout_reference', Interval>>>;
	/** Lower point loss than the reference on eval and R. */
	readonly beats_reference: boolean;
	readonly metrics: Readonly<Partial<Record<EvaluationSplit, Metrics | null>>>;
	readonly rewards: Readonly<Partial<Record<Exclude<EvaluationSplit, 'heldout_sealed'>, Rewards>>>;
	/** Log-ratio drift on R; not a KL on curated text. */
	readonly divergence: Divergence;
	/** Further ones, e.g. per-token full-vocabulary KL at held-out contexts. */
	readonly divergences?: readonly Divergence[];
	readonly health: readonly HealthCheck[];
	readonly void?: { readonly what: 'heldout_reference'; readonly reason: string };
	/** Pairs left out of this run's family because this checkpoint did not score them. */
	readonly skipped: number;
	readonly skipped_why?: readonly { readonly reason: string; readonly pairs: number }[];
	readonly trained_on?: { readonly export: string | null; readonly prompts: number; readonly penalty?: false } | null;
	/** Forgetting, where the retention split was scored: against which baseline, and which pairs turned. */
	readonly forgetting?: {
		readonly baseline: string;
		/** Rise of NLL per token of the chosen response, and change of accuracy of log π(chosen) > log π(rejected), paired. */
		readonly loss: Interval;
		readonly accuracy: Interval;
		/** Comparison ids. */
		readonly lost: readonly string[];
		readonly gained: readonly string[];
	};
}

/** How llama.cpp names what weights are kept as (`Q8_0`, `IQ2_XXS`, `Q5_K_S`, `f16`): its digits are no steps. */
const QUANTISATION = /[-_. ](?:i?q\d(?:_\w+)?|bf16|fp?16|fp?32)$/i;
const PARTS = /-\d{5}-of-\d{5}$/;

/**
 * Training steps in a checkpoint's name: after "step", "checkpoint", "ckpt", "iter" or "global_step"; else its last number; else null. `2k` and
 * `1.5k` are thousands.
 */
export function stepOf(name: string): number | null {
	const bare = name.replace(PARTS, '').replace(QUANTISATION, '');
	const marked = [
		...bare.matchAll(/(?:global_?step|step|checkpoint|ckpt|iter)[-_. ]?(\d+(?:\.\d+(?=k))?)(k(?![a-z]))?/gi),
	].at(-1);
	const found = marked ?? [...bare.matchAll(/(?<![\w.])(\d+)(?![\w.])|(?<=[-_])(\d+)$/g)].at(-1);
	const text = found?.[1] ?? (marked === undefined ? found?.[2] : undefined);
	if (text === undefined) return null;
	return Number(text) * (marked?.[2] === undefined ? 1 : 1000);
}
