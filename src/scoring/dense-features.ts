/**
 * Named features of one response, prompt-aware: what a shallow preference could hang on, so that the report can say so.
 * Word lists are English; in other languages those features are 0 and the rest still speak.
 */
const LISTS = {
	hedges: `maybe perhaps possibly probably might could may seems seem appears appear likely unlikely somewhat generally usually
	often sometimes typically roughly approximately guess suppose think believe unsure uncertain depends`,
	certainty: `definitely certainly absolutely clearly obviously undoubtedly always never must exactly completely totally entirely
	guaranteed proven fact truly surely indeed`,
	firstPerson: `i i'm i've i'd i'll me my mine myself we we're we've our us`,
	secondPerson: `you you're you've you'd you'll your yours yourself`,
	politeness: `please thanks thank sorry apologize apologise apologies welcome glad happy`,
	negation: `no not none nor cannot can't don't doesn't didn't won't wouldn't shouldn't isn't aren't wasn't weren't`,
} as const;
type List = keyof typeof LISTS;
const LIST_NAMES = Object.keys(LISTS) as List[];
/** Each listed word → the lists it is in, as bits in the order of LIST_NAMES: one look a word. */
const LISTED = new Map<string, number>();
for (const [bit, name] of LIST_NAMES.entries()) {
	for (const word of LISTS[name].split(/\s+/)) LISTED.set(word, (LISTED.get(word) ?? 0) | (1 << bit));
}
const REFUSAL =
	/\b(?:i(?:'|’)?m sorry|i (?:can(?:'|’)?t|cannot|won(?:'|’)?t|will not|am not able to|(?:'|’)m not able to|am unable to)|i(?:'|’)m (?:unable|not able|not comfortable|not going)|i don(?:'|’)?t (?:feel comfortable|want to|think (?:i|it|that))|as an ai)\b/iy;

export const DENSE_FEATURES = [
	'length (log characters)',
	'length (characters)',
	'sentences',
	'lines',
	'list items',
	'code',
	'headings and bold',
	'links',
	'numbers',
	'questions',
	'exclamations',
	'capitals',
	'word length',
	'repetition',
	'empty',
	'hedges',
	'certainty words',
	'refusals',
	'negations',
	'politeness',
	'speaks of itself',
	'speaks to the reader',
	'overlap with the prompt',
	'words not in the prompt',
] as const;

/** Shares of words in each list. */
function listShares(words: readonly string[]): Record<List, number> {
	const counts = new Int32Array(LIST_NAMES.length);
	for (const word of words) {
		const bits = LISTED.get(word);
		if (bits === undefined) continue;
		for (let bit = 0; bit < counts.length; bit++) counts[bit] = counts[bit]! + ((bits >> bit) & 1);
	}
	const n = Math.max(1, words.length);
	return Object.fromEntries(LIST_NAMES.map((name, bit) => [name, counts[bit]! / n])) as Record<List, number>;
}

