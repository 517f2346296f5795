import { randomUUID } from 'node:crypto';
import { type Erasures, erasuresOf, nothingErased, type Tombstone } from '../domain/erasure.ts';
import { type Database, withoutWaiting } from './database.ts';

const KEY = 'erased';

/** Parsed once a text: it is asked for with every append. */
let parsed: { readonly text: string; readonly erasures: Erasures } | null = null;

/**
 * The erasures under which this database is folded; null = none. They are known before the first line is read, so that no erased
 * text ever enters the tables, whichever file comes first.
 */
export function foldedErasures(db: Database): Erasures | null {
	const text = db.value<string>('SELECT value FROM meta WHERE key = ?', KEY);
	if (text === undefined) return null;
	if (parsed?.text !== text) parsed = { text, erasures: erasuresOf(JSON.parse(text) as Tombstone[]) };
	return nothingErased(parsed.erasures) ? null : parsed.erasures;
}

/** Tombstones in the journals as folded, in journal order, as JSON. */
function tombstoneText(db: Database): string {
	const lines = db
		.all<{ line: string }>(
			`SELECT line FROM events WHERE type IN ('erased', 'person-removed') AND void = 0 ORDER BY seq, time, id`,
		)
		.map((row) => row.line);
	return `[${lines.join(',')}]`;
}

/** Tombstones that stand, in journal order. */
export function tombstones(db: Database): Tombstone[] {
	return JSON.parse(tombstoneText(db)) as Tombstone[];
}

/** Who erased the comparison or prompt whose id begins so, and why; null where nobody did. */
export function tombstoneOf(
	db: Database,
	id: string,
): { readonly by: string; readonly at: string; readonly reason: string } | null {
	for (const event of tombstones(db)) {
		if (event.type !== 'erased') continue;
		if ([...event.comparisons, ...(event.prompts ?? [])].some((each) => each.startsWith(id))) {
			return { by: event.person, at: event.time, reason: event.reason };
		}
	}
	return null;
}

/** Tombstones in the journals that the tables were not folded under, as text to be kept; null = none. */
export function unfoldedErasures(db: Database): string | null {
	const now = tombstoneText(db);
	return now === (db.value<string>('SELECT value FROM meta WHERE key = ?', KEY) ?? '[]') ? null : now;
}

/** Into tables that were emptied for them: what those held is still in the file's pages. */
export function keepErasures(db: Database, text: string): void {
	db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', KEY, text);
	owe(db);
}

/** Kept in the database: whoever opens it next owes the same, also where this process is killed. */
const OWED = 'scrub';

/** The pages are to be given back, then the log to be emptied. An id of its own tells two erasures apart. */
function owe(db: Database): void {
	db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', OWED, `pages ${randomUUID()}`);
}

/** Gives the pages of what was deleted back, so that neither the file nor its log holds anything of it; or `scrubOwed` does, later. */
export function scrubPages(db: Database): void {
	owe(db);
	scrubOwed(db);
}

/**
 * Finishes what `scrubPages` began. The log cannot be emptied while somebody reads an older state, and nobody is waited for: it is tried
 * again with every sync, at every opening, and when a snapshot is closed.
 */
export function scrubOwed(db: Database): void {
	const owed = db.value<string>('SELECT value FROM meta WHERE key = ?', OWED);
	if (owed === undefined) return;
	try {
		withoutWaiting(db, () => {
			const left = owed.replace('pages', 'log');
			if (left !== owed) {
				db.raw.exec('VACUUM');
				// Unless more was erased meanwhile: then all of it is to be done again.
				db.run('UPDATE meta SET value = ? WHERE key = ? AND value = ?', left, OWED, owed);
			}
			const [log] = db.raw.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
			if (log?.busy === 0) db.run('DELETE FROM meta WHERE key = ? AND value = ?', OWED, left);
		});
	} catch (error) {
		if (!/^SQLITE_(BUSY|LOCKED)/u.test(String((error as { code?: unknown }).code ?? ''))) throw error;
	}
}
