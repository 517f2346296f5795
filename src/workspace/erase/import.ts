import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ColumnMapping } from '../../domain/column-mapping.ts';
import { sourceNow } from '../../domain/erasure.ts';
import { mappingText } from '../../formats/column-mapping-text.ts';
import { foldedErasures } from '../../store/erasures.ts';
import { awaitSource } from '../../store/source-rows.ts';
import type { Context } from '../context.ts';
import { pathInside, sourceName } from '../source-files.ts';
import { cleanOrLeft, keepCopy } from './copies.ts';

/**
 * A file that is about to be copied into the workspace, without what was erased from it: the copy then lies among the sources.
 * @param options.draft it lies in the workspace, but only until it is stored or dropped
 * @returns null where nothing of it was erased, or where the file stays where it is (its rows are left out by the fold)
 */
export async function withoutErased(
	ctx: Context,
	path: string,
	sha: string,
	options: {
		readonly link?: boolean;
		readonly format?: string;
		readonly source?: string;
		readonly mapping?: ColumnMapping;
		readonly draft?: boolean;
	},
): Promise<{ readonly path: string; readonly sha: string } | null> {
	const erasures = foldedErasures(ctx.db);
	if (erasures === null || options.link === true) return null;
	if (options.draft !== true && (await pathInside(ctx.paths.root, path)) !== null) return null;
	const known = sourceNow(erasures, sha);
	if (known !== null) {
		const there = join(ctx.paths.root, known.source.path);
		if (existsSync(there)) return { path: there, sha: known.source.to };
	}
	const file = {
		path,
		format: options.format ?? 'auto',
		sourceName: options.source ?? sourceName(path),
		mapping: options.mapping === undefined ? null : mappingText(options.mapping),
	};
	const cleaned = await cleanOrLeft(file, erasures, ctx.paths.sources);
	if (cleaned.kind === 'left') {
		ctx.emit.notice({
			level: 'warning',
			text: `${path} holds what was erased here (${cleaned.why}); those pairs are left out, but the copy holds them.`,
		});
	}
	if (cleaned.kind !== 'rewritten') return null;
	const { path: copy, to } = keepCopy(ctx.paths, { path, sha }, cleaned);
	awaitSource(ctx.db, { sha: to });
	return { path: join(ctx.paths.root, copy), sha: to };
}
