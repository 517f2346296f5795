import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { UserError } from '../../protocol/errors.ts';
import { Git } from './git.ts';

/** Where a branch's commits come from and go to. */
export interface Upstream {
	readonly remote: string;
	/** Full name of the branch there: `refs/heads/main`. */
	readonly ref: string;
	/** What this clone last saw of it: `refs/remotes/origin/main`. */
	readonly tracking: string;
	/** For people: `origin/main`. */
	readonly name: string;
}

/** The workspace in its git work tree. */
export interface Place {
	/** git, run at the top of the work tree. */
	readonly git: Git;
	/** Path of the workspace below the top, '' or ending in `/`. */
	readonly prefix: string;
	readonly gitDir: string;
	/** Branch checked out, short. */
	readonly branch: string;
	/** Commit of the branch; null before the first one. */
	readonly head: string | null;
	readonly upstream: Upstream | null;
	readonly remotes: readonly string[];
}

/** Work of the user's that is half done, as git leaves its traces. */
export const UNFINISHED: readonly (readonly [file: string, what: string])[] = [
	['MERGE_HEAD', 'a merge'],
	['rebase-merge', 'a rebase'],
	['rebase-apply', 'a rebase'],
	['CHERRY_PICK_HEAD', 'a cherry-pick'],
	['REVERT_HEAD', 'a revert'],
	['BISECT_LOG', 'a bisect'],
];

/** Why syncing cannot begin here; the words for people. */
export class NoPlace extends UserError {}

async function upstreamOf(git: Git, branch: string): Promise<Upstream | null> {
	const remote = await git.maybe(['config', '--get', `branch.${branch}.remote`]);
	const ref = await git.maybe(['config', '--get', `branch.${branch}.merge`]);
	// `.` = another branch of this clone: nothing is sent anywhere by that.
	if (remote === null || ref === null || remote === '' || remote === '.') return null;
	const tracking = await git.maybe(['rev-parse', '--symbolic-full-name', `${branch}@{upstream}`]);
	const short = ref.replace(/^refs\/heads\//u, '');
	return { remote, ref, tracking: tracking || `refs/remotes/${remote}/${short}`, name: `${remote}/${short}` };
}

/**
 * Finds the work tree, branch and upstream of a workspace.
 * @throws UserError 'environment' where there is no work tree, no branch, or something half done
 */
export async function findPlace(root: string, signal?: AbortSignal): Promise<Place> {
	const here = new Git(root, signal);
	const inside = await here.run(['rev-parse', '--is-inside-work-tree', '--show-toplevel', '--absolute-git-dir']);
	const [is, top, gitDir] = inside.stdout.split('\n');
	if (inside.code !== 0 || is !== 'true' || top === undefined || gitDir === undefined) {
		if (/dubious ownership/u.test(inside.stderr)) await here.text(['rev-parse', '--show-toplevel']);
		throw new NoPlace(
			'environment',
			`${root} is not in a git repository, so there is nobody to sync with. Clone your team's repository and open the workspace there, or run "git init".`,
		);
	}
	const below = relative(realpathSync(top), realpathSync(root));
	if (below.startsWith('..') || isAbsolute(below)) {
		throw new NoPlace('environment', `${root} lies outside the git work tree ${top} that git names for it.`);
	}
	const git = new Git(top, signal);
	const prefix = below === '' ? '' : `${below.split(sep).join('/')}/`;
	// A folder inside somebody's clone that is none of its work: a demo, an experiment.
	if (prefix !== '' && (await git.run(['check-ignore', '-q', prefix])).code === 0) {
		throw new NoPlace(
			'environment',
			`A .gitignore of the repository around it keeps ${root} out of git, so there is nobody to sync with. Open the workspace in your team's clone, or take that rule away ("git check-ignore -v ${prefix}" names it).`,
		);
	}
	const branch = await git.maybe(['symbolic-ref', '--short', '-q', 'HEAD']);
	const unfinished = UNFINISHED.find(([file]) => existsSync(join(gitDir, file)));
	if (unfinished !== undefined) {
		throw new NoPlace(
			'environment',
			`${unfinished[1][0]?.toUpperCase()}${unfinished[1].slice(1)} is in progress in this repository. Finish it, or stop it, with git; then sync again. Nothing was changed.`,
		);
	}
	if (branch === null) {
		throw new NoPlace(
			'environment',
			'No branch is checked out (git calls it a detached HEAD), so a commit would belong to none. Check out your branch, then sync again. Nothing was changed.',
		);
	}
	return {
		git,
		prefix,
		gitDir,
		branch,
		head: await git.maybe(['rev-parse', '-q', '--verify', 'HEAD^{commit}']),
		upstream: await upstreamOf(git, branch),
		remotes: (await git.text(['remote'])).split('\n').filter((name) => name !== ''),
	};
}
