import { type ColumnMapping, type ColumnRole, type VerdictCode, valueKey } from '../../src/domain/column-mapping.ts';
import type { Split } from '../../src/domain/split.ts';
import type { VerdictReading } from '../../src/protocol/mapping.ts';

export function roleOf({ columns }: ColumnMapping, column: string): ColumnRole | null {
	for (const [role, name] of Object.entries(columns)) if (name === column) return role as ColumnRole;
	return null;
}

/** Gives a column a role (null = metadata); the column that had the role loses it. Values of a verdict or split go with their column. */
export function withRole(mapping: ColumnMapping, column: string, role: ColumnRole | null): ColumnMapping {
	const columns: Partial<Record<ColumnRole, string>> = { ...mapping.columns };
	const before = roleOf(mapping, column);
	if (before !== null) delete columns[before];
	if (role !== null) columns[role] = column;
	const { verdicts, numbers, splits } = mapping;
	const sameVerdict = columns.verdict === mapping.columns.verdict;
	return {
		columns,
		...(sameVerdict && verdicts !== undefined ? { verdicts } : {}),
		...(sameVerdict && numbers !== undefined ? { numbers } : {}),
		...(columns.split === mapping.columns.split && splits !== undefined ? { splits } : {}),
	};
}

export function withReading({ columns, splits }: ColumnMapping, reading: VerdictReading): ColumnMapping {
	return { columns, ...reading, ...(splits === undefined ? {} : { splits }) };
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

/** A remembered mapping for the columns that are here; those that are not are left out. */
export function fitting(mapping: ColumnMapping, names: readonly string[]): ColumnMapping {
	const columns = Object.fromEntries(
		Object.entries(mapping.columns).filter(([, name]) => names.includes(name)),
	) as ColumnMapping['columns'];
	return { ...mapping, columns };
}
