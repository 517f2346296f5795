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
	/** Bucket of each sparse column, as `forEachGram` names it. */
	readonly buckets: Int32Array;
}

/** Features that the user brings (embeddings of a reward model, say), one row a pair: chosen − rejected. */
export interface OwnFeatures {
	readonly names: readonly string[];
	readonly width: number;
	/** Row-major, pairs × width. */
	readonly values: Float32Array | Float64Array;
	/** join: beside the n-grams and named features; replace: instead of both. */
	readonly mode: 'join' | 'replace';
}

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

/** The hashed n-grams of one response: signed values per bucket, added to `into` with the side's sign. */
class GramCounter {
	private readonly counts = new Float64Array(BUCKETS);
	private readonly difference = new Float64Array(BUCKETS);
	private touched: number[] = [];

	/** Presence, not counts: a word said ten times says little more than said once, and a long response must not drown the rest. */
	addSide(tokens: readonly string[], side: 1 | -1): void {
		const seen: number[] = [];
		forEachGram(tokens, (bucket, sign) => {
			if (this.counts[bucket] !== 0) return;
			this.counts[bucket] = sign;
			seen.push(bucket);
		});
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
 * @returns new number of each bucket, −1 where it is dropped, and the bucket of each number
 */
function sharedColumns(rows: SparseRows, cluster: Int32Array): { renumbered: Int32Array; kept: Int32Array } {
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
	return { renumbered, kept };
}

/** The named features' differences, with the user's own behind them or instead of them. */
function denseBlock(
	named: Float64Array,
	pairs: number,
	own: OwnFeatures | undefined,
): Pick<FeatureRows, 'width' | 'dense'> & { readonly names: readonly string[] } {
	if (own === undefined) return { names: DENSE_FEATURES, width: DENSE_FEATURES.length, dense: named };
	if (own.values.length !== pairs * own.width || own.names.length !== own.width) {
		throw new RangeError(`own features: ${own.values.length} values for ${pairs} pairs of ${own.width} features`);
	}
	const first = own.mode === 'join' ? DENSE_FEATURES.length : 0;
	const width = first + own.width;
	const dense = new Float64Array(pairs * width);
	for (let i = 0; i < pairs; i++) {
		for (let j = 0; j < first; j++) dense[i * width + j] = named[i * first + j]!;
		for (let j = 0; j < own.width; j++) dense[i * width + first + j] = own.values[i * own.width + j]!;
	}
	return { names: [...DENSE_FEATURES.slice(0, first), ...own.names], width, dense };
}

/**
 * Features of all pairs of a run.
 * @param fitCluster cluster number of each pair that a fit may see (T and R), −1 for the others: label-free, and the
 * evaluation splits have no say in which columns exist
 * @param options.own the user's features; values have to be finite
 * @param options.onPair called after each pair, for progress
 */
export function pairFeatures(
	pairs: readonly ScoredPair[],
	fitCluster: Int32Array,
	options: { readonly own?: OwnFeatures; readonly onPair?: (done: number) => void } = {},
): PairFeatures {
	const { own, onPair } = options;
	const counter = new GramCounter();
	const hashed = new RowBuilder();
	const width = DENSE_FEATURES.length;
	const replaced = own?.mode === 'replace';
	const named = new Float64Array(replaced ? 0 : pairs.length * width);
	for (let i = 0; i < pairs.length; i++) {
		const pair = pairs[i]!;
		if (!replaced) {
			const promptWords = new Set(words(promptText(pair.turns)));
			const sides = [pair.chosen, pair.rejected] as const;
			for (let side = 0; side < 2; side++) {
				const text = sideText(sides[side]!);
				const tokens = words(text);
				const sign = side === 0 ? 1 : -1;
				counter.addSide(tokens, sign);
				const values = denseFeatures(text, tokens, promptWords);
				for (let j = 0; j < values.length; j++) {
					const at = i * width + j;
					named[at] = named[at]! + sign * values[j]!;
				}
			}
			counter.flush(hashed);
		}
		hashed.endRow();
		onPair?.(i + 1);
	}
	const all = hashed.finish();
	const { renumbered, kept } = sharedColumns(all, fitCluster);
	const rows = new RowBuilder();
	for (let i = 0; i < pairs.length; i++) {
		const entries: [number, number][] = [];
		for (let e = all.start[i]!; e < all.start[i + 1]!; e++) {
			const j = renumbered[all.column[e]!]!;
			if (j >= 0) entries.push([j, all.value[e]!]);
		}
		entries.sort((x, y) => x[0] - y[0]);
		for (const [j, value] of entries) rows.add(j, value);
		rows.endRow();
	}
	const { names, ...dense } = denseBlock(named, pairs.length, own);
	return { x: { ...rows.finish(), columns: kept.length, ...dense }, denseNames: names, buckets: kept };
}
