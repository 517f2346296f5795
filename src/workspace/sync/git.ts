import { spawn } from 'node:child_process';
import { UserError } from '../../protocol/errors.ts';

export interface GitOutput {
	readonly code: number;
	readonly bytes: Buffer;
	readonly stdout: string;
	readonly stderr: string;
}

export interface GitOptions {
	readonly input?: string | Buffer;
	/** Another index file than the user's own. */
	readonly index?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly timeoutMs?: number;
}

/** Commands on the own disk; a signature or a large source takes longest. */
const LOCAL_MS = 60_000;

/** Variables that would aim git at another repository or index, as inside a hook. */
const AIMED = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_OBJECT_DIRECTORY', 'GIT_NAMESPACE'];

/**
 * The user's own git, run in one folder. Its own plumbing rather than a library: commits are made without the user's index and
 * hooks, which libraries around `git commit` cannot do. Nothing passes through a shell.
 */
export class Git {
	readonly cwd: string;
	readonly #signal: AbortSignal | undefined;

	constructor(cwd: string, signal?: AbortSignal) {
		this.cwd = cwd;
		this.#signal = signal;
	}

	/** Runs a command whatever its exit code. @throws UserError 'environment' without git, 'cancelled', or after the timeout */
	run(args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
		const { input, index, timeoutMs = LOCAL_MS } = options;
		const env: NodeJS.ProcessEnv = { ...process.env };
		for (const name of AIMED) delete env[name];
		Object.assign(env, options.env, {
			// Messages are read by this program; a window has no terminal to ask for a password in.
			LC_ALL: 'C',
			LANGUAGE: 'C',
			...(process.stdin.isTTY === true ? {} : { GIT_TERMINAL_PROMPT: '0' }),
			...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
		});
		return new Promise((resolve, reject) => {
			if (this.#signal?.aborted === true) {
				reject(new UserError('cancelled', 'Syncing was cancelled; what is committed stays.'));
				return;
			}
			const child = spawn('git', args as string[], { cwd: this.cwd, env, windowsHide: true });
			const out: Buffer[] = [];
			const err: Buffer[] = [];
			let ended: UserError | null = null;
			const stop = (why: UserError) => {
				ended = why;
				child.kill();
			};
			const timer = setTimeout(
				() =>
					stop(
						new UserError(
							'environment',
							`git ${args[0]} did not answer within ${Math.round(timeoutMs / 1000)} seconds.`,
						),
					),
				timeoutMs,
			);
			const cancel = () => stop(new UserError('cancelled', 'Syncing was cancelled; what is committed stays.'));
			this.#signal?.addEventListener('abort', cancel, { once: true });
			child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
			child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
			child.stdin.on('error', () => {
				// It ended without reading everything: the exit code says why.
			});
			const settle = () => {
				clearTimeout(timer);
				this.#signal?.removeEventListener('abort', cancel);
			};
			child.on('error', (error: NodeJS.ErrnoException) => {
				settle();
				const missing = error.code === 'ENOENT';
				reject(
					new UserError(
						'environment',
						missing
							? 'git was not found on this machine. Install it (https://git-scm.com), then open the folder again.'
							: `git could not be started: ${error.message}`,
					),
				);
			});
			child.on('exit', () => {
				// Whoever it started (a hook, ssh) may hold the pipes open for as long as it likes.
				if (ended === null) return;
				settle();
				child.stdout.destroy();
				child.stderr.destroy();
				reject(ended);
			});
			child.on('close', (code) => {
				settle();
				if (ended !== null) reject(ended);
				else {
					const bytes = Buffer.concat(out);
					resolve({
						code: code ?? 1,
						bytes,
						stdout: bytes.toString('utf8'),
						stderr: Buffer.concat(err).toString('utf8'),
					});
				}
			});
			child.stdin.end(input ?? '');
		});
	}

	/** Standard output of a command that has to succeed. @throws UserError 'environment' with git's own first line */
	async text(args: readonly string[], options: GitOptions = {}): Promise<string> {
		const { code, stdout, stderr } = await this.run(args, options);
		if (code !== 0) throw new UserError('environment', gitFailure(args, stderr));
		return stdout;
	}

	/** First line of output, or null where the command says no. */
	async maybe(args: readonly string[], options: GitOptions = {}): Promise<string | null> {
		const { code, stdout } = await this.run(args, options);
		return code === 0 ? (stdout.split('\n')[0] ?? '') : null;
	}
}

/** git's first telling line. */
export function firstLine(stderr: string): string {
	const lines = stderr
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '');
	return lines.find((line) => /^(fatal|error|remote):/u.test(line)) ?? lines[0] ?? 'it gave no reason';
}

function gitFailure(args: readonly string[], stderr: string): string {
	if (/index\.lock|\.lock': File exists/u.test(stderr)) {
		return 'Another git command is at work in this folder. Try again when it has ended; if none is, git left a lock behind: delete .git/index.lock.';
	}
	if (/dubious ownership/u.test(stderr)) {
		return 'git refuses this folder because it belongs to another user of this machine. git says how to allow it: run "git status" there.';
	}
	return `git ${args[0]} failed: ${firstLine(stderr)}`;
}
