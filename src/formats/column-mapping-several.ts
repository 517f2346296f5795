/** Responses in columns of their own, as a mapping names them, with what says which is better: every two that are compared are a pair. */
import { type ColumnMapping, type EntryCode, mappedResponses, valueKey } from '../domain/column-mapping.ts';
import type { Message } from '../domain/comparison.ts';
import type { Verdict } from '../domain/judgment.ts';
import type { ReadJudgment, ReadPair } from './format.ts';
import { isBlankCell } from './messages.ts';
import type { Row } from './parse-row.ts';
import { entryResponse, isNumber, namesColumn, rankingCell, twoReadings } from './ranking-entries.ts';
import { RowError, refuse } from './row-error.ts';
import { comparedPairs, type Ranked, rankedPairs, rankOf, textKey } from './shapes/rankings.ts';

/** Whether the columns are more than two responses with a verdict or two scores. */
export function isSeveral({ columns }: ColumnMapping): boolean {
	return (
		mappedResponses(columns).length > 2 ||
		columns.ranking !== undefined ||
		columns.best !== undefined ||
		columns.rank_a !== undefined
	);
}

interface Column {
	/** The letter that the mapping gives it. */
	readonly role: string;
	readonly column: string;
	readonly text: unknown;
	/** How the row calls it, if it does. */
	readonly name: unknown;
}

/**
 * The pairs of one row. A blank cell is no response. Nothing that says which is better: every two are a pair to judge.
 * @param read a response's text or messages
 * @throws RowError naming the column
 */
export function severalPairs(
	mapping: ColumnMapping,
	row: Row,
	prompt: readonly Message[],
	read: (value: unknown, column: string) => Message[],
	rest: Pick<ReadPair, 'columns' | 'warnings' | 'common' | 'facts'>,
	who: Omit<ReadJudgment, 'verdict'>,
): ReadPair[] {
	const { columns } = mapping;
	const all = mappedResponses(columns).map((role): Column => {
		const column = columns[role]!;
		const name = columns[`name_${role}`];
		return { role, column, text: row[column], name: name === undefined ? null : row[name] };
	});
	const order = orderOf(mapping, row, all);
	const responses = all
		.filter(({ text }) => !isBlankCell(text))
		.map(({ column, text }): Ranked => {
			const number = order.kind === 'ranked' ? order.ranks.get(column) : undefined;
			const facts = number?.fact === undefined ? {} : { facts: number.fact };
			return { response: read(text, column), field: column, rank: number?.rank ?? null, ...facts };
		});
	if (responses.length < 2) {
		const names = all.map(({ column }) => column).join(', ');
		throw new RowError(`${names}: expected at least two responses, found ${responses.length}`);
	}
	if (order.kind === 'ranked') return rankedPairs(prompt, responses, rest, who);
	if (order.kind === 'same') {
		const { verdict } = order;
		return comparedPairs(prompt, responses, rest, () => (verdict === null ? null : { ...who, verdict }));
	}
	const isBest = bestTexts(responses, order.columns);
	return comparedPairs(prompt, responses, rest, (first, second) => {
		const [one, two] = [isBest(first), isBest(second)];
		if (!one && !two) return undefined;
		return { ...who, verdict: one && two ? 'tie' : one ? 'a' : 'b' };
	});
}

function bestTexts(responses: readonly Ranked[], columns: readonly string[]): (response: Ranked) => boolean {
	const best = responses.filter(({ field }) => columns.includes(field));
	if (best.length === 0) throw new RowError(`${columns.join(', ')}: expected the best response, found a blank cell`);
	const texts = new Set(best.map(textKey));
	return (response) => texts.has(textKey(response));
}

interface Rank {
	/** The smaller the better. */
	readonly rank: number;
	/** The number that it comes from. */
	readonly fact?: Row;
}

type Order =
	| { readonly kind: 'ranked'; readonly ranks: ReadonlyMap<string, Rank> }
	| { readonly kind: 'best'; readonly columns: readonly string[] }
	/** All are alike; null = nobody said. */
	| { readonly kind: 'same'; readonly verdict: Verdict | null };

const NOT_JUDGED: Order = { kind: 'same', verdict: null };

function orderOf(mapping: ColumnMapping, row: Row, all: readonly Column[]): Order {
	const { columns } = mapping;
	if (columns.rank_a !== undefined || columns.score_a !== undefined) return byNumbers(mapping, row, all);
	const field = columns.ranking ?? columns.best;
	const value = field === undefined ? null : row[field];
	if (field === undefined || isBlankCell(value)) return NOT_JUDGED;
	const codes = new Map(Object.entries(mapping.entries ?? {}).map(([entry, code]) => [valueKey(entry), code]));
	const whole = typeof value === 'object' ? undefined : codes.get(valueKey(value));
	const alike = whole === undefined ? null : alikeOf(whole);
	if (alike !== null) return alike;
	if (columns.ranking === undefined) {
		// "Response B, because" is no name: the whole cell first, then what stands between signs.
		const isCalled = ({ text, name }: Column) =>
			text === value || (!isBlankCell(name) && valueKey(name) === valueKey(value));
		const named = whole === undefined ? all.find(isCalled) : undefined;
		const isOne = whole !== undefined || named !== undefined;
		const { groups, signed } = isOne ? { groups: [[value]], signed: false } : rankingCell(value, field);
		const said = (signed ? (groups[0] ?? []) : groups.flat()).map((entry, i) =>
			responseOf(entry, all, codes, groups.length > 1 ? `${field}[${i}]` : field),
		);
		const best = [...new Set(said)];
		if (!signed && best.length > 1 && best.length === all.length) {
			throw new RowError(
				`${field}: expected the best response, found all ${all.length} (a ranking is mapped as ranking)`,
			);
		}
		return { kind: 'best', columns: best.map(({ column }) => column) };
	}
	return byRanking(mapping, value, field, all, codes);
}

