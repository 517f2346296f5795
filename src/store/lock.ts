import {
	closeSync,
	linkSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { UserError } from '../protocol/errors.ts';

/** Who holds a lock. `started` tells a reused pid from the holder only for people who read the file. */
export interface LockHolder {
	readonly pid: number;
	readonly host: string;
	readonly started: string;
}

/** A lock whose holder died between creating and writing it is taken over after this many ms. */
const EMPTY_GRACE_MS = 2_000;

/** Whether a process of this machine has that pid. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: the process is there, but someone else's.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

function readHolder(path: string): LockHolder | 'empty' | 'gone' {
	try {
		const holder = JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
		return typeof holder.pid === 'number' ? holder : 'empty';
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'empty';
	}
}

function isStale(path: string, holder: LockHolder | 'empty'): boolean {
	if (holder === 'empty') {
		try {
			return Date.now() - statSync(path).mtimeMs > EMPTY_GRACE_MS;
		} catch {
			return false;
		}
	}
	// A pid says nothing about another machine (a home folder on a network mount).
	return holder.host === hostname() && !isAlive(holder.pid);
}

/** Moves a stale lock away. If someone else's fresh lock was caught by the move, it is put back. */
function removeStale(path: string): void {
	const aside = `${path}.stale.${process.pid}`;
	try {
		renameSync(path, aside);
	} catch {
		return;
	}
	const caught = readHolder(aside);
	if (caught !== 'gone' && caught !== 'empty' && !isStale(aside, caught)) {
		try {
			linkSync(aside, path);
		} catch {
			// A third process has taken the lock meanwhile: the caught one has lost it, as if it had been slower.
		}
	}
	rmSync(aside, { force: true });
}

/** Takes the lock if it is free or stale. @returns who holds it otherwise. */
export function tryLock(path: string): { readonly release: () => void } | { readonly heldBy: LockHolder | null } {
	mkdirSync(dirname(path), { recursive: true });
	for (let attempt = 0; attempt < 3; attempt++) {
		try {
			const fd = openSync(path, 'wx');
			const holder: LockHolder = { pid: process.pid, host: hostname(), started: new Date().toISOString() };
			writeSync(fd, JSON.stringify(holder));
			closeSync(fd);
			return { release: () => rmSync(path, { force: true }) };
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		const holder = readHolder(path);
		if (holder === 'gone') continue;
		if (!isStale(path, holder)) return { heldBy: holder === 'empty' ? null : holder };
		removeStale(path);
	}
	return { heldBy: null };
}

/**
 * Runs a synchronous section under the lock; waits in small steps without blocking the event loop.
 * @throws UserError('busy') after `waitMs`.
 */
export async function withLock<T>(path: string, waitMs: number, section: () => T): Promise<T> {
	const until = Date.now() + waitMs;
	for (let pause = 1; ; pause = Math.min(pause * 2, 20)) {
		const lock = tryLock(path);
		if ('release' in lock) {
			try {
				return section();
			} finally {
				lock.release();
			}
		}
		if (Date.now() > until) {
			const who = lock.heldBy === null ? 'another process' : `process ${lock.heldBy.pid}`;
			throw new UserError(
				'busy',
				`${who} has held ${path} for ${Math.round(waitMs / 1000)} s. Try again; if that process is gone, delete the file.`,
			);
		}
		await new Promise((done) => setTimeout(done, pause));
	}
}
