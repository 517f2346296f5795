import type { JournalEvent } from '../domain/events.ts';
import type { Database } from './database.ts';
import { subjectsOf } from './subjects.ts';

/** Events whose content lies in a file of its own, named by the event. */
const ATTACHED = new Set(['frozen', 'exported', 'run-recorded', 'seal-opened']);

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
function settleVoid(db: Database, event: Settled | undefined, subjects: () => readonly string[], marks: Marks): void {
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
	for (const subject of subjects()) marks.add(subject);
	if (event.type === 'imported' || ATTACHED.has(event.type)) marks.add(`event ${event.id}`);
}

function settleStoredVoid(db: Database, id: string, marks: Marks): void {
	const event = db.get<Settled & { readonly line: string }>(
		'SELECT n, id, person, type, void, line FROM events WHERE id = ?',
		id,
	);
	settleVoid(db, event, () => subjectsOfLine((event as { line: string }).line), marks);
}

function subjectsOfLine(line: string): readonly string[] {
	return subjectsOf(JSON.parse(line) as JournalEvent);
}

/**
 * Adds one event that stands in `file`. Adding it twice, or in two files, changes nothing: events are a set.
 * @param marks takes what has to be projected anew; the caller flushes it in the same transaction
 * @returns whether it was new to the database
 */
export function addEvent(db: Database, event: JournalEvent, line: string, file: number, marks: Marks): boolean {
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
	const subjects = subjectsOf(event);
	const [only] = subjects;
	if (subjects.length === 1) db.run('INSERT OR IGNORE INTO event_subjects VALUES (?, ?)', only, n);
	else if (subjects.length > 1) {
		const sorted = JSON.stringify([...subjects].sort());
		db.run('INSERT OR IGNORE INTO event_subjects SELECT value, ? FROM json_each(?)', n, sorted);
	}
	for (const subject of subjects) marks.add(subject);
	if (type === 'retracted') settleStoredVoid(db, event.event, marks);
	settleVoid(db, { n, id, person, type, void: 0 }, () => subjects, marks);
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
	if (event.type === 'retracted') settleStoredVoid(db, (JSON.parse(event.line) as { event: string }).event, marks);
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
