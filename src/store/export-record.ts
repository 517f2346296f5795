import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `exports/<id>.json` says an export wrote. */
export interface ExportRecord {
	readonly format: unknown;
	/** Prompts of each split that count as seen. */
	readonly splits: Readonly<Record<string, readonly string[]>>;
	/** Prompts of splits that went elsewhere. */
	readonly others: Readonly<Record<string, readonly string[]>>;
	/** Of the tuning half, what the penalty of a bundle reads; absent where there is no bundle. */
	readonly referenceUsed?: readonly string[];
}

function idList(value: unknown): string[] {
	if (!Array.isArray(value) || !value.every((id) => typeof id === 'string'))
		throw new Error('it holds no lists of prompts');
	return value;
}

function promptsOf(splits: Readonly<Record<string, { readonly prompts?: unknown }>> = {}): Record<string, string[]> {
	return Object.fromEntries(Object.entries(splits).map(([split, { prompts }]) => [split, idList(prompts)]));
}

/**
 * @param exports the folder of records
 * @throws where the file is missing or cannot be read
 */
export function readExportRecord(exports: string, id: string): ExportRecord {
	const record = JSON.parse(readFileSync(join(exports, `${id}.json`), 'utf8')) as {
		readonly format?: unknown;
		readonly splits?: Readonly<Record<string, { readonly prompts?: unknown }>>;
		readonly others?: Readonly<Record<string, { readonly prompts?: unknown }>>;
		readonly reference_used?: unknown;
	};
	return {
		format: record.format,
		splits: promptsOf(record.splits),
		others: promptsOf(record.others),
		...(record.reference_used === undefined ? {} : { referenceUsed: idList(record.reference_used) }),
	};
}
