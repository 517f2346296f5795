import { existsSync, rmSync } from 'node:fs';
import { type Erasures, erasuresOf, type RewrittenSource, type Tombstone } from '../../domain/erasure.ts';
import type { EventBody } from '../../domain/events.ts';
import type { ImportedFile } from '../../store/erasure-query.ts';
import { tombstones } from '../../store/erasures.ts';
import type { Context } from '../context.ts';
import { locateSource } from '../source-files.ts';
import { type Cleaned, cleanOrLeft, keepCopy } from './copies.ts';
import { takenBackWith } from './taken-back.ts';

/** A file that still holds what is erased, and what a person can do about it. */
export interface LeftFile {
	readonly path: string;
	readonly why: string;
}

export interface LookedAt {
	/** Copies to be written anew; drafts lie beside them until they are kept or dropped. */
	readonly rewritten: readonly {
		readonly file: ImportedFile;
		readonly cleaned: Extract<Cleaned, { kind: 'rewritten' }>;
	}[];
	readonly left: readonly LeftFile[];
	/** Paths of those among them that were imported where they lie. */
	readonly linked: readonly string[];
}

type TombstoneBody = Extract<EventBody, { type: Tombstone['type'] }>;

/** Erasures as they will be once further tombstones stand. */
export function erasuresWith(ctx: Context, ...bodies: readonly TombstoneBody[]): Erasures {
	// What they take out does not hang on their headers.
	return erasuresOf([...tombstones(ctx.db), ...(bodies as readonly Tombstone[])]);
}

/**
 * Writes drafts of the copies that hold what is to be erased. Files that were linked, not copied, are the user's: they are named, never
 * touched.
 */
export async function lookAtSources(
	ctx: Context,
	files: readonly ImportedFile[],
	erasures: Erasures,
): Promise<LookedAt> {
	const rewritten: { file: ImportedFile; cleaned: Extract<Cleaned, { kind: 'rewritten' }> }[] = [];
	const left: LeftFile[] = [];
	const linked: string[] = [];
	const seen = new Set<string>();
	try {
		for (const file of files) {
			if (seen.has(file.sha)) continue;
			seen.add(file.sha);
			if (file.stored === 'link') {
				linked.push(file.path);
				left.push({
					path: file.path,
					why: 'a file of yours that was imported where it lies: it is not touched. Its rows are left out here from now on; take them out of the file yourself',
				});
				continue;
			}
			const path = locateSource(ctx.paths, file.path);
			if (!existsSync(path)) {
				left.push({ path: file.path, why: 'the copy is missing here, so it could not be looked at' });
				continue;
			}
			const cleaned = await cleanOrLeft(
				{ path, format: file.format, sourceName: file.name, mapping: file.mapping },
				erasures,
				ctx.paths.sources,
			);
			if (cleaned.kind === 'rewritten') rewritten.push({ file, cleaned });
			if (cleaned.kind !== 'clean' && cleaned.why !== undefined) left.push({ path: file.path, why: cleaned.why });
		}
	} catch (error) {
		dropLookedAt({ rewritten, left, linked });
		throw error;
	}
	return { rewritten, left, linked };
}

/** Copies of imports that were taken back, where they hold what is erased: nothing reads them, and no file here is deleted unasked. */
export async function leftTakenBack(ctx: Context, erasures: Erasures): Promise<LeftFile[]> {
	return (await takenBackWith(ctx, erasures)).map((path) => ({
		path,
		why: 'the copy of an import that was taken back: nothing reads it any more, so delete it (a sync does, also in the branch and at everybody)',
	}));
}

export function keepCopies(ctx: Context, { rewritten }: LookedAt): RewrittenSource[] {
	return rewritten.map(({ file, cleaned }) => keepCopy(ctx.paths, file, cleaned));
}

export function dropLookedAt({ rewritten }: LookedAt): void {
	for (const { cleaned } of rewritten) rmSync(cleaned.draft, { force: true });
}
