/**
 * Words as 32-bit hashes. A word is a run of letters, marks and digits of the NFKC, lower-case text, with inner apostrophes.
 * Scripts written without spaces give overlapping character pairs instead. `Intl.Segmenter` would split those better, at
 * a tenth of the speed (it dominates a run), and its dictionary differs between Node versions: same data, other bytes.
 */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu;
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
/** First code unit of any script in UNSPACED: most words are settled by one comparison per character. */
const FIRST_UNSPACED = 0x0e00;

/** Without any such character, nor ’, which stands behind FIRST_UNSPACED as well, words are what WORD finds. */
const SPECIAL = /[\u0e00-\uffff]/;

/** FNV-1a over UTF-16 units with murmur3's finaliser, so that low bits are as good as high ones. */
export function hashText(text: string, seed: number): number {
	let h = 0x811c9dc5 ^ seed;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
	return finalise(h);
}

function finalise(hash: number): number {
	let h = hash;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

/** Hash of an ordered pair of word hashes. */
export function hashPair(first: number, second: number): number {
	return finalise(Math.imul(first, 31) ^ (second + 0x9e3779b9));
}

function isUnspaced(word: string): boolean {
	for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) >= FIRST_UNSPACED) return UNSPACED.test(word);
	return false;
}

/** The words of a text, in order, in the form that word lists are written in. */
export function words(text: string): string[] {
	const found: string[] = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
	if (!SPECIAL.test(text)) return found;
	const out: string[] = [];
	for (const word of found) {
		if (!isUnspaced(word)) {
			out.push(word.includes('’') ? word.replaceAll('’', "'") : word);
			continue;
		}
		const points = [...word];
		if (points.length === 1) out.push(word);
		for (let i = 0; i + 1 < points.length; i++) out.push(points[i]! + points[i + 1]!);
	}
	return out;
}
