/** Pairs for benchmarks of GGUF files: letters drawn by a seeded generator, a token each but for a few merges. */
import type { EnginePair } from '../../src/scoring/engines/engine.ts';

export const RESPONSE = 32;

function text(length: number, seed: number): string {
	let state = seed * 2654435761 + 1;
	return Array.from({ length }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return String.fromCharCode(97 + ((state >>> 16) % 26));
	}).join('');
}

/** @param prompt its length in characters; every prompt is another */
export function chatPairs(count: number, prompt: number): EnginePair[] {
	return Array.from({ length: count }, (_, i) => ({
		comparison: String(i),
		prompt: { messages: [{ role: 'user', content: `${text(prompt, 1 + i)}${i}` }] },
		a: [{ role: 'assistant', content: text(RESPONSE, 10_000 + i) }],
		b: [{ role: 'assistant', content: text(RESPONSE, 20_000 + i) }],
	}));
}
