import type { Message, Prompt } from '../domain/comparison.ts';
import type { PositionCount } from '../domain/dataset.ts';
import { isNamed } from '../domain/judgment.ts';
import type { Resolution, Resolved } from '../domain/resolution.ts';
import type { Half, Split } from '../domain/split.ts';
import type { Database } from './database.ts';

/** A comparison as a dataset reads it, without texts. */
export interface DatasetRow {
	readonly n: number;
	readonly id: string;
	readonly prompt: string;
	readonly cluster: string;
	readonly split: Split;
	readonly half: Half | null;
	readonly tags: string | null;
	readonly resolution: Resolution;
	readonly by: Resolved['by'];
	readonly y: number | null;
	readonly votes: number;
	readonly weight: number;
	readonly winner: 'a' | 'b' | null;
	readonly order_key: number;
}

/** Everything outside `excluded`, in the judging order. */
export function datasetRows(db: Database): DatasetRow[] {
	return db.all<DatasetRow>(
		`SELECT c.n, c.id, p.id AS prompt, p.cluster, p.split, p.half, p.tags, c.resolution,
		c.decided_by AS "by", c.y, c.votes, c.weight, c.winner,
		c.order_key FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.place <> 'excluded' ORDER BY c.order_key, c.id`,
	);
}

/** Cluster of every prompt, those in no split included. */
export function clustersOfPrompts(db: Database): ReadonlyMap<string, string> {
	const rows = db.all<{ id: string; cluster: string }>('SELECT id, cluster FROM prompts');
	return new Map(rows.map(({ id, cluster }) => [id, cluster]));
}

/**
 * Comparisons that everyone at work here has declared "cannot": they hold up nobody. Who cannot judge a comparison passes it on to
 * the next person, so "everyone assigned" comes to everyone.
 * @param people everyone the work is shared among
 */
export function declaredByAll(db: Database, people: readonly string[]): ReadonlySet<string> {
	if (people.length === 0) return new Set();
	const names = JSON.stringify(people);
	return new Set(
		db
			.all<{ id: string }>(
				`SELECT c.id AS id FROM standing s JOIN comparisons c ON c.n = s.comparison
				WHERE s.cannot = 1 AND s.annotator IN (SELECT value FROM json_each(?))
				GROUP BY c.n HAVING count(*) >= ?`,
				names,
				people.length,
			)
			.map((row) => row.id),
	);
}

export interface Texts {
	readonly prompt: Prompt;
	readonly a: readonly Message[];
	readonly b: readonly Message[];
}

/** Texts of the wanted comparisons, read in storage order: one pass, whatever order they are needed in. */
export function textsOf(db: Database, wanted: ReadonlySet<number>): ReadonlyMap<number, Texts> {
	const texts = new Map<number, Texts>();
	const prompts = new Map<number, Prompt>();
	for (const row of db.iterate<{ n: number; p: number; body: string; a: string; b: string }>(
		'SELECT c.n, p.n AS p, p.body, c.a, c.b FROM comparisons c CROSS JOIN prompts p ON p.n = c.prompt ORDER BY c.n',
	)) {
		if (!wanted.has(row.n)) continue;
		let prompt = prompts.get(row.p);
		if (prompt === undefined) {
			prompt = JSON.parse(row.body) as Prompt;
			prompts.set(row.p, prompt);
		}
		texts.set(row.n, { prompt, a: JSON.parse(row.a) as Message[], b: JSON.parse(row.b) as Message[] });
	}
	return texts;
}

/** Where each comparison first came from. */
export function firstSources(db: Database): ReadonlyMap<number, { readonly path: string; readonly line: number }> {
	const first = new Map<number, { path: string; line: number }>();
	for (const { n, path } of db.all<{ n: number; path: string }>(
		'SELECT n, path FROM sources ORDER BY seq, time, event',
	)) {
		for (const row of db.iterate<{ comparison: number; line: number }>(
			'SELECT comparison, line FROM source_rows WHERE source = ? ORDER BY ord',
			n,
		)) {
			if (!first.has(row.comparison)) first.set(row.comparison, { path, line: row.line });
		}
	}
	return first;
}

export interface FrozenLabel {
	readonly y: number;
	readonly votes: number;
	readonly weight: number;
	readonly winner: 'a' | 'b' | null;
}

/** Labels as they were at the first run that scored them, by comparison (rules.md, Votes). */
export function frozenLabels(db: Database): ReadonlyMap<string, FrozenLabel> {
	const labels = new Map<string, FrozenLabel>();
	for (const row of db.all<FrozenLabel & { comparison: string }>(
		`SELECT l.comparison, l.y, l.votes, l.weight, l.winner FROM run_labels l
		JOIN events e ON e.type = 'run-recorded' AND e.void = 0 AND json_extract(e.line, '$.run') = l.run
		ORDER BY e.seq, e.time, e.id`,
	)) {
		const { comparison, ...label } = row;
		if (!labels.has(comparison)) labels.set(comparison, label);
	}
	return labels;
}

/**
 * For every person, how many of their first blind verdicts for a side went to the side shown first and to the other: outside E,
 * recorded sides only. Names stay here: only counts leave, sorted, so that their order tells nobody apart.
 */
export function positionCounts(db: Database): PositionCount[] {
	return db
		.all<PositionCount & { person: string }>(
			`SELECT e.person, sum(json_extract(e.line, '$.verdict') = json_extract(e.line, '$.shown_first')) AS first,
			sum(json_extract(e.line, '$.verdict') <> json_extract(e.line, '$.shown_first')) AS second
			FROM events e JOIN comparisons c ON c.id = json_extract(e.line, '$.comparison')
			WHERE e.type = 'judged' AND e.void = 0 AND c.place <> 'E' AND json_extract(e.line, '$.shown_first') IS NOT NULL
			AND json_extract(e.line, '$.verdict') IN ('a', 'b') AND json_extract(e.line, '$.blind') = 1
			AND json_extract(e.line, '$.kind') = 'first' GROUP BY e.person`,
		)
		.filter((row) => isNamed(row.person))
		.map(({ first, second }) => ({ first, second }))
		.sort((x, y) => x.first + x.second - y.first - y.second || x.first - y.first);
}

export function manifestsInForce(db: Database): string[] {
	return db
		.all<{ manifest: string }>('SELECT manifest FROM manifests WHERE in_force = 1 ORDER BY manifest')
		.map((m) => m.manifest);
}

/** Changes whenever anything stored may have: own writes and other processes'. */
export function dataVersion(db: Database): string {
	return `${db.raw.pragma('data_version', { simple: true })}:${db.value('SELECT total_changes()')}`;
}

/** Changes whenever another connection has written: the command line, another window, a scoring process. Not with own writes. */
export function foreignVersion(db: Database): number {
	return db.raw.pragma('data_version', { simple: true }) as number;
}
