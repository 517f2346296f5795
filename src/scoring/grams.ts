import { hashPair, hashText } from '../domain/tokens.ts';

/**
 * Buckets for n-grams. 2^18 keeps collisions rare up to some 100,000 distinct n-grams that occur in two clusters, and a
 * parameter vector at 2 MB; signed hashing makes the remaining ones cancel on average instead of adding up.
 */
export const HASH_BITS = 18;
export const BUCKETS = 2 ** HASH_BITS;
const WORD_SEED = 0x5bd1e995;

/**
 * The n-grams of a token list, as a fit sees them: words, and pairs of neighbours.
 * @param visit bucket, sign of the hashed presence, and the place of the n-gram's first and last token
 */
export function forEachGram(
	tokens: readonly string[],
	visit: (bucket: number, sign: 1 | -1, first: number, last: number) => void,
): void {
	let previous = -1;
	for (let t = 0; t < tokens.length; t++) {
		const hash = hashText(tokens[t]!, WORD_SEED);
		visit(hash & (BUCKETS - 1), hash >>> 31 === 0 ? 1 : -1, t, t);
		if (previous >= 0) {
			const pair = hashPair(previous, hash);
			visit(pair & (BUCKETS - 1), pair >>> 31 === 0 ? 1 : -1, t - 1, t);
		}
		previous = hash;
	}
}
