import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import {
	type Erasures,
	erasuresOf,
	isTombstone,
	nothingErased,
	sourceNow,
	type Tombstone,
} from '../../domain/erasure.ts';
import { compareEvents } from '../../domain/events.ts';
import { foldedErasures } from '../../store/erasures.ts';
import { parseEventLine } from '../../store/event-schema.ts';
import type { Context } from '../context.ts';
import { scrubbedJournals } from '../erase/journal-text.ts';
import { takenBackAnywhere } from '../erase/taken-back.ts';
import { copyPaths, hashSource } from '../source-files.ts';
import { unlinked } from './mine.ts';
import type { Place } from './place.ts';
import { type Blobs, blobsAt, GONE, readBlob } from './tree.ts';

/** As lines of a journal are written. */
const MARKS = ['"type":"erased"', '"type":"person-removed"'];

/** Journal files by which a commit differs from the one checked out; all of them where there is none. */
async function changedJournals({ git, prefix, head }: Place, commit: string): Promise<string[]> {
	const journal = `${prefix}.pairwright/journal/`;
	const args = head === null ? ['ls-tree', '--full-tree', commit] : ['diff-tree', '--no-renames', head, commit];
	const [command = '', ...rest] = args;
	const listed = await git.text([command, '-r', '-z', '--name-only', ...rest, '--', journal]);
	return listed.split('\0').filter((path) => path !== '');
}

/**
 * Erasures that this clone knows of, and those in a commit that it does not hold yet: what is sent on top of it must not bring back what
 * others took out. @returns null where nothing was erased
 */
export async function erasuresAt(
	place: Place,
	commit: string | null,
	known: readonly Tombstone[],
): Promise<Erasures | null> {
	const all = new Map(known.map((event) => [event.id, event]));
	if (commit !== null && commit !== place.head) {
		const paths = await changedJournals(place, commit);
		for (let i = 0; i < paths.length; i += 100) {
			const some = paths.slice(i, i + 100).map((path) => `:(literal)${path}`);
			const patterns = MARKS.flatMap((mark) => ['-e', mark]);
			const found = await place.git.run(['grep', '-h', '-a', '-F', ...patterns, commit, '--', ...some]);
			for (const line of found.stdout.split('\n')) {
				const parsed = line === '' ? null : parseEventLine(line.replace(/\r$/u, ''));
				if (parsed !== null && 'event' in parsed && isTombstone(parsed.event)) all.set(parsed.event.id, parsed.event);
			}
		}
	}
	const erasures = erasuresOf([...all.values()].sort(compareEvents));
	return nothingErased(erasures) ? null : erasures;
}

/** Whether a file is a copy that an erasure replaced. @param path in the workspace */
export function replaced(path: string, erasures: Erasures | null): boolean {
	if (erasures === null) return false;
	return [...erasures.sources.keys()].some((sha) => copyPaths(sha).includes(path));
}

/**
 * Files in a commit that hold what was erased, beside my own journals: journals of others, and copies of sources.
 * @param own my journals as they will stand
 */
export async function erasedFiles(
	place: Place,
	there: Blobs,
	own: ReadonlyMap<string, { readonly bytes: Buffer }>,
	erasures: Erasures,
): Promise<Blobs> {
	const { git, prefix } = place;
	const folder = `${prefix}.pairwright/journal/`;
	const files = new Map<string, Buffer>();
	for (const [path, name] of there) {
		if (path.startsWith(folder) && path.endsWith('.jsonl')) {
			files.set(path.slice(folder.length), own.get(path)?.bytes ?? (await readBlob(git, name)));
		}
	}
	for (const [path, { bytes }] of own) files.set(path.slice(folder.length), bytes);
	const erased = new Map<string, string>();
	const changes = scrubbedJournals([...files.keys()], (path) => files.get(path) ?? null, erasures);
	for (const [path, bytes] of changes) {
		const name = bytes === null ? GONE : (await git.text(['hash-object', '-w', '--stdin'], { input: bytes })).trim();
		erased.set(`${folder}${path}`, name);
	}
	const last = new Map<string, string>();
	for (const from of erasures.sources.keys()) {
		// One that was rewritten again since is not there any more.
		const now = sourceNow(erasures, from)?.source;
		if (now !== undefined) last.set(now.path, now.to);
	}
	const present = new Set<string>();
	for (const [path, to] of last) {
		const now = `${prefix}${path}`;
		if (there.has(now)) present.add(path);
		else if (await isCopy(join(git.cwd, prefix), path, to)) {
			const { code, stdout } = await git.run(['hash-object', '-w', '--', now]);
			if (code !== 0) continue;
			erased.set(now, stdout.trim());
			present.add(path);
		}
	}
	for (const from of erasures.sources.keys()) {
		const path = sourceNow(erasures, from)?.source.path;
		// Whoever lacks the new copy leaves the old one to somebody who has it: the rows that stay are in no other file.
		if (path === undefined || !present.has(path)) continue;
		for (const old of copyPaths(from)) {
			if (path !== old && there.has(`${prefix}${old}`)) erased.set(`${prefix}${old}`, GONE);
		}
	}
	return erased;
}

/**
 * Whether a path that somebody's tombstone names is the copy it says: what lies at it is read and sent, and a commit can put a link to
 * any file of this machine there.
 */
async function isCopy(root: string, path: string, sha: string): Promise<boolean> {
	const [, name] = /^\.pairwright\/sources\/([\da-f]{12})(?:\.\w+)+$/u.exec(path) ?? [];
	if (name !== sha.slice(0, 12) || !unlinked(root, path) || !lstatSync(join(root, path)).isFile()) return false;
	return (await hashSource(join(root, path)).catch(() => null)) === sha;
}

/** Copies of imports that were taken back, here or in the branch, that hold what is erased. */
export async function takenBack(ctx: Context, place: Place): Promise<string[]> {
	const erasures = foldedErasures(ctx.db);
	if (erasures === null) return [];
	const there = await blobsAt(place, place.head);
	return takenBackAnywhere(ctx, erasures, async (path) => {
		const name = there.get(`${place.prefix}${path}`);
		return name === undefined ? null : readBlob(place.git, name);
	});
}
