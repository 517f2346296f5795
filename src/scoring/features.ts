import type { ScoredPair } from '../domain/dataset.ts';
import { DENSE_FEATURES } from './dense-features.ts';
import { BUCKETS } from './grams.ts';
import type { FeatureRows, SparseRows } from './matrix.ts';
import { type ReadPairs, textsOf } from './reading.ts';
import { sharedFloat64, sharedInt32 } from './shared.ts';
import { inline, type Threads } from './threads.ts';

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

/** Pairs read at once: progress moves, and cancelling takes effect, between two chunks. */
const CHUNK = 250;

/** Named features, and n-grams by bucket, of all pairs. */
async function readAll(
	pairs: readonly ScoredPair[],
	threads: Threads,
	onRead: (done: number) => void,
): Promise<ReadPairs[]> {
	const chunks = Math.ceil(pairs.length / CHUNK);
	const read = new Array<ReadPairs>(chunks);
	let next = 0;
	let done = 0;
	const reader = async (): Promise<void> => {
		while (next < chunks) {
			const chunk = next++;
			const of = pairs.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
			read[chunk] = await threads.read(textsOf(of));
			done += of.length;
			onRead(done);
		}
	};
	// Two for each thread: one that is read and one that waits.
	await Promise.all(Array.from({ length: 2 * threads.size }, reader));
	return read;
}

/** Occurrences up to which a column counts as rare; from 8 to 64 a pass takes the same time. */
const RARE = 16;

/**
 * Columns seen in two or more different clusters: an n-gram of one cluster can only memorise it. The frequent ones are
 * numbered by how often they occur, so that the weights a fit touches all the time lie together in the processor's cache; the others
 * by the row in which they stand first, so that a row finds its rare ones side by side (measured: a pass takes two thirds of the time).
 * @returns new number of each bucket, −1 where it is dropped, and the bucket of each number
 */
function sharedColumns(read: readonly ReadPairs[], cluster: Int32Array): { renumbered: Int32Array; kept: Int32Array } {
	const firstSeen = new Int32Array(BUCKETS).fill(-1);
	const shared = new Uint8Array(BUCKETS);
	const occurrences = new Int32Array(BUCKETS);
	const firstRow = new Int32Array(BUCKETS);
	let i = 0;
	for (const { start, mid, bucket } of read) {
		for (let k = 0; k < mid.length; k++, i++) {
			const g = cluster[i]!;
			if (g < 0) continue;
			for (let e = start[k]!; e < start[k + 1]!; e++) {
				const j = bucket[e]!;
				occurrences[j] = occurrences[j]! + 1;
				if (firstSeen[j] === -1) {
					firstSeen[j] = g;
					firstRow[j] = i;
				} else if (firstSeen[j] !== g) shared[j] = 1;
			}
		}
	}
	const kept = Int32Array.from({ length: BUCKETS }, (_, j) => j).filter((j) => shared[j] === 1);
	const often = (j: number): number => (occurrences[j]! > RARE ? occurrences[j]! : 0);
	kept.sort((x, y) => often(y) - often(x) || firstRow[x]! - firstRow[y]! || x - y);
	const renumbered = new Int32Array(BUCKETS).fill(-1);
	for (let j = 0; j < kept.length; j++) renumbered[kept[j]!] = j;
	return { renumbered, kept };
}

/** The rows in columns instead of buckets. */
function renumberedRows(read: readonly ReadPairs[], rows: number, renumbered: Int32Array): SparseRows {
	let entries = 0;
	for (const { bucket } of read) for (let e = 0; e < bucket.length; e++) if (renumbered[bucket[e]!]! >= 0) entries++;
	const start = sharedInt32(rows + 1);
	const mid = sharedInt32(rows);
	const column = sharedInt32(entries);
	let at = 0;
	const append = (bucket: Int32Array, from: number, to: number): void => {
		const first = at;
		for (let e = from; e < to; e++) {
			const j = renumbered[bucket[e]!]!;
			if (j >= 0) column[at++] = j;
		}
		if (at - first > 1) column.subarray(first, at).sort();
	};
	let i = 0;
	for (const part of read) {
		for (let k = 0; k < part.mid.length; k++, i++) {
			append(part.bucket, part.start[k]!, part.mid[k]!);
			mid[i] = at;
			append(part.bucket, part.mid[k]!, part.start[k + 1]!);
			start[i + 1] = at;
		}
	}
	return { rows, start, mid, column };
}

/** The named features' differences, with the user's own behind them or instead of them. */
function denseBlock(
	read: readonly ReadPairs[],
	pairs: number,
	own: OwnFeatures | undefined,
): Pick<FeatureRows, 'width' | 'dense'> & { readonly names: readonly string[] } {
	if (own !== undefined && (own.values.length !== pairs * own.width || own.names.length !== own.width)) {
		throw new RangeError(`own features: ${own.values.length} values for ${pairs} pairs of ${own.width} features`);
	}
	const names = own?.mode === 'replace' ? [] : DENSE_FEATURES;
	const first = names.length;
	const ownWidth = own?.width ?? 0;
	const width = first + ownWidth;
	const dense = sharedFloat64(pairs * width);
	let i = 0;
	for (const { named, mid } of read) {
		for (let k = 0; k < mid.length; k++, i++) {
			for (let j = 0; j < first; j++) dense[i * width + j] = named[k * first + j]!;
		}
	}
	if (own !== undefined) {
		for (let row = 0; row < pairs; row++) {
			for (let j = 0; j < ownWidth; j++) dense[row * width + first + j] = own.values[row * ownWidth + j]!;
		}
	}
	return { names: [...names, ...(own?.names ?? [])], width, dense };
}

/**
 * Features of all pairs of a run.
 * @param fitCluster cluster number of each pair that a fit may see (T and R), −1 for the others: label-free, and the
 * evaluation splits have no say in which columns exist
 * @param options.own the user's features; values have to be finite
 * @param options.onRead called with the number of pairs read, for progress
 */
export async function pairFeatures(
	pairs: readonly ScoredPair[],
	fitCluster: Int32Array,
	options: {
		readonly own?: OwnFeatures;
		readonly onRead?: (done: number) => void;
		readonly threads?: Threads;
	} = {},
): Promise<PairFeatures> {
	const { own, onRead = () => {}, threads = inline() } = options;
	const replaced = own?.mode === 'replace';
	const read = replaced ? [] : await readAll(pairs, threads, onRead);
	const { renumbered, kept } = sharedColumns(read, fitCluster);
	const sparse = renumberedRows(read, pairs.length, renumbered);
	const { names, ...dense } = denseBlock(read, pairs.length, own);
	return { x: { ...sparse, columns: kept.length, ...dense }, denseNames: names, buckets: kept };
}
