import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from './git.ts';
import type { Place } from './place.ts';

/** Path from the top of the work tree → name of its blob. */
export type Blobs = ReadonlyMap<string, string>;

/** Trailer of every commit that a sync made: such a commit holds nothing but journals and what they name. */
export const TRAILER = 'Pairwright-Sync';

/** Every file below the workspace's `.pairwright/` in a commit. */
export async function blobsAt({ git, prefix }: Place, commit: string | null): Promise<Blobs> {
	const found = new Map<string, string>();
	if (commit === null) return found;
	const listed = await git.text(['ls-tree', '-r', '-z', '--full-tree', commit, '--', `${prefix}.pairwright/`]);
	for (const entry of listed.split('\0')) {
		const tab = entry.indexOf('\t');
		const [, type, name] = entry.slice(0, tab).split(' ');
		if (type === 'blob' && name !== undefined) found.set(entry.slice(tab + 1), name);
	}
	return found;
}

export async function readBlob(git: Git, name: string): Promise<Buffer> {
	const { code, bytes } = await git.run(['cat-file', 'blob', name]);
	if (code !== 0) await git.text(['cat-file', '-e', name]);
	return bytes;
}

/** Stands for the blob of a file that is to be taken out. */
export const GONE = '0'.repeat(40);

/** As `update-index --index-info -z` reads them. */
export function indexInfo(blobs: Blobs): string {
	return [...blobs].map(([path, name]) => `${name === GONE ? '0' : '100644'} ${name}\t${path}\0`).join('');
}

/** Work with an index of its own, beside the user's, gone afterwards. */
export async function withOwnIndex<T>({ gitDir }: Place, work: (index: string) => Promise<T>): Promise<T> {
	const index = join(gitDir, `pairwright-sync-${process.pid}.index`);
	try {
		return await work(index);
	} finally {
		rmSync(index, { force: true });
		rmSync(`${index}.lock`, { force: true });
	}
}

/** The tree of a commit with some files replaced or added; the user's index and work tree are not looked at. */
export function treeWith(place: Place, base: string | null, blobs: Blobs): Promise<string> {
	return withOwnIndex(place, async (index) => {
		await place.git.text(base === null ? ['read-tree', '--empty'] : ['read-tree', base], { index });
		await place.git.text(['update-index', '-z', '--index-info'], { index, input: indexInfo(blobs) });
		return (await place.git.text(['write-tree'], { index })).trim();
	});
}

/**
 * Who commits: git's own settings; where they name nobody, the handle, with an address that cannot exist.
 * @param neutral the handle stands for somebody who was taken out: git's settings would name them
 */
export async function identity(
	git: Git,
	person: string,
	folder: string,
	neutral = false,
): Promise<Readonly<Record<string, string>>> {
	const setting = (key: string) => (neutral ? null : git.maybe(['config', key]));
	const [name, email] = [await setting('user.name'), await setting('user.email')];
	const known = email || (neutral ? undefined : process.env.GIT_AUTHOR_EMAIL);
	if (name && known) return {};
	const given = { name: name || person.replace(/[<>\n]/gu, ''), email: known || `${folder}@pairwright.invalid` };
	return {
		GIT_AUTHOR_NAME: given.name,
		GIT_AUTHOR_EMAIL: given.email,
		GIT_COMMITTER_NAME: given.name,
		GIT_COMMITTER_EMAIL: given.email,
	};
}

/**
 * Makes a commit object; no branch moves and no hook runs. Hooks are written for code: they may stash or rewrite what lies in
 * the work tree, and a journal line must stay as it is. A signature asked for in git's settings is given.
 */
export async function makeCommit(
	{ git }: Place,
	tree: string,
	parents: readonly string[],
	message: string,
	who: Readonly<Record<string, string>>,
): Promise<string> {
	const sign = (await git.maybe(['config', '--type=bool', 'commit.gpgSign'])) === 'true' ? ['-S'] : [];
	const args = ['commit-tree', ...sign, ...parents.flatMap((parent) => ['-p', parent]), tree];
	return (await git.text(args, { input: message, env: who })).trim();
}
