import type { Leak } from '../domain/dataset.ts';

/** What a leak is, in words; with how much of two near-copies is shared. */
export function leakText(kind: Leak['kind'], similarity?: number): string {
	switch (kind) {
		case 'prompt-copy':
			return 'the same prompt';
		case 'prompt-near':
			return similarity === undefined
				? 'nearly the same prompt'
				: `nearly the same prompt, ${Math.floor(similarity * 100)} % of word 5-grams shared`;
		case 'response-copy':
			return 'the same response';
	}
}
