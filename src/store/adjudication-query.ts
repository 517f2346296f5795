import type { Database } from './database.ts';

/**
 * What waits for an adjudication: what is adjudicated is never disputed, and flagged only if that was after the decision. The index
 * `comparisons_adjudicate` has the same words: SQLite uses it only then.
 */
const WAITING = "resolution = 'disputed' OR flagged = 1";

/** Ids of what waits, in the order that is the same for all, without those that the caller holds. */
export function nextToAdjudicate(db: Database, count: number, held: ReadonlySet<string>): string[] {
	return db
		.all<{ id: string }>(
			`SELECT id FROM comparisons WHERE (${WAITING}) ORDER BY order_key, id LIMIT ?`,
			count + held.size,
		)
		.map(({ id }) => id)
		.filter((id) => !held.has(id))
		.slice(0, count);
}

/** All that waits, and what of it people do not disagree on: it was flagged. */
export function countToAdjudicate(db: Database): { readonly total: number; readonly onlyFlagged: number } {
	const counted = db.get<{ total: number; onlyFlagged: number }>(
		`SELECT count(*) AS total, count(*) FILTER (WHERE resolution <> 'disputed') AS onlyFlagged FROM comparisons WHERE ${WAITING}`,
	);
	return counted ?? { total: 0, onlyFlagged: 0 };
}

/** By its whole id. */
export function hasComparison(db: Database, id: string): boolean {
	return db.value<number>('SELECT 1 FROM comparisons WHERE id = ?', id) !== undefined;
}
