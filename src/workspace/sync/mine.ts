import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { journalLocked } from '../../store/journal-lock.ts';
import { personFolder } from '../../store/state-dir.ts';
import type { Context } from '../context.ts';
import { wholeLines } from './journal-text.ts';

/** Above this, a run's scores stay on the machine that made them (design.md §4). */
const MAX_RUN_FILE = 20 * 1024 * 1024;

/** Folder of a person's journal, relative to the workspace. */
export function journalFolder(person: string): string {
	return `.pairwright/journal/${personFolder(person)}`;
}

/** Whether a path of the workspace is there and is no link, nor lies below one: a commit can bring links that lead anywhere. */
export function unlinked(root: string, path: string): boolean {
	try {
		return realpathSync(join(root, path)) === join(realpathSync(root), path);
	} catch {
		return false;
	}
}

/** A journal file of mine: its path in the workspace, and its whole lines. */
export interface OwnJournal {
	readonly path: string;
	readonly bytes: Buffer;
}

/** My journal files of all devices, read while no process of this device appends. */
export async function ownJournals(ctx: Context, person: string): Promise<OwnJournal[]> {
	const folder = journalFolder(person);
	const absolute = join(ctx.paths.root, folder);
	return journalLocked(ctx.state, () => {
		if (!unlinked(ctx.paths.root, folder)) return [];
		return readdirSync(absolute)
			.filter((name) => name.endsWith('.jsonl') && unlinked(ctx.paths.root, `${folder}/${name}`))
			.sort()
			.map((name) => ({ path: `${folder}/${name}`, bytes: wholeLines(readFileSync(join(absolute, name))) }));
	});
}

/** Files that a workspace cannot be opened without, or that keep others from committing the wrong things. */
export const SET_UP = ['config.json', 'guidelines.md', '.gitignore', '.gitattributes'].map(
	(name) => `.pairwright/${name}`,
);

/**
 * Files that my events name and a colleague needs to rebuild the same state: copies of what I imported, manifests I froze,
 * exports I recorded, runs I recorded. Each is written once under a name of its own and never changed, so it is only ever added.
 */
export function attachedFiles(ctx: Context, person: string): string[] {
	const paths = new Set<string>();
	const by = <T extends { readonly person: string }>(events: readonly T[]) => events.filter((e) => e.person === person);
	for (const { source } of by(ctx.events('imported'))) {
		if (source.stored === 'copy' && source.path.startsWith('.pairwright/sources/')) paths.add(source.path);
	}
	for (const { manifest } of by(ctx.events('frozen'))) paths.add(`.pairwright/manifests/${manifest}.json`);
	for (const event of by(ctx.events('exported'))) paths.add(`.pairwright/exports/${event.export}.json`);
	for (const { run } of by(ctx.events('run-recorded'))) {
		const folder = join(ctx.paths.runs, run);
		if (!/^[\w.-]+$/u.test(run) || !existsSync(folder)) continue;
		for (const entry of readdirSync(folder, { withFileTypes: true })) {
			if (!entry.isFile() || entry.name.endsWith('.tmp')) continue;
			if (statSync(join(folder, entry.name)).size <= MAX_RUN_FILE) paths.add(`.pairwright/runs/${run}/${entry.name}`);
		}
	}
	// Paths are given to git a line each: one with a line break would name another file.
	const plain = (path: string) => !/[\n\r\0]/u.test(path) && !path.split('/').includes('..');
	return [...paths].filter((path) => plain(path) && unlinked(ctx.paths.root, path)).sort();
}

/** Files of the user's own that I imported where they lie: they are sent with git, not by a sync. */
export function linkedSources(ctx: Context, person: string): string[] {
	const linked = ctx
		.events('imported')
		.filter((e) => e.person === person && e.source.stored === 'link')
		.map((e) => e.source.path)
		.filter((path) => !/^([a-z]:|[\\/])/iu.test(path) && existsSync(join(ctx.paths.root, path)));
	return [...new Set(linked)];
}
