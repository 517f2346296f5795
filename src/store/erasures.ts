import { type Erasures, erasuresOf, nothingErased, type Tombstone } from '../domain/erasure.ts';
import type { Database } from './database.ts';

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

export function keepErasures(db: Database, text: string): void {
	db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', KEY, text);
}

/** Gives the pages of what was deleted back, so that the file holds nothing of it. Left out while another process reads. */
export function scrubPages(db: Database): void {
	try {
		db.raw.exec('VACUUM');
		db.raw.pragma('wal_checkpoint(TRUNCATE)');
	} catch (error) {
		if (!String((error as { code?: unknown }).code ?? '').startsWith('SQLITE_BUSY')) throw error;
	}
}
