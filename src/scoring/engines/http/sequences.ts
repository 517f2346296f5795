import { createHash } from 'node:crypto';
import type { ResponseScore } from '../../../domain/checkpoint.ts';
import type { Message, Prompt } from '../../../domain/comparison.ts';
import { stableJson } from '../../../domain/identity.ts';
import type { EnginePair } from '../engine.ts';
import type { HttpClient } from './client.ts';
import { IMPOSSIBLE, type Reading, readLogprobs, type Tokens, tokenize, type Way } from './vllm.ts';

/** Prompts kept while their pairs are scored: pairs of one prompt are scored side by side, so few are enough. */
const PROMPTS_KEPT = 64;

/** One response behind its prompt, as ids. */
export interface Sequence {
	readonly ids: readonly number[];
	/** Where the response begins: TRL cuts the whole by the prompt's length. */
	readonly start: number;
	/** The prompt's ids are the beginning of the whole. TRL warns where they are not, and cuts all the same. */
	readonly prefix: boolean;
}

/** Why a pair is not scored; the same words for all of its kind. */
export class Unscorable extends Error {
	override name = 'Unscorable';
}

export function promptKey(prompt: Prompt): string {
	return createHash('sha256').update(stableJson(prompt)).digest('hex');
}

/** Conversations as ids and ids as sums, for one served model. */
export class Sequences {
	readonly client: HttpClient;
	readonly model: string;
	/** From the list of models or the first /tokenize answer that says it; null = not told. */
	maxModelLen: number | null;
	/** Responses scored so far whose prompt was no prefix. */
	mismatches = 0;
	readonly #prompts = new Map<string, Promise<Tokens>>();

	constructor(client: HttpClient, model: string, maxModelLen: number | null) {
		this.client = client;
		this.model = model;
		this.maxModelLen = maxModelLen;
	}

	/**
	 * Both responses of a pair; the prompt is tokenised once for all its pairs.
	 * @throws Unscorable for a sequence longer than the context or without a token; else as HttpClient.call
	 */
	async pair(pair: EnginePair, signal: AbortSignal): Promise<{ readonly a: Sequence; readonly b: Sequence }> {
		const prompt = await this.#prompt(pair.prompt, signal);
		const a = await this.#response(prompt, pair.prompt, pair.a, signal);
		return { a, b: await this.#response(prompt, pair.prompt, pair.b, signal) };
	}

	async read(sequence: Sequence, signal: AbortSignal, way: Way = 'echo'): Promise<Reading> {
		return readLogprobs(this.client, this.model, sequence.ids, way, signal);
	}

	/** Σ log p over the response's tokens, in float64. @throws Unscorable where one has probability 0 */
	async score(sequence: Sequence, signal: AbortSignal): Promise<ResponseScore> {
		return sumOf(sequence, await this.read(sequence, signal));
	}

	async #prompt(prompt: Prompt, signal: AbortSignal): Promise<Tokens> {
		const key = promptKey(prompt);
		const known = this.#prompts.get(key);
		if (known !== undefined) return known;
		const asked = tokenize(this.client, this.model, prompt, [], true, signal);
		this.#prompts.set(key, asked);
		// A prompt that failed is asked for again by its next pair.
		asked.catch(() => this.#prompts.delete(key));
		if (this.#prompts.size > PROMPTS_KEPT) this.#prompts.delete(this.#prompts.keys().next().value!);
		return asked;
	}

	async #response(prompt: Tokens, asked: Prompt, response: readonly Message[], signal: AbortSignal): Promise<Sequence> {
		const whole = await tokenize(this.client, this.model, asked, response, false, signal);
		this.maxModelLen ??= whole.maxModelLen;
		const start = prompt.ids.length;
		if (whole.ids.length <= start) throw new Unscorable('the chat template adds no token for a response');
		// The server generates one token, which must fit too.
		if (this.maxModelLen !== null && whole.ids.length + 1 > this.maxModelLen) {
			throw new Unscorable(`longer than the server's context of ${this.maxModelLen} tokens`);
		}
		const prefix = prompt.ids.every((id, i) => id === whole.ids[i]);
		return { ids: whole.ids, start, prefix };
	}
}

/** @throws Unscorable where a token has probability 0 */
export function sumOf({ ids, start }: Sequence, { logprobs }: Reading): ResponseScore {
	// With an empty prompt the first token has no context and is not scored, as in TRL.
	const first = Math.max(start, 1);
	let logp = 0;
	for (let i = first; i < ids.length; i++) {
		const value = logprobs[i]!;
		if (value <= IMPOSSIBLE) throw new Unscorable('the server gives a token of a response probability 0');
		logp += value;
	}
	return { logp: Math.min(logp, 0), tokens: ids.length - first };
}
