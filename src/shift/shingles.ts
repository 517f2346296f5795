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

/** White space that NFKC leaves, as \s has it. */
function isSpace(unit: number): boolean {
	return unit <= 32
		? unit === 32 || (unit >= 9 && unit <= 13)
		: unit >= 160 && (unit === 160 || unit === 0x1680 || unit === 0x2028 || unit === 0x2029 || unit === 0xfeff);
}

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
	values = new Float64Array(1 << 16);
	/** Doubles, since a large workspace has more than 2³¹ shingles. */
	start = new Float64Array(1 << 10);
	/** 64 bits that stand for the whole normalised text. */
	private low = new Uint32Array(1 << 10);
	private high = new Uint32Array(1 << 10);
	/** Words of each text. */
	words = new Int32Array(1 << 10);
	private word1 = new Int32Array(256);
	private word2 = new Int32Array(256);

	add(text: string): void {
		let n = this.readWords(text, true);
		// Lower-casing may bring no new white space, so only the two slow steps of the normalisation are left to the library.
		if (n < 0) n = this.readWords(text.normalize('NFKC').toLowerCase(), false);
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

	/**
	 * Two hashes a word, into word1 and word2: one pass over the code units, since splitting into strings takes ten times as long.
	 * @returns words found, or −1 where an `ascii` reading meets anything else
	 */
	private readWords(text: string, ascii: boolean): number {
		let n = 0;
		let h1 = 0x811c9dc5;
		let h2 = 0x1b873593;
		let inWord = false;
		for (let i = 0, length = text.length; i <= length; i++) {
			let unit = i < length ? text.charCodeAt(i) : 32;
			if (unit > 127 && ascii) return -1;
			if (isSpace(unit)) {
				if (!inWord) continue;
				if (n === this.word1.length) {
					this.word1 = grown(this.word1, (size) => new Int32Array(size));
					this.word2 = grown(this.word2, (size) => new Int32Array(size));
				}
				this.word1[n] = finalise(h1);
				this.word2[n++] = finalise(h2);
				h1 = 0x811c9dc5;
				h2 = 0x1b873593;
				inWord = false;
			} else {
				if (unit >= 65 && unit <= 90) unit |= 32;
				h1 = Math.imul(h1 ^ unit, 0x01000193);
				h2 = Math.imul(h2 ^ unit, 0x5bd1e995);
				inWord = true;
			}
		}
		return n;
	}
}
