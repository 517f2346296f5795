import { firstLine } from './git.ts';

/** Why the other side could not be reached or did not take what was sent. */
export interface Refusal {
	readonly kind: 'behind' | 'offline' | 'no-branch' | 'protected' | 'hook' | 'permission' | 'other';
	/** A whole sentence, and what to do. */
	readonly text: string;
}

const OFFLINE =
	/could not resolve host|couldn't connect|connection (refused|timed out|reset|closed)|network is unreachable|no route to host|operation timed out|did not answer within|temporary failure in name|failed to connect|could not connect|ssl|proxy/iu;
const PERMISSION =
	/permission( to .*)? denied|permission denied|access denied|forbidden|\b40[13]\b|authentication failed|could not read (username|password)|publickey|host key verification|terminal prompts disabled|not authorized|insufficient permission|unable to create temporary object|unpacker error/iu;
const GONE =
	/repository .*not found|does not (appear to be|exist)|no such (file|device)|couldn't find remote|not a git repository/iu;

/** The server's own first line, else git's. */
export function serverLine(stderr: string): string {
	const said = stderr
		.split('\n')
		.map((line) => /^remote:\s*(\S.*)$/u.exec(line.trim())?.[1])
		.find((line) => line !== undefined && !/^(-+|=+|\*+)$/u.test(line));
	return said ?? firstLine(stderr);
}

function said(stderr: string): string {
	return `It said: "${serverLine(stderr).trim()}"`;
}

/** In words, why reading from the remote failed. */
export function fetchRefusal(stderr: string, remote: string): Refusal {
	if (/couldn't find remote ref/iu.test(stderr)) return { kind: 'no-branch', text: '' };
	return reach(stderr, remote);
}

function reach(stderr: string, remote: string): Refusal {
	if (PERMISSION.test(stderr)) {
		return {
			kind: 'permission',
			text: `"${remote}" does not let you in, or does not let you write. Sign in with git (a fetch in a terminal asks for it), or ask whoever looks after the repository for access. ${said(stderr)}`,
		};
	}
	if (OFFLINE.test(stderr)) {
		return {
			kind: 'offline',
			text: `"${remote}" cannot be reached. What you did is committed here and is sent with the next sync. ${said(stderr)}`,
		};
	}
	if (GONE.test(stderr)) {
		return {
			kind: 'offline',
			text: `There is no repository where "${remote}" points to, or it cannot be reached. What you did is committed here. Check the address with "git remote -v". ${said(stderr)}`,
		};
	}
	return { kind: 'other', text: `"${remote}" could not be asked. ${said(stderr)}` };
}

/** In words, why a push was not taken. @param report standard output of `git push --porcelain` */
export function pushRefusal(report: string, stderr: string, remote: string, branch: string): Refusal {
	const line = report.split('\n').find((each) => each.startsWith('!')) ?? '';
	const all = `${line}\n${stderr}`;
	if (/protected branch|GH006|GH013|not allowed to push code to protected|rule violations/iu.test(all)) {
		return {
			kind: 'protected',
			text: `"${remote}" takes no commits on ${branch} from you: the branch is protected. Ask whoever looks after the repository to let you push to it, or work on a branch of your own and have it merged. ${said(stderr)}`,
		};
	}
	if (/\[remote rejected\].*hook declined|pre-receive hook/iu.test(all)) {
		return {
			kind: 'hook',
			text: `A check on "${remote}" did not take your judgments. Show its words to whoever looks after the repository. ${said(stderr)}`,
		};
	}
	if (
		/\[rejected\]|fetch first|non-fast-forward|cannot lock ref|failed to update ref|incorrect old value/iu.test(all)
	) {
		return { kind: 'behind', text: `Others kept being faster on ${branch}. Sync again in a moment.` };
	}
	if (line === '' && !/fatal:|remote:/u.test(stderr)) {
		return {
			kind: 'hook',
			text: `The pre-push hook of this clone did not let your judgments through. It said: "${firstLine(stderr)}"`,
		};
	}
	if (line.includes('[remote rejected]') && !PERMISSION.test(all)) {
		const why = /\[remote rejected\]\s*\(([^)]*)\)/u.exec(line)?.[1] ?? serverLine(stderr);
		return { kind: 'other', text: `"${remote}" did not take your judgments. It said: "${why}"` };
	}
	return reach(stderr, remote);
}