function alikeOf(code: EntryCode): Order | null {
	if (code === 'none') return NOT_JUDGED;
	return code === 'tie' || code === 'both_bad' ? { kind: 'same', verdict: code } : null;
}

function byRanking(
	{ order }: ColumnMapping,
	value: unknown,
	field: string,
	all: readonly Column[],
	codes: ReadonlyMap<string, EntryCode>,
): Order {
	const { groups, bare, signed } = rankingCell(value, field);
	const ranks = new Map<string, Rank>();
	if (order === 'ranks' || order === 'scores') {
		if (signed || groups.some((group) => group.length > 1)) {
			return refuse(field, `a number for each response (order=${order})`, value);
		}
		const numbers = groups.flat();
		const last = all.findLastIndex(({ text }) => !isBlankCell(text));
		if (numbers.length > all.length || numbers.length <= last) {
			throw new RowError(`${field}: expected ${all.length} numbers as there are responses, found ${numbers.length}`);
		}
		for (const [i, each] of numbers.entries()) {
			const number = rankOf(each, `${field}[${i}]`);
			if (number === null) continue;
			const fact = { [order === 'ranks' ? 'rank' : 'score']: number };
			ranks.set(all[i]!.column, { rank: order === 'ranks' ? number : -number, fact });
		}
		return { kind: 'ranked', ranks };
	}
	if (bare && order === undefined) throw twoReadings(field, value);
	let at = 0;
	for (const [rank, group] of groups.entries()) {
		for (const entry of group) {
			const where = `${field}[${at++}]`;
			if (codes.get(valueKey(entry)) === 'none') continue;
			const { column } = responseOf(entry, all, codes, where);
			if (ranks.has(column)) throw new RowError(`${field}: expected each response once, found ${column} twice`);
			ranks.set(column, { rank });
		}
	}
	return { kind: 'ranked', ranks };
}

function responseOf(
	entry: unknown,
	all: readonly Column[],
	codes: ReadonlyMap<string, EntryCode>,
	field: string,
): Column {
	const code = codes.get(valueKey(entry));
	const called = all.filter(({ name }) => !isBlankCell(name) && valueKey(name) === valueKey(entry));
	if (code === undefined) {
		if (isNumber(entry) && called.length === 0 && countsPlaces(codes, all)) {
			return refuse(field, `one of ${[...codes.keys()].join(', ')}`, entry);
		}
		if (called.length < 2) return called[0] ?? entryResponse(entry, all, field);
		throw new RowError(
			`${field}: expected one response, found ${JSON.stringify(entry)}, the name of ${called.map(({ column }) => column).join(' and ')}`,
		);
	}
	const found = all.find(({ role }) => role === code);
	if (found !== undefined && called.some((each) => each !== found)) {
		const names = called.map(({ column }) => column).join(' and ');
		throw new RowError(
			`${field}: expected one response, found ${JSON.stringify(entry)}, which is mapped to ${found.column} and the name of ${names}`,
		);
	}
	if (found !== undefined && found.text !== entry) {
		const said = all.find(({ text }) => text === entry);
		if (said === undefined) return found;
		throw new RowError(
			`${field}: expected one response, found ${JSON.stringify(entry)}, which names ${found.column} and is the text of ${said.column}`,
		);
	}
	if (found !== undefined) return found;
	throw new RowError(`${field}: expected a response, found ${JSON.stringify(entry)}, which is mapped to ${code}`);
}

/** Whether numbers are mapped that are not what the columns are called: then no other number is a name either. */
function countsPlaces(codes: ReadonlyMap<string, EntryCode>, all: readonly Column[]): boolean {
	return [...codes].some(
		([entry, code]) => isNumber(entry) && all.some(({ role, column }) => role === code && !namesColumn(entry, column)),
	);
}

function byNumbers({ columns }: ColumnMapping, row: Row, all: readonly Column[]): Order {
	const kind = columns.rank_a === undefined ? 'score' : 'rank';
	const ranks = new Map<string, Rank>();
	for (const { role, column, text } of all) {
		const name = columns[`${kind}_${role}` as 'rank_a']!;
		const number = isBlankCell(text) ? null : rankOf(row[name], name);
		if (number !== null) ranks.set(column, { rank: kind === 'rank' ? number : -number, fact: { [kind]: number } });
	}
	return ranks.size === 0 ? NOT_JUDGED : { kind: 'ranked', ranks };
}
