import type { Resolution } from '../domain/resolution.ts';
import type { Half, Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import type { ListFilter, ListPage, ListQuery, ListRow, PromptPage, PromptRow } from '../protocol/lists.ts';
import type { Database } from './database.ts';
import { keyList } from './kept.ts';
import { SEALED } from './list-conditions.ts';
import { matchingComparisons, matchingPrompts, sealedOut } from './matching.ts';

const FROZEN = `EXISTS (SELECT 1 FROM manifest_prompts mp JOIN manifests m ON m.manifest = mp.manifest
	WHERE mp.prompt = p.id AND m.in_force = 1 AND m.split = p.split)`;
const SEEN = 'EXISTS (SELECT 1 FROM export_prompts ep WHERE ep.prompt = p.id)';

function cursor(after: string | undefined): number {
	if (after === undefined) return 0;
	const n = Number(after);
	if (!Number.isSafeInteger(n) || n < 0)
		throw new UserError('usage', `"${after}" is not the cursor of an earlier page.`);
	return n;
}

function limitOf(limit: number | undefined): number {
	return Math.min(Math.max(Math.trunc(limit ?? 100), 1), 10_000);
}

function tagsOf(tags: string | null): string[] {
	return tags === null ? [] : (JSON.parse(tags) as string[]);
}

interface Page {
	/** As JSON: `IN (SELECT value FROM json_each(?))`. */
	readonly keys: string;
	readonly total: number;
	readonly next: string | null;
}

/** The part of all keys behind the cursor. */
function pageOf(keys: Int32Array, { after, limit }: ListQuery): Page {
	const last = cursor(after);
	let [from, to] = [0, keys.length];
	while (from < to) {
		const middle = (from + to) >> 1;
		if ((keys[middle] as number) <= last) from = middle + 1;
		else to = middle;
	}
	const page = keys.subarray(from, from + limitOf(limit));
	const more = from + page.length < keys.length;
	return { keys: JSON.stringify([...page]), total: keys.length, next: more ? String(page.at(-1)) : null };
}

function sealedPart(n: number): { sealedOut?: number } {
	return n === 0 ? {} : { sealedOut: n };
}

/** One page of comparisons in the order they came in, by keyset. */
export function listComparisons(db: Database, query: ListQuery): ListPage {
	return db.read(() => {
		const page = pageOf(matchingComparisons(db, query), query);
		const rows = db.all<{
			n: number;
			id: string;
			prompt_id: string;
			split: Split;
			half: Half | null;
			tags: string | null;
			resolution: Resolution;
			judgments: number;
			sealed: number;
			flagged: number;
			preview: string;
		}>(
			`SELECT c.n, c.id, p.id AS prompt_id, p.split, p.half, p.tags, c.resolution, c.judgments, ${SEALED} AS sealed,
			c.flagged, p.preview FROM comparisons c CROSS JOIN prompts p ON p.n = c.prompt
			WHERE c.n IN (SELECT value FROM json_each(?)) ORDER BY c.n`,
			page.keys,
		);
		return {
			comparisons: rows.map(
				(row): ListRow => ({
					id: row.id,
					prompt_id: row.prompt_id,
					split: row.split,
					half: row.half,
					tags: tagsOf(row.tags),
					verdict: row.sealed === 1 ? null : row.resolution,
					judgments: row.sealed === 1 ? null : row.judgments,
					...(row.sealed === 1 ? { sealed: true as const } : {}),
					flagged: row.flagged === 1,
					preview: row.preview,
				}),
			),
			total: page.total,
			next: page.next,
			...sealedPart(sealedOut(db, query, 'comparisons')),
		};
	});
}

/** One page of prompts, each with what its comparisons come to. */
export function listPrompts(db: Database, query: ListQuery): PromptPage {
	return db.read(() => {
		const page = pageOf(matchingPrompts(db, query), query);
		const rows = db.all<{
			n: number;
			id: string;
			cluster: string;
			split: Split;
			half: Half | null;
			tags: string | null;
			preview: string;
			turns: number;
			pairs: number;
			judged: number;
			disputed: number;
			flagged: number;
			sealed: number;
			seen: number;
			frozen: number;
			sources: string | null;
		}>(
			`SELECT p.n, p.id, p.cluster, p.split, p.half, p.tags, p.preview, p.turns,
			(SELECT count(*) FROM comparisons c WHERE c.prompt = p.n) AS pairs,
			(SELECT count(*) FROM comparisons c WHERE c.prompt = p.n AND c.resolution <> 'open') AS judged,
			(SELECT count(*) FROM comparisons c WHERE c.prompt = p.n AND c.resolution = 'disputed') AS disputed,
			EXISTS (SELECT 1 FROM comparisons c WHERE c.prompt = p.n AND c.flagged = 1) AS flagged,
			EXISTS (SELECT 1 FROM comparisons c WHERE c.prompt = p.n AND ${SEALED}) AS sealed,
			${SEEN} AS seen, ${FROZEN} AS frozen,
			(SELECT json_group_array(DISTINCT coalesce(r.label, s.label, s.name)) FROM comparisons c
				JOIN source_rows r ON r.comparison = c.n JOIN sources s ON s.n = r.source WHERE c.prompt = p.n) AS sources
			FROM prompts p WHERE p.n IN (SELECT value FROM json_each(?)) ORDER BY p.n`,
			page.keys,
		);
		return {
			prompts: rows.map(
				(row): PromptRow => ({
					id: row.id,
					cluster: row.cluster,
					split: row.split,
					half: row.half,
					tags: tagsOf(row.tags),
					preview: row.preview,
					turns: row.turns,
					pairs: row.pairs,
					judged: row.sealed === 1 ? null : row.judged,
					disputed: row.sealed === 1 ? null : row.disputed,
					flagged: row.flagged === 1,
					sources: (JSON.parse(row.sources ?? '[]') as string[]).sort(),
					seen: row.seen === 1,
					frozen: row.frozen === 1,
					...(row.sealed === 1 ? { sealed: true as const } : {}),
				}),
			),
			total: page.total,
			next: page.next,
			...sealedPart(sealedOut(db, query, 'prompts')),
		};
	});
}

/** The cursors behind every `every`-th prompt of a query, for a jump in a long list. */
export function promptCursors(db: Database, query: ListFilter, every: number): string[] {
	const keys = matchingPrompts(db, query);
	return Array.from({ length: Math.floor(keys.length / every) }, (_, i) => String(keys[(i + 1) * every - 1]));
}

/** Ids of these prompts, in the order they came in. @param keys ascending */
export function promptIds(db: Database, keys: Int32Array): string[] {
	const [first = 0, last = 0] = [keys[0], keys.at(-1)];
	if (keys.length > 1000 && 2 * keys.length > last - first) return manyIds(db, keys, first, last);
	const ids = db.value<string>(
		'SELECT json_group_array(id) FROM (SELECT id FROM prompts WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n)',
		JSON.stringify([...keys]),
	);
	return JSON.parse(ids as string) as string[];
}

/** Of most prompts between two keys: reading all of them takes less than looking each up. */
function manyIds(db: Database, keys: Int32Array, first: number, last: number): string[] {
	const between = 'FROM prompts WHERE n BETWEEN ? AND ?';
	const ids = JSON.parse(
		db.value<string>(`SELECT json_group_array(id) FROM (SELECT id ${between} ORDER BY n)`, first, last) as string,
	) as string[];
	// By an index, which holds no texts.
	const concat = 'SELECT group_concat(n) FROM prompts INDEXED BY prompts_place WHERE n BETWEEN ? AND ?';
	const all = Int32Array.from(keyList(db.value<string | null>(concat, first, last))).sort();
	const wanted = new Uint8Array(last - first + 1);
	for (const key of keys) wanted[key - first] = 1;
	return ids.filter((_, i) => wanted[(all[i] as number) - first] === 1);
}

/** Prompts of a query, in the order they came in. */
export function promptsMatching(db: Database, query: ListFilter): string[] {
	return promptIds(db, matchingPrompts(db, query));
}

/** The prompt of a comparison. */
export function promptOf(db: Database, comparison: string): string {
	return db.value<string>(
		'SELECT p.id FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.id = ?',
		comparison,
	) as string;
}
