import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { UserError } from '../../../protocol/errors.ts';
import type { Sequence } from './conversation.ts';

/** Tokens that go through the model at once. Part of the cache key: other values may move the last bits of a log-probability. */
const BATCH = { cpu: 128, gpu: 512 } as const;
const FIRST_CONTEXT = 512;

export interface Scored {
	/** Σ log p over the response's tokens, nats. */
	readonly logp: number;
	readonly tokens: number;
}

export class TooLong extends Error {}

function cancelled(): UserError {
	return new UserError('cancelled', 'Scoring was cancelled; what was scored is kept.');
}

/** Log-probability of `token` under the logits asked for in `ask`. */
function logpOf(token: number, logits: ReadonlyMap<Token, number>, weight: number): number {
	// Greedy selection: the selected token has the largest logit; it is one of the (at most two) returned.
	let top = Number.NEGATIVE_INFINITY;
	for (const logit of logits.values()) if (logit > top) top = logit;
	const own = logits.get(token as Token);
	return own === undefined ? Number.NaN : own - top - Math.log(weight);
}

/**
 * One model, one sequence, fixed settings: the same tokens give the same bits on one machine whatever was evaluated before. The context
 * of a prompt is computed once and reused for all responses to the same prompt that follow one another.
 */
export class Evaluator {
	readonly batch: number;
	/** Tokens a sequence may have, its last included. */
	readonly limit: number;
	/** Prompt tokens that went through the model, and those whose context was reused. */
	readonly work = { evaluated: 0, reused: 0 };
	readonly #model: LlamaModel;
	readonly #threads: number | undefined;
	#context: LlamaContext | null = null;
	#sequence: LlamaContextSequence | null = null;
	/** Prompt whose first tokens (all but the last) are in the context. */
	#prompt: readonly number[] = [];
	#running: Promise<unknown> = Promise.resolve();

	constructor(
		model: LlamaModel,
		{ limit, threads, gpu }: { limit: number; threads: number | undefined; gpu: boolean },
	) {
		this.#model = model;
		this.#threads = threads;
		this.limit = limit;
		this.batch = gpu ? BATCH.gpu : BATCH.cpu;
	}

