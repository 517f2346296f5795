import type { JournalEvent } from '../domain/events.ts';
import type { Database } from './database.ts';
import { subjectsOf } from './subjects.ts';

/** Events whose content lies in a file of its own, named by the event. */
const ATTACHED = new Set(['frozen', 'exported', 'run-recorded', 'seal-opened']);

function markDirty(db: Database, subject: string): void {
	db.run('INSERT OR IGNORE INTO dirty VALUES (?)', subject);
}

/** Marks an event void when its own person retracted it, and no longer void when that retraction vanished. */
function settleVoid(db: Database, id: string): void {
	const event = db.get<{ n: number; person: string; type: string; void: number }>(
		'SELECT n, person, type, void FROM events WHERE id = ?',
		id,
	);
	// A retraction cannot be retracted, and the R/E draw stays for good.
	if (event === undefined || event.type === 'retracted' || event.type === 'half-drawn') return;
	const retracted = db.value<number>(
		`SELECT 1 FROM event_subjects s JOIN events r ON r.n = s.event
		WHERE s.subject = ? AND r.type = 'retracted' AND r.person = ? LIMIT 1`,
		id,
		event.person,
	);
	const now = retracted === undefined ? 0 : 1;
	if (now === event.void) return;
	db.run('UPDATE events SET void = ? WHERE n = ?', now, event.n);
	for (const row of db.all<{ subject: string }>('SELECT subject FROM event_subjects WHERE event = ?', event.n)) {
		markDirty(db, row.subject);
	}
	if (event.type === 'imported' || ATTACHED.has(event.type)) markDirty(db, `event ${id}`);
}

/**
 * Adds one event that stands in `file`. Adding it twice, or in two files, changes nothing: events are a set.
 * @returns whether it was new to the database
 */
export function addEvent(db: Database, event: JournalEvent, line: string, file: number): boolean {
	const inserted = db.run(
		'INSERT OR IGNORE INTO events(id, seq, time, person, type, line) VALUES (?, ?, ?, ?, ?, ?)',
		event.id,
		event.seq,
		event.time,
		event.person,
		event.type,
		line,
	);
	const isNew = inserted.changes > 0;
	const n = isNew ? inserted.key : (db.value<number>('SELECT n FROM events WHERE id = ?', event.id) as number);
	db.run('INSERT OR IGNORE INTO event_files VALUES (?, ?)', file, n);
	if (!isNew) return false;
	for (const subject of subjectsOf(event)) {
		db.run('INSERT OR IGNORE INTO event_subjects VALUES (?, ?)', subject, n);
		markDirty(db, subject);
	}
	if (event.type === 'retracted') settleVoid(db, event.event);
	settleVoid(db, event.id);
	if (event.type === 'imported' || ATTACHED.has(event.type)) markDirty(db, `event ${event.id}`);
	return true;
}

/** Forgets that `event` stood in a file; an event that stands in no file is gone. */
function removeEvent(db: Database, n: number): void {
	const event = db.get<{ id: string; type: string; line: string }>('SELECT id, type, line FROM events WHERE n = ?', n);
	if (event === undefined) return;
	for (const row of db.all<{ subject: string }>('SELECT subject FROM event_subjects WHERE event = ?', n)) {
		markDirty(db, row.subject);
	}
	db.run('DELETE FROM event_subjects WHERE event = ?', n);
	db.run('DELETE FROM events WHERE n = ?', n);
	if (event.type === 'retracted') settleVoid(db, (JSON.parse(event.line) as { event: string }).event);
	if (event.type === 'imported' || ATTACHED.has(event.type)) markDirty(db, `event ${event.id}`);
}

/** Takes up to `limit` events of a file out. @returns how many were taken. */
export function removeFileEvents(db: Database, file: number, limit: number): number {
	const rows = db.all<{ event: number }>('SELECT event FROM event_files WHERE file = ? LIMIT ?', file, limit);
	for (const { event } of rows) {
		db.run('DELETE FROM event_files WHERE file = ? AND event = ?', file, event);
		if (db.value('SELECT 1 FROM event_files WHERE event = ? LIMIT 1', event) === undefined) removeEvent(db, event);
	}
	return rows.length;
}
