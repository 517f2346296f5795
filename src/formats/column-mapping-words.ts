import { type NumberScale, type VerdictCode, valueKey } from '../domain/column-mapping.ts';

/** `responseA`, `Answer 1`, `output-two` → their words in lower case; letters and digits are parted. */
export function columnWords(name: string): string[] {
	return name
		.replace(/([a-z])([A-Z])/gu, '$1 $2')
		.replace(/([A-Za-z])(\d)/gu, '$1 $2')
		.replace(/(\d)([A-Za-z])/gu, '$1 $2')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word !== '');
}

const FIRST = 'a|1|one|left|first';
const SECOND = 'b|2|two|right|second';
const THING = 'model|response|answer|output|completion|assistant|candidate|text|option|system|summary|side';
const SIDE = new RegExp(`^(?:the )?(?:(?:${THING}) ?)?(?:(?<a>${FIRST})|(?<b>${SECOND}))(?: (?:${THING}))?$`, 'u');
const SYMBOLS = /^\[*\s*(?<one>[ab12])\s*(?<sign>>{1,3}|<{1,3}|={1,2}|≈|~)\s*(?<two>[ab12])\s*\]*$/u;
const TIES = /^(?:a )?(?:tie|tied|draw|equal|equally good|same|both|both good|both are good|no preference|neutral|c)$/u;
const BOTH_BAD = /^(?:(?:a )?tie \(?both ?bad\)?|both ?bad|both are bad|both bad|neither|neither is good)$/u;
const SLIGHTLY = /\b(?:slightly|marginally|somewhat|a bit|a little|weakly)\b/u;
const MUCH = /\b(?:much|significantly|far|strongly|a lot|way)\b/u;
const CLEARLY = /\b(?:clearly|moderately)\b/u;
const FILLING = /\b(?:is|are|was|the|better|best|wins?|won|winner|preferred|prefer|good|chosen)\b/gu;

