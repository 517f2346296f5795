import { facetText, parseFacet } from '../domain/assignment.ts';
import {
	COLUMN_ROLES,
	type ColumnMapping,
	type ColumnRole,
	type NumberScale,
	RESPONSES,
	type VerdictCode,
	valueKey,
} from '../domain/column-mapping.ts';
import type { Message } from '../domain/comparison.ts';
import type { Strength, Verdict } from '../domain/judgment.ts';
import { SPLITS } from '../domain/split.ts';
import { isSeveral, severalPairs } from './column-mapping-several.ts';
import type { Format, ReadJudgment, ReadPair } from './format.ts';
import { MAPPED } from './formats.ts';
import { hhRlhf } from './hh-rlhf.ts';
import { readTime } from './judgments.ts';
import { isBlankCell } from './messages.ts';
import type { Row } from './parse-row.ts';
import { RowError, refuse } from './row-error.ts';
import {
	isObject,
	openPrompt,
	readAnswer,
	readChat,
	readList,
	readPromptWithSystem,
	readText,
	systemTurn,
} from './shapes/chat.ts';
import { type Ranked, rankedPairs, rankOf } from './shapes/rankings.ts';
import { chatOf } from './table-cells.ts';
import { trl } from './trl.ts';

/** Keys under which a response may lie in an object of a list. */
const TEXT_KEYS = ['response', 'text', 'answer', 'completion', 'output', 'content', 'generation'] as const;

/** Reads the rows of any table as a mapping says. */
export function mappedFormat(mapping: ColumnMapping): Format {
	const verdicts = new Map(Object.entries(mapping.verdicts ?? {}).map(([value, code]) => [verdictKey(value), code]));
	const splits = new Map(Object.entries(mapping.splits ?? {}).map(([value, split]) => [valueKey(value), split]));
	// Names of responses are more than a verdict: they stay with the row.
	const used = COLUMN_ROLES.flatMap((role) => (role.startsWith('name_') ? [] : (mapping.columns[role] ?? [])));
	const reader = new MappedRow(mapping, verdicts, splits, used);
	const needed = (['prompt', ...RESPONSES, 'chosen', 'rejected', 'responses'] as const).flatMap(
		(role) => mapping.columns[role] ?? [],
	);
	return {
		name: MAPPED,
		fits: (row) => needed.every((name) => name in row),
		read: (row) => reader.read(row),
	};
}

/** 2.0 is 2: a column of numbers with a gap has them written so. */
function verdictKey(value: unknown): string {
	const key = valueKey(value);
	return /^-?\d+(?:\.\d+)?$/u.test(key) ? String(Number(key)) : key;
}

class MappedRow {
	readonly #mapping: ColumnMapping;
	readonly #verdicts: ReadonlyMap<string, VerdictCode>;
	readonly #splits: ReadonlyMap<string, string>;
	readonly #used: readonly string[];

	constructor(
		mapping: ColumnMapping,
		verdicts: ReadonlyMap<string, VerdictCode>,
		splits: ReadonlyMap<string, string>,
		used: readonly string[],
	) {
		this.#mapping = mapping;
		this.#verdicts = verdicts;
		this.#splits = splits;
		this.#used = used;
	}

