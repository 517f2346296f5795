import type { Resolution } from '../domain/resolution.ts';
import type { Half, Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import type { ListPage, ListQuery, ListRow, PromptPage, PromptRow } from '../protocol/workspace-api.ts';
import type { Database } from './database.ts';
import { ftsQuery } from './search-index.ts';

/** E before an opening: its verdicts appear in no list (rules.md, The seal). */
const SEALED = "(c.place = 'E' AND c.opened = 0)";

const FROZEN = `EXISTS (SELECT 1 FROM manifest_prompts mp JOIN manifests m ON m.manifest = mp.manifest
	WHERE mp.prompt = p.id AND m.in_force = 1 AND m.split = p.split)`;
const SEEN = 'EXISTS (SELECT 1 FROM export_prompts ep WHERE ep.prompt = p.id)';

interface Conditions {
	readonly where: string;
	readonly parameters: readonly unknown[];
}

/**
 * Conditions over comparisons c and prompts p. Filters that tell what people said leave sealed comparisons out: a row that
 * comes or goes with its verdict would show it.
 * @returns null when nothing can match
 */
export function conditionsOf(query: Omit<ListQuery, 'limit' | 'after'>): Conditions | null {
	const where: string[] = [];
	const parameters: unknown[] = [];
	const add = (sql: string, ...values: unknown[]) => {
		where.push(sql);
		parameters.push(...values);
	};
	if (query.half !== undefined) {
		if (query.split !== undefined && query.split !== 'heldout') return null;
		add('c.place = ?', query.half);
	} else if (query.split === 'heldout') {
		add("c.place IN ('R', 'E', 'heldout')");
	} else if (query.split !== undefined) {
		add('c.place = ?', query.split);
	}
	if (query.tag !== undefined) add('c.prompt IN (SELECT prompt FROM prompt_tags WHERE facet = ?)', query.tag);
	if (query.prompt !== undefined) add('c.prompt = (SELECT n FROM prompts WHERE id = ?)', query.prompt);
	if (query.source !== undefined) {
		add(
			'c.n IN (SELECT r.comparison FROM source_rows r JOIN sources s ON s.n = r.source WHERE coalesce(r.label, s.label, s.name) = ?)',
			query.source,
		);
	}
	if (query.annotator !== undefined) {
		add(
			`c.n IN (SELECT comparison FROM standing WHERE annotator = ? AND verdict IS NOT NULL
			UNION SELECT comparison FROM source_votes WHERE annotator = ?) AND NOT ${SEALED}`,
			query.annotator,
			query.annotator,
		);
	}
	if (query.status === 'flagged') add('c.flagged = 1');
	else if (query.status === 'open') add(`c.resolution = 'open' AND NOT ${SEALED}`);
	else if (query.status === 'disputed') add(`c.resolution = 'disputed' AND NOT ${SEALED}`);
	else if (query.status === 'judged') add(`c.resolution <> 'open' AND NOT ${SEALED}`);
	if (query.search !== undefined && query.search.trim() !== '') {
		const match = ftsQuery(query.search);
		if (match === null) return null;
		add('c.n IN (SELECT rowid FROM fts WHERE fts MATCH ?)', match);
	}
	return { where: where.length === 0 ? '1' : where.join(' AND '), parameters };
}

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

/** One page of comparisons in the order they came in, by keyset. */
export function listComparisons(db: Database, query: ListQuery): ListPage {
	const conditions = conditionsOf(query);
	if (conditions === null) return { comparisons: [], total: 0, next: null };
	const limit = limitOf(query.limit);
	return db.read(() => {
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
			WHERE ${conditions.where} AND c.n > ? ORDER BY c.n LIMIT ?`,
			...conditions.parameters,
			cursor(query.after),
			limit + 1,
		);
		const total =
			conditions.where === '1'
				? (db.value<number>('SELECT coalesce(sum(pairs), 0) FROM counts') as number)
				: (db.value<number>(
						`SELECT count(*) FROM comparisons c WHERE ${conditions.where}`,
						...conditions.parameters,
					) as number);
		const page = rows.slice(0, limit);
		return {
			comparisons: page.map(
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
			total,
			next: rows.length > limit ? String(page.at(-1)?.n) : null,
		};
	});
}

/** One page of prompts, each with what its comparisons come to. */
export function listPrompts(db: Database, query: ListQuery): PromptPage {
	const conditions = conditionsOf(query);
	if (conditions === null) return { prompts: [], total: 0, next: null };
	const limit = limitOf(query.limit);
	// A search is run once and its prompts looked up; inside EXISTS it would be run for every prompt (measured: 6 s at 100,000
	// pairs). Other conditions fill a page after a few prompts, without looking at the rest.
	const matching =
		query.search !== undefined && query.search.trim() !== ''
			? `p.n IN (SELECT c.prompt FROM comparisons c WHERE ${conditions.where})`
			: `EXISTS (SELECT 1 FROM comparisons c WHERE c.prompt = p.n AND ${conditions.where})`;
	return db.read(() => {
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
			FROM prompts p WHERE ${matching} AND p.n > ? ORDER BY p.n LIMIT ?`,
			...conditions.parameters,
			cursor(query.after),
			limit + 1,
		);
		const total =
			conditions.where === '1'
				? (db.value<number>('SELECT coalesce(sum(prompts), 0) FROM counts') as number)
				: (db.value<number>(
						`SELECT count(DISTINCT c.prompt) FROM comparisons c WHERE ${conditions.where}`,
						...conditions.parameters,
					) as number);
		const page = rows.slice(0, limit);
		return {
			prompts: page.map(
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
			total,
			next: rows.length > limit ? String(page.at(-1)?.n) : null,
		};
	});
}

/** The cursors behind every `every`-th prompt of a query: one pass over the index instead of a page after the other. */
export function promptCursors(db: Database, query: Omit<ListQuery, 'limit' | 'after'>, every: number): string[] {
	const conditions = conditionsOf(query);
	if (conditions === null) return [];
	const matching =
		conditions.where === '1' ? '1' : `p.n IN (SELECT c.prompt FROM comparisons c WHERE ${conditions.where})`;
	return db
		.all<{ n: number }>(
			`SELECT n FROM (SELECT p.n, row_number() OVER (ORDER BY p.n) AS k FROM prompts p WHERE ${matching}) WHERE k % ? = 0`,
			...conditions.parameters,
			every,
		)
		.map(({ n }) => String(n));
}

/** Prompts of a query, in the order they came in. */
export function promptsMatching(db: Database, query: Omit<ListQuery, 'limit' | 'after'>): string[] {
	const conditions = conditionsOf(query);
	if (conditions === null) return [];
	return db
		.all<{ id: string }>(
			`SELECT p.id AS id FROM prompts p WHERE p.n IN (SELECT c.prompt FROM comparisons c WHERE ${conditions.where}) ORDER BY p.n`,
			...conditions.parameters,
		)
		.map((row) => row.id);
}

/** The prompt of a comparison. */
export function promptOf(db: Database, comparison: string): string {
	return db.value<string>(
		'SELECT p.id FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.id = ?',
		comparison,
	) as string;
}
