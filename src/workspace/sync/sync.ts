import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../protocol/errors.ts';
import type { SyncResult } from '../../protocol/team.ts';
import { scrubPages, tombstones } from '../../store/erasures.ts';
import { tryLock } from '../../store/lock.ts';
import { eventTotals } from '../../store/people-query.ts';
import { personFolder, workspaceKey } from '../../store/state-dir.ts';
import type { Context } from '../context.ts';
import { applyErasures } from '../erase/apply.ts';
import { adoptOwn, bring } from './bring.ts';
import { takenBack } from './erased.ts';
import { attachedFiles, linkedSources, ownJournals, SET_UP, unlinked } from './mine.ts';
import { type Outgoing, type Own, outgoing } from './outgoing.ts';
import { findPlace, type Place, type Upstream } from './place.ts';
import { notSent } from './state.ts';
import { type Blobs, blobsAt, identity, makeCommit, TRAILER, treeWith } from './tree.ts';
import { fetchRefusal, pushRefusal, type Refusal } from './words.ts';

/** How often others may be faster before it is given up for now. */
const ATTEMPTS = 5;
/** Longest wait after having lost a race; drawn anew each time, so that two do not meet again. */
const RETRY_MS = 400;
/** For the network, and for hooks that run tests. */
const REMOTE_MS = 5 * 60_000;

/** One sync at work. */
interface Work {
	readonly ctx: Context;
	readonly place: Place;
	readonly own: Own;
	readonly report: (phase: string, step: number) => void;
}

function message(person: string, events: number): string {
	const what = events === 0 ? 'Workspace files' : `${events} ${events === 1 ? 'event' : 'events'}`;
	return `${what} by ${person}\n\n${TRAILER}: ${personFolder(person)}\n`;
}

/** A commit of the files that an erasure changes, and of nothing else. */
function erasureMessage(person: string): string {
	return `Take out what was erased\n\n${TRAILER}: ${personFolder(person)}\n`;
}

async function committer({ place, own }: Work, person: string): Promise<Readonly<Record<string, string>>> {
	// A signature needs the name that its key belongs to.
	const neutral =
		person !== own.person && (await place.git.maybe(['config', '--type=bool', 'commit.gpgSign'])) !== 'true';
	return identity(place.git, person, personFolder(person), neutral);
}

/** A commit of what is mine on top of `base`; `base` itself where it holds everything. */
async function commitOn(work: Work, base: string | null, out: Outgoing): Promise<string> {
	const { place } = work;
	const { person } = out;
	const who = await committer(work, person);
	let tip = base;
	if (out.blobs.size > 0 || tip === null) {
		const tree = await treeWith(place, tip, out.blobs);
		tip = await makeCommit(place, tree, tip === null ? [] : [tip], message(person, out.events), who);
	}
	if (out.erased.size === 0) return tip;
	return makeCommit(place, await treeWith(place, tip, out.erased), [tip], erasureMessage(person), who);
}

/** How the branch stands to its upstream. */
interface Standing {
	/** The upstream is part of the branch. */
	readonly contains: boolean;
	/** Commits of the branch that the upstream lacks and that hold more than a sync of mine would send again. */
	readonly foreign: number;
}

/** Commits in a range that a sync of this person made, going by their messages. */
async function syncCommits({ place: { git }, own }: Work, out: Outgoing, range: string): Promise<number> {
	const mine = [own.person, out.person].map((person) => `--grep=${TRAILER}: ${personFolder(person)}`);
	return Number(await git.text(['rev-list', '--count', '-F', ...mine, range]));
}

/**
 * Whether everything by which a commit differs from `base` (null = from nothing) is in what is about to be sent, or there already. A
 * message alone does not tell: commits are amended, and two people may share a clone.
 */
