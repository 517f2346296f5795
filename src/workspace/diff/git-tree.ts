import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { UserError } from '../../protocol/errors.ts';
import { listJournalFiles, parseJournal, readFrom } from '../../store/journal-files.ts';
import { type WorkspacePaths, workspacePaths } from '../../store/paths.ts';
import { Git } from '../sync/git.ts';

/** A commit's workspace, put into a temporary folder. */
export interface GitTree {
	readonly root: string;
	readonly commit: string;
}

/** Paths of imported files inside the workspace but outside `.pairwright/`, as the journals there name them. */
function linkedSources(root: string): string[] {
	const { journal } = workspacePaths(root);
	const paths = new Set<string>();
	for (const file of listJournalFiles(journal)) {
		for (const { event } of parseJournal(readFrom(join(journal, file), 0), 0, 1)) {
			if (event?.type === 'imported') paths.add(event.source.path);
		}
	}
	return [...paths].filter((path) => !isAbsolute(path) && !path.split(/[\\/]/u).includes('..'));
}

/** @returns the commit that a ref names, or null where it names none or the folder is in no repository */
export async function commitOf(root: string, ref: string): Promise<string | null> {
	return new Git(root).maybe(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
}

/**
 * Puts `.pairwright/` and the sources it names, as a commit has them, into a temporary folder and hands it over. The user's
 * index and files stay as they are: git writes through an index of its own. A source that git does not hold is taken from the
 * workspace; whether it still is what was imported is checked by its hash like anywhere else.
 */
export async function withTree<T>(
	paths: WorkspacePaths,
	commit: string,
	use: (tree: GitTree) => Promise<T>,
): Promise<T> {
	const top = (await new Git(paths.root).text(['rev-parse', '--show-toplevel'])).trim();
	const inside = relative(await realpath(top), await realpath(paths.root))
		.split(sep)
		.join('/');
	// From the top: paths in the index of a subfolder's tree are relative to that subfolder.
	const git = new Git(top);
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-ref-'));
	try {
		const root = join(folder, 'tree');
		mkdirSync(root);
		const index = join(folder, 'index');
		const tree = inside === '' ? commit : `${commit}:${inside}`;
		if ((await git.run(['read-tree', tree], { index })).code !== 0) {
			throw new UserError('not-found', `${commit.slice(0, 10)} does not have this folder.`);
		}
		const held = (await git.text(['ls-files', '-z'], { index })).split('\0').filter((path) => path !== '');
		const write = async (wanted: readonly string[]): Promise<void> => {
			if (wanted.length === 0) return;
			const input = wanted.map((path) => `${path}\0`).join('');
			// A link of the commit becomes a plain file: nothing is written through it to elsewhere.
			const plain = ['-c', 'core.symlinks=false', 'checkout-index'];
			await git.text([...plain, '-f', '-z', '--stdin', `--prefix=${root.split(sep).join('/')}/`], { index, input });
		};
		const own = held.filter((path) => path.startsWith('.pairwright/'));
		if (own.length === 0) {
			throw new UserError('not-found', `${commit.slice(0, 10)} has no .pairwright folder here: nothing to compare.`);
		}
		await write(own);
		const sources = linkedSources(root);
		await write(held.filter((path) => sources.includes(path) && !path.startsWith('.pairwright/')));
		for (const path of sources) {
			if (existsSync(join(root, path)) || !existsSync(join(paths.root, path))) continue;
			try {
				mkdirSync(dirname(join(root, path)), { recursive: true });
				copyFileSync(join(paths.root, path), join(root, path));
			} catch {
				// A file stands where a folder would have to be: the source counts as missing there.
			}
		}
		return await use({ root, commit });
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
