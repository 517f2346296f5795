import type { Prompt } from '../../../domain/comparison.ts';
import { UserError } from '../../../protocol/errors.ts';
import { Exhausted, Refused } from './failures.ts';
import { refusalOf } from './refusals.ts';
import { saidOf } from './score.ts';
import { type Sequence, type Sequences, sumOf, Unscorable } from './sequences.ts';
import type { Reading } from './vllm.ts';

/** A harmless conversation, so that what a server cannot do shows before any prompt of the data is sent. */
const PROMPT: Prompt = { messages: [{ role: 'user', content: 'Which of the two is larger, 9 or 11?' }] };
const ANSWERS = {
	a: [{ role: 'assistant', content: 'Eleven is larger.' }],
	b: [{ role: 'assistant', content: 'Nine is larger.' }],
};

/**
 * Tokenises and scores one small conversation.
 * @throws UserError environment for a server that cannot do it, with the reason and the way out
 */
export async function capable(
	sequences: Sequences,
	signal: AbortSignal,
): Promise<{ readonly fingerprint: string | null }> {
	const { origin } = sequences.client.address;
	let sequence: Sequence;
	try {
		sequence = (await sequences.pair({ comparison: '', prompt: PROMPT, ...ANSWERS }, signal)).a;
	} catch (error) {
		const absent = error instanceof Refused && (error.status === 404 || error.status === 405);
		// llama-server has a /tokenize too: of texts, and it answers a conversation with no token.
		if (absent || (error instanceof Exhausted && /\/tokenize/.test(error.words)))
			throw refusalOf('no-tokenize', origin);
		throw inWords(error, sequences, 'turn a small conversation into tokens');
	}
	let reading: Reading;
	try {
		reading = await sequences.read(sequence, signal);
		sumOf(sequence, reading);
	} catch (error) {
		if (error instanceof Refused && (error.status === 404 || /echo|logprob/i.test(error.said))) {
			throw refusalOf('no-echo', origin);
		}
		// One generated token where a whole sequence was asked for: the field was overlooked.
		if (error instanceof Exhausted && /no log-probabilities|fewer or more tokens/.test(error.words)) {
			throw refusalOf('no-echo', origin);
		}
		throw inWords(error, sequences, 'score a small conversation');
	}
	if (reading.logprobs.every((value) => value === null || value === 0)) throw refusalOf('zeros', origin);
	return { fingerprint: reading.fingerprint };
}

function inWords(error: unknown, { client, model }: Sequences, task: string): unknown {
	const { origin } = client.address;
	if (error instanceof Refused) {
		return new UserError(
			'environment',
			`${origin} cannot ${task} with ${model}: it answers ${error.status}${saidOf(error)}. A base model has no chat template; give vLLM the one that training used: --chat-template FILE.`,
		);
	}
	if (error instanceof Exhausted) {
		return new UserError(
			'environment',
			`${origin} cannot ${task} with ${model}: it ${error.words}${saidOf(error)} (${error.tries} tries). Look at the server's log.`,
		);
	}
	if (error instanceof Unscorable) {
		return new UserError('environment', `${origin} cannot ${task} with ${model}: ${error.message}.`);
	}
	return error;
}
