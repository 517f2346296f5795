import type { ScoredPair } from '../domain/dataset.ts';
import { promptText, sideText } from '../domain/text.ts';
import { words } from '../domain/tokens.ts';
import { DENSE_FEATURES, denseFeatures, distinctHashes, wordFacts } from './dense-features.ts';
import { BUCKETS, forEachGram, wordHashes } from './grams.ts';

/** What is read of pairs, in order; strings alone, so that another thread gets them cheaply. */
export interface PairTexts {
	readonly prompts: readonly string[];
	readonly chosen: readonly string[];
	readonly rejected: readonly string[];
}

/**
 * φ(chosen) − φ(rejected) of some pairs: n-grams by bucket as `FeatureRows` has columns, but in the order of the texts, equal ones side
 * by side; named features row-major.
 */
export interface ReadPairs extends GramRows {
	readonly named: Float64Array;
}

export interface GramRows {
	readonly start: Int32Array;
	readonly mid: Int32Array;
	readonly bucket: Int32Array;
}

/** The same, by column, each part ascending. */
export interface NumberedRows {
	readonly start: Int32Array;
	readonly mid: Int32Array;
	readonly column: Int32Array;
}

export function textsOf(pairs: readonly ScoredPair[]): PairTexts {
	return {
		prompts: pairs.map((pair) => promptText(pair.turns)),
		chosen: pairs.map((pair) => sideText(pair.chosen)),
		rejected: pairs.map((pair) => sideText(pair.rejected)),
	};
}

/** Whole numbers without knowing how many come; the array doubles. */
class Growing {
	values = new Int32Array(4096);
	size = 0;

	push(value: number): void {
		if (this.size === this.values.length) {
			const larger = new Int32Array(this.size * 2);
			larger.set(this.values);
			this.values = larger;
		}
		this.values[this.size++] = value;
	}
}

/** The hashed n-grams of both responses of a pair, one pair after the other. */
class GramDifference {
	/** Two to a bucket, of chosen and of rejected: 0, or the sign of the n-gram that first fell into it. */
	private readonly presence = new Int8Array(2 * BUCKETS);
	private readonly touched = new Growing();

	/** Presence, not counts: a word said ten times says little more than said once, and a long response must not drown the rest. */
	add(hashes: Int32Array, chosen: boolean): void {
		const { touched, presence } = this;
		const side = chosen ? 0 : 1;
		forEachGram(hashes, (bucket, sign) => {
			const at = 2 * bucket + side;
			if (presence[at] !== 0) return;
			presence[at] = sign;
			touched.push(bucket);
		});
	}

	/** Appends the buckets of +1, then those of −1, and forgets the pair. @returns where the second part begins */
	flush(into: Growing): number {
		const { presence, touched } = this;
		const append = (sign: number): void => {
			for (let k = 0; k < touched.size; k++) {
				const bucket = touched.values[k]!;
				const at = 2 * bucket;
				const value = sign * (presence[at]! - presence[at + 1]!);
				if (value < 0) continue;
				// What is 0 from here on does not count again: a bucket that both responses have was touched twice.
				presence[at] = 0;
				presence[at + 1] = 0;
				for (let times = 0; times < value; times++) into.push(bucket);
			}
		};
		append(1);
		const mid = into.size;
		append(-1);
		touched.size = 0;
		return mid;
	}
}

/** Features of some pairs. A pure function of the texts, wherever it runs. */
export function readPairs({ prompts, chosen, rejected }: PairTexts): ReadPairs {
	const n = prompts.length;
	const width = DENSE_FEATURES.length;
	const difference = new GramDifference();
	const buckets = new Growing();
	const start = new Int32Array(n + 1);
	const mid = new Int32Array(n);
	const named = new Float64Array(n * width);
	for (let i = 0; i < n; i++) {
		const prompt = distinctHashes(wordHashes(words(prompts[i]!)));
		for (const side of [chosen, rejected]) {
			const text = side[i]!;
			const tokens = words(text);
			const hashes = wordHashes(tokens);
			const sign = side === chosen ? 1 : -1;
			difference.add(hashes, side === chosen);
			const values = denseFeatures(text, wordFacts(tokens, hashes, prompt));
			for (let j = 0; j < width; j++) named[i * width + j] = named[i * width + j]! + sign * values[j]!;
		}
		mid[i] = difference.flush(buckets);
		start[i + 1] = buckets.size;
	}
	return { start, mid, bucket: buckets.values.slice(0, buckets.size), named };
}

/** The rows in columns instead of buckets. @param renumbered column of each bucket, −1 where there is none */
export function renumberRows({ start, mid, bucket }: GramRows, renumbered: Int32Array): NumberedRows {
	const column = new Int32Array(bucket.length);
	const starts = new Int32Array(start.length);
	const mids = new Int32Array(mid.length);
	let at = 0;
	const append = (from: number, to: number): void => {
		const first = at;
		for (let e = from; e < to; e++) {
			const j = renumbered[bucket[e]!]!;
			if (j >= 0) column[at++] = j;
		}
		if (at - first > 1) column.subarray(first, at).sort();
	};
	for (let k = 0; k < mid.length; k++) {
		append(start[k]!, mid[k]!);
		mids[k] = at;
		append(mid[k]!, start[k + 1]!);
		starts[k + 1] = at;
	}
	return { start: starts, mid: mids, column: column.slice(0, at) };
}
