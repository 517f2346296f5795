/** Letters of a quotation, spaces and signs folded to one: shorter ones are words that anybody uses ("as a language model"). */
const RUN = 24;
/** Of scripts without spaces between words, where a letter says more. */
const DENSE_RUN = 10;
/** A text that is nothing but words of another one, if not very short, was taken from it. */
const WHOLE = 16;

const DENSE =
	/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]{10,}/gu;

function folded(text: string): string {
	return text
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
		.trim();
}

function* runsOf(text: string): Generator<string> {
	for (let at = 0; at + RUN <= text.length; at++) yield text.slice(at, at + RUN);
	for (const [dense] of text.matchAll(DENSE)) {
		for (let at = 0; at + DENSE_RUN <= dense.length; at++) yield dense.slice(at, at + DENSE_RUN);
	}
}

/** Tells whether words that people wrote were taken from given texts, whatever their case, signs and spaces. */
export function quoting(texts: readonly string[]): (words: string) => boolean {
	const all = texts.map(folded).filter((text) => text !== '');
	const runs = new Set(all.flatMap((text) => [...runsOf(text)]));
	return (words) => {
		const said = folded(words);
		for (const run of runsOf(said)) if (runs.has(run)) return true;
		return said.length >= WHOLE && said.length < RUN && all.some((text) => ` ${text} `.includes(` ${said} `));
	};
}
