import { stableJson } from '../domain/identity.ts';
import type { Row } from './parse-row.ts';
import { refuse } from './row-error.ts';
import type { ExportRow } from './types.ts';

/** Who a resolution is from, in the records of other tools. */
export const OWN_AGENT = 'pairwright';

/** Whether an id is one of a comparison. */
export function isOurId(id: unknown): boolean {
	return typeof id === 'string' && /^[0-9a-f]{64}$/.test(id);
}

/**
 * `metadata.pairwright` of an exported pair: what brings the same comparison, split and tags back on import.
 * Every value is text, present in every row: Arrow (`datasets.load_dataset`) takes a column's type from the first rows of
 * the first file, and a null or an empty list there makes a later text or list a load error. Lists and the rows' own
 * metadata are therefore JSON text; '' = none.
 */
export function exportedColumns(row: ExportRow): { readonly pairwright: Readonly<Record<string, string>> } {
	return {
		pairwright: {
			id: row.comparison.id,
			split: row.split,
			half: row.half ?? '',
			tags: stableJson([...row.tags].sort()),
			source: row.source ?? '',
			metadata: row.metadata == null ? '' : stableJson(row.metadata),
			...(row.share === undefined ? {} : { vote_share: String(row.share) }),
		},
	};
}

/** The columns that our own exports put under `metadata.pairwright`; null where the row is nobody's export. */
export interface OwnColumns {
	readonly id: string | null;
	readonly split: unknown;
	readonly half: unknown;
	readonly tags: unknown;
	readonly source: unknown;
	readonly metadata: unknown;
}

/**
 * Reads `metadata.pairwright`.
 * @throws RowError where it is there but cannot be one of ours
 */
export function ownColumns(metadata: unknown): OwnColumns | null {
	if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return null;
	if (!('pairwright' in metadata)) return null;
	const own = (metadata as Row).pairwright;
	if (typeof own !== 'object' || own === null || Array.isArray(own)) {
		return refuse('metadata.pairwright', 'the object that an export wrote', own);
	}
	const { id, split, half, tags, source, metadata: theirs } = own as Row;
	return {
		id: typeof id === 'string' && id !== '' ? id : null,
		split: split === '' ? undefined : split,
		half: half === '' ? undefined : half,
		tags: fromText(tags, 'tags'),
		source: source === '' ? undefined : source,
		metadata: fromText(theirs, 'metadata'),
	};
}

function fromText(value: unknown, key: string): unknown {
	if (typeof value !== 'string') return value;
	if (value === '') return undefined;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return refuse(`metadata.pairwright.${key}`, 'JSON', value);
	}
}
