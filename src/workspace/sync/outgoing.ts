import { removedPerson, type Tombstone } from '../../domain/erasure.ts';
import { UserError } from '../../protocol/errors.ts';
import { scrubJournal } from '../erase/journal-text.ts';
import { erasedFiles, erasuresAt, replaced } from './erased.ts';
import { blobName, joinLines, missingLines } from './journal-text.ts';
import type { OwnJournal } from './mine.ts';
import { SET_UP } from './mine.ts';
import type { Place } from './place.ts';
import { type Blobs, blobsAt, GONE, readBlob } from './tree.ts';

/** What a commit on top of another would add. */
export interface Outgoing {
	/** Files that change, with their new blobs (written to the repository). */
	readonly blobs: Blobs;
	/** Every journal file of mine as it stands after that commit. */
	readonly journals: ReadonlyMap<string, { readonly name: string; readonly bytes: Buffer }>;
	/** Events of mine that the commit lacks. */
	readonly events: number;
	/** Files of others that hold what was erased: what they become, in a commit of its own. */
	readonly erased: Blobs;
	/** The name for the commit: whoever was taken out sends what they had left under the name that stands for them. */
	readonly person: string;
}

/** What I have to send, from the work tree. */
export interface Own {
	/** Whose: the name in commits, unless they were taken out. */
	readonly person: string;
	readonly journals: readonly OwnJournal[];
	/** Files that my events name; only ever added. */
	readonly attached: readonly string[];
	/** Set-up files that exist; added only where the commit has no settings at all. */
	readonly setUp: readonly string[];
	/** Erasures that this clone knows of. */
	readonly tombstones: readonly Tombstone[];
	/** Copies that only imports which were taken back name, where they hold what is erased. */
	readonly takenBack: readonly string[];
}

/** Paths that .gitignore keeps out of git. */
export async function ignoredPaths({ git, prefix }: Place, paths: readonly string[]): Promise<Set<string>> {
	if (paths.length === 0) return new Set();
	const input = paths.map((path) => `${prefix}${path}\0`).join('');
	const { stdout } = await git.run(['check-ignore', '-z', '--stdin'], { input });
	return new Set(
		stdout
			.split('\0')
			.filter((path) => path !== '')
			.map((path) => path.slice(prefix.length)),
	);
}

/** Writes files of the work tree as blobs, through git's filters (large file storage). @returns their names, in order */
export async function hashFiles({ git, prefix }: Place, paths: readonly string[], write: boolean): Promise<string[]> {
	if (paths.length === 0) return [];
	const args = ['hash-object', ...(write ? ['-w'] : []), '--stdin-paths'];
	const names = await git.text(args, { input: paths.map((path) => `${prefix}${path}\n`).join('') });
	return names.trim().split('\n');
}

/**
 * Compares what is mine with a commit. Journals are joined with the version there, so that nothing of either side is lost.
 * @throws UserError 'environment' where .gitignore keeps journals out
 */
export async function outgoing(place: Place, base: string | null, own: Own): Promise<Outgoing> {
	const { git, prefix } = place;
	const there = await blobsAt(place, base);
	const digits = (await git.maybe(['rev-parse', '--show-object-format'])) === 'sha256' ? 64 : 40;
	const blobs = new Map<string, string>();
	const journals = new Map<string, { name: string; bytes: Buffer }>();
	let events = 0;
	const erasures = await erasuresAt(place, base, own.tombstones);
	const clean = (bytes: Buffer): Buffer => (erasures === null ? bytes : scrubJournal(bytes, erasures));
	const ignored = await ignoredPaths(place, [...own.journals.map(({ path }) => path), ...own.attached, ...own.setUp]);
	for (const { path, bytes: onDisk } of own.journals) {
		const bytes = clean(onDisk);
		const full = `${prefix}${path}`;
		const known = there.get(full);
		if (known === undefined && bytes.length === 0) continue;
		if (known === undefined && ignored.has(path)) {
			throw new UserError(
				'environment',
				`A .gitignore of this repository keeps ${path} out of git, so judgments cannot be sent. Take that rule away ("git check-ignore -v ${path}" names it).`,
			);
		}
		if (known === blobName(bytes, digits)) {
			journals.set(full, { name: known, bytes });
			continue;
		}
		const theirs = known === undefined ? Buffer.alloc(0) : await readBlob(git, known);
		// Both sides without what is erased: a line as it was and as it is now would stand side by side, out of order.
		const kept = clean(theirs);
		const joined = clean(joinLines(bytes, kept));
		if (known !== undefined && joined.equals(theirs)) {
			journals.set(full, { name: known, bytes: joined });
			continue;
		}
		const name = (await git.text(['hash-object', '-w', '--stdin'], { input: joined })).trim();
		journals.set(full, { name, bytes: joined });
		blobs.set(full, name);
		events += missingLines(joined, kept).length;
	}
	const settled = there.has(`${prefix}${SET_UP[0]}`);
	const adds = [...(settled ? [] : own.setUp), ...own.attached].filter(
		(path) => !there.has(`${prefix}${path}`) && !ignored.has(path) && !replaced(path, erasures),
	);
	const names = await hashFiles(place, adds, true);
	for (const [i, path] of adds.entries()) blobs.set(`${prefix}${path}`, names[i] as string);
	const erased = new Map(erasures === null ? [] : await erasedFiles(place, there, journals, erasures));
	for (const path of own.takenBack) if (there.has(`${prefix}${path}`)) erased.set(`${prefix}${path}`, GONE);
	const person = (erasures === null ? undefined : removedPerson(erasures, own.person)?.as) ?? own.person;
	return { blobs, journals, events, erased, person };
}
