import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Erasures } from '../../domain/erasure.ts';
import { copiesTakenBack, type ImportedFile } from '../../store/erasure-query.ts';
import type { Context } from '../context.ts';
import { copyPaths, locateSource } from '../source-files.ts';
import { doomedRows } from './doomed-rows.ts';

/** Copies of imports that were taken back, by the path of the workspace at which they belong. */
export function takenBackCopies(ctx: Context): ImportedFile[] {
	// A path in an event is somebody's word.
	return copiesTakenBack(ctx.db).filter(({ path, sha }) => copyPaths(sha).includes(path));
}

/** How many rows of a copy are erased or shared with such, wherever it lies; one that cannot be read says nothing. */
export async function erasedRows(file: ImportedFile, at: string, erasures: Erasures): Promise<number> {
	const { format, name: sourceName, mapping } = file;
	const doomed = await doomedRows({ path: at, format, sourceName, mapping }, erasures).catch(() => null);
	return doomed === null ? 0 : doomed.lines.size + doomed.named.size + doomed.shared.length;
}

/** Paths of those that lie here and hold what is erased. */
export async function takenBackWith(ctx: Context, erasures: Erasures): Promise<string[]> {
	const found: string[] = [];
	for (const file of takenBackCopies(ctx)) {
		const at = locateSource(ctx.paths, file.path);
		if (existsSync(at) && lstatSync(at).isFile() && (await erasedRows(file, at, erasures)) > 0) found.push(file.path);
	}
	return found;
}

/** Copies without anything erased, by path: each is read once for one set of erasures, not with every sync. */
const clean = new WeakMap<Erasures, Set<string>>();

/**
 * Those that hold what is erased and lie here, or were deleted by hand and are in a commit still: a sync takes them out of both.
 * @param blob content of a file of the commit, null where it has none
 */
export async function takenBackAnywhere(
	ctx: Context,
	erasures: Erasures,
	blob: (path: string) => Promise<Buffer | null>,
): Promise<string[]> {
	const known = clean.get(erasures) ?? new Set();
	clean.set(erasures, known);
	const found: string[] = [];
	for (const file of takenBackCopies(ctx)) {
		if (known.has(file.path)) continue;
		const at = locateSource(ctx.paths, file.path);
		// With its own ending: a table of one column is told by it.
		const draft = join(ctx.paths.sources, `${randomBytes(4).toString('hex')}.erase.tmp.${basename(file.path)}`);
		try {
			const here = existsSync(at);
			const bytes = here ? null : await blob(file.path);
			if (!here && bytes === null) continue;
			if (bytes !== null) {
				mkdirSync(ctx.paths.sources, { recursive: true });
				writeFileSync(draft, bytes);
			}
			if (here && !lstatSync(at).isFile()) continue;
			if ((await erasedRows(file, here ? at : draft, erasures)) > 0) found.push(file.path);
			else known.add(file.path);
		} finally {
			rmSync(draft, { force: true });
		}
	}
	return found;
}
