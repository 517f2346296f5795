import type { Database } from './database.ts';

/** Events folded in all: of one person, and of everybody else. */
export function eventTotals(db: Database, person: string): { readonly mine: number; readonly others: number } {
	const all = db.value<number>('SELECT count(*) FROM events') ?? 0;
	const mine = db.value<number>('SELECT count(*) FROM events WHERE person = ?', person) ?? 0;
	return { mine, others: all - mine };
}
