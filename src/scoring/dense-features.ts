/**
 * Named features of one response, prompt-aware: what a shallow preference could hang on, so that the report can say so.
 * Word lists are English; in other languages those features are 0 and the rest still speak.
 */
const HEDGES = new Set(
	`maybe perhaps possibly probably might could may seems seem appears appear likely unlikely somewhat generally usually
	often sometimes typically roughly approximately guess suppose think believe unsure uncertain depends`.split(/\s+/),
);
const CERTAINTY = new Set(
	`definitely certainly absolutely clearly obviously undoubtedly always never must exactly completely totally entirely
	guaranteed proven fact truly surely indeed`.split(/\s+/),
);
const FIRST_PERSON = new Set(`i i'm i've i'd i'll me my mine myself we we're we've our us`.split(' '));
const SECOND_PERSON = new Set(`you you're you've you'd you'll your yours yourself`.split(' '));
const POLITENESS = new Set(`please thanks thank sorry apologize apologise apologies welcome glad happy`.split(' '));
const NEGATION = new Set(
	`no not none nor cannot can't don't doesn't didn't won't wouldn't shouldn't isn't aren't wasn't weren't`.split(/\s+/),
);
const REFUSAL =
	/\b(?:i(?:'|’)?m sorry|i (?:can(?:'|’)?t|cannot|won(?:'|’)?t|will not|am not able to|(?:'|’)m not able to|am unable to)|i(?:'|’)m (?:unable|not able|not comfortable|not going)|i don(?:'|’)?t (?:feel comfortable|want to|think (?:i|it|that))|as an ai)\b/gi;

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

function count(text: string, pattern: RegExp): number {
	let n = 0;
	pattern.lastIndex = 0;
	while (pattern.exec(text) !== null) n++;
	return n;
}

function share(words: readonly string[], list: ReadonlySet<string>): number {
	if (words.length === 0) return 0;
	let n = 0;
	for (const word of words) if (list.has(word)) n++;
	return n / words.length;
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
	return [
		Math.log1p(response.length),
		response.length / 1000,
		Math.log1p(count(text, /[.!?。！？]+(?=\s|$)/gu)),
		Math.log1p(count(text, /\n/g)),
		Math.log1p(count(text, /^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+/gm)),
		Math.log1p(count(text, /```|`[^`\n]+`/g)),
		Math.log1p(count(text, /^#{1,6} |\*\*[^*\n]+\*\*/gm)),
		Math.log1p(count(text, /https?:\/\//g)),
		Math.log1p(count(text, /\p{N}+/gu)),
		Math.log1p(count(text, /[?？]/g)),
		Math.log1p(count(text, /[!！]/g)),
		n === 0 ? 0 : count(text, /\p{Lu}/gu) / Math.max(1, text.length),
		n === 0 ? 0 : letters / n,
		n === 0 ? 0 : 1 - distinct.size / n,
		response.trim() === '' ? 1 : 0,
		share(words, HEDGES),
		share(words, CERTAINTY),
		Math.log1p(count(text, REFUSAL)),
		share(words, NEGATION),
		share(words, POLITENESS),
		share(words, FIRST_PERSON),
		share(words, SECOND_PERSON),
		distinct.size === 0 ? 0 : shared / distinct.size,
		Math.log1p(distinct.size - shared),
	];
}
