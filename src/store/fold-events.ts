import type { JournalEvent } from '../domain/events.ts';
import type { Database } from './database.ts';
import { subjectsOf } from './subjects.ts';

/** Events whose content lies in a file of its own, named by the event. */
const ATTACHED = new Set(['frozen', 'exported', 'run-recorded', 'seal-opened']);

/**
 * Characters of a line from which an event, which then names about a thousand subjects, is entered under them in slices: 100,000 take
 * tenths of a second, and nobody else is answered meanwhile.
 */
export const LARGE = 65_536;

/** Subjects to project anew. Within one transaction most events meet on few subjects: each is written down once, at its end. */
export class Marks {
	readonly #subjects = new Set<string>();

	add(subject: string): void {
		this.#subjects.add(subject);
	}

	/** Inside the transaction whose events made the marks. */
	flush(db: Database): void {
		// In order: neighbours in the table are written together.
		const subjects = JSON.stringify([...this.#subjects].sort());
		db.run('INSERT OR IGNORE INTO dirty SELECT value FROM json_each(?)', subjects);
		this.#subjects.clear();
	}
}

interface Settled {
	readonly n: number;
	readonly id: string;
	readonly person: string;
	readonly type: string;
	readonly void: number;
}

/** Marks an event void when its own person retracted it, and no longer void when that retraction vanished. */
function settleVoid(
	db: Database,
	event: Settled | undefined,
	large: boolean,
	subjects: () => readonly string[],
	marks: Marks,
): void {
	// A retraction cannot be retracted, and the R/E draw stays for good.
	if (event === undefined || event.type === 'retracted' || event.type === 'half-drawn') return;
	const retracted = db.value<number>(
		'SELECT 1 FROM events WHERE target = ? AND person = ? LIMIT 1',
		event.id,
		event.person,
	);
	const now = retracted === undefined ? 0 : 1;
	if (now === event.void) return;
	db.run('UPDATE events SET void = ? WHERE n = ?', now, event.n);
	if (large) db.run("INSERT OR REPLACE INTO unfolded VALUES (?, '')", event.n);
	else for (const subject of subjects()) marks.add(subject);
	if (event.type === 'imported' || ATTACHED.has(event.type)) marks.add(`event ${event.id}`);
}

function settleStoredVoid(db: Database, id: string, marks: Marks, largeFrom: number): void {
	const event = db.get<Settled & { readonly length: number }>(
		'SELECT n, id, person, type, void, octet_length(line) AS length FROM events WHERE id = ?',
		id,
	);
	if (event === undefined) return;
	const subjects = () => subjectsOfLine(db.value<string>('SELECT line FROM events WHERE n = ?', event.n) as string);
	settleVoid(db, event, event.length >= largeFrom, subjects, marks);
}

function subjectsOfLine(line: string): readonly string[] {
	return subjectsOf(JSON.parse(line) as JournalEvent);
}

/** Subjects in order of the large event that is being entered, by its id: its key may become another's. */
export interface Unfolding {
	id: string;
	subjects: readonly string[];
}

/** Position of the first that comes after `last`. */
function behind(sorted: readonly string[], last: string): number {
	let [from, to] = [0, sorted.length];
	while (from < to) {
		const middle = (from + to) >> 1;
		if ((sorted[middle] as string) <= last) from = middle + 1;
		else to = middle;
	}
	return from;
}

/**
 * Enters the next subjects of large events, and marks them, inside the caller's transaction. What is projected meanwhile of a subject
 * that has not come yet does not know of the event: its mark follows.
 * @param known what the same caller's call before read
 * @param together entered between two looks at the clock
 * @param late whether it is time to stop
 */
export function unfold(db: Database, known: Unfolding, together: number, late: () => boolean): void {
	for (;;) {
		const next = db.get<{ n: number; id: string; upto: string }>(
			'SELECT e.n, e.id, u.upto FROM unfolded u JOIN events e ON e.n = u.event LIMIT 1',
		);
		if (next === undefined) return;
		if (known.id !== next.id) {
			known.id = next.id;
			const line = db.value<string>('SELECT line FROM events WHERE n = ?', next.n) as string;
			// In the order of the tables, so that neighbours are written together.
			known.subjects = [...subjectsOfLine(line)].sort();
			if (late()) return;
		}
		const from = behind(known.subjects, next.upto);
		const some = known.subjects.slice(from, from + together);
		if (some.length === 0) {
			db.run('DELETE FROM unfolded WHERE event = ?', next.n);
			[known.id, known.subjects] = ['', []];
		} else {
			const subjects = JSON.stringify(some);
			db.run('INSERT OR IGNORE INTO event_subjects SELECT value, ? FROM json_each(?)', next.n, subjects);
			db.run('INSERT OR IGNORE INTO dirty SELECT value FROM json_each(?)', subjects);
			db.run('UPDATE unfolded SET upto = ? WHERE event = ?', some.at(-1), next.n);
		}
		if (late()) return;
	}
}

/**
 * Adds one event that stands in `file`. Adding it twice, or in two files, changes nothing: events are a set.
 * @param marks takes what has to be projected anew; the caller flushes it in the same transaction
 * @param largeFrom length of a line whose subjects are left to {@link unfold}
 * @returns whether it was new to the database
 */
export function addEvent(
	db: Database,
	event: JournalEvent,
	line: string,
	file: number,
	marks: Marks,
	largeFrom = LARGE,
): boolean {
	const { id, seq, time, person, type } = event;
	const inserted = db.run(
		'INSERT OR IGNORE INTO events(id, seq, time, person, type, target, line) VALUES (?, ?, ?, ?, ?, ?, ?)',
		id,
		seq,
		time,
		person,
		type,
		type === 'retracted' ? event.event : null,
		line,
	);
	const isNew = inserted.changes > 0;
	const n = isNew ? inserted.key : (db.value<number>('SELECT n FROM events WHERE id = ?', id) as number);
	db.run('INSERT OR IGNORE INTO event_files VALUES (?, ?)', file, n);
	if (!isNew) return false;
	const large = Buffer.byteLength(line) >= largeFrom;
	const subjects = large ? [] : subjectsOf(event);
	const [only] = subjects;
	if (large) db.run("INSERT INTO unfolded VALUES (?, '')", n);
	else if (subjects.length === 1) db.run('INSERT OR IGNORE INTO event_subjects VALUES (?, ?)', only, n);
	else if (subjects.length > 1) {
		const sorted = JSON.stringify([...subjects].sort());
		db.run('INSERT OR IGNORE INTO event_subjects SELECT value, ? FROM json_each(?)', n, sorted);
	}
	for (const subject of subjects) marks.add(subject);
	if (type === 'retracted') settleStoredVoid(db, event.event, marks, largeFrom);
	settleVoid(db, { n, id, person, type, void: 0 }, large, () => subjects, marks);
	if (type === 'imported' || ATTACHED.has(type)) marks.add(`event ${id}`);
	return true;
}

/** Forgets that `event` stood in a file; an event that stands in no file is gone. */
function removeEvent(db: Database, n: number, marks: Marks): void {
	const event = db.get<{ id: string; type: string; line: string }>('SELECT id, type, line FROM events WHERE n = ?', n);
	if (event === undefined) return;
	for (const subject of subjectsOfLine(event.line)) {
		marks.add(subject);
		db.run('DELETE FROM event_subjects WHERE subject = ? AND event = ?', subject, n);
	}
	db.run('DELETE FROM events WHERE n = ?', n);
	db.run('DELETE FROM unfolded WHERE event = ?', n);
	if (event.type === 'retracted')
		settleStoredVoid(db, (JSON.parse(event.line) as { event: string }).event, marks, LARGE);
	if (event.type === 'imported' || ATTACHED.has(event.type)) marks.add(`event ${event.id}`);
}

/** Takes up to `limit` events of a file out. @returns how many were taken. */
export function removeFileEvents(db: Database, file: number, limit: number): number {
	const rows = db.all<{ event: number }>('SELECT event FROM event_files WHERE file = ? LIMIT ?', file, limit);
	const marks = new Marks();
	for (const { event } of rows) {
		db.run('DELETE FROM event_files WHERE file = ? AND event = ?', file, event);
		if (db.value('SELECT 1 FROM event_files WHERE event = ? LIMIT 1', event) === undefined)
			removeEvent(db, event, marks);
	}
	marks.flush(db);
	return rows.length;
}
