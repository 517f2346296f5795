import type { Message, Prompt } from '../domain/comparison.ts';
import type { Split } from '../domain/split.ts';
import { promptText, sideText } from '../domain/text.ts';
import type { PlacedPrompt } from './copies.ts';
import type { Database } from './database.ts';

const PLACES_OF: Readonly<Record<Split, readonly string[]>> = {
	train: ['train'],
	eval: ['eval'],
	heldout: ['R', 'E', 'heldout'],
	retention: ['retention'],
	excluded: ['excluded'],
};

/** Prompt ids of a split, sorted. */
export function promptIdsOf(db: Database, split: Split): string[] {
	return PLACES_OF[split]
		.flatMap((place) => db.all<{ id: string }>('SELECT id FROM prompts WHERE place = ?', place))
		.map((row) => row.id)
		.sort();
}

/** The manifest in force of a split, and what changed since. */
export function frozenDiff(
	db: Database,
	split: Split,
): { readonly manifest: string; readonly at: string; readonly added: number; readonly removed: number } | null {
	const manifest = db.value<string>('SELECT manifest FROM manifests WHERE split = ? AND in_force = 1', split);
	if (manifest === undefined) return null;
	const at = db.value<string>(
		`SELECT time FROM events WHERE type = 'frozen' AND void = 0 AND json_extract(line, '$.manifest') = ? ORDER BY seq DESC LIMIT 1`,
		manifest,
	) as string;
	const added = db.value<number>(
		`SELECT count(*) FROM prompts p WHERE p.split = ? AND p.waiting = 0 AND NOT EXISTS
		(SELECT 1 FROM manifest_prompts m WHERE m.prompt = p.id AND m.manifest = ?)`,
		split,
		manifest,
	) as number;
	const removed = db.value<number>(
		`SELECT count(*) FROM manifest_prompts m WHERE m.manifest = ? AND NOT EXISTS
		(SELECT 1 FROM prompts p WHERE p.id = m.prompt AND p.split = ? AND p.waiting = 0)`,
		manifest,
		split,
	) as number;
	return { manifest, at, added, removed };
}

export interface PlaceFacts {
	readonly clusters: number;
	readonly facets: readonly { readonly facet: string; readonly prompts: number }[];
	readonly sources: readonly { readonly source: string; readonly prompts: number }[];
	readonly promptLengths: readonly number[];
	readonly responseLengths: readonly number[];
}

/** Lower edges of the length histograms, in characters. */
const EDGES = [0, 100, 200, 400, 800, 1600, 3200] as const;

function bucket(column: string): string {
	return `CASE ${EDGES.slice(1)
		.map((edge, i) => `WHEN ${column} < ${edge} THEN ${i}`)
		.join(' ')} ELSE ${EDGES.length - 1} END`;
}

function histogram(rows: readonly { readonly bucket: number; readonly n: number }[]): number[] {
	const counts = EDGES.map(() => 0);
	for (const row of rows) counts[row.bucket] = (counts[row.bucket] ?? 0) + row.n;
	return counts;
}

export function placeFacts(db: Database, places: readonly string[]): PlaceFacts {
	const marks = places.map(() => '?').join(', ');
	return {
		clusters: db.value<number>(
			`SELECT count(DISTINCT cluster) FROM prompts WHERE place IN (${marks})`,
			...places,
		) as number,
		facets: db.all(
			`SELECT t.facet AS facet, count(*) AS prompts FROM prompt_tags t JOIN prompts p ON p.n = t.prompt
			WHERE p.place IN (${marks}) GROUP BY t.facet ORDER BY prompts DESC, t.facet`,
			...places,
		),
		sources: db.all(
			`SELECT coalesce(r.label, s.label, s.name) AS source, count(DISTINCT c.prompt) AS prompts FROM comparisons c
			JOIN source_rows r ON r.comparison = c.n JOIN sources s ON s.n = r.source
			WHERE c.place IN (${marks}) GROUP BY 1 ORDER BY prompts DESC, source`,
			...places,
		),
		promptLengths: histogram(
			db.all(
				`SELECT ${bucket('chars')} AS bucket, count(*) AS n FROM prompts WHERE place IN (${marks}) GROUP BY 1`,
				...places,
			),
		),
		responseLengths: histogram([
			...db.all<{ bucket: number; n: number }>(
				`SELECT ${bucket('chars_a')} AS bucket, count(*) AS n FROM comparisons WHERE place IN (${marks}) GROUP BY 1`,
				...places,
			),
			...db.all<{ bucket: number; n: number }>(
				`SELECT ${bucket('chars_b')} AS bucket, count(*) AS n FROM comparisons WHERE place IN (${marks}) GROUP BY 1`,
				...places,
			),
		]),
	};
}