/** What a value says in words that are usual (`A>B`, `a-is-slightly-better`, `model_a`, `tie (bothbad)`); null where it is not known. */
export function verdictWord(value: string): VerdictCode | null {
	const symbols = SYMBOLS.exec(valueKey(value))?.groups;
	if (symbols !== undefined) return verdictOfSymbols(symbols.one!, symbols.sign!, symbols.two!);
	const words = valueKey(value)
		.replace(/[_\-–]+/gu, ' ')
		.replace(/[."'[\]]+/gu, '')
		.replace(/([a-z])(\d)/gu, '$1 $2')
		.replace(/\s+/gu, ' ')
		.trim();
	if (BOTH_BAD.test(words)) return 'both_bad';
	if (TIES.test(words)) return 'tie';
	const strength = SLIGHTLY.test(words) ? 1 : MUCH.test(words) ? 3 : CLEARLY.test(words) ? 2 : null;
	const bare = words
		.replace(/\bthan\b.*$/u, '')
		.replace(SLIGHTLY, '')
		.replace(MUCH, '')
		.replace(CLEARLY, '');
	const side = sideWord(bare) ?? sideWord(bare.replace(FILLING, ''));
	if (side === null) return null;
	return strength === null ? side : (`${side} ${strength}` as VerdictCode);
}

function sideWord(text: string): 'a' | 'b' | null {
	const groups = SIDE.exec(text.replace(/\s+/gu, ' ').trim())?.groups;
	if (groups === undefined) return null;
	return groups.a === undefined ? 'b' : 'a';
}

function verdictOfSymbols(one: string, sign: string, two: string): VerdictCode | null {
	const [x, y] = [one, two].map((side) => (side === 'a' || side === '1' ? 'a' : 'b'));
	if (x === y) return null;
	if (sign.startsWith('=') || sign === '≈' || sign === '~') return 'tie';
	const winner = sign.startsWith('>') ? x! : y!;
	return (sign.length > 1 ? `${winner} 3` : winner) as VerdictCode;
}

export interface NumberReading {
	readonly verdicts?: Readonly<Record<string, VerdictCode>>;
	readonly numbers?: NumberScale;
	/** Why it has to be looked at; null where numbers have but one usual meaning. */
	readonly doubt: string | null;
}

/** What numbers in a verdict column mean, by which there are; null where they are no verdicts. */
export function verdictNumbers(values: readonly string[]): NumberReading | null {
	const reading = readNumbers([...new Set(values.map((value) => (value.trim() === '' ? Number.NaN : Number(value))))]);
	if (reading?.verdicts === undefined) return reading;
	// By the text that the rows hold: 1.0 is not 1.
	const verdicts: Record<string, VerdictCode> = {};
	for (const [number, code] of Object.entries(reading.verdicts)) {
		const written = values.filter((value) => Number(value) === Number(number));
		for (const value of written.length === 0 ? [number] : written) verdicts[valueKey(value)] = code;
	}
	return { ...reading, verdicts };
}

function readNumbers(all: readonly number[]): NumberReading | null {
	const points = pointsOf(all);
	if (points !== null) return points;
	const numbers = all.filter((n) => Math.abs(n) <= 3);
	const odd = all.filter((n) => !numbers.includes(n));
	if (numbers.length === 0 || odd.length > 2) return null;
	const reading = numberReading(numbers);
	if (reading === null || odd.length === 0) return reading;
	const unknown = `it is not known what ${odd.join(' and ')} means`;
	return { ...reading, doubt: reading.doubt === null ? unknown : `${reading.doubt}; ${unknown}` };
}

/** A scale of 1 to 5 or 1 to 7 with a tie in its middle; values that the first rows lack are on it, too. */
function pointsOf(numbers: readonly number[]): NumberReading | null {
	const most = Math.max(...numbers);
	if (!numbers.every((n) => Number.isInteger(n) && n >= 1 && n <= 7)) return null;
	if (most < 4 || !numbers.some((n) => n >= 3 && n <= 6)) return null;
	const middle = most <= 5 ? 3 : 4;
	const verdicts: Record<string, VerdictCode> = {};
	for (let n = 1; n < 2 * middle; n++) {
		const strength = Math.abs(n - middle);
		verdicts[n] = strength === 0 ? 'tie' : (`${n < middle ? 'a' : 'b'} ${strength}` as VerdictCode);
	}
	const doubt = `1 to ${2 * middle - 1} is read as from a to b, ${middle} as a tie`;
	return { verdicts, doubt };
}

function numberReading(numbers: readonly number[]): NumberReading | null {
	const only = (...allowed: readonly number[]) => numbers.every((n) => allowed.includes(n));
	if (numbers.some((n) => !Number.isInteger(n))) {
		if (numbers.some((n) => n < 0 || n > 1)) return null;
		return { numbers: 'probability-a', doubt: 'numbers between 0 and 1 are read as the probability that a is better' };
	}
	if (only(1, 2)) {
		// One of them alone may be of 0 and 1.
		return { verdicts: { 1: 'a', 2: 'b' }, doubt: numbers.length === 2 ? null : '1 is read as a, 2 as b' };
	}
	if (only(0, 1, 2)) {
		if (numbers.includes(2)) {
			return { verdicts: { 0: 'tie', 1: 'a', 2: 'b' }, doubt: '0 is read as a tie, 1 as a, 2 as b' };
		}
		return { verdicts: { 0: 'a', 1: 'b' }, doubt: '0 is read as a, 1 as b' };
	}
	if (only(-1, 0, 1)) return { numbers: 'positive-a', doubt: '1 is read as a, 0 as a tie, -1 as b' };
	if (only(-3, -2, -1, 0, 1, 2, 3) && numbers.some((n) => n < 0)) {
		return { numbers: 'negative-a', doubt: 'negative numbers are read as a, positive ones as b, 0 as a tie' };
	}
	return null;
}