	#name(role: ColumnRole): string {
		return this.#mapping.columns[role] ?? role;
	}

	/** undefined = the role has no column, or nothing is in it. */
	#value(row: Row, role: ColumnRole): unknown {
		const name = this.#mapping.columns[role];
		const value = name === undefined ? undefined : row[name];
		return value === null ? undefined : value;
	}

	read(row: Row): ReadPair | readonly ReadPair[] {
		const warnings: string[] = [];
		const { columns } = this.#mapping;
		const rest = { columns: this.#used, warnings, common: this.#common(row), facts: this.#facts(row) };
		if (columns.responses !== undefined) {
			return rankedPairs(this.#prompt(row, warnings), this.#responses(row, warnings), rest, this.#who(row));
		}
		if (isSeveral(this.#mapping)) {
			const read = (value: unknown, column: string) => sideOf(value, column, warnings);
			return severalPairs(this.#mapping, row, this.#prompt(row, warnings), read, rest, this.#who(row));
		}
		const [one, two] = columns.a === undefined ? (['chosen', 'rejected'] as const) : (['a', 'b'] as const);
		if (columns.prompt === undefined) {
			const pair = this.#withoutPrompt(row);
			return { ...pair, ...this.#preferred(row), ...rest, warnings: pair.warnings };
		}
		return {
			...rest,
			prompt: this.#prompt(row, warnings),
			first: this.#side(row, one, warnings),
			second: this.#side(row, two, warnings),
			sides: [this.#name(one), this.#name(two)],
			...(columns.a === undefined ? this.#preferred(row) : { labelled: false, judgments: this.#judgments(row) }),
		};
	}

	#prompt(row: Row, warnings: string[]): Message[] {
		const value = this.#value(row, 'prompt');
		const field = this.#name('prompt');
		const system = this.#value(row, 'system');
		if (typeof value === 'number') return readPromptWithSystem(String(value), system, field, warnings);
		if (!isChat(value)) return readPromptWithSystem(readText(value, field), system, field, warnings);
		return openPrompt([...systemTurn(system), ...readChat(value, field, warnings)], field);
	}

	#side(row: Row, role: ColumnRole, warnings: string[]): Message[] {
		return sideOf(this.#value(row, role), this.#name(role), warnings);
	}

	/** Chosen and rejected that begin with the prompt. */
	#withoutPrompt(row: Row): ReadPair {
		const inner = { chosen: this.#value(row, 'chosen'), rejected: this.#value(row, 'rejected') };
		const read = (hhRlhf.fits(inner) ? hhRlhf : trl).read(inner);
		return { ...read, sides: [this.#name('chosen'), this.#name('rejected')] };
	}

	/** Who judged, how strongly and why. */
	#who(row: Row): Omit<ReadJudgment, 'verdict'> {
		const who = this.#value(row, 'annotator');
		const name = who === undefined || typeof who === 'object' ? '' : String(who).trim();
		if (who !== undefined && typeof who === 'object') return refuse(this.#name('annotator'), 'a name', who);
		const note = this.#value(row, 'note');
		const at = this.#value(row, 'at');
		const strength = this.#strength(row);
		return {
			annotator: name === '' ? null : name,
			...(strength === null ? {} : { strength }),
			...(typeof note === 'string' && note !== '' ? { note } : {}),
			...(isBlankCell(at) ? {} : { at: this.#time(at) }),
		};
	}

	#time(value: unknown): string {
		const field = this.#name('at');
		// Seconds or milliseconds since 1970; a table has them as text.
		const number = typeof value === 'string' && /^\d{9,13}(?:\.\d+)?$/u.test(value) ? Number(value) : value;
		if (typeof number !== 'number') return readTime(value, field);
		const time = new Date(number < 1e11 ? number * 1000 : number);
		return Number.isNaN(time.getTime()) ? refuse(field, 'a time', value) : time.toISOString();
	}

	#strength(row: Row): Strength | null {
		const value = this.#value(row, 'strength');
		if (isBlankCell(value)) return null;
		const number = typeof value === 'string' ? Number(value) : value;
		if (number === 1 || number === 2 || number === 3) return number;
		return refuse(this.#name('strength'), '1 (slightly), 2 (clearly) or 3 (much)', value);
	}

	#preferred(row: Row): Pick<ReadPair, 'labelled' | 'judgments'> {
		const who = this.#who(row);
		const bare = who.annotator === null && Object.keys(who).length === 1;
		return bare ? { labelled: true } : { labelled: false, judgments: [{ ...who, verdict: 'a' }] };
	}

	#judgments(row: Row): ReadJudgment[] {
		const said = this.#mapping.columns.score_a === undefined ? this.#verdict(row) : this.#higher(row);
		return said === null ? [] : [{ ...this.#who(row), ...said }];
	}

	#verdict(row: Row): Pick<ReadJudgment, 'verdict' | 'strength'> | null {
		const value = this.#value(row, 'verdict');
		if (isBlankCell(value)) return null;
		const field = this.#name('verdict');
		if (typeof value === 'object') return refuse(field, 'one value', value);
		const { numbers } = this.#mapping;
		if (numbers !== undefined) return scaled(value, numbers, field);
		const mapped = this.#verdicts.get(verdictKey(value));
		const [a, b] = this.#called(row, value);
		if (mapped !== undefined && (a || b) && (a === b || mapped.split(' ')[0] !== (a ? 'a' : 'b'))) {
			return refuse(field, `the side that is called so, not one that is mapped (${mapped})`, value);
		}
		const code = mapped ?? (a === b ? undefined : a ? 'a' : 'b');
		if (code === undefined) {
			const known = [...this.#verdicts.keys()].slice(0, 8).join(', ');
			return refuse(field, known === '' ? 'a value of the map (it has none)' : `one of ${known}`, value);
		}
		if (code === 'none') return null;
		const [side, strength] = code.split(' ') as [Verdict, string | undefined];
		return { verdict: side, ...(strength === undefined ? {} : { strength: Number(strength) as Strength }) };
	}

	/** Which sides the row itself calls so. */
	#called(row: Row, value: unknown): [boolean, boolean] {
		const is = (role: 'name_a' | 'name_b') => {
			const name = this.#value(row, role);
			return !isBlankCell(name) && valueKey(name) === valueKey(value);
		};
		return [is('name_a'), is('name_b')];
	}

	#higher(row: Row): { verdict: Verdict } | null {
		const [a, b] = (['score_a', 'score_b'] as const).map((role) => rankOf(this.#value(row, role), this.#name(role)));
		if (a == null || b == null) return null;
		return { verdict: a === b ? 'tie' : a > b ? 'a' : 'b' };
	}

	/** Numbers that a verdict was taken from are more than the verdict: they are kept. */
	#facts(row: Row): Row {
		if (isSeveral(this.#mapping)) return {};
		const roles = this.#mapping.numbers === undefined ? (['score_a', 'score_b'] as const) : (['verdict'] as const);
		return Object.fromEntries(
			roles.flatMap((role) => {
				const value = this.#value(row, role);
				return value === undefined ? [] : [[this.#name(role), value]];
			}),
		);
	}

	#common(row: Row): Row {
		const split = this.#value(row, 'split');
		const domain = this.#value(row, 'domain');
		const source = this.#value(row, 'source');
		return {
			...(isBlankCell(split) ? {} : { split: this.#split(split) }),
			...(isBlankCell(domain) ? {} : { tags: [this.#facet(domain)] }),
			...(typeof source === 'string' ? { source } : {}),
		};
	}

	#split(value: unknown): string {
		const key = valueKey(value);
		const split = this.#splits.get(key) ?? SPLITS.find((each) => each === key);
		return split ?? refuse(this.#name('split'), [...SPLITS, ...this.#splits.keys()].join(', '), value);
	}

	#facet(value: unknown): string {
		const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
		const facet = parseFacet(text.includes(':') ? text : `domain:${text}`);
		return facet === null ? refuse(this.#name('domain'), 'a short name such as law', value) : facetText(facet);
	}

	#responses(row: Row, warnings: string[]): Ranked[] {
		const field = this.#name('responses');
		const list = readList(this.#value(row, 'responses'), field);
		const { columns } = this.#mapping;
		const order = columns.ranks === undefined ? 'scores' : 'ranks';
		const numbers = columns[order] === undefined ? null : readList(this.#value(row, order), this.#name(order));
		if (numbers !== null && numbers.length !== list.length) {
			throw new RowError(
				`${this.#name(order)}: expected ${list.length} numbers as there are responses, found ${numbers.length}`,
			);
		}
		return list.map((item, i): Ranked => {
			const at = `${field}[${i}]`;
			const inner = isObject(item) && !('role' in item) ? item : null;
			const key = inner === null ? undefined : TEXT_KEYS.find((each) => each in inner);
			const value =
				inner === null ? item : key === undefined ? refuse(at, `text (${TEXT_KEYS.join(', ')})`, item) : inner[key];
			const given = numbers === null ? (inner?.rank ?? negative(inner?.score, `${at}.score`)) : numbers[i];
			const number = rankOf(given, numbers === null ? `${at}.rank` : `${this.#name(order)}[${i}]`);
			const rank = number !== null && numbers !== null && order === 'scores' ? -number : number;
			const { [key ?? '']: _, ...others } = inner ?? {};
			const facts = { ...others, ...(numbers === null ? {} : { [order === 'ranks' ? 'rank' : 'score']: given }) };
			return { response: sideOf(value, at, warnings), field: at, rank, facts };
		});
	}
}

function negative(score: unknown, field: string): number | null {
	const number = rankOf(score, field);
	return number === null ? null : -number;
}

function isChat(value: unknown): boolean {
	if (typeof value === 'string') return chatOf(value) !== null;
	return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

/** A response: text, one message, or messages; also as JSON text. A list of anything else is refused. */
function sideOf(value: unknown, field: string, warnings: string[]): Message[] {
	if (typeof value === 'number') return readAnswer(String(value), field, warnings);
	if (isChat(value) || isObject(value)) {
		return readAnswer(typeof value === 'string' ? chatOf(value) : value, field, warnings);
	}
	return readAnswer(readText(value, field), field, warnings);
}

function scaled(value: unknown, scale: NumberScale, field: string): Pick<ReadJudgment, 'verdict' | 'strength'> | null {
	const number = typeof value === 'string' ? Number(value) : value;
	if (typeof number !== 'number' || !Number.isFinite(number)) return refuse(field, 'a number', value);
	const isProbability = scale === 'probability-a' || scale === 'probability-b';
	if (isProbability && (number < 0 || number > 1)) return refuse(field, 'a probability from 0 to 1', value);
	const towards = isProbability ? number - 0.5 : number;
	if (towards === 0) return { verdict: 'tie' };
	const positiveIsA = scale === 'probability-a' || scale === 'positive-a';
	const verdict = towards > 0 === positiveIsA ? 'a' : 'b';
	const size = Math.abs(number);
	const isStrength = !isProbability && scale === 'negative-a' && Number.isInteger(size) && size <= 3;
	return isStrength ? { verdict, strength: size as Strength } : { verdict };
}
