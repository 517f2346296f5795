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
			WHERE c.n > ? ORDER BY c.n LIMIT 500`,
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
		return rows.length > 0 && (last !== rows.at(-1)?.n || rows.length === 500);
	});
}

const OPERATORS = new Set(['AND', 'OR', 'NOT']);

/** A term in FTS5's quotes; null where it holds no word: signs alone match nothing at all. */
function quotedTerm(term: string): string | null {
	const words = term.replace(/[*"]/gu, ' ').trim();
	return /[\p{L}\p{N}]/u.test(words) ? `"${words}"${term.endsWith('*') ? '*' : ''}` : null;
}

/** Joins operands by the operators between them, AND where there is none; null where operators or brackets do not fit. */
function combined(tokens: readonly string[]): string | null {
	const out: string[] = [];
	let depth = 0;
	let operand = false;
	for (const token of tokens) {
		if (OPERATORS.has(token) || token === ')') {
			if (!operand) return null;
			out.push(token);
			operand = token === ')';
			depth -= token === ')' ? 1 : 0;
			if (depth < 0) return null;
			continue;
		}
		const term = token === '(' ? token : quotedTerm(token);
		if (term === null) continue;
		if (operand) out.push('AND');
		out.push(term);
		operand = token !== '(';
		depth += token === '(' ? 1 : 0;
	}
	return operand && depth === 0 ? out.join(' ') : null;
}

/**
 * What people type as an FTS5 query: all words wanted; `"…"` a phrase; a final `*` a prefix; `AND`, `OR`, `NOT` in capitals and
 * brackets as in FTS5. Where those do not fit together they are words like any other, never a syntax error.
 */
export function ftsQuery(text: string): string | null {
	const tokens = text.match(/"[^"]+"\*?|[()]|[^\s"()]+/gu) ?? [];
	return (
		combined(tokens) ??
		combined(tokens.filter((t) => t !== '(' && t !== ')').map((t) => (OPERATORS.has(t) ? t.toLowerCase() : t)))
	);
}
