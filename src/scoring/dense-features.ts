import { marksIn } from './text-marks.ts';

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
