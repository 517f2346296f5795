import { resolve } from 'node:path';
import { previewRows } from '../formats/preview.ts';
import type { ImportPreview, PreviewOptions } from '../protocol/imports.ts';
import type { Context } from './context.ts';
import { mappings } from './mappings.ts';
import { sourceName } from './source-files.ts';

/** Rows that are shown where nobody says how many. */
const SHOWN = 20;

/** @throws UserError 'unusable-input' where the file cannot be read at all */
export async function previewImport(ctx: Context, file: string, options: PreviewOptions): Promise<ImportPreview> {
	const path = resolve(file);
	const { format, mapping, source, rows } = options;
	const preview = await previewRows(
		path,
		{ format, mapping, remembered: mappings(ctx), sourceName: source ?? sourceName(path) },
		rows ?? SHOWN,
	);
	return { path: file, ...preview };
}
