import * as v from 'valibot';
import type { Message, Prompt } from '../../../domain/comparison.ts';
import type { HttpClient } from './client.ts';
import { Passing } from './failures.ts';
import { messageSent, toolsSent } from './messages.ts';

const Tokenized = v.looseObject({
	tokens: v.array(v.pipe(v.number(), v.integer())),
	count: v.number(),
	max_model_len: v.optional(v.nullable(v.number())),
});

const Entry = v.looseObject({ logprob: v.nullable(v.number()) });
const Completion = v.looseObject({
	choices: v.pipe(
		v.array(
			v.looseObject({
				logprobs: v.optional(
					v.nullable(
						v.looseObject({ tokens: v.optional(v.array(v.string())), token_logprobs: v.array(v.nullable(v.number())) }),
					),
				),
				prompt_logprobs: v.optional(v.nullable(v.array(v.nullable(v.record(v.string(), Entry))))),
				prompt_token_ids: v.optional(v.nullable(v.array(v.number()))),
			}),
		),
		v.length(1),
	),
	usage: v.optional(v.nullable(v.looseObject({ prompt_tokens: v.optional(v.number()) }))),
	system_fingerprint: v.optional(v.nullable(v.string())),
});
type Completion = v.InferOutput<typeof Completion>;

export interface Tokens {
	readonly ids: readonly number[];
	/** Longest sequence, generated token included; null where the server does not say. */
	readonly maxModelLen: number | null;
}

/**
 * One reading of a sequence: entry i is log p(ids[i] | ids[<i]), nats; entry 0 is null. As many entries as ids.
 * `extra`: entries beyond the ids that the server gave (the one generated token, where it is echoed too).
 */
export interface Reading {
	readonly logprobs: readonly (number | null)[];
	readonly extra: number;
	readonly fingerprint: string | null;
}

/** A little above 0 is rounding of log-softmax; more is wrong. */
const ROUNDING = 1e-4;
/** vLLM writes −9999 for −∞, which JSON has not. */
export const IMPOSSIBLE = -9999;

/**
 * Token ids of a conversation, by the server's own chat template and tokenizer, as TRL's apply_chat_template gives them: the whole at
 * once, no special tokens beside the template's.
 * @param open ends with the start of a reply (TRL: the prompt), else after the last message
 */
export function tokenize(
	client: HttpClient,
	model: string,
	prompt: Prompt,
	response: readonly Message[],
	open: boolean,
	signal: AbortSignal,
): Promise<Tokens> {
	return client.call(
		{
			path: '/tokenize',
			body: {
				model,
				messages: [...prompt.messages, ...response].map(messageSent),
				add_generation_prompt: open,
				add_special_tokens: false,
				...(prompt.tools === undefined ? {} : { tools: toolsSent(prompt.tools) }),
			},
			read(json) {
				const parsed = v.safeParse(Tokenized, json);
				if (!parsed.success) throw new Passing('answer', 'answers /tokenize with something other than token ids');
				const { tokens, count, max_model_len: max } = parsed.output;
				if (count !== tokens.length) throw new Passing('answer', 'gives fewer or more token ids than it counts');
				return { ids: tokens, maxModelLen: max != null && max > 0 ? max : null };
			},
		},
		signal,
	);
}

/** How a sequence's log-probabilities are asked for: two ways that must agree. */
export type Way = 'echo' | 'prompt_logprobs';

/**
 * Log-probabilities of given ids under a served model (POST /v1/completions). One token is generated because older servers want at
 * least one; it is dropped. Temperature 0 touches that token alone: prompt log-probabilities come from the raw logits.
 */
export function readLogprobs(
	client: HttpClient,
	model: string,
	ids: readonly number[],
	way: Way,
	signal: AbortSignal,
): Promise<Reading> {
	return client.call(
		{
			path: '/v1/completions',
			body: {
				model,
				prompt: ids,
				max_tokens: 1,
				temperature: 0,
				add_special_tokens: false,
				return_token_ids: true,
				...(way === 'echo' ? { echo: true, logprobs: 1, return_tokens_as_token_ids: true } : { prompt_logprobs: 1 }),
			},
			read(json) {
				const completion = parseCompletion(json);
				const { logprobs, extra } = way === 'echo' ? echoed(completion, ids) : ofPrompt(completion, ids);
				checkIds(completion, ids);
				checkValues(logprobs);
				return { logprobs, extra, fingerprint: completion.system_fingerprint ?? null };
			},
		},
		signal,
	);
}

