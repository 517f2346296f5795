import type { ScoredPair } from '../domain/dataset.ts';
import { promptText, sideText } from '../domain/text.ts';
import { hashPair, hashText, words } from '../domain/tokens.ts';
import { DENSE_FEATURES, denseFeatures } from './dense-features.ts';
import { type FeatureRows, RowBuilder, type SparseRows } from './matrix.ts';

/**
 * Buckets for n-grams. 2^18 keeps collisions rare up to some 100,000 distinct n-grams that occur in two clusters, and a
 * parameter vector at 2 MB; signed hashing makes the remaining ones cancel on average instead of adding up.
 */
export const HASH_BITS = 18;
const BUCKETS = 2 ** HASH_BITS;
const WORD_SEED = 0x5bd1e995;

/** x = φ(chosen) − φ(rejected) of each pair, in the order given: swapping the sides negates the row. */
export interface PairFeatures {
	/** Sparse columns: n-grams that occur in two or more fitting clusters. Dense columns: unscaled. */
	readonly x: FeatureRows;
	readonly denseNames: readonly string[];
}

/** The hashed n-grams of one response: signed values per bucket, added to `into` with the side's sign. */
class GramCounter {
	private readonly counts = new Float64Array(BUCKETS);
	private readonly difference = new Float64Array(BUCKETS);
	private touched: number[] = [];

	/** Presence, not counts: a word said ten times says little more than said once, and a long response must not drown the rest. */
	addSide(tokens: readonly string[], side: 1 | -1): void {
		const seen: number[] = [];
		const mark = (hash: number): void => {
			const bucket = hash & (BUCKETS - 1);
			if (this.counts[bucket] !== 0) return;
			this.counts[bucket] = hash >>> 31 === 0 ? 1 : -1;
			seen.push(bucket);
		};
		let previous = -1;
		for (const token of tokens) {
			const hash = hashText(token, WORD_SEED);
			mark(hash);
			if (previous >= 0) mark(hashPair(previous, hash));
			previous = hash;
		}
		for (const bucket of seen) {
			if (this.difference[bucket] === 0) this.touched.push(bucket);
			this.difference[bucket] = this.difference[bucket]! + side * this.counts[bucket]!;
			this.counts[bucket] = 0;
		}
	}

	/** Writes chosen − rejected as one row, buckets ascending, and forgets it. */
	flush(row: RowBuilder): void {
		this.touched.sort((x, y) => x - y);
		for (const bucket of this.touched) {
			const value = this.difference[bucket]!;
			if (value !== 0) row.add(bucket, value);
			this.difference[bucket] = 0;
		}
		this.touched = [];
	}
}

/**
 * Columns seen in two or more different clusters: an n-gram of one cluster can only memorise it. Numbered by how often they
 * occur, so that the weights a fit touches all the time lie together in the processor's cache.
 * @returns new number of each bucket, −1 where it is dropped, and how many there are
 */
function sharedColumns(rows: SparseRows, cluster: Int32Array): { renumbered: Int32Array; columns: number } {
	const firstSeen = new Int32Array(BUCKETS).fill(-1);
	const shared = new Uint8Array(BUCKETS);
	const occurrences = new Int32Array(BUCKETS);
	for (let i = 0; i < rows.rows; i++) {
		const g = cluster[i]!;
		if (g < 0) continue;
		for (let e = rows.start[i]!; e < rows.start[i + 1]!; e++) {
			const j = rows.column[e]!;
			occurrences[j] = occurrences[j]! + 1;
			if (firstSeen[j] === -1) firstSeen[j] = g;
			else if (firstSeen[j] !== g) shared[j] = 1;
		}
	}
	const kept = Int32Array.from({ length: BUCKETS }, (_, j) => j).filter((j) => shared[j] === 1);
	kept.sort((x, y) => occurrences[y]! - occurrences[x]! || x - y);
	const renumbered = new Int32Array(BUCKETS).fill(-1);
	kept.forEach((bucket, j) => {
		renumbered[bucket] = j;
	});
	return { renumbered, columns: kept.length };
}

/**
 * Features of all pairs of a run.
 * @param fitCluster cluster number of each pair that a fit may see (T and R), −1 for the others: label-free, and the
 * evaluation splits have no say in which columns exist
 * @param onPair called after each pair, for progress
 */
export function pairFeatures(
	pairs: readonly ScoredPair[],
	fitCluster: Int32Array,
	onPair?: (done: number) => void,
): PairFeatures {
	const counter = new GramCounter();
	const hashed = new RowBuilder();
	const names = DENSE_FEATURES;
	const dense = new Float64Array(pairs.length * names.length);
	for (let i = 0; i < pairs.length; i++) {
		const pair = pairs[i]!;
		const promptWords = new Set(words(promptText(pair.turns)));
		const sides = [pair.chosen, pair.rejected] as const;
		for (let side = 0; side < 2; side++) {
			const text = sideText(sides[side]!);
			const tokens = words(text);
			const sign = side === 0 ? 1 : -1;
			counter.addSide(tokens, sign);
			const values = denseFeatures(text, tokens, promptWords);
			for (let j = 0; j < values.length; j++) {
				const at = i * names.length + j;
				dense[at] = dense[at]! + sign * values[j]!;
			}
		}
		counter.flush(hashed);
		hashed.endRow();
		onPair?.(i + 1);
	}
	const all = hashed.finish();
	const { renumbered, columns } = sharedColumns(all, fitCluster);
	const kept = new RowBuilder();
	for (let i = 0; i < pairs.length; i++) {
		const entries: [number, number][] = [];
		for (let e = all.start[i]!; e < all.start[i + 1]!; e++) {
			const j = renumbered[all.column[e]!]!;
			if (j >= 0) entries.push([j, all.value[e]!]);
		}
		entries.sort((x, y) => x[0] - y[0]);
		for (const [j, value] of entries) kept.add(j, value);
		kept.endRow();
	}
	return { x: { ...kept.finish(), columns, width: names.length, dense }, denseNames: names };
}
