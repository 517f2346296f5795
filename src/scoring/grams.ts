import { hashPair, hashText } from '../domain/tokens.ts';

/**
 * Buckets for n-grams. 2^18 keeps collisions rare up to some 100,000 distinct n-grams that occur in two clusters, and a
 * parameter vector at 2 MB; signed hashing makes the remaining ones cancel on average instead of adding up.
 */
export const HASH_BITS = 18;
export const BUCKETS = 2 ** HASH_BITS;
const WORD_SEED = 0x5bd1e995;

/** 32-bit hashes of words, in their order: what n-grams are made of. */
export function wordHashes(words: readonly string[]): Int32Array {
	const hashes = new Int32Array(words.length);
	for (let t = 0; t < words.length; t++) hashes[t] = hashText(words[t]!, WORD_SEED);
	return hashes;
}

/**
 * The n-grams of a token list, as a fit sees them: words, and pairs of neighbours.
 * @param hashes of the tokens, as `wordHashes` gives them
 * @param visit bucket, sign of the hashed presence, and the place of the n-gram's first and last token
 */
export function forEachGram(
	hashes: Int32Array,
	visit: (bucket: number, sign: 1 | -1, first: number, last: number) => void,
): void {
	for (let t = 0; t < hashes.length; t++) {
		const hash = hashes[t]!;
		visit(hash & (BUCKETS - 1), hash >= 0 ? 1 : -1, t, t);
		if (t === 0) continue;
		const pair = hashPair(hashes[t - 1]!, hash);
		visit(pair & (BUCKETS - 1), pair >>> 31 === 0 ? 1 : -1, t - 1, t);
	}
}
