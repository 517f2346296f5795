import type { ScoredPair } from '../domain/dataset.ts';
import { DENSE_FEATURES } from './dense-features.ts';
import { BUCKETS } from './grams.ts';
import type { FeatureRows, SparseRows } from './matrix.ts';
import { type ReadPairs, textsOf } from './reading.ts';
import { sharedFloat64, sharedInt32 } from './shared.ts';
import { AHEAD, inline, type Threads } from './threads.ts';

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

/** All chunks of so many, a few at once for each thread; `each` as soon as one is there. */
async function inChunks<T>(count: number, threads: Threads, each: (chunk: number) => Promise<T>): Promise<T[]> {
	const done = new Array<T>(count);
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < count) {
			const chunk = next++;
			done[chunk] = await each(chunk);
		}
	};
	await Promise.all(Array.from({ length: AHEAD * threads.size }, worker));
	return done;
}

/** Named features, and n-grams by bucket, of all pairs; each chunk goes to `onChunk` in order. */
function readAll(
	pairs: readonly ScoredPair[],
	threads: Threads,
	{ onRead, onChunk }: { readonly onRead: (done: number) => void; readonly onChunk: (read: ReadPairs) => void },
): Promise<ReadPairs[]> {
	const early = new Map<number, ReadPairs>();
	let turn = 0;
	let done = 0;
	return inChunks(Math.ceil(pairs.length / CHUNK), threads, async (chunk) => {
		const of = pairs.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
		const read = await threads.read(textsOf(of));
		done += of.length;
		onRead(done);
		early.set(chunk, read);
		for (let next = early.get(turn); next !== undefined; next = early.get(turn)) {
			early.delete(turn++);
			onChunk(next);
		}
		return read;
	});
}

/** Occurrences up to which a column counts as rare; from 8 to 64 a pass takes the same time. */
const RARE = 16;

/**
 * Columns seen in two or more different clusters: an n-gram of one cluster can only memorise it. The frequent ones are
 * numbered by how often they occur, so that the weights a fit touches all the time lie together in the processor's cache; the others
 * by the row in which they stand first, so that a row finds its rare ones side by side (measured: a pass takes two thirds of the time).
 */
class ColumnCount {
	readonly #cluster: Int32Array;
	readonly #firstSeen = new Int32Array(BUCKETS).fill(-1);
	readonly #shared = new Uint8Array(BUCKETS);
	readonly #occurrences = new Int32Array(BUCKETS);
	readonly #firstRow = new Int32Array(BUCKETS);
	#row = 0;

	constructor(cluster: Int32Array) {
		this.#cluster = cluster;
	}

	/** Counts the next rows. */
	add({ start, mid, bucket }: ReadPairs): void {
		const [firstSeen, shared, occurrences, firstRow] = [
			this.#firstSeen,
			this.#shared,
			this.#occurrences,
			this.#firstRow,
		];
		for (let k = 0; k < mid.length; k++) {
			const i = this.#row++;
			const g = this.#cluster[i]!;
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

	/** @returns new number of each bucket, −1 where it is dropped, and the bucket of each number */
	columns(): { renumbered: Int32Array; kept: Int32Array } {
		const often = (j: number): number => (this.#occurrences[j]! > RARE ? this.#occurrences[j]! : 0);
		const kept = Int32Array.from({ length: BUCKETS }, (_, j) => j).filter((j) => this.#shared[j] === 1);
		kept.sort((x, y) => often(y) - often(x) || this.#firstRow[x]! - this.#firstRow[y]! || x - y);
		const renumbered = sharedInt32(BUCKETS).fill(-1);
		for (let j = 0; j < kept.length; j++) renumbered[kept[j]!] = j;
		return { renumbered, kept };
	}
}

/** The rows in columns instead of buckets. */
async function renumberedRows(
	read: readonly ReadPairs[],
	rows: number,
	renumbered: Int32Array,
	threads: Threads,
): Promise<SparseRows> {
	const parts = await inChunks(read.length, threads, (chunk) => {
		const { start, mid, bucket } = read[chunk]!;
		return threads.renumber({ start, mid, bucket }, renumbered);
	});
	const start = sharedInt32(rows + 1);
	const mid = sharedInt32(rows);
	const column = sharedInt32(parts.reduce((sum, part) => sum + part.column.length, 0));
	let i = 0;
	let at = 0;
	for (const part of parts) {
		column.set(part.column, at);
		for (let k = 0; k < part.mid.length; k++, i++) {
			mid[i] = at + part.mid[k]!;
			start[i + 1] = at + part.start[k + 1]!;
		}
		at += part.column.length;
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
 * @param fitClusters cluster number of each pair that a fit may see (T and R), −1 for the others: label-free, and the
 * evaluation splits have no say in which columns exist. Called while the first pairs are read
 * @param options.own the user's features; values have to be finite
 * @param options.onRead called with the number of pairs read, for progress
 */
export async function pairFeatures(
	pairs: readonly ScoredPair[],
	fitClusters: () => Int32Array,
	options: {
		readonly own?: OwnFeatures;
		readonly onRead?: (done: number) => void;
		readonly threads?: Threads;
	} = {},
): Promise<PairFeatures> {
	const { own, onRead = () => {}, threads = inline() } = options;
	const replaced = own?.mode === 'replace';
	const reading = replaced
		? Promise.resolve([])
		: readAll(pairs, threads, { onRead, onChunk: (chunk) => count.add(chunk) });
	// Awaited below; without this, it would count as unhandled where dealing fails.
	reading.catch(() => {});
	const count = new ColumnCount(fitClusters());
	const read = await reading;
	const { renumbered, kept } = count.columns();
	const sparse = await renumberedRows(read, pairs.length, renumbered, threads);
	const { names, ...dense } = denseBlock(read, pairs.length, own);
	return { x: { ...sparse, columns: kept.length, ...dense }, denseNames: names, buckets: kept };
}
