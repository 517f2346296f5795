/**
 * Where every prompt stands and with whom, as arrays by key. Sums over 100,000 prompts take milliseconds from them, where grouping
 * rows by their 64-digit clusters takes hundreds; reading the arrays anew after a write takes tens.
 */
import type { Split } from '../domain/split.ts';
import { settledClusters } from './clusters.ts';
import type { Database } from './database.ts';
import { kept } from './kept.ts';
import { WITH_PAIRS } from './list-conditions.ts';
import { keyList, versionOf } from './matching.ts';

/** Places in the order of their codes, the first is 1; a prompt that waits has its split all the same. */
const PLACES: readonly { readonly place: string; readonly split: Split }[] = [
	{ place: 'train', split: 'train' },
	{ place: 'eval', split: 'eval' },
	{ place: 'R', split: 'heldout' },
	{ place: 'E', split: 'heldout' },
	{ place: 'heldout', split: 'heldout' },
	{ place: 'retention', split: 'retention' },
	{ place: 'excluded', split: 'excluded' },
	{ place: 'waiting', split: 'train' },
	{ place: 'waiting', split: 'eval' },
	{ place: 'waiting', split: 'heldout' },
	{ place: 'waiting', split: 'retention' },
	{ place: 'waiting', split: 'excluded' },
];

/** Clusters of two or more prompts. */
interface Clusters {
	/** 1 + the position in `clusters` by key; 0 for a prompt that is a cluster of its own. */
	readonly clusterOf: Int32Array;
	/** Keys of the members, by the cluster's name. */
	readonly clusters: readonly (readonly number[])[];
}

export interface Placement extends Clusters {
	/** Code of each prompt's place by its key; 0 where there is no such prompt. */
	readonly codes: Uint8Array;
}

function codesWhere(fits: (place: string, split: Split) => boolean): Uint8Array {
	return Uint8Array.from([0, ...PLACES.map(({ place, split }) => (fits(place, split) ? 1 : 0))]);
}

/** By code: 1 where a prompt stands in the split, waiting or not. */
export function codesOfSplit(of: Split): Uint8Array {
	return codesWhere((_, split) => split === of);
}

/** By code: 1 where a prompt stands in one of these places. */
export function codesOfPlaces(places: readonly string[]): Uint8Array {
	return codesWhere((place) => places.includes(place));
}

function readCodes(db: Database): Uint8Array {
	const codes = new Uint8Array(lastKey(db) + 1);
	const rows = db.all<{ place: string; split: Split | null; keys: string }>(
		`SELECT place, NULL AS split, group_concat(n) AS keys FROM prompts WHERE place IN (${WITH_PAIRS}) GROUP BY place
		UNION ALL SELECT place, split, group_concat(n) FROM prompts WHERE place = 'waiting' GROUP BY split`,
	);
	for (const { place, split, keys } of rows) {
		const code = 1 + PLACES.findIndex((each) => each.place === place && (split ?? each.split) === each.split);
		for (const key of keyList(keys)) codes[key] = code;
	}
	return codes;
}

function lastKey(db: Database): number {
	return db.value<number | null>('SELECT max(n) FROM prompts') ?? 0;
}

function readClusters(db: Database): Clusters {
	const groups = db.value<string | null>(
		`SELECT group_concat(keys, ';') FROM (SELECT group_concat(n) AS keys FROM prompts INDEXED BY prompts_cluster
		WHERE cluster IN (SELECT cluster FROM prompts INDEXED BY prompts_cluster GROUP BY cluster HAVING count(*) > 1)
		GROUP BY cluster ORDER BY cluster)`,
	);
	const clusters = (groups ?? '')
		.split(';')
		.filter((keys) => keys !== '')
		.map(keyList);
	const clusterOf = new Int32Array(lastKey(db) + 1);
	for (const [i, members] of clusters.entries()) for (const key of members) clusterOf[key] = i + 1;
	return { clusterOf, clusters };
}

const knownCodes = kept<Uint8Array>();
const knownClusters = kept<Clusters>();

/** As it is now. A move or a tag changes no cluster, so those are read again only where prompts came or went. */
export function placementOf(db: Database): Placement {
	const version = versionOf(db);
	return {
		codes: knownCodes(db, version, () => readCodes(db)),
		...knownClusters(db, settledClusters(db) ?? `changing ${version}`, () => readClusters(db)),
	};
}

/** Clusters with members in more than one place, by name; excluded and waiting prompts take no part. */
export function spanningKeys(db: Database): (readonly number[])[] {
	const { codes, clusters } = placementOf(db);
	const out = codesOfPlaces(['excluded', 'waiting']);
	return clusters
		.map((members) => members.filter((key) => out[codes[key] as number] === 0))
		.filter(([first, ...others]) => others.some((key) => codes[key] !== codes[first as number]));
}
