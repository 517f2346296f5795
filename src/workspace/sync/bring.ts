import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../protocol/errors.ts';
import { continues, markOf } from '../../store/journal-lineage.ts';
import { journalLocked } from '../../store/journal-lock.ts';
import { replaceFile } from '../../store/replace-file.ts';
import type { UserState } from '../../store/state-dir.ts';
import { firstLine, Git } from './git.ts';
import { joinLines, wholeLines } from './journal-text.ts';
import { hashFiles, type Outgoing, type Own } from './outgoing.ts';
import { type Place, UNFINISHED } from './place.ts';
import { type Blobs, blobsAt, indexInfo, withOwnIndex } from './tree.ts';

/** Puts the index entries of some paths to given blobs; all others stay, staged or not. */
async function setEntries({ git }: Place, blobs: Blobs, index?: string): Promise<void> {
	if (blobs.size === 0) return;
	const options = { input: indexInfo(blobs), ...(index === undefined ? {} : { index }) };
	await git.text(['update-index', '-z', '--index-info'], options);
}

/** A checkout of a large tree, with filters: far longer than anything else on the own disk. */
const CHECKOUT_MS = 30 * 60_000;

/** @throws UserError where a terminal has switched branches, committed or begun a merge while the network was waited for */
async function requireStill({ git, gitDir, branch }: Place, tip: string | null): Promise<void> {
	const now = await git.maybe(['symbolic-ref', '--short', '-q', 'HEAD']);
	const head = await git.maybe(['rev-parse', '-q', '--verify', 'HEAD^{commit}']);
	if (now === branch && head === tip && !UNFINISHED.some(([file]) => existsSync(join(gitDir, file)))) return;
	throw new UserError(
		'environment',
		'The branch was changed by another program while syncing. What was sent is sent, and your files are as they were. Sync again.',
	);
}

/** Moves the branch that is checked out, if it still is where it was. */
async function moveBranch({ git, branch }: Place, from: string | null, to: string): Promise<void> {
	const before = from ?? '0'.repeat(to.length);
	await git.text(['update-ref', '-m', 'pairwright sync', `refs/heads/${branch}`, to, before]);
}

/** Makes a commit that changes only `blobs` the tip of the branch: their index entries follow, and nothing else. */
export async function adoptOwn(place: Place, from: string | null, to: string, blobs: Blobs): Promise<void> {
	await requireStill(place, from);
	await moveBranch(place, from, to);
	await setEntries(place, blobs);
}

/** Adds to a journal file on disk the lines that only the other version has; lines that came in meanwhile stay. */
async function joinOnDisk(state: UserState, path: string, committed: Buffer): Promise<void> {
	const name = path.split(/[\\/]/u).slice(-2).join('/');
	await journalLocked(state, () => {
		const mark = state.journalMarks()[name];
		const mine = mark !== undefined && continues(path, mark);
		const now = readFileSync(path);
		const whole = wholeLines(now);
		const joined = joinLines(whole, committed);
		if (joined.equals(whole)) return;
		replaceFile(path, Buffer.concat([joined, now.subarray(now.lastIndexOf(0x0a) + 1)]));
		if (mine) state.setJournalMark(name, markOf(path));
	});
}

/** Paths that git names in its refusal to overwrite. */
function blockedBy(stderr: string): string[] {
	return [...stderr.matchAll(/'([^'\n]+)'/gu)].map(([, path]) => path as string);
}

/** Files of mine that git does not know here yet, but the other side has with the same content: they need not be written. */
async function alreadyThere(place: Place, own: Own, from: string, to: string): Promise<Blobs> {
	const [before, after] = [await blobsAt(place, from), await blobsAt(place, to)];
	const paths = [...own.attached, ...own.setUp].filter(
		(path) => !before.has(`${place.prefix}${path}`) && after.has(`${place.prefix}${path}`),
	);
	const names = await hashFiles(place, paths, false);
	const same = new Map<string, string>();
	for (const [i, path] of paths.entries()) {
		const theirs = after.get(`${place.prefix}${path}`) as string;
		// A copy of a source is the same content under the same name, however it was packed: either serves.
		if (names[i] === theirs || path.startsWith('.pairwright/sources/')) same.set(`${place.prefix}${path}`, theirs);
	}
	return same;
}

/**
 * Brings index and work tree from one commit to another as a checkout does: only files that differ between the two are written,
 * and what the user has changed or staged elsewhere stays. Tried on a copy first, so that a refusal changes nothing.
 * @returns files that stand in the way, or null when it was done
 */
export async function bring(
	place: Place,
	state: UserState,
	step: { readonly from: string; readonly to: string; readonly own: Own; readonly journals: Outgoing['journals'] },
): Promise<readonly string[] | null> {
	const { git } = place;
	const { from, to, own, journals } = step;
	await requireStill(place, from);
	const entries = new Map(await alreadyThere(place, own, from, to));
	const target = await blobsAt(place, to);
	for (const [path, { name }] of journals) if (target.get(path) === name) entries.set(path, name);
	await git.run(['update-index', '-q', '--refresh']);
	const refusal = await withOwnIndex(place, async (index) => {
		const users = resolve(git.cwd, (await git.text(['rev-parse', '--git-path', 'index'])).trim());
		if (existsSync(users)) copyFileSync(users, index);
		await setEntries(place, entries, index);
		const { code, stderr } = await git.run(['read-tree', '-n', '-m', '-u', from, to], { index });
		return code === 0 ? null : stderr;
	});
	if (refusal !== null) {
		const paths = blockedBy(refusal);
		if (paths.length === 0) throw new UserError('environment', `git could not update the files: ${firstLine(refusal)}`);
		return paths;
	}
	await requireStill(place, from);
	// From here on nothing stops midway: half a checkout would look like work of the user's.
	const sure: Place = { ...place, git: new Git(git.cwd) };
	for (const [path, { bytes }] of journals) {
		const disk = join(git.cwd, path);
		if (entries.has(path) && existsSync(disk)) await joinOnDisk(state, disk, bytes);
	}
	await setEntries(sure, entries);
	await sure.git.text(['read-tree', '-m', '-u', from, to], { timeoutMs: CHECKOUT_MS });
	await moveBranch(sure, from, to);
	// Entries that were set by name know nothing of the files on disk yet.
	await sure.git.run(['update-index', '-q', '--refresh']);
	return null;
}
