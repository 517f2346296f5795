import { statSync } from 'node:fs';
import { awaitSource, keepSeen, troubledSources } from '../store/source-rows.ts';
import type { Context } from './context.ts';
import { locateSource } from './source-files.ts';

/** What lies at a path, short of reading it: another file, or another version of it, or rights that changed. */
function seenAt(ctx: Context, recorded: string): string {
	try {
		const { ino, size, ctimeMs } = statSync(locateSource(ctx.paths, recorded));
		return `${ino}:${size}:${ctimeMs}`;
	} catch {
		return 'nothing';
	}
}

/** Remembers what lay there when a source could not be read: as long as that does not change, it is not tried again. */
export function noteSeen(ctx: Context, { event, path }: { readonly event: string; readonly path: string }): void {
	keepSeen(ctx.db, event, seenAt(ctx, path));
}

/** Sources that could not be had wait to be read again once something else lies at their path: put back, replaced, readable. */
export function awaitReturned(ctx: Context): void {
	for (const { event, path, seen } of troubledSources(ctx.db)) {
		if (seenAt(ctx, path) !== seen) awaitSource(ctx.db, { event });
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
