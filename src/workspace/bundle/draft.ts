import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../../domain/identity.ts';
import { isAlive } from '../../store/lock.ts';

/** A draft of another machine (a pid says nothing there) is left behind for sure after this many ms; a bundle is minutes of work. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** Drafts that this process is writing: its pid may have been another's before it. */
const open = new Set<string>();
let made = 0;

const thisHost = (): string => sha256(hostname()).slice(0, 8);

/**
 * Makes the folder in which a bundle is written, beside its place, so that it can be moved there at once. Drafts for the same place
 * that killed processes left behind, with texts in them, are removed.
 */
export function makeDraft(out: string): string {
	const beside = dirname(out);
	mkdirSync(beside, { recursive: true });
	removeAbandoned(beside, basename(out));
	const draft = join(beside, `.${basename(out)}.${thisHost()}-${process.pid}-${made++}.tmp`);
	mkdirSync(draft);
	open.add(draft);
	return draft;
}

export function removeDraft(draft: string): void {
	rmSync(draft, { recursive: true, force: true });
	open.delete(draft);
}

function removeAbandoned(beside: string, name: string): void {
	const prefix = `.${name}.`;
	for (const entry of readdirSync(beside)) {
		if (!entry.startsWith(prefix)) continue;
		// Earlier versions wrote the pid alone.
		const [, host, pid] = /^(?:([0-9a-f]{8})-)?(\d+)(?:-\d+)?\.tmp$/.exec(entry.slice(prefix.length)) ?? [];
		const path = join(beside, entry);
		if (pid === undefined || open.has(path)) continue;
		try {
			const { mtimeMs } = statSync(path);
			const gone = host === thisHost() && (Number(pid) === process.pid || !isAlive(Number(pid)));
			if (gone || Date.now() - mtimeMs > ABANDONED_MS) rmSync(path, { recursive: true, force: true });
		} catch {
			// Removed by another export meanwhile, or not ours to remove: no reason to refuse this one.
		}
	}
}
