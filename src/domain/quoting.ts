/** Letters of a quotation, spaces and signs folded to one: shorter ones are words that anybody uses ("as a language model"). */
const RUN = 24;
/** Of scripts without spaces between words, where a letter says more. */
const DENSE_RUN = 10;
/** A text that is nothing but words of another one, if not very short, was taken from it. */
const WHOLE = 16;

const DENSE =
	/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]{10,}/gu;

/** Pieces looked for at a time: 2¹⁹ of them fill a thirtieth of the marks, and take some 60 MB. */
const PIECES = 1 << 19;
/** Of 2²⁴ marks, a bit each. */
const MARK_BITS = 24;
const BASE = 0x01000193;

function folded(text: string): string {
	return text
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
		.trim();
}

/** What would have to stand in a text for words to be taken from it: any one of these. */
function* piecesOf(words: string): Generator<string> {
	const said = folded(words);
	for (let at = 0; at + RUN <= said.length; at++) yield said.slice(at, at + RUN);
	for (const [dense] of said.matchAll(DENSE)) {
		for (let at = 0; at + DENSE_RUN <= dense.length; at++) yield dense.slice(at, at + DENSE_RUN);
	}
	if (said.length >= WHOLE && said.length < RUN) yield ` ${said} `;
}

function markOf(hash: number): number {
	return Math.imul(hash, 0x9e3779b1) >>> (32 - MARK_BITS);
}

/** Pieces of one length. A rolling hash tells at nearly every letter of a text that none begins there. */
class Pieces {
	readonly #length: number;
	readonly #marks = new Uint32Array(1 << (MARK_BITS - 5));
	readonly #wanted: ReadonlySet<string>;
	/** What the letter that falls out of the window is worth in the hash. */
	readonly #last: number;

	constructor(length: number, pieces: readonly string[]) {
		this.#length = length;
		this.#wanted = new Set(pieces);
		let last = 1;
		for (let i = 1; i < length; i++) last = Math.imul(last, BASE);
		this.#last = last;
		for (const piece of pieces) {
			let hash = 0;
			for (let i = 0; i < length; i++) hash = (Math.imul(hash, BASE) + piece.charCodeAt(i)) | 0;
			const mark = markOf(hash);
			this.#marks[mark >>> 5]! |= 1 << mark;
		}
	}

	/** Adds those that stand in a text to `found`. */
	find(text: string, found: Set<string>): void {
		const length = this.#length;
		let hash = 0;
		for (let end = 0; end < text.length; end++) {
			if (end >= length) hash -= Math.imul(text.charCodeAt(end - length), this.#last);
			hash = (Math.imul(hash, BASE) + text.charCodeAt(end)) | 0;
			const mark = markOf(hash);
			if (end + 1 < length || ((this.#marks[mark >>> 5]! >>> mark) & 1) === 0) continue;
			const piece = text.slice(end + 1 - length, end + 1);
			if (this.#wanted.has(piece)) found.add(piece);
		}
	}
}

/** Which of some pieces stand in texts. One pass; it ends where all were found. Pauses after every text. */
function* standing(pieces: ReadonlySet<string>, texts: Iterable<string>): Generator<void, Set<string>> {
	const found = new Set<string>();
	if (pieces.size === 0) return found;
	const lengths = [...Map.groupBy(pieces, (piece) => piece.length)].map(([length, some]) => new Pieces(length, some));
	for (const text of texts) {
		const padded = ` ${folded(text)} `;
		for (const some of lengths) some.find(padded, found);
		if (found.size === pieces.size) break;
		yield;
	}
	return found;
}

/**
 * Which of the words that people wrote were taken from given texts, whatever their case, signs and spaces. What also stands in a text
 * that stays (a stock refusal) was taken from nowhere. Notes are many and short, texts few and long or, those that stay, all there are:
 * so the notes' pieces are held in memory and texts go by once; those that stay only where there is something to excuse.
 * It pauses after every text and every few words, so that the caller can let others have their turn.
 * @param texts asked for again with every `atOnce` pieces of words
 */
export function* quoting(
	words: Iterable<string>,
	texts: () => Iterable<string>,
	staying: () => Iterable<string> = () => [],
	atOnce = PIECES,
): Generator<void, Set<string>> {
	const said = new Set(words);
	const taken = new Set<string>();
	let pieces = new Set<string>();
	const look = function* (): Generator<void, void> {
		for (const piece of yield* standing(pieces, texts())) taken.add(piece);
		pieces = new Set();
	};
	for (const each of said) {
		for (const piece of piecesOf(each)) pieces.add(piece);
		if (pieces.size >= atOnce) yield* look();
		yield;
	}
	yield* look();
	for (const piece of yield* standing(taken, staying())) taken.delete(piece);
	if (taken.size === 0) return new Set();
	const found = new Set<string>();
	for (const each of said) {
		if ([...piecesOf(each)].some((piece) => taken.has(piece))) found.add(each);
		yield;
	}
	return found;
}