/** Changes whenever splits, tags or sources may have; not with judgments. */
export function compositionVersion(db: Database): string {
	return JSON.stringify([
		db.value("SELECT value FROM meta WHERE key = 'clusters'"),
		db.all('SELECT place, prompts, pairs FROM counts ORDER BY place'),
		db.all(
			`SELECT type, count(*) AS n, max(seq) AS seq FROM events WHERE void = 0
			AND type NOT IN ('judged', 'skipped', 'flagged', 'adjudicated') GROUP BY type`,
		),
	]);
}

const SPANNING = `SELECT cluster FROM prompts WHERE place NOT IN ('excluded', 'waiting')
	GROUP BY cluster HAVING count(DISTINCT place) > 1`;

/** Clusters that stand in more than one place, counted; excluded prompts take no part. */
export function spanningCount(db: Database): number {
	return db.value<number>(`SELECT count(*) FROM (${SPANNING})`) as number;
}

/** Members of the first `most` of them, by name. */
export function spanningClusters(db: Database, most: number): ReadonlyMap<string, readonly PlacedPrompt[]> {
	const clusters = new Map<string, PlacedPrompt[]>();
	for (const prompt of db.all<PlacedPrompt>(
		`SELECT id, first_turn, cluster, split, half, preview FROM prompts
		WHERE place NOT IN ('excluded', 'waiting') AND cluster IN (${SPANNING} ORDER BY cluster LIMIT ?) ORDER BY cluster, id`,
		most,
	)) {
		const members = clusters.get(prompt.cluster);
		if (members === undefined) clusters.set(prompt.cluster, [prompt]);
		else members.push(prompt);
	}
	return clusters;
}

/** Names in lists: sources and annotators. */
export function sourceNames(db: Database): string[] {
	return db
		.all<{ name: string }>(
			'SELECT DISTINCT coalesce(label, name) AS name FROM sources UNION SELECT DISTINCT label FROM source_rows WHERE label IS NOT NULL ORDER BY 1',
		)
		.map((row) => row.name);
}

export function annotatorNames(db: Database): string[] {
	return db
		.all<{ annotator: string }>('SELECT annotator FROM person_counts WHERE judged > 0 ORDER BY annotator')
		.map((row) => row.annotator);
}

export interface PlacedText extends PlacedPrompt {
	readonly text: string;
}

/** The whole prompt; null where it is gone. */
export function promptTextOf(db: Database, id: string): string | null {
	const body = db.value<string>('SELECT body FROM prompts WHERE id = ?', id);
	return body === undefined ? null : promptText(JSON.parse(body) as Prompt);
}

/** Every prompt that takes part in anything, whole, by id: what shift and novelty are computed over. */
export function placedTexts(db: Database): PlacedText[] {
	const found: PlacedText[] = [];
	for (const { body, ...prompt } of db.iterate<PlacedPrompt & { body: string }>(
		"SELECT id, first_turn, cluster, split, half, preview, body FROM prompts WHERE place NOT IN ('excluded', 'waiting')",
	)) {
		found.push({ ...prompt, text: promptText(JSON.parse(body) as Prompt) });
	}
	return found.sort((x, y) => (x.id < y.id ? -1 : 1));
}

/** Pairs that stand in these places, by id. */
export function placedPairs(
	db: Database,
	places: readonly string[],
): { readonly n: number; readonly cluster: string; readonly place: string }[] {
	return db.all(
		`SELECT c.n, p.cluster, p.place FROM comparisons c JOIN prompts p ON p.n = c.prompt
		WHERE p.place IN (${places.map(() => '?').join(', ')}) ORDER BY c.id`,
		...places,
	);
}

export function pairTexts(
	db: Database,
	n: number,
): { readonly prompt: string; readonly a: string; readonly b: string } {
	const row = db.get<{ body: string; a: string; b: string }>(
		'SELECT p.body, c.a, c.b FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.n = ?',
		n,
	) as { body: string; a: string; b: string };
	return {
		prompt: promptText(JSON.parse(row.body) as Prompt),
		a: sideText(JSON.parse(row.a) as Message[]),
		b: sideText(JSON.parse(row.b) as Message[]),
	};
}
