import type { Database } from './database.ts';
import { kept, keyList } from './kept.ts';
import { promptSet } from './near-edges.ts';
import { codesOfPlaces, placementOf } from './placement.ts';

/** What is known of the prompts that stand in one place, or in several taken together. */
export interface PlaceFacts {
	readonly clusters: number;
	readonly facets: readonly { readonly facet: string; readonly prompts: number }[];
	readonly sources: readonly { readonly source: string; readonly prompts: number }[];
	/** Histograms over `EDGES`, of prompts and of both responses of each pair. */
	readonly promptLengths: readonly number[];
	readonly responseLengths: readonly number[];
}

/** Lower edges of the length histograms, in characters. */
const EDGES = [0, 100, 200, 400, 800, 1600, 3200] as const;

function bucketOf(chars: number): number {
	return EDGES.findLastIndex((edge) => chars >= edge);
}

/** What no move, tag or judgment changes: read once for each set of prompts and pairs. */
interface Fixed {
	/** By key of the prompt: its length's bucket. */
	readonly lengths: Uint8Array;
	/** Of each response: the key of its prompt, and its length's bucket. */
	readonly responsePrompts: Int32Array;
	readonly responseLengths: Uint8Array;
	/** Prompts that a source has pairs of, each once. */
	readonly sources: readonly { readonly source: string; readonly prompts: Int32Array }[];
}

/** Changes with every prompt, pair and row that comes or goes. */
function fixedVersion(db: Database): string {
	return JSON.stringify([
		promptSet(db),
		db.value("SELECT seq FROM sqlite_sequence WHERE name = 'comparisons'"),
		db.value('SELECT sum(pairs) FROM counts'),
		db.value("SELECT value FROM meta WHERE key = 'removed'"),
		db.all('SELECT n, state, rows, label FROM sources ORDER BY n'),
	]);
}

function readSources(db: Database, promptOf: Int32Array): Fixed['sources'] {
	const found = new Map<string, number[]>();
	const rows = db.all<{ source: string; pairs: string }>(
		`SELECT coalesce(s.label, s.name) AS source, (SELECT group_concat(comparison) FROM source_rows WHERE source = s.n AND label IS NULL) AS pairs
		FROM sources s UNION ALL SELECT label, group_concat(comparison) FROM source_rows WHERE label IS NOT NULL GROUP BY label`,
	);
	for (const { source, pairs } of rows) {
		const prompts = found.get(source) ?? [];
		found.set(source, prompts);
		for (const pair of keyList(pairs)) prompts.push(promptOf[pair] ?? 0);
	}
	return [...found].map(([source, prompts]) => ({ source, prompts: Int32Array.from(new Set(prompts)) }));
}

/** Columns that have to fit are read in one step: a move between two steps may reorder an index. */
function* readFixed(db: Database): Generator<void, Fixed> {
	const column = (name: string, table: string): number[] =>
		keyList(db.value<string | null>(`SELECT group_concat(${name}) FROM ${table}`));
	// Each walks one index from its start, which holds no texts: the columns come in the same order.
	const [prompts, chars] = [
		column('n', 'prompts INDEXED BY prompts_place'),
		column('chars', 'prompts INDEXED BY prompts_place'),
	];
	const most = (list: readonly number[]): number => list.reduce((x, y) => Math.max(x, y), 0);
	const lengths = new Uint8Array(most(prompts) + 1);
	for (const [i, n] of prompts.entries()) lengths[n] = bucketOf(chars[i] as number);
	yield;
	const pairs = 'comparisons INDEXED BY comparisons_prompt';
	const [keys, of, a, b] = [
		column('n', pairs),
		column('prompt', pairs),
		column('chars_a', pairs),
		column('chars_b', pairs),
	];
	yield;
	const promptOf = new Int32Array(most(keys) + 1);
	for (const [i, n] of keys.entries()) promptOf[n] = of[i] as number;
	const responsePrompts = Int32Array.from([...of, ...of]);
	const responseLengths = Uint8Array.from([...a, ...b], bucketOf);
	yield;
	return { lengths, responsePrompts, responseLengths, sources: readSources(db, promptOf) };
}

