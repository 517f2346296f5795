import { readFileSync, statSync } from 'node:fs';
import type { ColumnMapping } from '../domain/column-mapping.ts';
import { correctMapping, isSameOrder, leftInDoubt, parseMapping } from '../formats/column-mapping-text.ts';
import { UserError } from '../protocol/errors.ts';
import type { ImportPreview } from '../protocol/imports.ts';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';

/** What was said about the columns on the command line. */
export interface MappingOptions {
	/** A remembered name, or a file of JSON. */
	readonly mapping?: string;
	/** `ROLE=COLUMN` …, or `guess`. */
	readonly map?: readonly string[];
	/** Nothing is imported: what is in doubt is shown. */
	readonly preview?: boolean;
}

/**
 * The mapping that a command line asks for; null where it says nothing of columns. `--map` corrects the mapping that is named, else the
 * guess for the file.
 * @throws UserError `usage` where it cannot be read, names no column of the file, or leaves in doubt what a verdict or ranking means;
 * `not-found` for an unknown name
 */
export async function askedMapping(
	api: WorkspaceApi,
	file: string,
	{ mapping: name, map, preview: isLook = false }: MappingOptions,
): Promise<ColumnMapping | null> {
	const named = name === undefined ? null : await namedMapping(api, name);
	if (map === undefined) return named;
	const { suggestion, remembered, columns, rivals = [] } = await api.previewImport(file, { rows: 1 });
	const start = named ?? suggestion;
	// Somebody looked at a mapping that is remembered or written down.
	const isLooked = named !== null || remembered !== null;
	const mapping = correctMapping(start, map, columns, isLooked);
	const missing = Object.values(mapping.columns).find((each) => !columns.some(({ name }) => name === each));
	if (missing !== undefined) {
		throw new UserError(
			'usage',
			`--map: ${file} has no column "${missing}". It has ${columns.map(({ name }) => name).join(', ')}.`,
		);
	}
	const isKnown = isLooked && isSameOrder(start, mapping);
	const doubt = isLook || isKnown ? null : leftInDoubt(mapping, map, columns, { suggestion, rivals });
	if (doubt !== null) throw new UserError('usage', `--map leaves something in doubt. ${doubt}.`);
	return mapping;
}

async function namedMapping(api: WorkspaceApi, name: string): Promise<ColumnMapping> {
	const all = await api.mappings();
	const known = all.find((each) => each.name === name);
	if (known !== undefined) return known.mapping;
	if (statSync(name, { throwIfNoEntry: false })?.isFile() === true)
		return parseMapping(readFileSync(name, 'utf8'), `--mapping ${name}`);
	const names = all.map((each) => `"${each.name}"`).join(', ');
	throw new UserError(
		'not-found',
		`There is neither a remembered mapping nor a file "${name}". ${names === '' ? 'None is remembered yet (--remember NAME).' : `Remembered: ${names}.`}`,
	);
}

/** Remembers how a file was read. @throws UserError `usage` where its columns were not mapped */
export async function rememberMapping(api: WorkspaceApi, name: string, preview: ImportPreview): Promise<void> {
	if (preview.mapping === null) {
		throw new UserError(
			'usage',
			`--remember: ${preview.path} is read as ${preview.format ?? 'nothing'}, without a mapping of columns: there is nothing to remember.`,
		);
	}
	await api.saveMapping(
		name,
		preview.mapping,
		preview.columns.map((column) => column.name),
	);
}
