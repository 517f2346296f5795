import {
	COLUMN_ROLES,
	type ColumnMapping,
	type ColumnRole,
	type EntryCode,
	moveCompanions,
	type RankingOrder,
	RESPONSES,
	type VerdictCode,
	valueKey,
} from '../../src/domain/column-mapping.ts';
import type { Split } from '../../src/domain/split.ts';
import type { OrderReading } from '../../src/protocol/mapping.ts';

export function roleOf({ columns }: ColumnMapping, column: string): ColumnRole | null {
	for (const [role, name] of Object.entries(columns)) if (name === column) return role as ColumnRole;
	return null;
}

/** Roles of which one says which response is better: choosing one takes the others away. */
const WAYS: readonly ColumnRole[] = ['verdict', 'ranking', 'best'];

/** Roles that say which response is better, numbers included. */
const isOrder = (role: string) => WAYS.some((way) => way === role) || /^(?:score|rank)_/u.test(role);

/** The columns that say which response is better. */
export function orderColumns({ columns }: ColumnMapping): string[] {
	return COLUMN_ROLES.flatMap((role) => (isOrder(role) ? (columns[role] ?? []) : []));
}

/** What stands in the way of a role: another way to say which is better. */
function insteadOf(role: ColumnRole): (other: string) => boolean {
	const kind = /^(?:score|rank)_/u.exec(role)?.[0];
	const isNumber = (other: string) => /^(?:score|rank)_/u.test(other);
	if (kind !== undefined)
		return (other) => WAYS.some((way) => way === other) || (isNumber(other) && !other.startsWith(kind));
	if (!WAYS.includes(role)) return () => false;
	return (other) => other !== role && (WAYS.some((way) => way === other) || isNumber(other));
}

/**
 * Gives a column a role (null = metadata); the column that had the role loses it, and what cannot stand beside it goes. Values of a
 * verdict, ranking or split go with their column.
 */
export function withRole(mapping: ColumnMapping, column: string, role: ColumnRole | null): ColumnMapping {
	const columns: Partial<Record<ColumnRole, string>> = { ...mapping.columns };
	const before = roleOf(mapping, column);
	if (before !== null) delete columns[before];
	if (role !== null) {
		const instead = insteadOf(role);
		for (const other of COLUMN_ROLES) if (instead(other)) delete columns[other];
		columns[role] = column;
	}
	moveCompanions(mapping.columns, columns, new Set(role === null ? [] : [role]));
	const { verdicts, numbers, entries, order, splits } = mapping;
	const same = (each: ColumnRole) => columns[each] === mapping.columns[each];
	const sameOrder = same('ranking') && same('best');
	return {
		columns,
		...(same('verdict') && verdicts !== undefined ? { verdicts } : {}),
		...(same('verdict') && numbers !== undefined ? { numbers } : {}),
		...(sameOrder && entries !== undefined ? { entries } : {}),
		...(sameOrder && order !== undefined ? { order } : {}),
		...(same('split') && splits !== undefined ? { splits } : {}),
	};
}

/** Whether what values mean has to be told anew: other columns say which response is better, are the responses, or name them. */
export function needsReading(before: ColumnMapping, now: ColumnMapping): boolean {
	const roles = [...WAYS, ...RESPONSES, ...RESPONSES.map((role) => `name_${role}` as const)];
	const named = WAYS.some((way) => now.columns[way] !== undefined);
	return named && roles.some((role) => before.columns[role] !== now.columns[role]);
}

/**
 * Puts in what values mean, told for `next`.
 * @param now the mapping by now: of other columns, or with meanings chosen since, it stays as it is
 * @param was what the values meant before `next`: where that is the same, chosen meanings stay
 */
export function withReading(
	before: ColumnMapping,
	next: ColumnMapping,
	now: ColumnMapping,
	was: OrderReading,
	reading: OrderReading,
): ColumnMapping {
	const isSame = (['verdicts', 'numbers', 'entries', 'order'] as const).every((key) => now[key] === next[key]);
	if (needsReading(next, now) || !isSame) return now;
	const isSameColumn = WAYS.every((way) => before.columns[way] === next.columns[way]);
	if (isSameColumn && JSON.stringify(was) === JSON.stringify(reading)) return now;
	const { columns, splits } = now;
	return { columns, ...reading, ...(splits === undefined ? {} : { splits }) };
}

/** @param code null takes the entry out of the map */
export function withEntry(mapping: ColumnMapping, entry: string, code: EntryCode | null): ColumnMapping {
	const entries = { ...mapping.entries };
	if (code === null) delete entries[valueKey(entry)];
	else entries[valueKey(entry)] = code;
	return { ...mapping, entries };
}

export function withOrder({ order: _, ...mapping }: ColumnMapping, order: RankingOrder | null): ColumnMapping {
	return order === null ? mapping : { ...mapping, order };
}

/** @param code null takes the value out of the map: its rows are refused */
export function withVerdict(mapping: ColumnMapping, value: string, code: VerdictCode | null): ColumnMapping {
	const verdicts = { ...mapping.verdicts };
	if (code === null) delete verdicts[valueKey(value)];
	else verdicts[valueKey(value)] = code;
	const { numbers: _, ...rest } = mapping;
	return { ...rest, verdicts };
}

export function withSplit(mapping: ColumnMapping, value: string, split: Split | null): ColumnMapping {
	const splits = { ...mapping.splits };
	if (split === null) delete splits[valueKey(value)];
	else splits[valueKey(value)] = split;
	return { ...mapping, splits };
}
