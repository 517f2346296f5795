const REFUSAL =
	/\b(?:i(?:'|’)?m sorry|i (?:can(?:'|’)?t|cannot|won(?:'|’)?t|will not|am not able to|(?:'|’)m not able to|am unable to)|i(?:'|’)m (?:unable|not able|not comfortable|not going)|i don(?:'|’)?t (?:feel comfortable|want to|think (?:i|it|that))|as an ai)\b/iy;

const DIGIT = /^\p{N}$/u;
const UPPER = /^\p{Lu}$/u;
const SPACE = /^\s$/;
const LIST_ITEM = /[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+/y;
const HEADING = /#{1,6} /y;
const CODE = /```|`[^`\n]+`/y;
const BOLD = /\*\*[^*\n]+\*\*/y;
const LINK = /https?:\/\//y;

/** How often each thing stands in a text. */
export interface Marks {
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
export function marksIn(text: string): Marks {
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
