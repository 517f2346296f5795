/**
 * Where every prompt stands and with whom, as arrays by key. Sums over 100,000 prompts take milliseconds from them, where grouping
 * rows by their 64-digit clusters takes hundreds; reading the arrays anew after a move takes tens.
 */
import { protection } from '../domain/assignment.ts';
import type { Split } from '../domain/split.ts';
import { settledClusters } from './clusters.ts';
import type { Database } from './database.ts';
import { kept, keyList, versionOf } from './kept.ts';
import { WITH_PAIRS } from './list-conditions.ts';
import { promptSet } from './near-edges.ts';

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

/** Changes whenever a prompt moves. */
export function movesSoFar(db: Database): string {
	return db.value<string>("SELECT value FROM meta WHERE key = 'places'") ?? '';
}

/** Whether all that the journals say is entered: amid a large move some of its prompts stand here, some there. */
export function isSettled(db: Database): boolean {
	return db.value('SELECT 1 FROM dirty UNION ALL SELECT 1 FROM unfolded LIMIT 1') === undefined;
}

/** Code of each prompt's place by its key. Verdicts and tags move nobody, so it is read again only where prompts came, went or moved. */
function codesOf(db: Database): Uint8Array {
	return knownCodes(db, `${promptSet(db)} ${movesSoFar(db)}`, () => readCodes(db));
}

/** As it is now. A move changes no cluster, so those are read again only where prompts came or went. */
export function placementOf(db: Database): Placement {
	return {
		codes: codesOf(db),
		...knownClusters(db, settledClusters(db) ?? `changing ${versionOf(db)}`, () => readClusters(db)),
	};
}

/** Keys of all prompts that have a pair, or had one, in the order they came in. */
export function keysWithPairs(db: Database): Int32Array {
	const codes = codesOf(db);
	const waits = codesOfPlaces(['waiting']);
	let found = 0;
	const keys = new Int32Array(codes.length);
	for (let key = 0; key < codes.length; key++) {
		const code = codes[key] as number;
		if (code > 0 && waits[code] === 0) keys[found++] = key;
	}
	return keys.slice(0, found);
}

/** Of groups that stand in more than one place, the members that take part: not excluded, and not waiting. */
export function standingApart(db: Database, groups: readonly (readonly number[])[]): (readonly number[])[] {
	const { codes } = placementOf(db);
	const out = codesOfPlaces(['excluded', 'waiting']);
	return groups
		.map((members) => members.filter((key) => out[codes[key] as number] === 0))
		.filter(([first, ...others]) => others.some((key) => codes[key] !== codes[first as number]));
}

/** Clusters with members in more than one place, by name; excluded and waiting prompts take no part. */
export function spanningKeys(db: Database): (readonly number[])[] {
	return standingApart(db, placementOf(db).clusters);
}

/** Of those clusters all members, whether they take part or not. */
export function spanningMembers(db: Database): number[] {
	const { clusterOf, clusters } = placementOf(db);
	return spanningKeys(db).flatMap(([first]) => clusters[(clusterOf[first as number] as number) - 1] ?? []);
}

/** By code: how protected its place is, 0 = most; a held-out prompt whose half is not drawn yet ranks with the tuning half. */
function ranksOfCodes(): Uint8Array {
	const rank = ({ place, split }: (typeof PLACES)[number]): number =>
		protection(split, place === 'R' || place === 'E' ? place : null);
	return Uint8Array.from([0, ...PLACES.map(rank)]);
}

/** Ids of prompts in whose cluster a more protected one takes part (rules.md, Splits): in no run, and in nothing for trainers. */
export function outrankedPrompts(db: Database): ReadonlySet<string> {
	const { codes } = placementOf(db);
	const ranks = ranksOfCodes();
	const rankOf = (key: number): number => ranks[codes[key] as number] as number;
	const outranked = spanningKeys(db).flatMap((members) => {
		const most = Math.min(...members.map(rankOf));
		return members.filter((key) => rankOf(key) > most);
	});
	const ids = db.all<{ id: string }>(
		'SELECT id FROM prompts WHERE n IN (SELECT value FROM json_each(?))',
		JSON.stringify(outranked),
	);
	return new Set(ids.map(({ id }) => id));
}
