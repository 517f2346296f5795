import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../domain/identity.ts';
import type { Split } from '../domain/split.ts';
import { type ColumnNeeds, exportFields, type Field, type FieldType } from '../formats/parquet-writer.ts';
import { UserError } from '../protocol/errors.ts';
import { CARD_TAG, cardMarkdown } from './card-markdown.ts';
import type { Context } from './context.ts';
import { dataCard } from './data-card.ts';
import { writeAtomically } from './freeze.ts';

const CARD = 'README.md';

/** Where a split lies in a dataset folder, with slashes as the card names it. */
export function folderFile(split: Split): string {
	return `data/${split}-00000-of-00001.parquet`;
}

/** @throws UserError `usage` where the folder has a README.md that no export wrote: it is not replaced */
export function checkFolder(folder: string): void {
	const path = join(folder, CARD);
	if (!existsSync(path)) return;
	const front = /^---\n([\s\S]*?)\n---\n/u.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
	if (front.includes(`- ${CARD_TAG}`) && front.includes('dataset_info:')) return;
	throw new UserError(
		'usage',
		`${path} is not the data card of an export, and would be replaced. Nothing was written: name another folder.`,
	);
}

function typeLines(type: FieldType, indent: string): string[] {
	if (type === 'string') return [`${indent}dtype: string`];
	if ('struct' in type) return [`${indent}struct:`, ...fieldLines(type.struct, indent)];
	const { list } = type;
	if (list === 'string') return [`${indent}list: string`];
	if ('struct' in list) return [`${indent}list:`, ...fieldLines(list.struct, indent)];
	return [`${indent}list:`, ...typeLines(list, `${indent}  `)];
}

function fieldLines(fields: readonly Field[], indent: string): string[] {
	return fields.flatMap(({ name, type }) => [`${indent}- name: ${name}`, ...typeLines(type, `${indent}  `)]);
}

/** Front matter that says which file is which split and what its columns are (datasets' `configs` and `dataset_info`). */
function datasetLines(files: readonly { readonly split: Split; readonly written: number }[], needs: ColumnNeeds) {
	return [
		'configs:',
		'- config_name: default',
		'  data_files:',
		...files.flatMap(({ split }) => [`  - split: ${split}`, `    path: ${folderFile(split)}`]),
		'dataset_info:',
		'  features:',
		...fieldLines(exportFields(needs), '  '),
		'  splits:',
		...files.flatMap(({ split, written }) => [`  - name: ${split}`, `    num_examples: ${written}`]),
	];
}

/**
 * Writes the data card of a dataset folder: the workspace's card, with what `datasets.load_dataset(FOLDER)` needs to know in front. Empty
 * splits are left out of it: `datasets` reads no file without rows as a split.
 */
export async function writeFolderCard(
	ctx: Context,
	folder: string,
	files: readonly { readonly split: Split; readonly written: number }[],
	needs: ColumnNeeds,
): Promise<{ readonly path: string; readonly sha256: string }> {
	const filled = files.filter(({ written }) => written > 0);
	const text = cardMarkdown(await dataCard(ctx), filled.length === 0 ? [] : datasetLines(filled, needs));
	writeAtomically(folder, CARD, text);
	return { path: join(folder, CARD), sha256: sha256(text) };
}
