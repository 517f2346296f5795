import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../store/lock.ts';

/** What is being written changes all the time, also where another machine writes it over a network mount. */
const QUIET_MS = 60_000;

/** A draft's name ends so; `more` tells two of one process apart. */
export function draftEnding(more = ''): string {
	return `.${process.pid}${more === '' ? '' : `.${more}`}.tmp`;
}

/** Removes drafts of processes that are gone: a kill leaves them, and they may hold what was to be redacted or erased. */
export function dropStaleDrafts(folder: string): void {
	for (const name of readdirSync(folder)) {
		const pid = /\.(\d+)(?:\.[0-9a-f]+)?\.tmp$/u.exec(name)?.[1];
		if (pid === undefined || isAlive(Number(pid))) continue;
		const path = join(folder, name);
		const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
		if (Date.now() - changed > QUIET_MS) rmSync(path, { force: true });
	}
}