async function heldBy(work: Work, base: string | null, head: string, there: Blobs, out: Outgoing): Promise<boolean> {
	const { place, own } = work;
	const args = base === null ? ['ls-tree', '--full-tree', head] : ['diff-tree', '--no-renames', base, head];
	const [command = '', ...rest] = args;
	const listed = await place.git.text([command, '-r', '-z', '--name-only', ...rest]);
	const mine = new Set(own.journals.map(({ path }) => `${place.prefix}${path}`));
	const here = await blobsAt(place, head);
	const alike = (path: string) => path.startsWith(`${place.prefix}.pairwright/`) && there.get(path) === here.get(path);
	return listed
		.split('\0')
		.filter((path) => path !== '')
		.every((path) => mine.has(path) || out.blobs.has(path) || out.erased.has(path) || alike(path));
}

async function standing(work: Work, head: string, upstream: string, out: Outgoing): Promise<Standing> {
	const { place } = work;
	const { git } = place;
	const base = await git.maybe(['merge-base', head, upstream]);
	if (base === null) {
		throw new UserError(
			'environment',
			'This branch and its upstream have no commit in common: they are two histories. Ask whoever looks after the repository. Nothing was sent.',
		);
	}
	const range = `${upstream}..${head}`;
	const behind = Number(await git.text(['rev-list', '--count', `${head}..${upstream}`]));
	const ahead = Number(await git.text(['rev-list', '--count', range]));
	const others = ahead - (await syncCommits(work, out, range));
	if (others > 0 || ahead === 0) return { contains: behind === 0, foreign: others };
	const held = await heldBy(work, base, head, await blobsAt(place, upstream), out);
	return { contains: behind === 0, foreign: held ? 0 : ahead };
}

/** A merge of `other` into the branch with my own files as `other` has them, or the files that conflict. */
async function mergeCommit(
	work: Work,
	head: string,
	other: string,
	{ journals, person }: Outgoing,
): Promise<{ readonly commit: string } | { readonly conflicts: readonly string[] }> {
	const { place } = work;
	const { git } = place;
	const who = await committer(work, person);
	// Both sides say the same of my journals, so that they cannot conflict.
	const blobs = new Map([...journals].map(([path, { name }]) => [path, name]));
	const level = await makeCommit(place, await treeWith(place, head, blobs), [head], 'level', who);
	const merged = await git.run(['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', level, other]);
	if (merged.code === 1) {
		return {
			conflicts: merged.stdout
				.split('\0')
				.slice(1)
				.filter((path) => path !== ''),
		};
	}
	if (merged.code !== 0) {
		throw new UserError(
			'environment',
			'Commits of yours that are not of a sync have to be merged, which needs git 2.38 or newer. Run "git pull" once, then sync again.',
		);
	}
	const tree = merged.stdout.split('\0')[0]?.trim() as string;
	return { commit: await makeCommit(place, tree, [head, other], `Merge what colleagues sent\n`, who) };
}

function files(paths: readonly string[]): string {
	const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
	return `${paths.slice(0, 3).join(', ')}${more}`;
}

/** Takes over what the upstream has. @returns what stands in the way, in words */
async function takeOver(
	work: Work,
	head: string,
	target: string,
	foreign: number,
	out: Outgoing,
): Promise<string | null> {
	if (target === head) return null;
	const { place, own, ctx } = work;
	let to = target;
	if (foreign > 0) {
		const merged = await mergeCommit(work, head, target, out);
		if ('conflicts' in merged) {
			return `What colleagues sent and commits of your own changed the same places of ${files(merged.conflicts)}. Run "git pull" and settle it there; Pairwright leaves such files alone.`;
		}
		to = merged.commit;
	}
	const blocked = await bring(place, ctx.state, { from: head, to, own, journals: out.journals });
	if (blocked === null) return null;
	return `What colleagues sent would overwrite work of yours that is not committed: ${files(blocked)}. Commit it or put it aside, then sync again. It was not touched.`;
}

async function fetchUpstream({ place }: Work, upstream: Upstream): Promise<Refusal | null> {
	try {
		const args = ['fetch', '--quiet', '--no-tags', '--recurse-submodules=no', upstream.remote];
		const refspec = `+${upstream.ref}:${upstream.tracking}`;
		const { code, stderr } = await place.git.run([...args, refspec], { timeoutMs: REMOTE_MS });
		return code === 0 ? null : fetchRefusal(stderr, upstream.remote);
	} catch (error) {
		if (!UserError.is(error, 'environment')) throw error;
		return fetchRefusal(error.message, upstream.remote);
	}
}

