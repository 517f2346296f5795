import { wordHashes } from './grams.ts';
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
/** Hash of each listed word → the lists it is in, as bits in the order of LIST_NAMES: one look a word. */
const LISTED = new Map<number, number>();
for (const [bit, name] of LIST_NAMES.entries()) {
	for (const hash of wordHashes(LISTS[name].split(/\s+/))) LISTED.set(hash, (LISTED.get(hash) ?? 0) | (1 << bit));
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

/** What the named features need of a text's words. */
export interface WordFacts {
	readonly words: number;
	/** UTF-16 units of all words. */
	readonly letters: number;
	readonly distinct: number;
	/** Distinct words that the prompt has as well. */
	readonly shared: number;
	/** Words in each list, in the order of LIST_NAMES. */
	readonly listed: Int32Array;
}

/** The distinct ones, ascending. (Sets of the words themselves took a third of the time of reading a pair.) */
export function distinctHashes(hashes: Int32Array): Int32Array {
	const sorted = hashes.slice().sort();
	let kept = 0;
	for (let k = 0; k < sorted.length; k++) if (k === 0 || sorted[k] !== sorted[k - 1]) sorted[kept++] = sorted[k]!;
	return sorted.subarray(0, kept);
}

/**
 * @param hashes of the response's words: words of one 32-bit hash count as one
 * @param prompt distinct hashes of the prompt's words
 */
export function wordFacts(words: readonly string[], hashes: Int32Array, prompt: Int32Array): WordFacts {
	let letters = 0;
	const listed = new Int32Array(LIST_NAMES.length);
	for (let t = 0; t < words.length; t++) {
		letters += words[t]!.length;
		const lists = LISTED.get(hashes[t]!);
		if (lists === undefined) continue;
		for (let bit = 0; bit < listed.length; bit++) listed[bit] = listed[bit]! + ((lists >> bit) & 1);
	}
	const distinct = distinctHashes(hashes);
	let shared = 0;
	for (let k = 0, j = 0; k < distinct.length; k++) {
		while (j < prompt.length && prompt[j]! < distinct[k]!) j++;
		if (j < prompt.length && prompt[j] === distinct[k]) shared++;
	}
	return { words: words.length, letters, distinct: distinct.length, shared, listed };
}

/** Longest text a pattern is run over: a megabyte response must not take seconds. */
const PATTERN_LIMIT = 200_000;

/**
 * The values of DENSE_FEATURES for one response. Counts enter as ln(1+n): one more list item matters less after the tenth.
 */
export function denseFeatures(
	response: string,
	{ words: n, letters, distinct, shared, listed }: WordFacts,
): readonly number[] {
	const text = response.length > PATTERN_LIMIT ? response.slice(0, PATTERN_LIMIT) : response;
	const marks = marksIn(text);
	const share = (list: List): number => listed[LIST_NAMES.indexOf(list)]! / Math.max(1, n);
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
		n === 0 ? 0 : 1 - distinct / n,
		response.trim() === '' ? 1 : 0,
		share('hedges'),
		share('certainty'),
		Math.log1p(marks.refusals),
		share('negation'),
		share('politeness'),
		share('firstPerson'),
		share('secondPerson'),
		distinct === 0 ? 0 : shared / distinct,
		Math.log1p(distinct - shared),
	];
}
