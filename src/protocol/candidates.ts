/** Prompts of logs that wait for a pair, and responses that models give to them. */
import type { Half, Split } from '../domain/split.ts';
import type { GgufOptions } from './scoring.ts';

/** Prompts without a comparison. */
export interface WaitingCounts {
	readonly prompts: number;
	/** Of these, with a response already: one more makes a pair. */
	readonly answered: number;
	/** Rows of logs that said what another had said: counted, not stored. */
	readonly repeats: number;
}

export interface WaitingQuery {
	readonly split?: Split;
	/** Default: the farthest from train first. */
	readonly order?: 'novelty' | 'arrival';
	readonly limit?: number;
	/** Opaque cursor from the page before. */
	readonly after?: string;
}

/** A prompt that needs a second response. Never what its response says: whoever judges it later would know. */
export interface WaitingPrompt {
	readonly id: string;
	readonly cluster: string;
	readonly split: Split;
	readonly half: Half | null;
	readonly tags: readonly string[];
	readonly preview: string;
	readonly turns: number;
	/** Different responses so far. */
	readonly candidates: number;
	/** Rows of logs that hold it. */
	readonly times: number;
	readonly sources: readonly string[];
	/** Distance to the nearest train prompts, in [0, 1]; null while it cannot be told. */
	readonly novelty: number | null;
}

export interface WaitingPage extends WaitingCounts {
	readonly rows: readonly WaitingPrompt[];
	/** Of the whole query. */
	readonly total: number;
	/** What 95 % of train prompts stay below; null while it cannot be told. */
	readonly threshold: number | null;
	/** Why prompts are not ranked, in words. */
	readonly reason?: string;
	readonly next: string | null;
}

/** How responses are drawn; absent = the server's own default. */
export interface SamplingOptions {
	readonly temperature?: number;
	readonly topP?: number;
	/** Tokens at most; default 1024. */
	readonly maxTokens?: number;
	/** Default 0: each prompt and try gets a seed of its own from it. */
	readonly seed?: number;
}

/** Which prompts get responses, from where. Addresses, paths and keys come from machine settings, a picked file or a flag: never from a workspace. */
export interface GenerateOptions {
	/** An OpenAI-style chat server, or model files in the scoring process. */
	readonly engine: 'chat' | 'gguf';
	/** Of `chat`: base address, with or without /v1. */
	readonly url?: string;
	/** Sent as a bearer token to this origin alone; never stored, logged or recorded. */
	readonly key?: string;
	/** Served names, or absolute paths of model files; they take turns. */
	readonly models: readonly string[];
	readonly split?: Split;
	/** Only these prompts (a comparison's id means its prompt), whether they wait or not. */
	readonly prompts?: readonly string[];
	/** With `prompts`: a new pair for each, of two new responses, whatever it has already. */
	readonly anew?: boolean;
	/** Different responses that each prompt shall have; 2 to 4, default 2. */
	readonly responses?: number;
	readonly sampling?: SamplingOptions;
	/** Requests in flight at most; default 4. */
	readonly concurrency?: number;
	/** Of `gguf`. */
	readonly gguf?: Pick<GgufOptions, 'context' | 'threads' | 'gpu' | 'binaries'>;
	/** At most so many prompts, the farthest from train first. */
	readonly limit?: number;
	/** Of a plan: look whether the models are there (the server's list of models; nothing is generated). */
	readonly check?: boolean;
	/** No prompt but these, as a plan gave them (`ids`): what comes in after the confirmation was not confirmed. */
	readonly planned?: readonly string[];
}

/** What generating would send, before anything is sent. */
export interface GenerationPlan {
	/** The prompts, for `planned`. */
	readonly ids: readonly string[];
	readonly prompts: number;
	/** Requests, those that ask again left out. */
	readonly requests: number;
	/** Where to: an origin, or `gguf`. */
	readonly server: string;
	/** The origin is this machine. */
	readonly local: boolean;
	readonly models: readonly string[];
	/** Characters of the prompts, as a measure of what is sent. */
	readonly characters: number;
	/** Prompts of the selection that have enough responses. */
	readonly enough: number;
	/** With `check`, where there is something to ask for. */
	readonly served?: {
		/** Models that the server does not list, files that are not there. */
		readonly missing: readonly string[];
		/** Some of those that it lists. */
		readonly offered?: readonly string[];
		/** Why it could not be looked up, in words. */
		readonly unknown?: string;
	};
}

export interface GenerationResult {
	/** Responses that are stored. */
	readonly generated: number;
	/** Comparisons made of them. */
	readonly paired: number;
	/** Answers that said what the prompt has already; asked again with another seed. */
	readonly identical: number;
	/** Answers without text; asked again with another seed. */
	readonly empty: number;
	/** Answers cut at the most tokens; they are stored. */
	readonly cut: number;
	/** Prompts that still lack a response, by why; all counted, the first 100 named. */
	readonly failed: {
		readonly total: number;
		readonly first: readonly { readonly prompt: string; readonly reason: string }[];
	};
	readonly cancelled: boolean;
	/** The server gave up altogether: why. What was stored stays. */
	readonly stopped?: string;
	readonly waiting: WaitingCounts;
}
