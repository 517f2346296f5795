import type { SelfTestItem } from '../../../domain/checkpoint.ts';
import { Exhausted, Refused } from './failures.ts';
import { type Sequence, type Sequences, sumOf, Unscorable } from './sequences.ts';
import { readGenerated, type Way } from './vllm.ts';

/**
 * Servers batch requests as they come, and a batch's shape moves log-probabilities computed in bf16: vLLM's own issues report 0.06
 * nats a token on average between serial and concurrent requests. Over n tokens such differences add up as √n. Ten times as much is
 * not rounding.
 */
const PER_ROOT_TOKEN = 0.5;

/** One sequence of the self-test, as first read. */
export interface Read {
	readonly sequence: Sequence;
	readonly sum: number;
	readonly tokens: number;
	readonly entries: number;
}

/** Sum over a sequence made up for a test; null where it contains a token of probability 0. */
export async function sumOrNull(sequence: Sequence, sequences: Sequences, signal: AbortSignal): Promise<number | null> {
	const reading = await sequences.read(sequence, signal);
	try {
		return sumOf(sequence, reading).logp;
	} catch (error) {
		if (error instanceof Unscorable) return null;
		throw error;
	}
}

const ROUNDING = 'what is left is the rounding of changing batches';

/** The largest difference of two readings of the same sequences, nats / √tokens. */
async function apart(sequences: Sequences, reads: readonly Read[], way: Way, signal: AbortSignal): Promise<number> {
	let largest = 0;
	for (const { sequence, sum, tokens } of reads) {
		const other = sumOf(sequence, await sequences.read(sequence, signal, way)).logp;
		largest = Math.max(largest, Math.abs(other - sum) / Math.sqrt(Math.max(tokens, 1)));
	}
	return largest;
}

export async function sameModel(
	sequences: Sequences,
	reads: readonly Read[],
	signal: AbortSignal,
): Promise<SelfTestItem> {
	const value = await apart(sequences, reads, 'echo', signal);
	const passed = value <= PER_ROOT_TOKEN;
	return {
		test: 'same-model',
		status: passed ? 'pass' : 'fail',
		value,
		tolerance: PER_ROOT_TOKEN,
		unit: 'nats / √tokens',
		message: passed
			? `The same sequences asked for twice have the same sums, so that a model against itself gives Δ = 0; ${ROUNDING}.`
			: 'The same sequences asked for twice have different sums: differences between checkpoints would be noise. Something may answer in turns from several models; or serve with --no-enable-prefix-caching, since vLLM has given stale prompt log-probabilities with it.',
	};
}

/**
 * What a token costs when the server generates it and when it is given behind the same ids, in the middle of each response.
 * @returns |Σ differences| / √positions, nats; null where the server does not say which token it generated
 */
async function generatedApart(
	sequences: Sequences,
	reads: readonly Read[],
	signal: AbortSignal,
): Promise<number | null> {
	let sum = 0;
	let positions = 0;
	for (const { sequence, tokens } of reads) {
		const before = sequence.ids.slice(0, sequence.ids.length - Math.ceil(tokens / 2));
		if (before.length === 0) continue;
		const made = await readGenerated(sequences.client, sequences.model, before, signal);
		if (made === null) return null;
		const given = { ids: [...before, made.id], start: before.length, prefix: true };
		sum += (await sumOrNull(given, sequences, signal)) ?? Number.NEGATIVE_INFINITY;
		sum -= made.logprob;
		positions++;
	}
	return positions === 0 ? null : Math.abs(sum) / Math.sqrt(positions);
}

/** Two ways to ask for given text, and given text against generated text. */
export async function twoReadings(
	sequences: Sequences,
	reads: readonly Read[],
	signal: AbortSignal,
): Promise<SelfTestItem> {
	const base = { test: 'two-readings', tolerance: PER_ROOT_TOKEN, unit: 'nats / √tokens' } as const;
	const made = await generatedApart(sequences, reads, signal);
	if (made !== null && !(made <= PER_ROOT_TOKEN)) {
		return {
			...base,
			status: 'fail',
			value: Number.isFinite(made) ? made : null,
			message:
				'A token has another log-probability when it is given than when the server generates it. Versions of vLLM leave what a LoRA adapter changes in lm_head out of prompt log-probabilities: merge the adapter into its base and serve the whole. Otherwise serve with the default --logprobs-mode raw_logprobs.',
		};
	}
	const generated = made === null ? '' : ', and given tokens cost what they cost when generated';
	let value: number;
	try {
		value = await apart(sequences, reads, 'prompt_logprobs', signal);
	} catch (error) {
		if (!(error instanceof Refused || error instanceof Exhausted)) throw error;
		return made === null
			? {
					...base,
					status: 'not-applicable',
					value: null,
					message: 'The server offers one reading only: prompt_logprobs is not available.',
				}
			: {
					...base,
					status: 'pass',
					value: made,
					message: 'Given tokens cost what they cost when generated; the server has no prompt_logprobs.',
				};
	}
	const passed = value <= PER_ROOT_TOKEN;
	return {
		...base,
		status: passed ? 'pass' : 'fail',
		value: Math.max(value, made ?? 0),
		message: passed
			? `echo with logprobs and prompt_logprobs give the same sums${generated}; ${ROUNDING}.`
			: 'echo with logprobs and prompt_logprobs give different sums: one of them is not what it says.',
	};
}
