import { existsSync } from 'node:fs';
import { loadSqlite } from './database.ts';
import { scoreCachePath } from './score-cache.ts';

/** Takes what models gave to some comparisons out of the cache; a cache that cannot be opened holds nothing that is read. */
export async function forgetScores(database: string, comparisons: readonly string[]): Promise<number> {
	const path = scoreCachePath(database);
	if (comparisons.length === 0 || !existsSync(path)) return 0;
	const Driver = await loadSqlite();
	const db = new Driver(path, { timeout: 5_000, fileMustExist: true });
	try {
		const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'scores'").get() !== undefined;
		if (!known) return 0;
		const remove = db.prepare('DELETE FROM scores WHERE comparison = ?');
		return db
			.transaction(() => comparisons.reduce((sum, id) => sum + remove.run(Buffer.from(id, 'hex')).changes, 0))
			.immediate();
	} catch (error) {
		if (!/^SQLITE_(CORRUPT|NOTADB)/u.test(String((error as { code?: unknown }).code ?? ''))) throw error;
		return 0;
	} finally {
		db.close();
	}
}
