import type { Message, Prompt } from '../domain/comparison.ts';
import { sha256 } from '../domain/identity.ts';
import type { Half, Split } from '../domain/split.ts';
import { normaliseText, promptText, sideText } from '../domain/text.ts';
import type { Database } from './database.ts';
import { kept, keyList } from './kept.ts';
import { promptSet } from './near-edges.ts';
import { spanningMembers, standingApart } from './placement.ts';

/**
 * Characters (after normalisation) from which a response can be a copy: below, people and models say the same by themselves
 * ("I'm sorry, I can't help with that."; in real data nearly all repeated responses are shorter than 12 words).
 */
export const MIN_RESPONSE = 120;

/** The first 48 bits of the hash: an exact integer for SQLite and JavaScript; among a million texts a clash is improbable. */
function textHash(normalised: string): number {
	return Number.parseInt(sha256(normalised).slice(0, 12), 16);
}

function responseHash(side: string): number | null {
	const text = normaliseText(sideText(JSON.parse(side) as Message[]));
	return text.length < MIN_RESPONSE ? null : textHash(text);
}

function hashedUpTo(db: Database): number {
	return Number(db.value<string>("SELECT value FROM meta WHERE key = 'copies'") ?? 0);
}

/** Whether comparisons came in whose texts are not in the index of copies yet. */
export function copiesPending(db: Database): boolean {
	return (db.value<number | null>('SELECT max(n) FROM comparisons') ?? 0) > hashedUpTo(db);
}

function addResponses(db: Database, prompt: number, sides: readonly string[]): void {
	for (const side of sides) {
		const hash = responseHash(side);
		if (hash !== null) db.run("INSERT OR IGNORE INTO copies VALUES ('response', ?, ?)", hash, prompt);
	}
}

/** Hashes the texts of the next comparisons in one transaction of at most `maxMs`. @returns whether any are left */
export function copiesSlice(db: Database, maxMs: number): boolean {
	return db.write(() => {
		const started = performance.now();
		const rows = db.all<{ n: number; prompt: number; body: string; a: string; b: string }>(
			`SELECT c.n, c.prompt, p.body, c.a, c.b FROM comparisons c CROSS JOIN prompts p ON p.n = c.prompt
			WHERE c.n > ? ORDER BY c.n LIMIT 250`,
			hashedUpTo(db),
		);
		let last = 0;
		let prompt = 0;
		for (const row of rows) {
			if (row.prompt !== prompt) {
				const hash = textHash(normaliseText(promptText(JSON.parse(row.body) as Prompt)));
				db.run("INSERT OR IGNORE INTO copies VALUES ('prompt', ?, ?)", hash, row.prompt);
				prompt = row.prompt;
			}
			addResponses(db, row.prompt, [row.a, row.b]);
			last = row.n;
			if (performance.now() - started > maxMs) break;
		}
		if (last !== 0) db.run("INSERT OR REPLACE INTO meta VALUES ('copies', ?)", String(last));
		return rows.length > 0 && (last !== rows.at(-1)?.n || rows.length === 250);
	});
}

/** The response that stands under both prompts, as each has it: copies differ at most in case and white space; null where none is. */
export function sharedResponse(db: Database, one: string, two: string): readonly [string, string] | null {
	const sides = (id: string) =>
		new Map(
			db
				.all<{ a: string; b: string }>(
					'SELECT c.a, c.b FROM prompts p JOIN comparisons c ON c.prompt = p.n WHERE p.id = ?',
					id,
				)
				.flatMap(({ a, b }) => [a, b])
				.map((side) => [responseHash(side), side] as const),
		);
	const others = sides(two);
	for (const [hash, side] of sides(one)) {
		const other = hash === null ? undefined : others.get(hash);
		if (other === undefined) continue;
		return [sideText(JSON.parse(side) as Message[]), sideText(JSON.parse(other) as Message[])];
	}
	return null;
}

/** Takes the texts of a comparison that is gone out of the index; to be called once its row is deleted. */
export function forgetResponses(db: Database, prompt: number, sides: readonly string[]): void {
	const hashes = sides.map(responseHash).filter((hash) => hash !== null);
	for (const hash of hashes) {
		db.run("DELETE FROM copies WHERE kind = 'response' AND hash = ? AND prompt = ?", hash, prompt);
	}
	if (hashes.length === 0) return;
	for (const { a, b } of db.all<{ a: string; b: string }>('SELECT a, b FROM comparisons WHERE prompt = ?', prompt)) {
		addResponses(db, prompt, [a, b]);
	}
}

export function forgetPromptCopy(db: Database, prompt: number, body: string): void {
	const hash = textHash(normaliseText(promptText(JSON.parse(body) as Prompt)));
	db.run("DELETE FROM copies WHERE kind = 'prompt' AND hash = ? AND prompt = ?", hash, prompt);
}

export interface PlacedPrompt {
	readonly id: string;
	/** First turn: with `cluster` what an accepted leak is known by. */
	readonly first_turn: string;
	readonly cluster: string;
	readonly split: Split;
	readonly half: Half | null;
	readonly preview: string;
}

const shared = { prompt: kept<readonly (readonly number[])[]>(), response: kept<readonly (readonly number[])[]>() };

