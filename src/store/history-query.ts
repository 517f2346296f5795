import type { EventOf, JournalEvent } from '../domain/events.ts';
import { contentId } from '../domain/identity.ts';
import { votesOn } from './comparison-rows.ts';
import type { Database } from './database.ts';
import { IN_JOURNAL } from './journal-votes.ts';
import { voteKey } from './project-comparison.ts';

/** An event as it stands in the journals. */
export interface PastEvent {
	readonly event: JournalEvent;
	readonly retracted: boolean;
	/** The journal file it stands in, below `.pairwright/journal/`. */
	readonly file: string;
}

const COLUMNS = `e.line, e.void, (SELECT f.path FROM event_files ef JOIN journal_files f ON f.n = ef.file
	WHERE ef.event = e.n ORDER BY f.path LIMIT 1) AS file`;

interface Row {
	readonly line: string;
	readonly void: number;
	readonly file: string | null;
}

function pastEvent({ line, void: gone, file }: Row): PastEvent {
	return { event: JSON.parse(line) as JournalEvent, retracted: gone === 1, file: file ?? '' };
}

/** Everything said about subjects, taken back or not, and what was said about that: answers to proposals, takings-back. */
export function pastOf(db: Database, subjects: readonly string[]): PastEvent[] {
	const found = new Map<string, PastEvent>();
	let asked = subjects;
	while (asked.length > 0) {
		const next: string[] = [];
		for (const subject of asked) {
			for (const row of db.all<Row>(
				`SELECT ${COLUMNS} FROM event_subjects s JOIN events e ON e.n = s.event WHERE s.subject = ?`,
				subject,
			)) {
				const past = pastEvent(row);
				if (found.has(past.event.id)) continue;
				found.set(past.event.id, past);
				if (past.retracted || past.event.type === 'proposed') next.push(past.event.id);
			}
		}
		asked = next;
	}
	return [...found.values()];
}

/** Events whose ids begin so; two are enough to tell that a prefix is not unique. */
export function eventsBeginning(db: Database, prefix: string): PastEvent[] {
	return db
		.all<Row>(`SELECT ${COLUMNS} FROM events e WHERE e.id >= ? AND e.id < ? LIMIT 2`, prefix, `${prefix}g`)
		.map(pastEvent);
}

/** One row of a source that brought a comparison. */
export interface Brought {
	readonly event: EventOf<'imported'>;
	readonly file: string;
	readonly name: string;
	readonly path: string;
	readonly line: number;
}

export function broughtBy(db: Database, comparison: number): Brought[] {
	return db
		.all<Row & { name: string; path: string; at: number }>(
			`SELECT ${COLUMNS}, coalesce(r.label, s.label, s.name) AS name, s.path, r.line AS at
			FROM source_rows r JOIN sources s ON s.n = r.source JOIN events e ON e.id = s.event
			WHERE r.comparison = ? ORDER BY s.seq, s.time, s.event, r.ord`,
			comparison,
		)
		.map(({ name, path, at, ...row }) => {
			const { event, file } = pastEvent(row);
			return { event: event as EventOf<'imported'>, file, name, path, line: at };
		});
}

/** Where each imported judgment stands first, by the judgment's id. */
export function votePlaces(
	db: Database,
	comparison: { readonly n: number; readonly id: string },
): ReadonlyMap<string, { readonly path: string; readonly line: number }> {
	const places = db.all<{ path: string; line: number }>(
		`SELECT s.path, r.line FROM source_votes v JOIN sources s ON s.n = v.source
		JOIN source_rows r ON r.source = v.source AND r.ord = v.ord
		WHERE v.comparison = ? AND NOT ${IN_JOURNAL} ORDER BY s.seq, s.time, s.event, v.ord, v.n`,
		comparison.n,
	);
	const found = new Map<string, { readonly path: string; readonly line: number }>();
	for (const [i, vote] of votesOn(db, comparison.n).entries()) {
		const id = contentId([comparison.id, ...(JSON.parse(voteKey(vote)) as unknown[])]);
		const place = places[i];
		if (place !== undefined && !found.has(id)) found.set(id, place);
	}
	return found;
}
