import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Erasures, erasuresOf, type RewrittenSource, sourceNow } from '../../domain/erasure.ts';
import { copiedFiles } from '../../store/erasure-query.ts';
import { tombstones } from '../../store/erasures.ts';
import { awaitSource } from '../../store/source-rows.ts';
import type { Context } from '../context.ts';
import { copyPaths, hashSource } from '../source-files.ts';
import { cleanOrLeft, keepCopy, rewrittenName } from './copies.ts';

/** A copy that was replaced and still lies here. */
export interface OldCopy {
	readonly path: string;
	readonly sha: string;
	/** The copy that stands for it now. */
	readonly last: RewrittenSource;
	/** Whether that one is in this clone. */
	readonly here: boolean;
}

export function oldCopies(ctx: Context, erasures: Erasures): OldCopy[] {
	return [...erasures.sources.keys()].flatMap((sha) => {
		const last = sourceNow(erasures, sha)?.source;
		if (last === undefined) return [];
		const here = existsSync(join(ctx.paths.root, last.path));
		return copyPaths(sha)
			.filter((path) => path !== last.path && existsSync(join(ctx.paths.root, path)))
			.map((path) => ({ path, sha, last, here }));
	});
}

/**
 * Sees to it that the copy which stands for an old one is here before that is deleted: where only the journals came over, it is
 * written from the old one. The same rows and names come out to the same bytes.
 * @returns whether the old copy may go
 */
export async function replacedHere(ctx: Context, old: OldCopy, erasures: Erasures): Promise<boolean> {
	const { last, path, here } = old;
	// A path in a tombstone is somebody's word, and a copy may have come over in part.
	if (here && (await hashSource(join(ctx.paths.root, last.path)).catch(() => null)) === last.to) return true;
	const file = copiedFiles(ctx.db).find(({ sha }) => sha === last.to);
	// No import reads it: no row hangs on it.
	if (file === undefined) return true;
	const known = tombstones(ctx.db);
	const writer = known.findIndex(({ sources }) => sources?.some(({ to }) => to === last.to));
	// Whoever wrote it may not have known of what was erased since.
	for (const each of [erasures, erasuresOf(known.slice(0, writer + 1))]) {
		const cleaned = await cleanOrLeft(
			{ path: join(ctx.paths.root, path), format: file.format, sourceName: file.name, mapping: file.mapping },
			each,
			ctx.paths.sources,
		);
		if (cleaned.kind !== 'rewritten') continue;
		if (cleaned.to === last.to) {
			rmSync(join(ctx.paths.sources, rewrittenName(path, last.to)), { force: true });
			keepCopy(ctx.paths, { path, sha: old.sha }, cleaned);
			awaitSource(ctx.db, { sha: last.to });
			return true;
		}
		rmSync(cleaned.draft, { force: true });
	}
	return false;
}