const known = kept<Fixed>();
const ahead = new WeakMap<Database, string>();

function fixedOf(db: Database): Fixed {
	return known(db, fixedVersion(db), () => {
		const steps = readFixed(db);
		let step = steps.next();
		while (step.done !== true) step = steps.next();
		return step.value;
	});
}

/** Reads what {@link placeFacts} needs in steps, between which others are answered. What changed meanwhile it reads itself. */
export function* readAhead(db: Database): Generator<void> {
	const version = fixedVersion(db);
	if (ahead.get(db) !== version) {
		const fixed = yield* readFixed(db);
		if (fixedVersion(db) !== version) return;
		ahead.set(db, version);
		known(db, version, () => fixed);
		yield;
	}
	placementOf(db);
}

/** Most first, equal ones by name. */
function ranked<T extends { readonly prompts: number }>(counts: readonly T[], name: (count: T) => string): T[] {
	return counts
		.filter(({ prompts }) => prompts > 0)
		.sort((x, y) => y.prompts - x.prompts || (name(x) < name(y) ? -1 : 1));
}

/** How many of these prompts stand in places of each code, counted in one pass. */
function byCode(codes: Uint8Array, keys: readonly number[] | Int32Array): Int32Array {
	const counts = new Int32Array(256);
	for (let i = 0; i < keys.length; i++) (counts[codes[keys[i] as number] as number] as number)++;
	return counts;
}

/** The same by code and bucket: `counts[code * buckets + bucket]`. */
function byBucket(codes: Uint8Array, keys: Int32Array | null, buckets: Uint8Array): Int32Array {
	const counts = new Int32Array(256 * EDGES.length);
	for (let i = 0; i < buckets.length; i++) {
		const code = codes[keys === null ? i : (keys[i] as number)] as number;
		(counts[code * EDGES.length + (buckets[i] as number)] as number)++;
	}
	return counts;
}

/** For each of these groups of places in turn. */
export function placeFacts(db: Database, groups: readonly (readonly string[])[]): PlaceFacts[] {
	const { codes, clusterOf, clusters } = placementOf(db);
	const fixed = fixedOf(db);
	const facets = db
		.all<{ facet: string; tagged: string }>(
			'SELECT facet, group_concat(prompt) AS tagged FROM prompt_tags GROUP BY facet',
		)
		.map(({ facet, tagged }) => ({ facet, counts: byCode(codes, keyList(tagged)) }));
	const sources = fixed.sources.map(({ source, prompts }) => ({ source, counts: byCode(codes, prompts) }));
	const alone = new Int32Array(256);
	for (let key = 1; key < codes.length; key++) {
		if (clusterOf[key] === 0) (alone[codes[key] as number] as number)++;
	}
	const prompts = byBucket(codes, null, fixed.lengths);
	const responses = byBucket(codes, fixed.responsePrompts, fixed.responseLengths);
	return groups.map((places) => {
		const fits = codesOfPlaces(places);
		const sum = (counts: Int32Array, each = 1, offset = 0): number =>
			fits.reduce((total, fit, code) => total + fit * (counts[code * each + offset] as number), 0);
		const histogram = (counts: Int32Array): number[] => EDGES.map((_, bucket) => sum(counts, EDGES.length, bucket));
		const shared = clusters.filter((members) => members.some((key) => fits[codes[key] as number] === 1)).length;
		return {
			clusters: sum(alone) + shared,
			facets: ranked(
				facets.map(({ facet, counts }) => ({ facet, prompts: sum(counts) })),
				({ facet }) => facet,
			),
			sources: ranked(
				sources.map(({ source, counts }) => ({ source, prompts: sum(counts) })),
				({ source }) => source,
			),
			promptLengths: histogram(prompts),
			responseLengths: histogram(responses),
		};
	});
}
