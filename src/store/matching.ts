import type { ListFilter } from '../protocol/lists.ts';
import type { Database } from './database.ts';
import { keyList, versionOf } from './kept.ts';
import { allOf, both, type Clause, conditionsOf, sealedOf, WITH_PAIRS } from './list-conditions.ts';
import { keysWithPairs } from './placement.ts';

/** Answers kept: paging, counting, jumping and previewing ask for the same set again and again. */
const KEPT = 16;

interface Known {
	readonly version: string;
	readonly sets: Map<string, Int32Array>;
}

const known = new WeakMap<Database, Known>();

/** Ascending and each once; of a hundred thousand in milliseconds, where SQLite's DISTINCT sorts rows. */
function sortedKeys(keys: readonly number[]): Int32Array {
	const sorted = Int32Array.from(keys).sort();
	let kept = 0;
	for (const key of sorted) if (kept === 0 || sorted[kept - 1] !== key) sorted[kept++] = key;
	return sorted.slice(0, kept);
}

function keysOf(db: Database, { sql, values }: Clause): Int32Array {
	return sortedKeys(keyList(db.value<string | null>(`SELECT group_concat(n) FROM (${sql})`, ...values)));
}

function remembered(db: Database, name: string, find: () => Int32Array): Int32Array {
	const version = versionOf(db);
	let cache = known.get(db);
	if (cache?.version !== version) {
		cache = { version, sets: new Map() };
		known.set(db, cache);
	}
	const found = cache.sets.get(name) ?? find();
	// The latest last: the first goes when there are too many.
	cache.sets.delete(name);
	cache.sets.set(name, found);
	for (const [oldest] of cache.sets) {
		if (cache.sets.size <= KEPT) break;
		cache.sets.delete(oldest);
	}
	return found;
}

function nameOf(what: string, query: ListFilter): string {
	const entries = Object.entries(query).filter(([, value]) => value !== undefined);
	return JSON.stringify([what, ...entries.sort(([x], [y]) => (x < y ? -1 : 1))]);
}

/** A query's own keys; pages are cut from them. */
function filterOf(query: ListFilter & { readonly limit?: number; readonly after?: string }): ListFilter {
	const { limit: _limit, after: _after, ...filter } = query;
	return filter;
}

const PAIRS = 'comparisons c CROSS JOIN prompts p ON p.n = c.prompt';

/** Keys of the prompts that a query finds, in the order they came in. */
export function matchingPrompts(db: Database, query: ListFilter): Int32Array {
	const filter = filterOf(query);
	return remembered(db, nameOf('prompts', filter), () => {
		const conditions = conditionsOf(filter);
		if (conditions === null) return new Int32Array();
		const { prompts, comparisons, opinions } = conditions;
		const pairs = both(comparisons, opinions);
		if (pairs.sql === '1' && prompts.sql === '1') return keysWithPairs(db);
		if (pairs.sql === '1') {
			// A prompt whose responses are still to be written has no comparison to list.
			const sql = `SELECT p.n AS n FROM prompts p WHERE ${prompts.sql} AND p.place IN (${WITH_PAIRS})`;
			return keysOf(db, { sql, values: prompts.values });
		}
		const found = keysOf(db, {
			sql: `SELECT c.prompt AS n FROM comparisons c WHERE ${pairs.sql}`,
			values: pairs.values,
		});
		if (prompts.sql === '1') return found;
		const among = new Set(
			keysOf(db, { sql: `SELECT p.n AS n FROM prompts p WHERE ${prompts.sql}`, values: prompts.values }),
		);
		return found.filter((n) => among.has(n));
	});
}

/** Keys of the comparisons that a query finds, in the order they came in. */
export function matchingComparisons(db: Database, query: ListFilter): Int32Array {
	const filter = filterOf(query);
	return remembered(db, nameOf('comparisons', filter), () => {
		const conditions = conditionsOf(filter);
		if (conditions === null) return new Int32Array();
		const { sql, values } = allOf(conditions);
		const from = conditions.prompts.sql === '1' ? 'comparisons c' : PAIRS;
		return keysOf(db, { sql: `SELECT c.n AS n FROM ${from} WHERE ${sql}`, values });
	});
}

/**
 * What a query that asks for opinions leaves out of the sealed half; 0 where it asks for none. To be told, or an empty list would read as
 * "nobody judged any". The same number whatever was said.
 */
export function sealedOut(db: Database, query: ListFilter, what: 'comparisons' | 'prompts'): number {
	const filter = filterOf(query);
	return remembered(db, nameOf(`sealed ${what}`, filter), () => {
		const conditions = conditionsOf(filter);
		const sealed = conditions === null ? null : sealedOf(conditions);
		if (sealed === null) return new Int32Array();
		return keysOf(db, {
			sql: `SELECT ${what === 'prompts' ? 'c.prompt' : 'c.n'} AS n FROM ${PAIRS} WHERE ${sealed.sql}`,
			values: sealed.values,
		});
	}).length;
}