async function push({ place }: Work, upstream: Upstream, commit: string): Promise<Refusal | null> {
	const short = upstream.ref.replace(/^refs\/heads\//u, '');
	try {
		const args = ['push', '--porcelain', '--no-follow-tags', '--recurse-submodules=no', upstream.remote];
		const { code, stdout, stderr } = await place.git.run([...args, `${commit}:${upstream.ref}`], {
			timeoutMs: REMOTE_MS,
		});
		return code === 0 ? null : pushRefusal(stdout, stderr, upstream.remote, short);
	} catch (error) {
		if (!UserError.is(error, 'environment')) throw error;
		return pushRefusal('', `fatal: ${error.message}`, upstream.remote, short);
	}
}

/** What came of talking to the other side. */
interface Exchange {
	readonly pushed: number;
	readonly offline?: true;
	readonly problems: readonly string[];
	/** Worth knowing; nothing went wrong. */
	readonly notes: readonly string[];
}

/** Fetches, sends what is mine on top of the upstream, and takes over what is there. Commits of other work are never sent. */
async function exchange(work: Work, head: string, upstream: Upstream): Promise<Exchange> {
	const { place, own } = work;
	const { git } = place;
	for (let attempt = 1; ; attempt++) {
		work.report('Fetching', 1);
		const refusal = await fetchUpstream(work, upstream);
		if (refusal !== null && refusal.kind !== 'no-branch') {
			const offline = refusal.kind === 'offline' ? ({ offline: true } as const) : {};
			return { pushed: 0, ...offline, problems: [refusal.text], notes: [] };
		}
		const there = refusal === null ? await git.maybe(['rev-parse', '-q', '--verify', upstream.tracking]) : null;
		let target = head;
		let foreign = 0;
		const out = await outgoing(place, there, own);
		if (there === null) {
			const all = Number(await git.text(['rev-list', '--count', head]));
			const held = await heldBy(work, null, head, new Map(), out);
			if (!held || all !== (await syncCommits(work, out, head))) {
				const text = `${upstream.name} does not exist yet, and this branch holds commits of other work. Send it once with "git push"; from then on a sync does the rest.`;
				return { pushed: 0, problems: [text], notes: [] };
			}
		} else {
			const stand = await standing(work, head, there, out);
			foreign = stand.foreign;
			if (!stand.contains || foreign > 0) target = await commitOn(work, there, out);
		}
		let problem: Refusal | null = null;
		if (target !== there) {
			work.report('Sending', 2);
			problem = await push(work, upstream, target);
			if (problem?.kind === 'behind' && attempt < ATTEMPTS) {
				await new Promise((done) => setTimeout(done, Math.random() * RETRY_MS));
				continue;
			}
		}
		work.report('Taking over what came', 3);
		const problems = problem === null ? [] : [problem.text];
		const way = await takeOver(work, head, target, foreign, out);
		if (way !== null) problems.push(way);
		const notes: string[] = [];
		if (foreign > 0) {
			const [commits, are] = foreign === 1 ? ['1 commit', 'is'] : [`${foreign} commits`, 'are'];
			notes.push(`${commits} of yours with other work ${are} left for "git push".`);
		}
		return { pushed: problem === null ? out.events : 0, problems, notes };
	}
}

/** Those of some files of the workspace that git does not hold. */
async function untracked({ git, prefix }: Place, paths: readonly string[]): Promise<string[]> {
	if (paths.length === 0) return [];
	const listed = await git.text(['ls-files', '-z', '--', ...paths.map((path) => `:(literal)${prefix}${path}`)]);
	const known = new Set(listed.split('\0'));
	return paths.filter((path) => !known.has(`${prefix}${path}`));
}

function plural(n: number, one: string): string {
	return `${n.toLocaleString('en')} ${n === 1 ? one : `${one}s`}`;
}

function sentence(result: Omit<SyncResult, 'message'>, problems: readonly string[], notes: readonly string[]): string {
	const done = [
		...(result.pushed > 0 ? [`${plural(result.pushed, 'event')} of yours sent`] : []),
		...(result.pulled > 0 ? [`${plural(result.pulled, 'event')} of others received`] : []),
	];
	const kept = result.not_sent > 0 ? [`${plural(result.not_sent, 'event')} not sent`] : [];
	const facts = [...done, ...kept];
	const head = facts.length === 0 ? (problems.length === 0 ? 'Everything is in sync.' : '') : `${facts.join(', ')}.`;
	return [head, ...problems, ...notes].filter((part) => part !== '').join(' ');
}

/**
 * Hands in my work and takes over that of others: commits only my journal files and the files that my events name, fetches,
 * sends, and updates the work tree as git's own merge would. Never switches or makes branches, never commits or sends other
 * files, leaves staged and unstaged work as it is. What cannot be sent stays committed.
 * @throws UserError 'environment' before anything is done: no repository, no branch, something half done; 'no-person'; 'busy'
 */
export async function sync(
	ctx: Context,
	reload: () => Promise<void>,
	options: {
		readonly signal: AbortSignal;
		readonly progress: (phase: string, done: number) => void;
		/** Whose journals are sent; the annotator at work if left out. */
		readonly person?: string;
	},
): Promise<SyncResult> {
	const person = options.person ?? ctx.requirePerson();
	const lock = tryLock(join(ctx.state.dir, `${workspaceKey(ctx.paths.root)}.sync.lock`));
	if (!('release' in lock)) {
		throw new UserError('busy', 'This workspace is being synced already, by another window or the command line.');
	}
	try {
		const place = await findPlace(ctx.paths.root, options.signal);
		options.progress('Committing', 0);
		// What the command line or another window appended is in the journals; what they name is known from the database.
		await reload();
		const own: Own = {
			person,
			journals: await ownJournals(ctx, person),
			attached: attachedFiles(ctx, person),
			setUp: SET_UP.filter((path) => unlinked(ctx.paths.root, path)),
			tombstones: tombstones(ctx.db),
			takenBack: await takenBack(ctx, place),
		};
		const work: Work = { ctx, place, own, report: options.progress };
		const out = await outgoing(place, place.head, own);
		const head = await commitOn(work, place.head, out);
		const made = head !== place.head;
		if (made) await adoptOwn(place, place.head, head, new Map([...out.blobs, ...out.erased]));
		for (const path of own.takenBack) if (unlinked(ctx.paths.root, path)) rmSync(join(ctx.paths.root, path));
		const before = eventTotals(ctx.db, person).others;
		let done: Exchange;
		if (place.upstream === null) {
			const [remote = 'origin'] = place.remotes;
			const how =
				place.remotes.length === 0
					? 'this repository has no remote: nobody to send to. Add one with "git remote add origin ADDRESS".'
					: `the branch ${place.branch} has no upstream. Say once where it belongs: git push -u ${remote} ${place.branch}`;
			done = { pushed: 0, problems: [`Committed here only; ${how}`], notes: [] };
		} else {
			done = await exchange(work, head, place.upstream);
		}
		await reload();
		// Lines that came in here before the erasure was heard of.
		if (await applyErasures(ctx)) {
			await reload();
			scrubPages(ctx.db);
		}
		const state = await notSent(ctx, place);
		const notes = [...done.notes];
		const loose = await untracked(place, linkedSources(ctx, person));
		if (loose.length > 0) {
			notes.push(
				`Imported from files that are not in git: ${files(loose)}. Colleagues see their pairs once you commit them ("git add").`,
			);
		}
		const result = {
			committed: out.events,
			pulled: Math.max(0, eventTotals(ctx.db, person).others - before),
			pushed: done.pushed,
			not_sent: state?.events ?? 0,
			ok: done.problems.length === 0,
			offline: done.offline === true,
		};
		return { ...result, message: sentence(result, done.problems, notes) };
	} finally {
		lock.release();
	}
}
