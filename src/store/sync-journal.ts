import { join } from 'node:path';
import { redact } from '../domain/erasure.ts';
import type { EventType, JournalEvent } from '../domain/events.ts';
import { stableJson } from '../domain/identity.ts';
import type { Database } from './database.ts';
import { foldedErasures } from './erasures.ts';
import { addEvent, Marks, removeFileEvents } from './fold-events.ts';
import {
	chainOf,
	EMPTY_CHAIN,
	extendChain,
	fileStamp,
	listJournalFiles,
	parseJournal,
	readFrom,
} from './journal-files.ts';

/** Most events folded in one transaction, and the most time one may take. */
export interface Slice {
	readonly rows: number;
	readonly ms: number;
}

/** Beside people at work: a verdict waits for one of these at most. */
export const SHORT: Slice = { rows: 500, ms: 40 };
/**
 * Where nobody can work before it is done: opening a workspace, or folding all of it again. A commit writes every page that changed,
 * and ids are random, so that 500 events change nearly as many pages as 10,000.
 */
export const LONG: Slice = { rows: 20_000, ms: 500 };

interface KnownFile {
	readonly n: number;
	readonly size: number;
	readonly lines: number;
	readonly chain: string;
	readonly stamp: string;
}

export interface JournalChange {
	/** New events folded and events taken out. */
	added: number;
	removed: number;
	/** Kinds of the events that came in. */
	readonly types: Set<EventType>;
	/** Lines that could not be read, in words, each reported once. */
	problems: string[];
}

function knownFile(db: Database, path: string): KnownFile | undefined {
	return db.get<KnownFile>('SELECT n, size, lines, chain, stamp FROM journal_files WHERE path = ?', path);
}

/** Whether the first `known.size` bytes still are what was folded. */
function prefixUnchanged(known: KnownFile, bytes: Buffer): boolean {
	if (bytes.length < known.size) return false;
	const prefix = chainOf(bytes.subarray(0, known.size));
	return prefix.chain === known.chain && prefix.lines === known.lines;
}

function* forget(db: Database, file: number, change: JournalChange): Generator<void> {
	for (;;) {
		const taken = db.write(() => {
			const n = removeFileEvents(db, file, SHORT.rows);
			if (n < SHORT.rows) {
				db.run('DELETE FROM journal_problems WHERE file = ?', file);
				db.run("UPDATE journal_files SET size = 0, lines = 0, chain = '', stamp = '' WHERE n = ?", file);
			}
			return n;
		});
		change.removed += taken;
		if (taken < SHORT.rows) return;
		yield;
	}
}

function reportProblem(
	db: Database,
	file: number,
	path: string,
	line: number,
	reason: string,
	change: JournalChange,
): void {
	if (db.run('INSERT OR IGNORE INTO journal_problems VALUES (?, ?, ?)', file, line, reason).changes > 0) {
		change.problems.push(
			`.pairwright/journal/${path}, line ${line}: ${reason}. The line was skipped; everything else counts.`,
		);
	}
}

/**
 * Folds what changed in one journal file: only its new tail while the known prefix is unchanged, else the whole file anew.
 * Yields between transactions. Bookkeeping moves with each transaction, so that it may stop anywhere.
 * @param appended by their lines, the events that the caller has just appended to the file as it knew it: the prefix need not be read
 * again
 */
export function* syncJournalFile(
	db: Database,
	journal: string,
	path: string,
	change: JournalChange,
	appended: ReadonlyMap<string, JournalEvent> | null = null,
	most: Slice = SHORT,
): Generator<void> {
	const absolute = join(journal, path);
	const there = fileStamp(absolute);
	let known = knownFile(db, path);
	if (there === null) {
		if (known !== undefined) {
			yield* forget(db, known.n, change);
			db.run('DELETE FROM journal_files WHERE n = ?', known.n);
		}
		return;
	}
	if (known !== undefined && known.stamp === there.stamp) return;
	if (known === undefined) {
		db.run("INSERT OR IGNORE INTO journal_files(path, size, lines, chain, stamp) VALUES (?, 0, 0, '', '')", path);
		known = knownFile(db, path) as KnownFile;
	}
	let unread: Buffer;
	if (appended !== null && known.stamp !== '') {
		unread = readFrom(absolute, known.size);
	} else {
		const bytes = readFrom(absolute, 0);
		if (known.size > 0 && !prefixUnchanged(known, bytes)) {
			yield* forget(db, known.n, change);
			known = { ...known, size: 0, lines: 0, chain: EMPTY_CHAIN, stamp: '' };
		}
		unread = bytes.subarray(known.size);
	}
	const file = known.n;
	const troubled = db.value('SELECT 1 FROM journal_problems WHERE file = ? LIMIT 1', file) !== undefined;
	let { size, lines, chain } = known;
	const erased = foldedErasures(db);
	// Line by line: a journal of a hundred thousand verdicts is never in memory as objects.
	const tail = parseJournal(unread, size, lines + 1, appended ?? undefined);
	for (let last = false; !last; ) {
		db.write(() => {
			const started = performance.now();
			const marks = new Marks();
			// Another process may have folded the same tail meanwhile: adding it again changes nothing.
			for (let i = 0; ; i++) {
				if (i >= most.rows || (i % 16 === 15 && performance.now() - started > most.ms)) break;
				const next = tail.next();
				if (next.done === true) {
					last = true;
					break;
				}
				const line = next.value;
				const event = line.event === null || erased === null ? line.event : redact(line.event, erased);
				const text = event === line.event ? line.text : stableJson(event);
				if (event !== null && addEvent(db, event, text, file, marks)) {
					change.added++;
					change.types.add(event.type);
				}
				if (line.problem !== null) reportProblem(db, file, path, line.line, line.problem, change);
				else if (troubled) db.run('DELETE FROM journal_problems WHERE file = ? AND line = ?', file, line.line);
				if (!line.unfinished) {
					size = line.end;
					lines = line.line;
					chain = extendChain(chain, line.text);
				}
			}
			marks.flush(db);
			db.run(
				'UPDATE journal_files SET size = ?, lines = ?, chain = ?, stamp = ? WHERE n = ?',
				size,
				lines,
				chain,
				last ? there.stamp : '',
				file,
			);
		});
		if (!last) yield;
	}
}

/** Folds every journal file that is new, changed or gone. Stat first: unchanged files are not opened. */
export function* syncJournals(
	db: Database,
	journal: string,
	change: JournalChange,
	most: Slice = SHORT,
): Generator<void> {
	const there = listJournalFiles(journal);
	const known = db.all<{ path: string }>('SELECT path FROM journal_files').map((row) => row.path);
	for (const path of new Set([...there, ...known])) {
		yield* syncJournalFile(db, journal, path, change, null, most);
	}
}