/** Keys of prompts that share a text, by its hash, wherever they stand. Grouping 200,000 hashes takes a while; a move changes none. */
function sharing(db: Database, kind: 'prompt' | 'response'): readonly (readonly number[])[] {
	const removed = db.value<string>("SELECT value FROM meta WHERE key = 'removed'");
	return shared[kind](db, `${promptSet(db)} ${hashedUpTo(db)} ${removed}`, () =>
		db
			.all<{ keys: string }>(
				'SELECT group_concat(prompt) AS keys FROM copies WHERE kind = ? GROUP BY hash HAVING count(*) > 1 ORDER BY hash',
				kind,
			)
			.map(({ keys }) => keyList(keys)),
	);
}

/** Finds which texts are shared in steps, between which others are answered. */
export function* shareAhead(db: Database): Generator<void> {
	for (const kind of ['prompt', 'response'] as const) {
		sharing(db, kind);
		yield;
	}
}

/** Groups of prompts that share a text and stand in different places, members by id; excluded prompts take no part. */
export function copyGroups(db: Database, kind: 'prompt' | 'response'): readonly (readonly PlacedPrompt[])[] {
	const groups = standingApart(db, sharing(db, kind));
	if (groups.length === 0) return [];
	const prompts = new Map(
		db
			.all<PlacedPrompt & { n: number }>(
				`SELECT n, id, first_turn, cluster, split, half, preview FROM prompts
				WHERE n IN (SELECT value FROM json_each(?))`,
				JSON.stringify(groups.flat()),
			)
			.map(({ n, ...prompt }) => [n, prompt]),
	);
	return groups.map((keys) =>
		keys.map((key) => prompts.get(key) as PlacedPrompt).sort((x, y) => (x.id < y.id ? -1 : 1)),
	);
}

/** Members of one place of a group that are looked at: more than one, since some leaks may be accepted and others not. */
const PER_PLACE = 8;

/** One prompt of each two places of a group (or a few); a group may have thousands. Pairs by id. */
export function* acrossPlaces(
	one: readonly PlacedPrompt[],
	two: readonly PlacedPrompt[] = one,
): Generator<readonly [PlacedPrompt, PlacedPrompt]> {
	const [here, there] = [byPlace(one), one === two ? null : byPlace(two)];
	for (const [place, members] of here) {
		for (const [other, others] of there ?? here) {
			if (place === other || (there === null && place > other)) continue;
			for (const a of members) for (const b of others) yield a.id < b.id ? [a, b] : [b, a];
		}
	}
}

function byPlace(group: readonly PlacedPrompt[]): Map<string, PlacedPrompt[]> {
	const places = new Map<string, PlacedPrompt[]>();
	for (const prompt of group) {
		const place = `${prompt.split} ${prompt.half}`;
		const members = places.get(place);
		if (members === undefined) places.set(place, [prompt]);
		else if (members.length < PER_PLACE) members.push(prompt);
	}
	return places;
}

/** Of prompts with the same text, keys by key. */
function twins(db: Database): ReadonlyMap<number, readonly number[]> {
	return new Map(sharing(db, 'prompt').flatMap((group) => group.map((prompt) => [prompt, group] as const)));
}

export interface NearPair {
	readonly similarity: number;
	readonly a: PlacedPrompt;
	readonly b: PlacedPrompt;
}

/**
 * Near-duplicates of one cluster that stand in different places, most similar first; those that only share a template are in no
 * cluster. What is near one prompt is near its copies, which have no edge of their own.
 */
export function nearPairs(db: Database): NearPair[] {
	const spanning = spanningMembers(db);
	if (spanning.length === 0) return [];
	const edges = db.all<{ a: number; b: number; similarity: number; apart: number }>(
		`SELECT e.a, e.b, e.similarity, x.place <> y.place AS apart FROM json_each(?) j CROSS JOIN near_edges e ON e.a = j.value
		CROSS JOIN prompts x ON x.n = e.a CROSS JOIN prompts y ON y.n = e.b WHERE x.cluster = y.cluster`,
		JSON.stringify(spanning),
	);
	if (edges.length === 0) return [];
	const same = twins(db);
	const prompts = new Map<number, PlacedPrompt & { readonly waiting: number }>();
	const prompt = (n: number) => {
		let found = prompts.get(n);
		if (found === undefined) {
			found = db.get<PlacedPrompt & { readonly waiting: number }>(
				'SELECT id, first_turn, cluster, split, half, preview, waiting FROM prompts WHERE n = ?',
				n,
			) as PlacedPrompt & { readonly waiting: number };
			prompts.set(n, found);
		}
		return found;
	};
	const placed = (n: number) =>
		(same.get(n) ?? [n]).map(prompt).filter(({ split, waiting }) => split !== 'excluded' && waiting === 0);
	return edges
		.filter(({ a, b, apart }) => (apart === 1 || same.has(a) || same.has(b)) && same.get(a)?.includes(b) !== true)
		.flatMap(({ a, b, similarity }) =>
			[...acrossPlaces(placed(a), placed(b))].map(([one, two]) => ({ similarity, a: one, b: two })),
		)
		.sort((x, y) => y.similarity - x.similarity || (x.a.id + x.b.id < y.a.id + y.b.id ? -1 : 1));
}
