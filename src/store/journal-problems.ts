import type { Database } from './database.ts';

/** Journal lines that could not be read, in words. */
export function journalProblems(db: Database): string[] {
	return db
		.all<{ path: string; line: number; reason: string }>(
			`SELECT f.path, p.line, p.reason FROM journal_problems p JOIN journal_files f ON f.n = p.file ORDER BY f.path, p.line`,
		)
		.map((p) => `.pairwright/journal/${p.path}, line ${p.line}: ${p.reason}`);
}

/** SQLite's own check of the file; 'ok' when sound. */
export function databaseHealth(db: Database): string {
	return String(db.raw.pragma('quick_check(1)', { simple: true }));
}
