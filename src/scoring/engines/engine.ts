import type { ComparisonScore, ModelFacts, SelfTestItem, SkippedPair, TokenKl } from '../../domain/checkpoint.ts';
import type { Message, Prompt } from '../../domain/comparison.ts';

/** One comparison as an engine reads it: canonical sides, no verdict, no split. */
export interface EnginePair {
	readonly comparison: string;
	readonly prompt: Prompt;
	readonly a: readonly Message[];
	readonly b: readonly Message[];
}

/** What `score` says of one pair as soon as it is known, so that it can be stored before the next. */
export type PairOutcome =
	| { readonly comparison: string; readonly score: ComparisonScore; readonly kl?: TokenKl }
	| ({ readonly skip: true } & SkippedPair);

export interface ScoreHooks {
	readonly signal?: AbortSignal;
	/** Called once a pair, in any order. */
	onPair(outcome: PairOutcome): void;
}

/** One model, opened: a file in memory, or a name on a server. */
export interface OpenModel {
	readonly facts: ModelFacts;
	/**
	 * Key of the score cache beside the comparison: same key, same numbers. Covers engine and version, weights, template, BOS/EOS
	 * policy and whatever else moves a log-probability beyond rounding.
	 */
	readonly cacheKey: string;
	/**
	 * Teacher-forced log-probabilities of both responses of every pair, exactly as TRL's DPOTrainer sums them. A pair that cannot be
	 * scored is a `skip` with its reason; what makes every pair wrong is an error.
	 * @throws UserError cancelled; environment (server gone, file damaged), naming what to do
	 */
	score(pairs: readonly EnginePair[], hooks: ScoreHooks): Promise<void>;
	/**
	 * Run before any number is trusted, on a few of the pairs to be scored.
	 * @returns every item of SelfTestItem, once each; a `fail` ends the run with its message
	 */
	selfTest(pairs: readonly EnginePair[], signal?: AbortSignal): Promise<readonly SelfTestItem[]>;
	/** Only of engines that see the logits of the whole vocabulary. */
	readonly logits?: LogitsReader;
	close(): Promise<void>;
}

/** A reference's logits at the contexts of some pairs' responses, kept while checkpoints are opened in its place. */
export interface KeptLogits {
	/** Forgets them; what they took of the disk is given back. */
	close(): void;
}

/** KL(policy ‖ reference) per token over the full vocabulary, from two models that need not be open together. */
export interface LogitsReader {
	/** How it is read, versioned: beside the two models' cache keys, what moves its numbers. */
	readonly method: string;
	/** Positions of one response that are read at most. */
	readonly each: number;
	/** Reads the logits of this model, the reference. A pair that cannot be read is left out. */
	keep(pairs: readonly EnginePair[], hooks: ReadHooks): Promise<KeptLogits>;
	/** Compares this model, the policy, with what was kept of the reference. `kl` null = the two see other tokens there. */
	compare(
		pairs: readonly EnginePair[],
		kept: KeptLogits,
		hooks: ReadHooks & { onKl(comparison: string, kl: TokenKl | null): void },
	): Promise<void>;
}

export interface ReadHooks {
	readonly signal?: AbortSignal;
	/** Called after each pair. */
	onRead?(): void;
}

/** Opens models one at a time or side by side, as it sees fit; `reference` first. */
export interface Engine {
	readonly name: 'gguf' | 'http';
	readonly version: string;
	/**
	 * @param model a file's path (gguf) or a served model's name (http)
	 * @throws UserError with the reason and the way out, e.g. for a server that cannot score a given completion
	 */
	open(model: string, role: ModelFacts['role'], signal?: AbortSignal): Promise<OpenModel>;
	close(): Promise<void>;
}
