import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../protocol/errors.ts';

/** The user's own state folder: device id, handle, journal lock. Never inside a workspace, never synced. */
export function defaultStateDir(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
	if (env.PAIRWRIGHT_STATE) return env.PAIRWRIGHT_STATE;
	if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'pairwright');
	if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'pairwright');
	return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'pairwright');
}

/** The user's cache: holds a database only where WAL cannot be had beside the workspace. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
	if (env.PAIRWRIGHT_STATE) return join(env.PAIRWRIGHT_STATE, 'cache');
	if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'pairwright', 'cache');
	if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'pairwright');
	return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pairwright');
}

function readText(path: string): string | null {
	try {
		return readFileSync(path, 'utf8').trim() || null;
	} catch {
		return null;
	}
}

function writeAtomically(path: string, text: string): void {
	const draft = `${path}.${process.pid}.tmp`;
	writeFileSync(draft, text);
	renameSync(draft, path);
}

/** Longest handle: it stands in file names, trees and exports. */
const MAX_HANDLE = 64;

/**
 * A handle as stored: NFC, trimmed.
 * @throws UserError('usage') for an empty, too long or reserved one.
 */
export function checkHandle(text: string): string {
	const handle = text.normalize('NFC').replace(/\s+/gu, ' ').trim();
	if (handle === '' || handle.length > MAX_HANDLE) {
		throw new UserError('usage', `An annotator's name has 1 to ${MAX_HANDLE} characters; found ${handle.length}.`);
	}
	if (/^(source|model):/u.test(handle)) {
		throw new UserError(
			'usage',
			`"${handle}" cannot be an annotator: source: and model: name labels that no person gave.`,
		);
	}
	return handle;
}

function gitUserName(): string | null {
	try {
		return (
			execFileSync('git', ['config', '--get', 'user.name'], {
				encoding: 'utf8',
				stdio: ['ignore', 'pipe', 'ignore'],
				timeout: 3_000,
			}).trim() || null
		);
	} catch {
		return null;
	}
}

/** What a re-judge queue holds on this machine: work to do, not data. */
export interface RejudgeQueue {
	readonly run: string;
	/** Judgments with a larger seq are answers to this queue. */
	readonly seq: number;
	readonly comparisons: readonly string[];
}

/** Train pairs by how much a verdict on them is worth, the most first. Never committed: it tells what a model thought of a pair. */
export interface ActiveOrder {
	readonly stamp: string;
	readonly rank: ReadonlyMap<string, number>;
}

/** Files of the user's state folder for one workspace. */
export class UserState {
	readonly dir: string;
	readonly device: string;
	#seen: Set<string> | null = null;
	readonly #workspaceKey: string;

	constructor(root: string, dir: string = defaultStateDir()) {
		this.dir = dir;
		mkdirSync(dir, { recursive: true });
		this.#workspaceKey = workspaceKey(root);
		this.device = this.#deviceId();
	}

	#deviceId(): string {
		const path = join(this.dir, 'device');
		const known = readText(path);
		if (known !== null && /^[0-9a-f]{16}$/u.test(known)) return known;
		try {
			// wx: of two first starts at once, one id wins.
			writeFileSync(path, randomBytes(8).toString('hex'), { flag: known === null ? 'wx' : 'w' });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		return readText(path) ?? randomBytes(8).toString('hex');
	}

	get lockPath(): string {
		return join(this.dir, `${this.device}.lock`);
	}

	handle(): string | null {
		return readText(join(this.dir, 'annotator'));
	}

	setHandle(text: string): string {
		const handle = checkHandle(text);
		writeAtomically(join(this.dir, 'annotator'), `${handle}\n`);
		return handle;
	}

	/** The stored handle, else git's `user.name`, which is then stored; null when there is neither. */
	handleOrGit(): string | null {
		const stored = this.handle();
		if (stored !== null) return stored;
		const name = gitUserName();
		return name === null ? null : this.setHandle(name.slice(0, MAX_HANDLE));
	}

	#file(kind: string): string {
		const dir = join(this.dir, 'workspaces', this.#workspaceKey);
		mkdirSync(dir, { recursive: true });
		return join(dir, kind);
	}

	/** Comparisons whose other verdicts this person has been shown: a verdict changed after that is not blind. */
	hasSeenOthers(person: string, comparison: string): boolean {
		this.#seen ??= new Set((readText(this.#file('seen-others')) ?? '').split('\n'));
		return this.#seen.has(`${comparison} ${person}`);
	}

	markSeenOthers(person: string, comparison: string): void {
		if (this.hasSeenOthers(person, comparison)) return;
		this.#seen?.add(`${comparison} ${person}`);
		appendFileSync(this.#file('seen-others'), `${comparison} ${person}\n`);
	}

	rejudge(): RejudgeQueue | null {
		const text = readText(this.#file('rejudge.json'));
		try {
			return text === null ? null : (JSON.parse(text) as RejudgeQueue);
		} catch {
			return null;
		}
	}

	/** How far this machine has written each journal file of this workspace. */
	journalMarks(): Readonly<Record<string, { readonly size: number; readonly tail: string }>> {
		const text = readText(this.#file('journal-marks.json'));
		try {
			return text === null ? {} : (JSON.parse(text) as Record<string, { size: number; tail: string }>);
		} catch {
			return {};
		}
	}

	setJournalMark(name: string, mark: { readonly size: number; readonly tail: string }): void {
		writeAtomically(this.#file('journal-marks.json'), JSON.stringify({ ...this.journalMarks(), [name]: mark }));
	}

	#active: { readonly stamp: string; readonly order: ActiveOrder | null } | null = null;

	/** The order of train pairs as the last run on this machine left it; null where there is none. */
	activeOrder(): ActiveOrder | null {
		const path = this.#file('active-order');
		const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
		const stamp = stat === undefined ? '' : `${stat.ino}:${stat.size}:${stat.mtimeNs}`;
		if (this.#active?.stamp !== stamp) {
			const ids = stat === undefined ? [] : (readText(path) ?? '').split('\n').filter((id) => id !== '');
			this.#active = { stamp, order: ids.length === 0 ? null : { stamp, rank: new Map(ids.map((id, i) => [id, i])) } };
		}
		return this.#active.order;
	}

	setActiveOrder(ids: readonly string[]): void {
		writeAtomically(this.#file('active-order'), ids.join('\n'));
	}

	setRejudge(queue: RejudgeQueue): void {
		writeAtomically(this.#file('rejudge.json'), JSON.stringify(queue));
	}
}

/** Names a workspace in the user's folders: by real path, so that a link and its target are one. */
export function workspaceKey(root: string): string {
	let real = root;
	try {
		real = realpathSync(root);
	} catch {
		// Not made yet: its own spelling will do.
	}
	return createHash('sha256').update(real).digest('hex').slice(0, 16);
}

/** Folder of a person in the journal: readable slug + 8 hex of a hash, so that two "Ana"s with other spellings differ. */
export function personFolder(handle: string): string {
	const slug = handle
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[^a-z0-9]+/gu, '-')
		.replace(/^-+|-+$/gu, '')
		.slice(0, 24);
	const hash = createHash('sha256').update(handle.normalize('NFC')).digest('hex').slice(0, 8);
	return slug === '' ? hash : `${slug}-${hash}`;
}