/**
 * The likeliest next token and its log-probability as the server gives it for what it generates.
 * @returns null where the server does not name the token by its id
 */
export function readGenerated(
	client: HttpClient,
	model: string,
	ids: readonly number[],
	signal: AbortSignal,
): Promise<{ readonly id: number; readonly logprob: number } | null> {
	return client.call(
		{
			path: '/v1/completions',
			body: { model, prompt: ids, max_tokens: 1, temperature: 0, logprobs: 1, return_tokens_as_token_ids: true },
			read(json) {
				const logprobs = parseCompletion(json).choices[0]?.logprobs;
				const id = /^token_id:(\d+)$/.exec(logprobs?.tokens?.[0] ?? '')?.[1];
				const value = logprobs?.token_logprobs[0];
				return id === undefined || value == null ? null : { id: Number(id), logprob: value };
			},
		},
		signal,
	);
}

/**
 * Every log-probability the server gives at one position: of all tokens (`top` = −1, where it allows that), else of the likeliest.
 * @returns log-probabilities at the last id's position
 */
export function readTop(
	client: HttpClient,
	model: string,
	ids: readonly number[],
	top: number,
	signal: AbortSignal,
): Promise<readonly number[]> {
	return client.call(
		{
			path: '/v1/completions',
			tries: 2,
			body: { model, prompt: ids, max_tokens: 1, temperature: 0, add_special_tokens: false, prompt_logprobs: top },
			read(json) {
				const last = parseCompletion(json).choices[0]?.prompt_logprobs?.at(-1);
				if (last == null) throw new Passing('answer', 'gives no prompt_logprobs');
				return Object.values(last).flatMap((entry) => (entry.logprob === null ? [] : [entry.logprob]));
			},
		},
		signal,
	);
}

function parseCompletion(json: unknown): Completion {
	const parsed = v.safeParse(Completion, json);
	if (!parsed.success) throw new Passing('answer', 'answers /v1/completions with something other than one choice');
	return parsed.output;
}

/** Where the server says which ids it read, they are those that were sent. */
function checkIds(completion: Completion, ids: readonly number[]): void {
	const choice = completion.choices[0]!;
	const told = choice.prompt_token_ids;
	if (told != null && (told.length !== ids.length || told.some((id, i) => id !== ids[i]))) {
		throw new Passing('answer', 'scored other tokens than it was sent');
	}
	const named = choice.logprobs?.tokens;
	for (const [i, name] of (named ?? []).slice(0, ids.length).entries()) {
		if (name.startsWith('token_id:') && name !== `token_id:${ids[i]}`) {
			throw new Passing('answer', 'scored other tokens than it was sent');
		}
	}
	const counted = completion.usage?.prompt_tokens;
	if (counted !== undefined && counted !== ids.length)
		throw new Passing('answer', 'scored fewer or more tokens than it was sent');
}

function echoed(completion: Completion, ids: readonly number[]) {
	const all = completion.choices[0]!.logprobs?.token_logprobs;
	if (all === undefined) throw new Passing('answer', 'gives no log-probabilities');
	const extra = all.length - ids.length;
	if (extra !== 0 && extra !== 1)
		throw new Passing('answer', 'gives log-probabilities of fewer or more tokens than it was sent');
	return { logprobs: all.slice(0, ids.length), extra };
}

function ofPrompt(completion: Completion, ids: readonly number[]) {
	const all = completion.choices[0]!.prompt_logprobs;
	if (all == null) throw new Passing('answer', 'gives no prompt_logprobs');
	if (all.length !== ids.length)
		throw new Passing('answer', 'gives log-probabilities of fewer or more tokens than it was sent');
	return {
		logprobs: all.map((entry, i) => {
			if (entry === null) return null;
			const own = entry[String(ids[i])];
			if (own === undefined) throw new Passing('answer', 'leaves the given token out of prompt_logprobs');
			return own.logprob;
		}),
		extra: 0,
	};
}

/** The first has no context and no number; every other is finite and at most 0. */
function checkValues(logprobs: readonly (number | null)[]): void {
	for (const [i, value] of logprobs.entries()) {
		if (i === 0) continue;
		if (value === null || !Number.isFinite(value))
			throw new Passing('answer', 'gives a log-probability that is not a number');
		if (value > ROUNDING) throw new Passing('answer', 'gives a log-probability above 0');
	}
}
