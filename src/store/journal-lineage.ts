import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspacePaths } from './paths.ts';
import { personFolder, type UserState } from './state-dir.ts';

/** How far this machine has written a journal file here: its size then, and a hash of the last bytes before that. */
export interface JournalMark {
	readonly size: number;
	readonly tail: string;
}

/** Enough to tell one event from another: each line ends with what makes it differ. */
const TAIL_BYTES = 512;

function tailHash(path: string, size: number): string | null {
	const length = Math.min(TAIL_BYTES, size);
	const bytes = Buffer.alloc(length);
	const fd = openSync(path, 'r');
	try {
		if (readSync(fd, bytes, 0, length, size - length) < length) return null;
	} finally {
		closeSync(fd);
	}
	return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** The mark of a file as it is now. */
export function markOf(path: string): JournalMark {
	const { size } = statSync(path);
	return { size, tail: tailHash(path, size) ?? '' };
}

/** Whether a file holds everything this machine has written to it. */
export function continues(path: string, mark: JournalMark): boolean {
	const size = statSync(path, { throwIfNoEntry: false })?.size;
	return size !== undefined && size >= mark.size && tailHash(path, mark.size) === mark.tail;
}

/**
 * The file that this device appends to for a person, relative to the journal folder: `<person>/<device>.jsonl` as long as every
 * version of it continues the last. Where it does not hold what was written to it (another branch, another clone on the same
 * machine, a reset), a second file `<device>-<random>.jsonl` is begun: two branches that both append to one file conflict
 * when they are merged, and hosting sites know no way to join them; two files never do.
 * The caller holds the device's lock.
 */
export function chooseJournalFile(paths: WorkspacePaths, state: UserState, person: string): string {
	const folder = personFolder(person);
	const first = `${folder}/${state.device}.jsonl`;
	const marks = state.journalMarks();
	const known = Object.keys(marks).filter((name) => name.startsWith(`${folder}/`));
	if (!known.includes(first) && statSync(join(paths.journal, first), { throwIfNoEntry: false }) === undefined) {
		return first;
	}
	const fits = known.find((name) => continues(join(paths.journal, name), marks[name] as JournalMark));
	return fits ?? `${folder}/${state.device}-${randomBytes(3).toString('hex')}.jsonl`;
}

/** Remembers that a file now ends with what this device wrote. */
export function markJournal(paths: WorkspacePaths, state: UserState, name: string): void {
	state.setJournalMark(name, markOf(join(paths.journal, name)));
}
