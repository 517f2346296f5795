import { isAbsolute } from 'node:path';
import { UserError } from '../../protocol/errors.ts';
import type { SyncResult } from '../../protocol/team.ts';
import { personFolder } from '../../store/state-dir.ts';
import type { Context } from '../context.ts';
import { Git } from '../sync/git.ts';
import { journalFolder } from '../sync/mine.ts';
import { findPlace, type Place } from '../sync/place.ts';
import { TRAILER } from '../sync/tree.ts';

/** What an erasure needs of the opened workspace. */
export interface Steps {
	readonly reload: () => Promise<void>;
	/** @param person whose journals are sent; the annotator at work if left out */
	readonly sync: (person?: string) => Promise<SyncResult>;
	/** Of the job; heard until the tombstone stands, and not from then on. */
	readonly signal?: AbortSignal;
}

/** The git work tree of the workspace; null where there is none. @throws where something is half done there */
export async function placeOf(ctx: Context): Promise<Place | null> {
	try {
		const inside = await new Git(ctx.paths.root).maybe(['rev-parse', '--is-inside-work-tree']);
		return inside === 'true' ? await findPlace(ctx.paths.root) : null;
	} catch (error) {
		if (UserError.is(error) && /git was not found/u.test(error.message)) return null;
		throw error;
	}
}

/**
 * Refuses where work of others in this clone is not in git yet, then takes over what everybody sent: nobody's lines are rewritten
 * unseen. Without an upstream there is nobody to wait for.
 * @throws UserError 'environment': nothing was changed
 */
export async function settleTeam(ctx: Context, place: Place | null, steps: Steps): Promise<void> {
	if (place === null) return;
	const person = ctx.requirePerson();
	const journal = `${place.prefix}.pairwright/journal/`;
	const listed = await place.git.text(['status', '--porcelain', '-z', '--untracked-files=all', '--', journal]);
	const mine = `${place.prefix}${journalFolder(person)}/`;
	const foreign = listed
		.split('\0')
		.map((entry) => entry.slice(3))
		.filter((path) => path.endsWith('.jsonl') && !path.startsWith(mine));
	if (place.upstream !== null && foreign.length > 0) {
		throw new UserError(
			'environment',
			`Work of others in this folder is not in git yet: ${foreign.slice(0, 3).join(', ')}. Let them sync first ("pairwright --annotator THEM sync"). Nothing was erased.`,
		);
	}
	if (place.upstream === null) return;
	const { ok, message } = await steps.sync();
	if (!ok) {
		throw new UserError(
			'environment',
			`Nothing was erased: it needs what everybody has sent, and syncing failed. ${message}`,
		);
	}
}

/** Commits of this clone in which some files stand, anywhere in its history. */
export async function commitsWith({ git, prefix }: Place, paths: readonly string[]): Promise<number> {
	if (paths.length === 0) return 0;
	const args = paths.map((path) => `:(literal)${prefix}${path}`);
	const { code, stdout } = await git.run(['rev-list', '--all', '--count', '--', ...args]);
	return code === 0 ? Number(stdout) : 0;
}

