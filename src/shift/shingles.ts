/**
 * Word 5-gram shingles. Texts are normalised (NFKC, lower case without a locale, runs of white space to one space, trimmed)
 * and split on spaces; 1–4 words make one shingle of the whole text, an empty text makes none.
 */
import { normaliseText } from '../domain/text.ts';

export const SHINGLE_WORDS = 5;

/** The shingles themselves: for showing and checking. Whole data sets go through `ShingleSets`. */
export function shingles(text: string): Set<string> {
	const words = normaliseText(text).split(' ');
	if (words.length < SHINGLE_WORDS) return new Set(words[0] === '' ? [] : [words.join(' ')]);
	return new Set(
		Array.from({ length: words.length - SHINGLE_WORDS + 1 }, (_, i) => words.slice(i, i + SHINGLE_WORDS).join(' ')),
	);
}

/** |a ∩ b| / |a ∪ b| (Broder 1997); two empty sets are equal texts: 1. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	if (a.size === 0 && b.size === 0) return 1;
	let shared = 0;
	for (const shingle of a) if (b.has(shingle)) shared++;
	return shared / (a.size + b.size - shared);
}

/** Multipliers ≡ 3 mod 8: A^i − A^j keeps few factors of 2, so words that change places change the sum. */
const A = 0x9e3779b3;
const B = 0x85ebca73;
const A4 = Math.imul(Math.imul(A, A), Math.imul(A, A));
const B4 = Math.imul(Math.imul(B, B), Math.imul(B, B));

/** White space beyond ASCII that NFKC leaves, as \s has it. */
const OTHER_SPACE = /[\u00a0\u1680\u2028\u2029\ufeff]/g;

/** Byte → byte as compared: ASCII letters in lower case, white space 0. */
const COMPARED = Uint8Array.from({ length: 256 }, (_, byte) => {
	if (byte === 32 || (byte >= 9 && byte <= 13)) return 0;
	return byte >= 65 && byte <= 90 ? byte | 32 : byte || 1;
});

function finalise(hash: number): number {
	let h = hash;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return h ^ (h >>> 16);
}

function grown<T extends Int32Array | Uint32Array | Float64Array>(array: T, make: (length: number) => T): T {
	const larger = make(array.length * 2);
	larger.set(array as never);
	return larger;
}

/**
 * Shingles of many texts as 48-bit hashes in one array: 8 bytes a word instead of a string a shingle. Two texts of n words take
 * an accidental match with probability n²/2⁴⁸ (60 words: 10⁻¹¹), so a Jaccard computed on hashes is the exact one.
 */
export class ShingleSets {
	/** Texts added. */
	size = 0;
	/** Shingles of text i: values[start[i]] … values[start[i+1] − 1], in text order, repeats kept; none below 5 words. */
	values: Float64Array<ArrayBuffer>;
	/** Doubles, since a large workspace has more than 2³¹ shingles. */
	start = new Float64Array(1 << 10);
	/** 64 bits that stand for the whole normalised text. */
	private low = new Uint32Array(1 << 10);
	private high = new Uint32Array(1 << 10);
	/** Words of each text. */
	words = new Int32Array(1 << 10);
	private word1 = new Int32Array(1 << 10);
	private word2 = new Int32Array(1 << 10);
	private bytes = new Uint8Array(1 << 14);
	private readonly encoder = new TextEncoder();

	/** @param words how many to expect, so that nothing is copied while it grows; memory not written to is not taken up */
	constructor(words = 0) {
		this.values = new Float64Array(Math.max(1 << 16, words));
	}

	add(text: string): void {
		let length = this.encode(text);
		// As many bytes as code units: ASCII, which NFKC leaves alone. Anything else goes through the library's two slow steps.
		if (length !== text.length) {
			length = this.encode(text.normalize('NFKC').toLowerCase().replace(OTHER_SPACE, ' '));
		}
		const n = this.readWords(length);
		if (this.size + 1 === this.start.length) {
			this.start = grown(this.start, (length) => new Float64Array(length));
			this.low = grown(this.low, (length) => new Uint32Array(length));
			this.high = grown(this.high, (length) => new Uint32Array(length));
			this.words = grown(this.words, (length) => new Int32Array(length));
		}
		let at = this.start[this.size]!;
		while (at + n > this.values.length) this.values = grown(this.values, (length) => new Float64Array(length));
		const { word1, word2, values } = this;
		let whole1 = 0;
		let whole2 = n;
		let sum1 = 0;
		let sum2 = 0;
		for (let i = 0; i < n; i++) {
			const w1 = word1[i]!;
			const w2 = word2[i]!;
			whole1 = (Math.imul(whole1, 0x2c1b3c6d) + w1) | 0;
			whole2 = (Math.imul(whole2, 0x297a2d39) ^ w2) + (whole2 >>> 15);
			if (i >= SHINGLE_WORDS) {
				sum1 = (sum1 - Math.imul(word1[i - SHINGLE_WORDS]!, A4)) | 0;
				sum2 = (sum2 - Math.imul(word2[i - SHINGLE_WORDS]!, B4)) | 0;
			}
			sum1 = (Math.imul(sum1, A) + w1) | 0;
			sum2 = (Math.imul(sum2, B) + w2) | 0;
			if (i >= SHINGLE_WORDS - 1) values[at++] = (sum2 >>> 16) * 0x100000000 + (sum1 >>> 0);
		}
		this.low[this.size] = finalise(whole1);
		this.high[this.size] = finalise(whole2);
		this.words[this.size] = n;
		this.start[++this.size] = at;
	}

	/** The same normalised text: equal 64-bit hashes and as many words. */
	sameText(i: number, j: number): boolean {
		return this.low[i] === this.low[j] && this.high[i] === this.high[j] && this.words[i] === this.words[j];
	}

	textHash(i: number): number {
		return this.low[i]!;
	}

	/** UTF-8 into `bytes`: reading a typed array is several times as fast as asking a string for each code unit. */
	private encode(text: string): number {
		// One byte behind the text is set to a space.
		if (this.bytes.length <= 3 * text.length) this.bytes = new Uint8Array(6 * text.length);
		return this.encoder.encodeInto(text, this.bytes).written;
	}

	/**
	 * Two hashes a word of the first `length` bytes, into word1 and word2: splitting into strings takes ten times as long. One plain loop
	 * with a store a space; loops nested by word run at a third of its speed (their exits cannot be predicted).
	 * @returns words found
	 */
	private readWords(length: number): number {
		// A word takes a byte and a space.
		const most = (length >> 1) + 1;
		if (most > this.word1.length) {
			this.word1 = new Int32Array(2 * most);
			this.word2 = new Int32Array(2 * most);
		}
		const { bytes, word1, word2 } = this;
		bytes[length] = 32;
		let n = 0;
		let h1 = 0;
		let h2 = 0;
		for (let i = 0; i <= length; i++) {
			const byte = COMPARED[bytes[i]!]!;
			if (byte > 0) {
				h1 = (Math.imul(h1, 0x01000193) + byte) | 0;
				h2 = (Math.imul(h2, 0x5bd1e995) + byte) | 0;
			} else if ((h1 | h2) !== 0) {
				word1[n] = finalise(h1 ^ (h2 >>> 15));
				word2[n++] = h2;
				h1 = 0;
				h2 = 0;
			}
		}
		return n;
	}
}
