import type { HttpOptions } from '../../src/protocol/scoring.ts';
import type { EnginePair, PairOutcome } from '../../src/scoring/engines/engine.ts';
import type { Patience } from '../../src/scoring/engines/http/client.ts';
import { createHttpEngine } from '../../src/scoring/engines/http/engine.ts';
import { MODELS } from '../fixtures/byte-lm.ts';

export const KEY = 'k3y-that-must-not-show';

/** Waits short enough for a test; as many tries as in earnest. */
export const QUICK: Partial<Patience> = { timeout: 20_000, firstWait: 2, longestWait: 10, longestRetryAfter: 5_000 };

export function pairOf(comparison: string, prompt: string, a: string, b: string): EnginePair {
	return {
		comparison,
		prompt: { messages: [{ role: 'user', content: prompt }] },
		a: [{ role: 'assistant', content: a }],
		b: [{ role: 'assistant', content: b }],
	};
}

export const PAIRS: readonly EnginePair[] = [
	pairOf('one', 'Where did the cat sit?', 'the cat sat on the mat', 'zigzag'),
	pairOf('two', 'Where did the cat sit?', 'on the log', 'a good reply, said the owl'),
	pairOf('three', 'Grüße 🙂', 'naïve café', 'the dog'),
	pairOf('four', 'quick', 'quick foxes jump', 'lazy dogs'),
];

/**
 * What the test server's model must say of a reply, computed from the text it learned by counting pairs of neighbours, with nothing of
 * the server's own code: Σ log p over the reply's bytes and its end mark.
 */
export function expectedLogp(model: string, reply: string): { logp: number; tokens: number } {
	const { text, smoothing } = MODELS[model]!;
	const mark = { bos: 'bos', end: 'eos', user: 'user', assistant: 'assistant' };
	const bytes = (words: string) => [...Buffer.from(words, 'utf8')].map(String);
	const learned = [mark.bos, mark.user, ...bytes(text), mark.end, mark.assistant, ...bytes(text), mark.end];
	const after = (left: string, right?: string) =>
		learned.filter((one, i) => i > 0 && learned[i - 1] === left && (right === undefined || one === right)).length;
	const read = [mark.assistant, ...bytes(reply), mark.end];
	let logp = 0;
	for (const [i, next] of read.entries()) {
		if (i === 0) continue;
		const previous = read[i - 1]!;
		logp += Math.log((after(previous, next) + smoothing) / (after(previous) + smoothing * 262));
	}
	return { logp, tokens: read.length - 1 };
}

export function engineFor(url: string, options: Partial<HttpOptions> = {}, patience: Partial<Patience> = QUICK) {
	return createHttpEngine({ url, reference: 'base', checkpoints: ['policy-step50'], key: KEY, ...options }, patience);
}

/** Opens, scores and closes; outcomes by comparison. */
export async function scoreAll(
	url: string,
	pairs: readonly EnginePair[] = PAIRS,
	{ model = 'base', ...options }: Partial<HttpOptions> & { model?: string } = {},
): Promise<Map<string, PairOutcome>> {
	const engine = engineFor(url, options);
	try {
		const open = await engine.open(model, 'checkpoint');
		const told = new Map<string, PairOutcome>();
		await open.score(pairs, { onPair: (outcome) => told.set(outcome.comparison, outcome) });
		return told;
	} finally {
		await engine.close();
	}
}
