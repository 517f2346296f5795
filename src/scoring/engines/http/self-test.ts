import type { SelfTestItem } from '../../../domain/checkpoint.ts';
import { UserError } from '../../../protocol/errors.ts';
import type { EnginePair } from '../engine.ts';
import { Exhausted, Refused } from './failures.ts';
import { saidOf } from './score.ts';
import { type Read, sameModel, twoReadings } from './self-test-readings.ts';
import { contextLength, orderSensitivity, probabilityMass } from './self-test-requests.ts';
import { type Sequences, sumOf, Unscorable } from './sequences.ts';

/** Pairs looked at: enough for two prompts to differ, few enough to cost seconds on a large model. */
const PAIRS = 4;

/**
 * The tests of an engine before its numbers are trusted, on a few of the pairs to be scored.
 * @throws UserError cancelled, or environment where the server fails on all of the pairs
 */
export async function selfTest(
	sequences: Sequences,
	pairs: readonly EnginePair[],
	signal: AbortSignal,
): Promise<readonly SelfTestItem[]> {
	try {
		const { reads, failure } = await readSome(sequences, pairs, signal);
		if (reads.length === 0) return nothingToRead(sequences, pairs, failure);
		return [
			tokenCount(reads),
			await orderSensitivity(sequences, reads, signal),
			await probabilityMass(sequences, reads[0]!.sequence, signal),
			await twoReadings(sequences, reads, signal),
			await sameModel(sequences, reads, signal),
			promptPrefix(reads),
			await contextLength(sequences, reads, signal),
		];
	} catch (error) {
		if (!(error instanceof Refused || error instanceof Exhausted)) throw error;
		throw new UserError(
			'environment',
			`${sequences.client.address.origin} fails in the self-test of ${sequences.model}: ${whyOf(error)}. Look at the server's log.`,
		);
	}
}

/** Both responses of the first pairs that can be scored; a few that cannot are passed over. */
async function readSome(sequences: Sequences, pairs: readonly EnginePair[], signal: AbortSignal) {
	const reads: Read[] = [];
	let failure: Refused | Exhausted | Unscorable | null = null;
	for (const pair of pairs.slice(0, PAIRS * 4)) {
		if (reads.length >= PAIRS * 2) break;
		try {
			const { a, b } = await sequences.pair(pair, signal);
			for (const sequence of [a, b]) {
				const reading = await sequences.read(sequence, signal);
				const { logp, tokens } = sumOf(sequence, reading);
				reads.push({
					sequence,
					sum: logp,
					tokens: tokens ?? 0,
					entries: reading.logprobs.length,
				});
			}
		} catch (error) {
			if (!(error instanceof Refused || error instanceof Exhausted || error instanceof Unscorable)) throw error;
			// A server that is gone is not asked for the next pair.
			if (error instanceof Exhausted && error.kind !== 'answer') throw error;
			failure = error;
		}
	}
	return { reads, failure };
}

function nothingToRead(
	{ client, model }: Sequences,
	pairs: readonly EnginePair[],
	failure: Refused | Exhausted | Unscorable | null,
): never {
	const { origin } = client.address;
	if (failure === null) throw new UserError('too-little-data', 'There is no pair to test the engine on.');
	const tried = Math.min(pairs.length, PAIRS * 4);
	throw new UserError('environment', `${origin} could score none of ${tried} pairs under ${model}: ${whyOf(failure)}.`);
}

function whyOf(failure: Refused | Exhausted | Unscorable): string {
	if (failure instanceof Unscorable) return failure.message;
	return failure instanceof Refused
		? `it answers ${failure.status}${saidOf(failure)}`
		: `it ${failure.words}${saidOf(failure)}`;
}

function tokenCount(reads: readonly Read[]): SelfTestItem {
	// Reading refuses other counts; this says what was seen.
	const off = Math.max(...reads.map(({ entries, sequence }) => Math.abs(entries - sequence.ids.length)));
	return {
		test: 'token-count',
		status: off === 0 ? 'pass' : 'fail',
		value: off,
		tolerance: 0,
		unit: 'tokens',
		message: `One log-probability for each of the ${reads[0]!.sequence.ids.length} and more tokens sent in ${reads.length} sequences, none for the first.`,
	};
}

function promptPrefix(reads: readonly Read[]): SelfTestItem {
	const off = reads.filter(({ sequence }) => !sequence.prefix).length;
	const base = {
		test: 'prompt-prefix',
		value: off / reads.length,
		tolerance: 0.5,
		unit: 'share of responses',
	} as const;
	if (off === 0) {
		return {
			...base,
			status: 'pass',
			message: "The prompt's tokens are the beginning of the whole in every sequence.",
		};
	}
	// A token that spans the border now and then is cut as TRL cuts it; a template that always differs scores the wrong tokens.
	const all = off > reads.length / 2;
	return {
		...base,
		status: all ? 'fail' : 'pass',
		message: all
			? `In ${off} of ${reads.length} sequences the prompt with its reply's start is not the beginning of prompt and response: the chat template writes a finished reply otherwise, so that the response cannot be cut out. Serve with the template that training used (--chat-template FILE), or give a trainer's own log-probabilities: --engine logprobs.`
			: `In ${off} of ${reads.length} sequences a token spans the border of prompt and response; they are cut by the prompt's length, as TRL does.`,
	};
}
