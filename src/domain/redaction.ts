/**
 * Finds personal data that has a form of its own, and puts a placeholder in its place: e-mail addresses, phone numbers, IBANs, payment
 * cards. What has no form (names, addresses, free-form secrets) is not found: whoever shares logs has to read them.
 */
import { IBAN_LENGTHS } from './iban-lengths.ts';

export const REDACTIONS = ['email', 'phone', 'iban', 'card'] as const;
export type Redaction = (typeof REDACTIONS)[number];

export type RedactionCounts = Readonly<Record<Redaction, number>>;

/** For every report of a redaction. */
export const NOT_FOUND =
	'Not found by this: names, postal addresses, dates of birth, user names, national ids, passwords, keys and other free-form secrets; phone numbers without a country code, grouping or a word such as "tel" before them; e-mail addresses in scripts that are written without spaces; text in pictures.';

interface Found {
	readonly start: number;
	readonly end: number;
	readonly kind: Redaction;
}

type Finder = (text: string) => Iterable<Found>;

/** Letters and digits of scripts that put spaces between words; in the others an address or a number stands right behind a word. */
const WORD =
	'[[\\p{L}\\p{N}]--[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]]';
/** In JSON within a text a line break is two characters, of which the second is no letter of what follows. */
const ESCAPED = '(?<=\\\\[nrt])';
/** No letter or digit before, and no number that goes on over a point or a comma. */
const STARTS = `(?:(?<!${WORD}|[_+]|\\d[.,\\/\\-])|${ESCAPED})`;
const ENDS = `(?!${WORD}|_)`;

const LOCAL = `[[${WORD}]._%+\\-]`;
const LABEL = `${WORD}(?:[${WORD}\\-]{0,61}${WORD})?`;
const EMAIL = new RegExp(
	`(?:(?<!${LOCAL}|\\\\(?=[nrt]))|${ESCAPED})${LOCAL}{1,64}@(?:${LABEL}\\.){1,8}(?:xn--[a-z0-9\\-]{0,58}[a-z0-9]|[${WORD}--\\p{N}]{2,24})(?!${WORD})`,
	'giv',
);

/** Spaces, dashes and full-width forms that people paste, as their plain ones: one character each, so that places stay. */
function folded(text: string): string {
	return text
		.replaceAll(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/gu, ' ')
		.replaceAll(/[\u2010-\u2015\u2212\uff0d]/gu, '-')
		.replaceAll(/[\uff01-\uff5e]/gu, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

function* emails(text: string): Generator<Found> {
	if (!text.includes('@')) return;
	for (const match of text.matchAll(EMAIL)) {
		yield { start: match.index, end: match.index + match[0].length, kind: 'email' };
	}
}

/** Remainder of a long decimal number by 97, digit by digit: IBANs exceed what a number holds. */
function mod97(digits: string): number {
	let rest = 0;
	for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
	return rest;
}

/** ISO 13616: the first four characters go to the end, letters become 10…35, and the whole is 1 modulo 97. @param iban no separators */
export function isIban(iban: string): boolean {
	const upper = iban.toUpperCase();
	if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/u.test(upper) || IBAN_LENGTHS[upper.slice(0, 2)] !== upper.length) return false;
	const turned = upper.slice(4) + upper.slice(0, 4);
	return mod97(turned.replace(/[A-Z]/gu, (letter) => String(letter.charCodeAt(0) - 55))) === 1;
}

const IBAN_START = new RegExp(`(?:(?<!${WORD})|${ESCAPED})[A-Za-z]{2}[ \\-]?\\d[ \\-]?\\d`, 'gv');
const GOES_ON = new RegExp(WORD, 'v');

function* ibans(text: string): Generator<Found> {
	for (const match of text.matchAll(IBAN_START)) {
		const wanted = IBAN_LENGTHS[match[0].slice(0, 2).toUpperCase()];
		if (wanted === undefined) continue;
		const end = takeCharacters(text, match.index, wanted, /[A-Za-z0-9]/u);
		if (end === null || GOES_ON.test(text[end] ?? '')) continue;
		if (isIban(text.slice(match.index, end).replaceAll(/[ -]/gu, ''))) {
			yield { start: match.index, end, kind: 'iban' };
		}
	}
}

/** End of the first `count` characters that fit from `start` on, with single spaces or hyphens between them; null = not so many. */
function takeCharacters(text: string, start: number, count: number, fits: RegExp): number | null {
	let taken = 0;
	let at = start;
	for (; taken < count; at++) {
		const character = text[at];
		if (character === undefined) return null;
		if (fits.test(character)) taken++;
		else if (!(character === ' ' || character === '-') || !fits.test(text[at + 1] ?? '')) return null;
	}
	return at;
}

/** ISO/IEC 7812-1: from the right every second digit is doubled, digits are summed, and the sum is a multiple of ten. */
export function isLuhn(digits: string): boolean {
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const digit = Number(digits[digits.length - 1 - i]);
		const doubled = i % 2 === 1 ? digit * 2 : digit;
		sum += doubled > 9 ? doubled - 9 : doubled;
	}
	return digits.length > 0 && sum % 10 === 0;
}