	/**
	 * @throws TooLong before anything is evaluated: past its context llama.cpp would drop the beginning without a word
	 * @throws UserError cancelled, within one batch at most; environment when memory does not suffice
	 */
	async score({ ids, prompt }: Sequence, signal?: AbortSignal): Promise<Scored> {
		let logp = 0;
		await this.#response(ids, prompt, signal, async (sequence, from, to) => {
			const input = ids.slice(from, to).map((token, i): [Token, object] => [
				token as Token,
				// Not `includeMax`: broken in this version. The selected token is the maximum, for temperature stays at 0; finding
				// it costs no sorting of the vocabulary, which `includeTop` does for every token.
				{
					generateNext: {
						logits: { filter: { tokens: [ids[from + i + 1]! as Token], includeSelected: true } },
						totalLogitWeight: true,
					},
				},
			]);
			const outputs = await sequence.controlledEvaluate(input);
			for (let i = 0; i < input.length; i++) {
				const next = outputs[i]?.next;
				logp +=
					next?.logits === undefined || next.totalLogitWeight === undefined
						? Number.NaN
						: logpOf(ids[from + i + 1]!, next.logits, next.totalLogitWeight);
			}
		});
		return { logp, tokens: ids.length - prompt };
	}

	/**
	 * Every response token's log-probability read in two ways, and the probability mass of the whole vocabulary by the logits: slow, for
	 * self-tests on a few tokens.
	 */
	async readings(
		{ ids, prompt }: Sequence,
		signal?: AbortSignal,
	): Promise<{ logits: number; probabilities: number; mass: number; vocabulary: number }[]> {
		const readings: { logits: number; probabilities: number; mass: number; vocabulary: number }[] = [];
		await this.#response(ids, prompt, signal, async (sequence, from, to) => {
			const input = ids
				.slice(from, to)
				.map((token): [Token, object] => [
					token as Token,
					{ generateNext: { probabilities: true, logits: true, totalLogitWeight: true } },
				]);
			const outputs = await sequence.controlledEvaluate(input);
			for (const [i, output] of outputs.entries()) {
				const token = ids[from + i + 1]! as Token;
				const { logits, probabilities, totalLogitWeight: weight = Number.NaN } = output?.next ?? {};
				const values = logits ?? new Map<Token, number>();
				let top = Number.NEGATIVE_INFINITY;
				for (const logit of values.values()) if (logit > top) top = logit;
				let sum = 0;
				for (const logit of values.values()) sum += Math.exp(logit - top);
				readings.push({
					logits: logpOf(token, values, weight),
					probabilities: Math.log(probabilities?.get(token) ?? Number.NaN),
					mass: sum / weight,
					vocabulary: values.size,
				});
			}
		});
		return readings;
	}

	/**
	 * Logits of the whole vocabulary at some of the response's positions.
	 * @param tokens places in the response, ascending, from 0: the distribution that its token there is drawn from
	 * @param onLogits told in that order; the array is used again for the next
	 */
	async logits(
		{ ids, prompt }: Sequence,
		tokens: readonly number[],
		onLogits: (logits: Float32Array, token: number) => void,
		signal?: AbortSignal,
	): Promise<void> {
		const last = tokens.at(-1);
		if (last === undefined) return;
		const wanted = new Set(tokens);
		const row = new Float32Array((this.#model.fileInfo.metadata.tokenizer?.ggml?.tokens ?? []).length);
		let problem: unknown = null;
		// What follows the last position asked for is not needed.
		await this.#response(ids.slice(0, prompt + last + 1), prompt, signal, async (sequence, from, to) => {
			const input = ids
				.slice(from, to)
				.map((token, i): Token | [Token, object] =>
					wanted.has(from + i - prompt + 1) ? [token as Token, { generateNext: { logits: true } }] : (token as Token),
				);
			await sequence.controlledEvaluate(input, {
				// Each as it comes, and dropped: a batch of them with a large vocabulary would take gigabytes.
				onTokenResult(i, { next }) {
					const values = next?.logits;
					if (values === undefined || problem !== null) return;
					try {
						if (values.size !== row.length) throw new Error(`${values.size} logits for ${row.length} tokens`);
						for (const [id, logit] of values) row[id] = logit;
						values.clear();
						onLogits(row, from + i - prompt + 1);
					} catch (error) {
						// The library swallows what is thrown here.
						problem = error;
					}
				},
			});
			if (problem !== null) throw problem;
		});
	}

	/** Evaluates without reading anything: what a measurement of speed compares with. Forgets the prompt. */
	async prefill(ids: readonly number[], signal?: AbortSignal): Promise<void> {
		await this.#room(ids.length + 1);
		await this.#erase(0);
		for (let from = 0; from < ids.length; from += this.batch) {
			await this.#run(signal, (sequence) =>
				sequence.evaluateWithoutGeneratingNewTokens(ids.slice(from, from + this.batch) as Token[]),
			);
		}
		await this.#erase(0);
	}

	/** Waits for what is being evaluated, then frees the context. */
	async close(): Promise<void> {
		await this.#running.catch(() => undefined);
		await this.#context?.dispose();
		this.#context = null;
		this.#sequence = null;
		this.#prompt = [];
	}

	/** Brings the prompt into the context, then feeds the response in batches, from the prompt's last token to the last but one. */
	async #response(
		ids: readonly number[],
		prompt: number,
		signal: AbortSignal | undefined,
		feed: (sequence: LlamaContextSequence, from: number, to: number) => Promise<void>,
	): Promise<void> {
		await this.#room(ids.length);
		const kept = this.#prompt.length === prompt && this.#prompt.every((id, i) => ids[i] === id);
		if (kept) {
			await this.#erase(prompt - 1);
			this.work.reused += prompt - 1;
		} else {
			await this.#erase(0);
			for (let from = 0; from < prompt - 1; from += this.batch) {
				const to = Math.min(from + this.batch, prompt - 1);
				await this.#run(signal, (sequence) =>
					sequence.evaluateWithoutGeneratingNewTokens(ids.slice(from, to) as Token[]),
				);
			}
			this.work.evaluated += prompt - 1;
			this.#prompt = ids.slice(0, prompt);
		}
		for (let from = prompt - 1; from < ids.length - 1; from += this.batch) {
			const to = Math.min(from + this.batch, ids.length - 1);
			await this.#run(signal, (sequence) => feed(sequence, from, to));
		}
	}

	/** One batch. A cancelled one is not waited for here (native code cannot be stopped inside it), but in `close`. */
	async #run(
		signal: AbortSignal | undefined,
		work: (sequence: LlamaContextSequence) => Promise<unknown>,
	): Promise<void> {
		if (signal?.aborted === true) throw cancelled();
		const sequence = this.#sequence;
		if (sequence === null) throw new Error('evaluated without a context');
		const running = work(sequence);
		this.#running = running;
		if (signal === undefined) {
			await running;
			return;
		}
		await new Promise<void>((resolve, reject) => {
			const stop = (): void => {
				// The prompt's context is in an unknown state.
				this.#prompt = [];
				reject(cancelled());
			};
			signal.addEventListener('abort', stop, { once: true });
			running.then(() => resolve(), reject).finally(() => signal.removeEventListener('abort', stop));
		});
	}

	async #erase(from: number): Promise<void> {
		await this.#running.catch(() => undefined);
		if (from === 0) this.#prompt = [];
		const sequence = this.#sequence!;
		if (sequence.nextTokenIndex > from) {
			await sequence.eraseContextTokenRanges([{ start: from, end: sequence.nextTokenIndex }]);
		}
		if (sequence.nextTokenIndex !== from) throw new Error('llama.cpp did not erase what it was asked to');
	}

	/** A context for `tokens` tokens: made anew, twice as large, when a longer sequence comes (its size moves no bit). */
	async #room(tokens: number): Promise<void> {
		if (tokens > this.limit) throw new TooLong(`${tokens} tokens are more than the ${this.limit} of the context`);
		// llama.cpp needs one place more than the tokens that are fed; the last token of a sequence is not fed.
		if (this.#context !== null && this.#context.contextSize >= tokens) return;
		await this.close();
		let size = FIRST_CONTEXT;
		while (size < tokens) size *= 2;
		try {
			this.#context = await this.#model.createContext({
				sequences: 1,
				contextSize: size,
				batchSize: Math.min(this.batch, size),
				flashAttention: false,
				...(this.#threads === undefined ? {} : { threads: this.#threads }),
				failedCreationRemedy: false,
			});
		} catch (error) {
			throw new UserError(
				'environment',
				`There is not enough memory for a context of ${size} tokens: ${(error as Error).message}. Leave out long pairs with --context TOKENS, or use a machine with more memory.`,
			);
		}
		this.#sequence = this.#context.getSequence();
	}
}
