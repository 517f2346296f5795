import * as v from 'valibot';
import {
	COLUMN_ROLES,
	type ColumnMapping,
	type ColumnRole,
	ENTRY_CODES,
	type EntryCode,
	mappingProblem,
	moveCompanions,
	NUMBER_SCALES,
	type NumberScale,
	RANKING_ORDERS,
	type RankingOrder,
	ROLES_TEXT,
	VERDICT_CODES,
	type VerdictCode,
	valueKey,
} from '../domain/column-mapping.ts';
import { stableJson } from '../domain/identity.ts';
import { SPLITS, type Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import { mappingSchema } from '../protocol/mapping.ts';
import { type ColumnValues, openDoubts, orderReading, unsaid } from './column-mapping-guess-several.ts';
import { orderColumns, orderWords, type Rival, rivalText } from './column-mapping-rivals.ts';

/** A mapping as it is recorded with an import: the same mapping gives the same text. */
export function mappingText(mapping: ColumnMapping): string {
	return stableJson(mapping);
}

/**
 * Reads a mapping from JSON: a file of one's own, or what an import recorded.
 * @param where names it in messages
 * @throws UserError `usage` saying what is wrong
 */
export function parseMapping(text: string, where: string): ColumnMapping {
	let value: unknown;
	try {
		value = JSON.parse(text.replace(/^\ufeff/u, ''));
	} catch (error) {
		throw new UserError('usage', `${where} is not valid JSON: ${(error as Error).message}`);
	}
	const parsed = v.safeParse(mappingSchema, value);
	if (!parsed.success) {
		const issue = parsed.issues[0];
		const at = issue.path?.map((p) => String(p.key)).join('.') ?? 'mapping';
		throw new UserError('usage', `${where}, ${at}: ${issue.message}. Expected {"columns": {"prompt": "COLUMN", …}}.`);
	}
	return checked(parsed.output, where);
}

function checked(mapping: ColumnMapping, where: string): ColumnMapping {
	const problem = mappingProblem(mapping);
	if (problem !== null) throw new UserError('usage', `${where}: ${problem}`);
	return mapping;
}

/**
 * Corrects a guess with what was said on a command line: `prompt=question`, `verdict:A>B=a`, `ranking:X=c`, `order=ranks`,
 * `split:val=eval`, `numbers=negative-a`; `note=` takes a column out. Where other columns are named than were guessed, their values
 * are guessed anew before those that were said are put in. A guess that is in doubt goes where values are said, unless `guess` is, too.
 * @param table the file's columns, where they are known
 * @param isLooked somebody looked at the mapping that is corrected: none of it is in doubt
 * @throws UserError `usage` naming the part that cannot be read
 */
export function correctMapping(
	guess: ColumnMapping,
	said: readonly string[],
	table: readonly ColumnValues[] = [],
	isLooked = false,
): ColumnMapping {
	const parts = partsOf(said);
	const columns: Partial<Record<ColumnRole, string>> = { ...guess.columns };
	for (const { role, value } of parts) {
		if (role === null) continue;
		// A column has one role: it is taken from the one it was guessed for.
		for (const other of COLUMN_ROLES) if (columns[other] === value && other !== role) delete columns[other];
		if (value === '') delete columns[role];
		else {
			for (const other of insteadOf(role)) delete columns[other];
			columns[role] = value;
		}
	}
	moveCompanions(guess.columns, columns, new Set(parts.flatMap(({ role }) => role ?? [])));
	const renamed = !isSameOrder(guess, { columns });
	const read = renamed ? orderReading(table, { columns }).reading : {};
	const fresh = renamed && (table.length > 0 || !sameOrder(guess.columns, columns));
	const proposal: ColumnMapping = fresh ? { columns, splits: guess.splits ?? {}, ...read } : guess;
	// The order alone settles what bare numbers are.
	const isSaid =
		parts.some(({ verdict, entry }) => verdict !== undefined || entry !== undefined) &&
		!parts.some(({ key }) => key === 'order');
	const isLeft = isSaid && !said.includes('guess') && !(isLooked && !fresh) && openDoubts(table, proposal).length > 0;
	let { verdicts, numbers, entries, order, splits }: Partial<ColumnMapping> = isLeft
		? { splits: proposal.splits ?? {} }
		: proposal;
	for (const part of parts) {
		if (part.verdict !== undefined) {
			verdicts = { ...verdicts, [part.verdict]: part.value as VerdictCode };
			numbers = undefined;
		} else if (part.entry !== undefined) entries = { ...entries, [part.entry]: part.value as EntryCode };
		else if (part.split !== undefined) splits = { ...splits, [part.split]: part.value as Split };
		else if (part.key === 'numbers') numbers = part.value as NumberScale;
		else if (part.key === 'order') order = part.value as RankingOrder;
	}
	const filled = (map: object | undefined) => Object.keys(map ?? {}).length > 0;
	return checked(
		{
			columns,
			...(numbers === undefined && filled(verdicts) ? { verdicts: verdicts! } : {}),
			...(numbers === undefined ? {} : { numbers }),
			...(filled(entries) ? { entries: entries! } : {}),
			...(order === undefined ? {} : { order }),
			...(filled(splits) ? { splits: splits! } : {}),
		},
		'--map',
	);
}

/**
 * What a command line leaves in doubt of the column that says which response is better, whether it was named or guessed.
 * @param of what was guessed, and other columns that say something else: these are asked although the guess is taken
 * @returns null where it is all said, or sure
 */
export function leftInDoubt(
	mapping: ColumnMapping,
	said: readonly string[],
	table: readonly ColumnValues[],
	of: { readonly suggestion: ColumnMapping; readonly rivals: readonly Rival[] } | null = null,
): string | null {
	const parts = partsOf(said);
	const rivals = of === null || orderWords(of.suggestion) !== orderWords(mapping) ? [] : of.rivals;
	// Columns that contradict each other: no guess says which is right.
	if (rivals.length > 0 && !parts.some(({ role, value }) => role !== null && orderColumns(mapping).includes(value))) {
		return rivalText(mapping, rivals);
	}
	if (said.includes('guess')) return null;
	const kind = (['score', 'rank'] as const).find((each) => mapping.columns[`${each}_a`] !== undefined);
	if (kind !== undefined && !parts.some(({ role }) => role?.startsWith(`${kind}_`))) {
		const named = (['a', 'b'] as const).map((letter) => `${kind}_${letter}=${mapping.columns[`${kind}_${letter}`]}`);
		return `the ${kind === 'score' ? 'highest score' : 'lowest rank'} is read as the best response. Say it (${named.join(' ')}), or look with --preview and take the guess with --map guess as well`;
	}
	return unsaid(table, mapping, {
		values: new Set(parts.flatMap(({ verdict, entry }) => verdict ?? entry ?? [])),
		numbers: parts.some(({ key }) => key === 'numbers'),
		order: parts.some(({ key }) => key === 'order'),
	});
}

/** Whether two mappings take what the values of a verdict or ranking mean from the same columns. */
export function isSameOrder(one: ColumnMapping, two: ColumnMapping): boolean {
	return ORDER_ROLES.every((role) => one.columns[role] === two.columns[role]);
}

/** Roles whose columns say what the values of a verdict or ranking mean. */
const ORDER_ROLES: readonly ColumnRole[] = COLUMN_ROLES.filter((role) =>
	/^(?:.|name_.|verdict|ranking|best)$/u.test(role),
);

function sameOrder(one: ColumnMapping['columns'], two: ColumnMapping['columns']): boolean {
	return (['verdict', 'ranking', 'best'] as const).every((role) => one[role] === two[role]);
}

/** Who says what the order is takes it from what was guessed to say it. */
function insteadOf(role: ColumnRole): readonly ColumnRole[] {
	const ways: readonly ColumnRole[] = ['verdict', 'ranking', 'best'];
	const numbers = COLUMN_ROLES.filter((each) => /^(?:score|rank)_/u.test(each));
	if (ways.includes(role)) return [...ways.filter((each) => each !== role), ...numbers];
	const kind = /^(?:score|rank)_/u.exec(role)?.[0];
	return kind === undefined ? [] : [...ways, ...numbers.filter((each) => !each.startsWith(kind))];
}

/** Said beside corrections, it takes the guess for what they leave open. */
function partsOf(said: readonly string[]): Part[] {
	return said.filter((part) => part !== 'guess').map(partOf);
}

interface Part {
	readonly key: string;
	readonly value: string;
	/** null where it is no column that is named. */
	readonly role: ColumnRole | null;
	readonly verdict?: string;
	readonly entry?: string;
	readonly split?: string;
}

function partOf(part: string): Part {
	// A column's name may hold the sign, and so may a value of a map: those stand behind a colon.
	const at = /^[a-z]+:/u.test(part) ? part.lastIndexOf('=') : part.indexOf('=');
	const [key, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
	const one = (expected: string, allowed: readonly string[]) => {
		if (allowed.includes(value)) return;
		throw new UserError('usage', `--map ${part}: expected ${expected} of ${allowed.join(', ')}.`);
	};
	const [, kind, text = ''] = /^(verdict|ranking|best|split):(.*)$/su.exec(key) ?? [];
	if (at >= 0 && kind === 'verdict') {
		one('verdict:VALUE=CODE with a code', VERDICT_CODES);
		return { key, value, role: null, verdict: valueKey(text) };
	}
	if (at >= 0 && (kind === 'ranking' || kind === 'best')) {
		one(`${kind}:ENTRY=RESPONSE with one`, ENTRY_CODES);
		return { key, value, role: null, entry: valueKey(text) };
	}
	if (at >= 0 && kind === 'split') {
		one('split:VALUE=SPLIT with a split', SPLITS);
		return { key, value, role: null, split: valueKey(text) };
	}
	if (at >= 0 && key === 'numbers') one('numbers=SCALE with one', NUMBER_SCALES);
	if (at >= 0 && key === 'order') one('order=ORDER with one', RANKING_ORDERS);
	if (at >= 0 && (key === 'numbers' || key === 'order')) return { key, value, role: null };
	const role = COLUMN_ROLES.find((each) => each === key);
	if (at >= 0 && role !== undefined) return { key, value, role };
	throw new UserError(
		'usage',
		`--map ${part}: expected ROLE=COLUMN with a role of ${ROLES_TEXT}; or verdict:VALUE=…, ranking:ENTRY=…, best:VALUE=…, split:VALUE=…, numbers=…, order=….`,
	);
}