/** Ranges in which cards are issued, with their lengths. A tenth of all numbers pass Luhn: the range is what keeps ids and times apart. */
const CARDS: readonly RegExp[] = [
	/^4(?:\d{15}|\d{18})$/u,
	/^(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d+$/u,
	/^3[47]\d{13}$/u,
	/^3(?:0[0-5]|[689]\d)\d{11}$/u,
	/^(?:6011|64[4-9]\d|65\d\d)\d{12}$/u,
	/^35(?:2[89]|[3-8]\d)\d{12}$/u,
	/^62\d{14,17}$/u,
	/^(?:50|5[6-9]|63|67)\d{14}$/u,
];
const MASTERCARD = 1;

/** Whether these digits alone are the number of a payment card. */
export function isCard(digits: string): boolean {
	const issued = CARDS.some((range, i) => range.test(digits) && (i !== MASTERCARD || digits.length === 16));
	return issued && isLuhn(digits);
}

/** In one piece, or in groups: four by four, or American Express's 4-6-5, Diners' 4-6-4. */
const CARD = new RegExp(
	`${STARTS}(?:\\d{14,19}|\\d{4}([ \\-])\\d{4}\\1\\d{4}\\1\\d{4}(?:\\1\\d{3})?|\\d{4}([ \\-])\\d{6}\\2\\d{4,5})${ENDS}(?![.\\-]\\d)`,
	'gv',
);

function* cards(text: string): Generator<Found> {
	for (const match of text.matchAll(CARD)) {
		if (isCard(match[0].replaceAll(/[ -]/gu, ''))) {
			yield { start: match.index, end: match.index + match[0].length, kind: 'card' };
		}
	}
}

/**
 * Ways to write a phone number that little else is written in. Left out: bare runs of digits (ids, order numbers, times) without a word
 * before them that says phone. Every digit is a step of its own, so that no form takes longer than its text is long.
 */
const PHONES: readonly RegExp[] = [
	// +49 151 2345678, +1 (555) 010-0199, 0049 30 1234567
	`(?:(?<!${WORD}|[+_]|\\d[.,\\/\\- ])|${ESCAPED})(?:\\+|00(?=[1-9]\\d ))[1-9](?:[ .\\/\\-]{0,2}\\(?\\d\\)?){6,17}${ENDS}`,
	// (555) 010-0199, 555-010-0199, 555.010.0199, 1-800-555-0199
	`${STARTS}(?<![.,\\/\\-])(?:\\([2-9]\\d{2}\\) ?[2-9]?\\d{2,3}[ .\\-]\\d{4}|(?:1[ .\\-])?[2-9]\\d{2}([.\\-])\\d{3}\\1\\d{4})${ENDS}(?![.,\\-]\\d)`,
	// 06 12 34 56 78
	`${STARTS}(?<![.,\\/\\-]|\\d )0[1-9](?:([ .])\\d{2})(?:\\1\\d{2}){3}${ENDS}(?![ .,]\\d)`,
	// 030/1234567, 0151-23456789, 0151 23456789, 020 7946 0958
	`${STARTS}(?<![.,\\/\\-]|\\d )0[1-9]\\d{1,4}(?: ?[\\/\\-] ?\\d{5,9}| \\d{6,8}| \\d{3,4} \\d{3,4})${ENDS}(?![.,\\/\\-]\\d| \\d)`,
].map((form) => new RegExp(form, 'gv'));

/** Words that announce a phone number and little else, and words that may announce any number: those ask for a longer one. */
const SURE =
	'tel(?:e(?:phone|fon|fono|phon)|éfono|éphone)?|phone|fax|whatsapp|handy|电话|手机|電話|携帯|전화|тел(?:ефон)?|τηλ';
const UNSURE = 'ph|mobile|cell|mobil|sms|call|text me|anrufen|ruf|nummer lautet|number is';
const ANNOUNCED = new RegExp(
	`(?<!${WORD})(?:(${SURE})|${UNSURE})(?: (?:number|nummer|no\\.?|nr\\.?|me))?(?:[.:]\\s{0,2}|\\s{1,2}|(?=\\+)|(?<=\\p{sc=Han}))(?:(?:at|on|is|unter|an)[: ]\\s?)?(\\+?\\d(?:[ .\\/\\-]{0,2}\\d){6,14})${ENDS}`,
	'giv',
);

/** Dates and times, and decimal numbers, which some of those forms fit as well. */
const NO_PHONE = /^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})(?:$|[ T])|^\d+\.\d+$/u;

