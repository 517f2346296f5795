import { eventsOf } from './attachments.ts';
import type { Database } from './database.ts';

/** Events folded in all: of one person, and of everybody else. */
export function eventTotals(db: Database, person: string): { readonly mine: number; readonly others: number } {
	const all = db.value<number>('SELECT count(*) FROM events') ?? 0;
	const mine = db.value<number>('SELECT count(*) FROM events WHERE person = ?', person) ?? 0;
	return { mine, others: all - mine };
}

/** Names that people gave themselves, by handle; the latest counts. The handle stays what identifies a person. */
export function displayNames(db: Database): Map<string, string> {
	return new Map(eventsOf(db, 'renamed').map(({ person, name }) => [person, name]));
}

/** One annotator, as the journals and imports know them. */
export interface StoredPerson {
	readonly person: string;
	/** Comparisons with a verdict of theirs that stands. */
	readonly judged: number;
	/** Events in journals; 0 for people known from imported files alone. */
	readonly events: number;
	/** Time of their latest event. */
	readonly last: string | null;
}

/** Everybody who judged or did anything else here, by handle. `source:*` is nobody. */
export function storedPeople(db: Database): StoredPerson[] {
	return db.all<{ person: string; judged: number; events: number; last: string | null }>(
		`SELECT p.person AS person, (SELECT count(*) FROM standing s WHERE s.annotator = p.person AND s.verdict IS NOT NULL) AS judged,
		(SELECT count(*) FROM events e WHERE e.person = p.person) AS events,
		(SELECT max(time) FROM events e WHERE e.person = p.person) AS last
		FROM (SELECT DISTINCT person FROM events UNION SELECT DISTINCT annotator FROM standing) p
		WHERE p.person NOT LIKE 'source:%' ORDER BY p.person`,
	);
}
