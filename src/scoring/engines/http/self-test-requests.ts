import type { SelfTestItem } from '../../../domain/checkpoint.ts';
import { Exhausted, Refused } from './failures.ts';
import { type Read, sumOrNull } from './self-test-readings.ts';
import type { Sequence, Sequences } from './sequences.ts';
import { readLogprobs, readTop } from './vllm.ts';

/** A response read backwards must cost something else: below this the server does not look at the order. */
const ORDER = 0.01;
/** Probabilities of a whole vocabulary in float32, each rounded. */
const MASS = 1e-3;
/** Likeliest tokens a vLLM server gives by default (--max-logprobs). */
const TOP = 20;

export async function orderSensitivity(
	sequences: Sequences,
	reads: readonly Read[],
	signal: AbortSignal,
): Promise<SelfTestItem> {
	let largest = 0;
	for (const { sequence, sum } of reads) {
		const { ids, start } = sequence;
		const turned = { ...sequence, ids: [...ids.slice(0, start), ...ids.slice(start).reverse()] };
		if (turned.ids.every((id, i) => id === ids[i])) continue;
		const back = await sumOrNull(turned, sequences, signal);
		if (back !== null) largest = Math.max(largest, Math.abs(back - sum));
		if (largest > ORDER) break;
	}
	const moved = largest > ORDER;
	return {
		test: 'order-sensitivity',
		status: moved ? 'pass' : 'fail',
		value: largest,
		tolerance: ORDER,
		unit: 'nats, at least',
		message: moved
			? 'A response read backwards has another log-probability.'
			: 'Responses read backwards have the same log-probability: what the server returns is no score of the text. Serve the checkpoint with a current vLLM.',
	};
}

export async function probabilityMass(
	sequences: Sequences,
	sequence: Sequence,
	signal: AbortSignal,
): Promise<SelfTestItem> {
	const base = { test: 'probability-mass', tolerance: MASS, unit: 'probability' } as const;
	// Two ids give one position: a whole vocabulary there is megabytes, over a sequence it would be gigabytes.
	const ids = sequence.ids.slice(0, Math.max(2, sequence.start));
	const whole = await topOf(sequences, sequence.ids.slice(0, 2), -1, signal);
	if (whole !== null && whole.length > TOP + 1) {
		const off = Math.abs(massOf(whole) - 1);
		return {
			...base,
			status: off <= MASS ? 'pass' : 'fail',
			value: off,
			message: `The probabilities of all ${whole.length} tokens at one position sum to ${massOf(whole).toFixed(5)}.`,
		};
	}
	const top = await topOf(sequences, ids, TOP, signal);
	if (top === null) {
		return {
			...base,
			status: 'not-applicable',
			value: null,
			message: `The server gives no ${TOP} likeliest tokens of a prompt (--max-logprobs is lower), so their sum cannot be looked at.`,
		};
	}
	const mass = massOf(top);
	const message = `The server gives the ${TOP} likeliest tokens only (--max-logprobs); their probabilities sum to ${mass.toFixed(5)}`;
	return mass > 1 + MASS
		? {
				...base,
				status: 'fail',
				value: mass - 1,
				message: `${message}, more than 1: these are not probabilities of one distribution. Serve with the default --logprobs-mode raw_logprobs.`,
			}
		: { ...base, status: 'not-applicable', value: null, message: `${message}: not more than 1, but not the whole.` };
}

function massOf(logprobs: readonly number[]): number {
	return logprobs.reduce((sum, value) => sum + Math.exp(value), 0);
}

async function topOf(sequences: Sequences, ids: readonly number[], top: number, signal: AbortSignal) {
	try {
		return await readTop(sequences.client, sequences.model, ids, top, signal);
	} catch (error) {
		if (error instanceof Refused || error instanceof Exhausted) return null;
		throw error;
	}
}

export async function contextLength(
	sequences: Sequences,
	reads: readonly Read[],
	signal: AbortSignal,
): Promise<SelfTestItem> {
	const limit = sequences.maxModelLen;
	const longest = Math.max(...reads.map(({ sequence }) => sequence.ids.length));
	const base = { test: 'context-length', value: longest, tolerance: limit, unit: 'tokens' } as const;
	if (limit === null) {
		return { ...base, status: 'not-applicable', message: 'The server does not say how long a sequence may be.' };
	}
	const { ids } = reads[0]!.sequence;
	const over = Array.from({ length: limit + 1 }, (_, i) => ids[i % ids.length]!);
	try {
		await readLogprobs(sequences.client, sequences.model, over, 'echo', signal);
	} catch (error) {
		// An answer with fewer tokens is the silent cut that this looks for.
		const cut = error instanceof Exhausted && error.kind === 'answer';
		if (!cut && !(error instanceof Refused)) throw error;
		if (!cut) {
			return {
				...base,
				status: 'pass',
				message: `The longest of these sequences has ${longest} of ${limit} tokens; one that is too long is refused, not cut. Longer pairs are skipped by name.`,
			};
		}
	}
	return {
		...base,
		status: 'fail',
		message: `The server accepts ${limit + 1} tokens although it names ${limit} as its limit: it may cut sequences silently. Start it without truncation.`,
	};
}