const DIGIT = /^\p{N}$/u;
const UPPER = /^\p{Lu}$/u;
const SPACE = /^\s$/;
const LIST_ITEM = /[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+/y;
const HEADING = /#{1,6} /y;
const CODE = /```|`[^`\n]+`/y;
const BOLD = /\*\*[^*\n]+\*\*/y;
const LINK = /https?:\/\//y;

interface Marks {
	sentences: number;
	lines: number;
	items: number;
	code: number;
	marked: number;
	links: number;
	numbers: number;
	questions: number;
	exclamations: number;
	capitals: number;
	refusals: number;
}

/** Where a match at `at` ends, or −1. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
	pattern.lastIndex = at;
	return pattern.test(text) ? pattern.lastIndex : -1;
}

function isWordUnit(unit: number): boolean {
	return (
		(unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f || (unit >= 0x61 && unit <= 0x7a)
	);
}

/** A refusal begins with the word "i" or with "as". */
function mayRefuse(before: number, unit: number, after: number): boolean {
	const letter = unit | 0x20;
	return (letter === 0x69 && !isWordUnit(before) && !isWordUnit(after)) || (letter === 0x61 && (after | 0x20) === 0x73);
}

/**
 * Everything that is counted in the text itself, in one walk: patterns are tried only where their first character stands. (A dozen
 * global patterns, one after the other, took half the time of reading a pair.)
 */
function marksIn(text: string): Marks {
	const marks: Marks = {
		...{ sentences: 0, lines: 0, items: 0, code: 0, marked: 0, links: 0 },
		...{ numbers: 0, questions: 0, exclamations: 0, capitals: 0, refusals: 0 },
	};
	// Matches of one pattern do not overlap: the next may begin where the last one ended.
	let codeFrom = 0;
	let markedFrom = 0;
	let refusalFrom = 0;
	let inNumber = false;
	let ending = false;
	let lineStart = true;
	let before = 0;
	for (let i = 0; i < text.length; i++) {
		if (lineStart) {
			lineStart = false;
			if (matchEnd(LIST_ITEM, text, i) >= 0) marks.items++;
			const heading = i >= markedFrom && text.charCodeAt(i) === 0x23 ? matchEnd(HEADING, text, i) : -1;
			if (heading >= 0) {
				marks.marked++;
				markedFrom = heading;
			}
		}
		const unit = text.charCodeAt(i);
		if (ending && (unit <= 0x20 || unit >= 0x80 ? SPACE.test(text[i]!) : false)) marks.sentences++;
		ending = false;
		let digit = false;
		if (unit >= 0x80) {
			const point = text.codePointAt(i)!;
			const character = point > 0xffff ? String.fromCodePoint(point) : text[i]!;
			digit = DIGIT.test(character);
			if (digit && !inNumber) marks.numbers++;
			if (UPPER.test(character)) marks.capitals++;
			if (unit === 0xff1f) marks.questions++;
			if (unit === 0xff01) marks.exclamations++;
			ending = unit === 0x3002 || unit === 0xff01 || unit === 0xff1f;
			lineStart = unit === 0x2028 || unit === 0x2029;
			if (point > 0xffff) i++;
		} else if (unit >= 0x41 && unit <= 0x5a) marks.capitals++;
		else if (unit >= 0x30 && unit <= 0x39) {
			digit = true;
			if (!inNumber) marks.numbers++;
		} else {
			switch (unit) {
				case 0x0a:
					marks.lines++;
					lineStart = true;
					break;
				case 0x0d:
					lineStart = true;
					break;
				case 0x21:
					marks.exclamations++;
					ending = true;
					break;
				case 0x2e:
					ending = true;
					break;
				case 0x3f:
					marks.questions++;
					ending = true;
					break;
				case 0x60: {
					const end = i >= codeFrom ? matchEnd(CODE, text, i) : -1;
					if (end >= 0) {
						marks.code++;
						codeFrom = end;
					}
					break;
				}
				case 0x2a: {
					const end = i >= markedFrom ? matchEnd(BOLD, text, i) : -1;
					if (end >= 0) {
						marks.marked++;
						markedFrom = end;
					}
					break;
				}
				case 0x68:
					if (matchEnd(LINK, text, i) >= 0) marks.links++;
					break;
			}
		}
		inNumber = digit;
		if (i >= refusalFrom && mayRefuse(before, unit, text.charCodeAt(i + 1))) {
			const end = matchEnd(REFUSAL, text, i);
			if (end >= 0) {
				marks.refusals++;
				refusalFrom = end;
			}
		}
		before = unit;
	}
	if (ending) marks.sentences++;
	return marks;
}

/** Longest text a pattern is run over: a megabyte response must not take seconds. */
const PATTERN_LIMIT = 200_000;

/**
 * The values of DENSE_FEATURES for one response. Counts enter as ln(1+n): one more list item matters less after the tenth.
 * @param words of the response, as `tokens.words` gives them
 * @param promptWords the distinct words of the prompt
 */
export function denseFeatures(
	response: string,
	words: readonly string[],
	promptWords: ReadonlySet<string>,
): readonly number[] {
	const text = response.length > PATTERN_LIMIT ? response.slice(0, PATTERN_LIMIT) : response;
	const distinct = new Set(words);
	let shared = 0;
	for (const word of distinct) if (promptWords.has(word)) shared++;
	let letters = 0;
	for (const word of words) letters += word.length;
	const n = words.length;
	const marks = marksIn(text);
	const lists = listShares(words);
	return [
		Math.log1p(response.length),
		response.length / 1000,
		Math.log1p(marks.sentences),
		Math.log1p(marks.lines),
		Math.log1p(marks.items),
		Math.log1p(marks.code),
		Math.log1p(marks.marked),
		Math.log1p(marks.links),
		Math.log1p(marks.numbers),
		Math.log1p(marks.questions),
		Math.log1p(marks.exclamations),
		n === 0 ? 0 : marks.capitals / Math.max(1, text.length),
		n === 0 ? 0 : letters / n,
		n === 0 ? 0 : 1 - distinct.size / n,
		response.trim() === '' ? 1 : 0,
		lists.hedges,
		lists.certainty,
		Math.log1p(marks.refusals),
		lists.negation,
		lists.politeness,
		lists.firstPerson,
		lists.secondPerson,
		distinct.size === 0 ? 0 : shared / distinct.size,
		Math.log1p(distinct.size - shared),
	];
}
