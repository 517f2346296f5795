import { statSync } from 'node:fs';
import manifestOfProduct from '../../package.json' with { type: 'json' };
import { awaitSource, keepSeen, type Trouble, troubledSources } from '../store/source-rows.ts';
import type { Context } from './context.ts';
import { locateSource } from './source-files.ts';

/** What lies at a path, short of reading it: another file, or another version of it, or rights that changed. */
export function fileAt(ctx: Context, recorded: string): string {
	try {
		const { ino, size, ctimeMs } = statSync(locateSource(ctx.paths, recorded));
		return `${ino}:${size}:${ctimeMs}`;
	} catch {
		return 'nothing';
	}
}

/** What this version of Pairwright cannot read a later one may; whether a file is there, or is what was imported, no version changes. */
function markOf(state: Trouble, file: string): string {
	return state === 'unreadable' ? `${manifestOfProduct.version} ${file}` : file;
}

/**
 * Remembers what lay there when a source could not be read: as long as that does not change, it is not tried again.
 * @param file as it was before it was read: one that was put back meanwhile is another
 */
export function noteSeen(ctx: Context, event: string, state: Trouble, file: string): void {
	keepSeen(ctx.db, event, markOf(state, file));
}

/** Sources that could not be had wait to be read again once something else lies at their path: put back, replaced, readable. */
export function awaitReturned(ctx: Context): void {
	for (const { event, path, state, seen } of troubledSources(ctx.db)) {
		if (markOf(state, fileAt(ctx, path)) !== seen) awaitSource(ctx.db, { event });
	}
}

/** Absolute paths at which such a source may come back. */
export function awaitedPaths(ctx: Context): string[] {
	return troubledSources(ctx.db).flatMap(({ path }) => {
		try {
			return [locateSource(ctx.paths, path)];
		} catch {
			return [];
		}
	});
}
