import { words } from '../domain/tokens.ts';
import { DENSE_FEATURES } from './dense-features.ts';
import { BUCKETS, forEachGram, wordHashes } from './grams.ts';
import type { FeatureRows, SparseRows } from './matrix.ts';
import { readPairs } from './reading.ts';

/** Words read of one prompt. */
const MAX_WORDS = 4_000;

/** A pair as the response classifier reads it: which side is which does not matter. */
export interface ResponseTexts {
	readonly prompt: string;
	readonly a: string;
	readonly b: string;
}

/** Words to leave out: as they are, or all that begin with one that ends in `*`. */
function leftOut(list: readonly string[]): (word: string) => boolean {
	const whole = new Set(list.filter((word) => !word.endsWith('*')));
	const beginnings = list.filter((word) => word.endsWith('*')).map((word) => word.slice(0, -1));
	return (word) => whole.has(word) || beginnings.some((beginning) => word.startsWith(beginning));
}

/**
 * Presence of hashed word 1–2-grams in each prompt, and a constant.
 * @param wordsLeftOut no n-gram that touches one of these counts: neither the word nor what it stands beside
 */
export function promptRows(
	texts: readonly string[],
	cluster: ArrayLike<number>,
	wordsLeftOut: readonly string[],
): FeatureRows {
	const isLeftOut = leftOut(wordsLeftOut);
	const present = new Uint8Array(BUCKETS);
	const start = new Int32Array(texts.length + 1);
	const all: number[] = [];
	texts.forEach((text, i) => {
		const tokens = words(text).slice(0, MAX_WORDS);
		const skipped = tokens.map(isLeftOut);
		forEachGram(wordHashes(tokens), (bucket, _sign, first, last) => {
			if (present[bucket] !== 0 || skipped[first] || skipped[last]) return;
			present[bucket] = 1;
			all.push(bucket);
		});
		for (let e = start[i]!; e < all.length; e++) present[all[e]!] = 0;
		start[i + 1] = all.length;
	});
	const rows = texts.length;
	const sparse = { rows, start, mid: start.subarray(1), column: Int32Array.from(all) };
	return withConstant(sharedOnly(sparse, BUCKETS, cluster), new Float64Array(0), 0);
}

/** |φ(a) − φ(b)| of pairs given as texts, and a constant. */
export function responseRows(pairs: readonly ResponseTexts[], cluster: ArrayLike<number>): FeatureRows {
	const read = readPairs({
		prompts: pairs.map(({ prompt }) => prompt),
		chosen: pairs.map(({ a }) => a),
		rejected: pairs.map(({ b }) => b),
	});
	const width = DENSE_FEATURES.length;
	const x = { rows: pairs.length, columns: BUCKETS, start: read.start, mid: read.mid, column: read.bucket };
	return magnitudes(
		{ ...x, width, dense: read.named },
		Int32Array.from(pairs, (_, i) => i),
		cluster,
	);
}

/**
 * |x| of some rows, and a constant. A difference has no sign of its own: turned by the label it would carry preferences into a test
 * of inputs, and by any other coin it would be symmetric around 0 in both splits, where a linear score sees nothing. Its size says
 * how two responses differ, whoever won: swapping sides or labels changes no figure.
 * @param cluster of each of `rows`
 */
export function magnitudes(x: FeatureRows, rows: Int32Array, cluster: ArrayLike<number>): FeatureRows {
	let entries = 0;
	for (const i of rows) entries += x.start[i + 1]! - x.start[i]!;
	const start = new Int32Array(rows.length + 1);
	const column = new Int32Array(entries);
	const dense = new Float64Array(rows.length * x.width);
	rows.forEach((i, k) => {
		column.set(x.column.subarray(x.start[i]!, x.start[i + 1]!), start[k]!);
		start[k + 1] = start[k]! + x.start[i + 1]! - x.start[i]!;
		for (let j = 0; j < x.width; j++) dense[k * x.width + j] = Math.abs(x.dense[i * x.width + j]!);
	});
	const sparse = { rows: rows.length, start, mid: start.subarray(1), column };
	return withConstant(sharedOnly(sparse, x.columns, cluster), dense, x.width);
}

/** Columns that stand in two or more clusters, numbered anew: one of a single cluster can only memorise it. */
function sharedOnly(
	x: SparseRows,
	columns: number,
	cluster: ArrayLike<number>,
): SparseRows & { readonly columns: number } {
	const first = new Int32Array(columns).fill(-1);
	const shared = new Int32Array(columns).fill(-1);
	let kept = 0;
	for (let i = 0; i < x.rows; i++) {
		for (let e = x.start[i]!; e < x.start[i + 1]!; e++) {
			const j = x.column[e]!;
			if (first[j] === -1) first[j] = cluster[i]!;
			else if (first[j] !== cluster[i] && shared[j] === -1) shared[j] = kept++;
		}
	}
	const start = new Int32Array(x.rows + 1);
	const column: number[] = [];
	for (let i = 0; i < x.rows; i++) {
		for (let e = x.start[i]!; e < x.start[i + 1]!; e++) {
			const j = shared[x.column[e]!]!;
			if (j >= 0) column.push(j);
		}
		start[i + 1] = column.length;
	}
	const sorted = Int32Array.from(column);
	for (let i = 0; i < x.rows; i++) sorted.subarray(start[i]!, start[i + 1]!).sort();
	// All entries count +1.
	return { rows: x.rows, start, mid: start.subarray(1), column: sorted, columns: kept };
}

/** A constant as the last dense column: the two kinds need not lie around 0. */
function withConstant(x: SparseRows & { readonly columns: number }, values: Float64Array, width: number): FeatureRows {
	const dense = new Float64Array(x.rows * (width + 1)).fill(1);
	for (let i = 0; i < x.rows; i++) dense.set(values.subarray(i * width, (i + 1) * width), i * (width + 1));
	return { ...x, width: width + 1, dense };
}