function quoted(path: string): string {
	return /^[\w./-]+$/u.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** A person who was taken out, and the name that stands for them. */
export interface RemovedName {
	readonly handle: string;
	readonly as: string;
}

/** What commits say of a person: the messages of their syncs, and who made them. @returns null where none of theirs is here */
async function namesInCommits({ git }: Place, { handle, as }: RemovedName) {
	const log = async (...which: string[]) =>
		new Set(
			(await git.text(['log', '--all', '-F', '--format=%an <%ae>%n%cn <%ce>', ...which]))
				.split('\n')
				.filter((line) => line !== ''),
		);
	const mine = `--grep=${TRAILER}: ${personFolder(handle)}`;
	const commits = Number(await git.text(['rev-list', '--all', '--count', '-F', mine]));
	if (commits === 0) return null;
	// Somebody else may work in the same clone: who made their commits too is not this person alone.
	const shared = new Set<string>();
	for (const line of (
		await git.text(['log', '--all', '-F', `--grep=${TRAILER}: `, '--format=%an <%ae>%x00%B%x01'])
	).split('\x01')) {
		const [who = '', message = ''] = line.trimStart().split('\0');
		if (!message.includes(`${TRAILER}: ${personFolder(handle)}`)) shared.add(who);
	}
	const authors = [...(await log(mine))].filter((who) => !shared.has(who)).sort();
	const pattern = handle.replace(/[.*+?^${}()|[\]\\/-]/gu, '\\$&');
	const printed = (lines: readonly string[], file: string) =>
		`  printf '%s\\n' ${lines.map(quoted).join(' ')} > ${file}`;
	const words = [`${personFolder(handle)}==>${personFolder(as)}`, `regex:(?m) by ${pattern}$==> by ${as}`];
	const mailmap = authors.map((who) => `${as} <${personFolder(as)}@pairwright.invalid> ${who}`);
	return {
		sentence: `${commits} ${commits === 1 ? 'commit' : 'commits'} of their syncs ${commits === 1 ? 'names' : 'name'} them too, in the message and as author: that stays as well, until the commands below have run. Other commits of theirs, and what others wrote in messages, are not looked for.`,
		lines: [
			printed(words, '../pairwright-words'),
			...(mailmap.length === 0 ? [] : [printed(mailmap, '../pairwright-mailmap')]),
		],
		options: ` --replace-message ../pairwright-words${mailmap.length === 0 ? '' : ' --mailmap ../pairwright-mailmap'}`,
	};
}

/** Files that were edited in VS Code: nothing here can reach its copies of them. */
const LOCAL_HISTORY =
	'VS Code keeps earlier versions of files that were edited in it (drafts, and sources that you opened), on each machine by itself: its command "Local History: Delete All" takes those of every file and folder away there, for good; a single one is deleted in the Timeline view of its file.';

/**
 * What git still holds and how to take it out of there too, and what else may.
 * @param paths files of the workspace as they stood before: rewritten journals and replaced copies
 * @param linked files of the user's that hold it and were imported where they lie, relative to the workspace where they are inside
 * @param removed a person: commits of their syncs name them
 */
export async function historyAdvice(
	place: Place | null,
	paths: readonly string[],
	linked: readonly string[] = [],
	removed: RemovedName | null = null,
): Promise<string[]> {
	if (place === null) return ['This folder is not in git: no history holds it. Backups may.', LOCAL_HISTORY];
	const own: string[] = [];
	for (const path of linked) if (!isAbsolute(path) && (await commitsWith(place, [path])) > 0) own.push(path);
	const commits = await commitsWith(place, [...paths, ...own]);
	if (commits === 0) {
		return [
			'git holds nothing of what was rewritten: those files were never committed. Not looked into: files named above that stay as they are (git may hold them), and backups.',
			LOCAL_HISTORY,
		];
	}
	const { prefix, branch, remotes } = place;
	const where = remotes.length === 0 ? 'in this clone and every copy of it' : 'in every clone and on the server';
	const folder = quoted(`${prefix}.pairwright`);
	const files = [...new Set([...paths, ...own])].sort().map((path) => quoted(`${prefix}${path}`));
	const mine = own.map((path) => quoted(`${prefix}${path}`));
	const aside = (i: number) => `../pairwright-file-${i + 1}`;
	const names = removed === null ? null : await namesInCommits(place, removed);
	return [
		`git history still holds it: ${commits} ${commits === 1 ? 'commit' : 'commits'} of ${files.length} ${files.length === 1 ? 'file' : 'files'}, ${where}.`,
		...(names === null ? [] : [names.sentence]),
		...(mine.length === 0
			? []
			: [`First take the rows out of ${mine.join(', ')}: the commands below put it back as it then stands.`]),
		'To take it out of history too, when everybody has synced and nobody works meanwhile:',
		`  cp -r ${folder} ../pairwright-now`,
		...mine.map((file, i) => `  cp ${file} ${aside(i)}`),
		...(names?.lines ?? []),
		`  git filter-repo --force --invert-paths ${files.map((file) => `--path ${file}`).join(' ')}${names?.options ?? ''}`,
		...mine.map((file, i) => `  mkdir -p "$(dirname ${file})" && cp ${aside(i)} ${file} && git add ${file}`),
		`  cp -rn ../pairwright-now/. ${folder} && git add -f ${quoted(`${prefix}.pairwright/journal`)} ${quoted(`${prefix}.pairwright/sources`)} && git commit -m "Journals as they stand"`,
		...remotes.map((name) => `  git remote add ${name} ADDRESS   # filter-repo takes remotes away`),
		...remotes.slice(0, 1).map((name) => `  git push --force ${name} ${branch}`),
		'git-filter-repo comes from https://github.com/newren/git-filter-repo. Everybody then deletes their clone and clones anew; a hosting site may keep old commits reachable until its support drops them, forks keep theirs.',
		LOCAL_HISTORY,
	];
}