/** Counting is no number of anybody: 01 02 03 04 05. */
function counts(number: string): boolean {
	const groups = number.split(/\D+/u).map(Number);
	return groups.length > 3 && groups.every((group, i) => i === 0 || group === groups[i - 1]! + 1);
}

function phone(number: string, start: number, least: number): Found | null {
	const digits = number.replaceAll(/\D/gu, '').length;
	// E.164: at most 15 digits with the country code. In one piece a round number is soon as long as a short phone number.
	const enough = /^\+?\d+$/u.test(number) ? least : 7;
	if (digits < enough || digits > 15 || NO_PHONE.test(number) || counts(number)) return null;
	return { start, end: start + number.trimEnd().length, kind: 'phone' };
}

function* phones(text: string): Generator<Found> {
	if (!/\d{2}/u.test(text)) return;
	for (const form of PHONES) {
		for (const match of text.matchAll(form)) {
			const found = phone(match[0], match.index, 9);
			if (found !== null) yield found;
		}
	}
	for (const match of text.matchAll(ANNOUNCED)) {
		const number = match[2]!;
		const found = phone(number, match.index + match[0].length - number.length, match[1] === undefined ? 9 : 7);
		if (found !== null) yield found;
	}
}

const FINDERS: Readonly<Record<Redaction, Finder>> = { email: emails, iban: ibans, card: cards, phone: phones };

/** Where two overlap, the one whose check is stricter stands. */
const STRICTEST: readonly Redaction[] = ['iban', 'card', 'email', 'phone'];

/** Both lists by place, without what overlaps something of the first one or found before it. @param taken sorted, none overlapping */
function joined(taken: readonly Found[], more: Found[]): Found[] {
	const all: Found[] = [];
	let next = 0;
	for (const found of more.sort((x, y) => x.start - y.start || y.end - x.end)) {
		while (next < taken.length && taken[next]!.end <= found.start) all.push(taken[next++]!);
		const before = all.at(-1);
		if (before !== undefined && before.end > found.start) continue;
		if (next < taken.length && taken[next]!.start < found.end) continue;
		all.push(found);
	}
	return [...all, ...taken.slice(next)];
}

/** A text with `[email]`, `[phone]`, `[iban]`, `[card]` in place of what was found; applying it again changes nothing. */
export class Redactor {
	readonly #kinds: readonly Redaction[];
	readonly #counts: Record<Redaction, number> = { email: 0, phone: 0, iban: 0, card: 0 };

	constructor(kinds: readonly Redaction[]) {
		this.#kinds = STRICTEST.filter((kind) => kinds.includes(kind));
	}

	/** Found so far. */
	get counts(): RedactionCounts {
		return { ...this.#counts };
	}

	text(text: string): string {
		// Beside a placeholder something may read as a number that before was part of a longer one.
		for (let now = text; ; ) {
			const next = this.#once(now);
			if (next === now) return now;
			now = next;
		}
	}

	#once(text: string): string {
		const plain = folded(text);
		let taken: readonly Found[] = [];
		for (const kind of this.#kinds) taken = joined(taken, [...FINDERS[kind](plain)]);
		if (taken.length === 0) return text;
		let out = '';
		let from = 0;
		for (const { start, end, kind } of taken) {
			out += `${text.slice(from, start)}[${kind}]`;
			from = end;
			this.#counts[kind]++;
		}
		return out + text.slice(from);
	}

	/**
	 * A JSON value with every text in it redacted, keys included. A whole number that is a card's becomes its placeholder; other numbers
	 * stay: as a number a phone cannot be told from an id.
	 */
	value(value: unknown): unknown {
		if (typeof value === 'string') return this.text(value);
		if (typeof value === 'number') {
			if (!this.#kinds.includes('card') || !Number.isSafeInteger(value) || !isCard(String(value))) return value;
			this.#counts.card++;
			return '[card]';
		}
		if (Array.isArray(value)) return value.map((item) => this.value(item));
		if (typeof value !== 'object' || value === null) return value;
		const out = new Map<string, unknown>();
		for (const [key, inner] of Object.entries(value)) {
			const plain = this.text(key);
			let name = plain;
			for (let k = 2; out.has(name); k++) name = `${plain} ${k}`;
			out.set(name, this.value(inner));
		}
		return Object.fromEntries(out);
	}
}
