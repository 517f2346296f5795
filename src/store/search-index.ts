import type { Message, Prompt } from '../domain/comparison.ts';
import { promptText, sideText } from '../domain/text.ts';
import type { Database } from './database.ts';

/** How far the full-text index has come. It follows behind imports: rows are usable before they can be searched for. */
export interface IndexState {
	readonly ready: boolean;
	readonly done: number;
	readonly total: number;
}

function indexedUpTo(db: Database): number {
	return Number(db.value<string>("SELECT value FROM meta WHERE key = 'indexed'") ?? 0);
}

export function indexState(db: Database): IndexState {
	const total = db.value<number>('SELECT coalesce(sum(pairs), 0) FROM counts') as number;
	const last = db.value<number>('SELECT max(n) FROM comparisons') ?? 0;
	const waiting =
		last <= indexedUpTo(db)
			? 0
			: (db.value<number>('SELECT count(*) FROM comparisons WHERE n > ?', indexedUpTo(db)) as number);
	return { ready: waiting === 0, done: total - waiting, total };
}

/** Indexes the next comparisons in one transaction of at most `maxMs`. @returns whether any are left */
export function indexSlice(db: Database, maxMs: number): boolean {
	return db.write(() => {
		const started = performance.now();
		const from = indexedUpTo(db);
		const rows = db.all<{ n: number; body: string; a: string; b: string }>(
			`SELECT c.n AS n, p.body AS body, c.a AS a, c.b AS b FROM comparisons c JOIN prompts p ON p.n = c.prompt
			WHERE c.n > ? ORDER BY c.n LIMIT 100`,
			from,
		);
		let last = from;
		for (const row of rows) {
			const sides = [row.a, row.b].map((side) => sideText(JSON.parse(side) as Message[]));
			const text = `${promptText(JSON.parse(row.body) as Prompt)}\n\n${sides.join('\n\n')}`;
			db.run('INSERT INTO fts(rowid, text) VALUES (?, ?)', row.n, text);
			last = row.n;
			if (performance.now() - started > maxMs) break;
		}
		if (last !== from) db.run("INSERT OR REPLACE INTO meta VALUES ('indexed', ?)", String(last));
		return rows.length > 0 && (last !== rows.at(-1)?.n || rows.length === 100);
	});
}

/** Plain words as an FTS5 query: each quoted, all of them wanted; `"…"` stays a phrase; a final `*` a prefix. */
export function ftsQuery(text: string): string | null {
	const terms = text.match(/"[^"]+"\*?|[^\s"]+/gu) ?? [];
	const quoted = terms
		.map((term) => {
			const prefix = term.endsWith('*') ? '*' : '';
			const words = term.replace(/[*"]/gu, ' ').trim();
			// Signs alone hold no word: FTS5 would match nothing at all.
			return /[\p{L}\p{N}]/u.test(words) ? `"${words}"${prefix}` : '';
		})
		.filter((term) => term !== '');
	return quoted.length === 0 ? null : quoted.join(' AND ');
}
