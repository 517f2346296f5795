import type { Message, Prompt } from '../domain/comparison.ts';
import type { Split } from '../domain/split.ts';
import { promptText, sideText } from '../domain/text.ts';
import type { PlacedPrompt } from './copies.ts';
import type { Database } from './database.ts';
import { PLACES_OF } from './list-conditions.ts';
import { codesOfPlaces, placementOf, spanningKeys } from './placement.ts';
import { frozenKeys } from './protected-keys.ts';

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
	const frozen = frozenKeys(db).find((each) => each.split === split);
	if (frozen === undefined) return null;
	const { manifest, keys, listed } = frozen;
	const at = db.value<string>(
		`SELECT time FROM events WHERE type = 'frozen' AND void = 0 AND json_extract(line, '$.manifest') = ? ORDER BY seq DESC LIMIT 1`,
		manifest,
	) as string;
	const { codes } = placementOf(db);
	const fits = codesOfPlaces(PLACES_OF[split]);
	const still = keys.filter((key) => fits[codes[key] as number] === 1).length;
	const now = codes.reduce((sum, code) => sum + (fits[code] as number), 0);
	return { manifest, at, added: now - still, removed: listed - still };
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

/** Clusters that stand in more than one place, counted; excluded prompts take no part. */
export function spanningCount(db: Database): number {
	return spanningKeys(db).length;
}

/** Members of the first `most` of them, by name. */
export function spanningClusters(db: Database, most: number): ReadonlyMap<string, readonly PlacedPrompt[]> {
	const keys = spanningKeys(db).slice(0, most).flat();
	const members = db.all<PlacedPrompt>(
		`SELECT id, first_turn, cluster, split, half, preview FROM prompts
		WHERE n IN (SELECT value FROM json_each(?)) ORDER BY cluster, id`,
		JSON.stringify(keys),
	);
	return Map.groupBy(members, ({ cluster }) => cluster);
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
