import type { Half, Split } from '../domain/split.ts';
import type { Database } from './database.ts';
import { keyList } from './kept.ts';
import { codesOfSplit, type Placement, placementOf } from './placement.ts';
import { exportedKeys, frozenKeys } from './protected-keys.ts';

/** A held-out cluster that waits for a draw, or that shows a facet never drawn. */
export interface ClusterDraw {
	readonly cluster: string;
	/** Smallest prompt id of the cluster. */
	readonly smallest: string;
	/** Half of any member, drawn or given by an import; E where near-duplicates joined members that stand apart. */
	readonly drawn: Half | null;
	/** Held-out members without a half. */
	readonly undrawn: readonly string[];
	/** Facets of its held-out members that were given no explicit half, sorted. */
	readonly facets: readonly string[];
}

/** Facets drawn so far → E only. */
export function facetsDrawn(db: Database): ReadonlyMap<string, boolean> {
	return new Map(
		db
			.all<{ facet: string; sealed_only: number }>('SELECT facet, sealed_only FROM facets')
			.map((row) => [row.facet, row.sealed_only === 1]),
	);
}

/** Facets in use that were never drawn. From one to the next by the index: tags of 100,000 prompts have few. */
function facetsUndrawn(db: Database): string[] {
	return db
		.all<{ facet: string }>(
			`WITH RECURSIVE used(facet) AS (
				SELECT min(facet) FROM prompt_tags
				UNION ALL SELECT (SELECT min(facet) FROM prompt_tags WHERE facet > used.facet) FROM used WHERE facet IS NOT NULL)
			SELECT facet FROM used WHERE facet IS NOT NULL AND facet NOT IN (SELECT facet FROM facets)`,
		)
		.map(({ facet }) => facet);
}

interface DrawMember {
	readonly n: number;
	readonly cluster: string;
	readonly id: string;
	readonly split: Split;
	readonly half: Half | null;
	readonly drawn: Half | null;
	readonly tags: string | null;
}

/** Clusters read at once. */
const CLUSTERS = 1_000;

/**
 * Held-out clusters with something to draw, by name, some at a time.
 * @param keys only clusters of these prompts; null = all
 */
export function* undrawnClusters(db: Database, keys: Int32Array | null): Generator<readonly ClusterDraw[]> {
	const chosen = keys === null ? null : new Set(keys);
	const waiting = db
		.all<{ cluster: string }>(
			`SELECT DISTINCT cluster FROM prompts WHERE place IN ('heldout', 'waiting') AND split = 'heldout' AND half IS NULL
			UNION SELECT DISTINCT p.cluster FROM prompt_tags t JOIN prompts p ON p.n = t.prompt
			WHERE t.facet IN (SELECT value FROM json_each(?)) AND p.split = 'heldout' AND p.drawn IS NOT NULL
			ORDER BY 1`,
			JSON.stringify(facetsUndrawn(db)),
		)
		.map((row) => row.cluster);
	yield [];
	for (let i = 0; i < waiting.length; i += CLUSTERS) {
		const members = db.all<DrawMember>(
			`SELECT n, cluster, id, split, half, drawn, tags FROM prompts WHERE cluster IN (SELECT value FROM json_each(?))
			ORDER BY cluster, id`,
			JSON.stringify(waiting.slice(i, i + CLUSTERS)),
		);
		yield [...Map.groupBy(members, ({ cluster }) => cluster)]
			.filter(([, all]) => chosen === null || all.some(({ n }) => chosen.has(n)))
			.map(([cluster, all]) => drawOf(cluster, all));
	}
}

/** @param members all of them, by id */
function drawOf(cluster: string, members: readonly DrawMember[]): ClusterDraw {
	const halves = members.map((m) => m.half ?? m.drawn);
	const heldOut = members.filter((m) => m.split === 'heldout');
	return {
		cluster,
		smallest: members[0]?.id ?? cluster,
		drawn: halves.includes('E') ? 'E' : halves.includes('R') ? 'R' : null,
		undrawn: heldOut.filter((m) => m.half === null).map((m) => m.id),
		facets: [...new Set(heldOut.flatMap((m) => (m.tags === null ? [] : (JSON.parse(m.tags) as string[]))))].sort(),
	};
}

/** Keys of every member of the clusters of these prompts. */
export function withClusters(db: Database, keys: Int32Array): Int32Array {
	const { clusterOf, clusters } = placementOf(db);
	const all = new Set<number>();
	for (const key of keys) {
		const cluster = clusterOf[key] as number;
		if (cluster === 0) all.add(key);
		else for (const member of clusters[cluster - 1] as readonly number[]) all.add(member);
	}
	return Int32Array.from(all).sort();
}

/** What moving the clusters of some prompts to a split comes to. */
export interface MoveSums {
	readonly clusters: number;
	/** Chosen prompts that stand there already. */
	readonly there: number;
	/** Prompts that move at once, and those of them that were not chosen themselves. */
	readonly moves: number;
	readonly along: number;
	/** Prompts of clusters that are frozen, or were exported and may not move into `split` for that. */
	readonly frozen: number;
	readonly exported: number;
	/** Clusters of those: one proposal each. */
	readonly proposals: number;
}

/** A cluster that a move is about. */
interface Moving {
	/** Keys of all its members, or of the chosen ones where those are taken alone. */
	readonly members: readonly number[];
	/** Of those, how many stand elsewhere. */
	readonly away: number;
	/** Why it can only be proposed. */
	readonly because: 'frozen' | 'exported' | null;
}

/** What a move of whole clusters is decided by: bytes by key, 1 = yes. */
class Movers {
	readonly #placement: Placement;
	readonly #stands: Uint8Array;
	readonly #frozen: Uint8Array;
	readonly #seen: Uint8Array;
	readonly picked: Uint8Array;

	constructor(db: Database, keys: Int32Array, split: Split, unseen: boolean) {
		this.#placement = placementOf(db);
		const { codes } = this.#placement;
		this.#stands = codesOfSplit(split);
		this.#frozen = new Uint8Array(codes.length);
		for (const { split: of, keys: members } of frozenKeys(db)) {
			const still = codesOfSplit(of);
			// Another split's manifest may list the prompt too: frozen it is where one of them does.
			for (let i = 0; i < members.length; i++) {
				const key = members[i] as number;
				(this.#frozen[key] as number) |= still[codes[key] as number] as number;
			}
		}
		this.#seen = new Uint8Array(codes.length);
		if (unseen) for (const key of exportedKeys(db)) this.#seen[key] = 1;
		this.picked = new Uint8Array(codes.length);
		for (let i = 0; i < keys.length; i++) this.picked[keys[i] as number] = 1;
	}

	/** 1 where a prompt stands in another split. */
	away(key: number): number {
		return 1 - (this.#stands[this.#placement.codes[key] as number] as number);
	}

	/** Each cluster of the chosen prompts once, in the order of the first of them. What `visit` is given holds only meanwhile. */
	each(keys: Int32Array, alone: boolean, visit: (moving: Moving) => void): void {
		const { clusterOf, clusters } = this.#placement;
		const counted = new Uint8Array(clusters.length + 1);
		const single = [0];
		for (let i = 0; i < keys.length; i++) {
			const key = keys[i] as number;
			const cluster = clusterOf[key] as number;
			if (cluster > 0 && counted[cluster] === 1) continue;
			counted[cluster] = 1;
			single[0] = key;
			let members: readonly number[] = cluster === 0 ? single : (clusters[cluster - 1] as readonly number[]);
			if (alone) members = members.filter((member) => this.picked[member] === 1);
			let [away, frozen, seen] = [0, 0, 0];
			for (const member of members) {
				away += this.away(member);
				frozen |= this.#frozen[member] as number;
				seen |= this.#seen[member] as number;
			}
			visit({ members, away, because: frozen === 1 ? 'frozen' : seen === 1 ? 'exported' : null });
		}
	}
}

/**
 * Sums over whole clusters: what a move of them would do, without doing it.
 * @param keys of the chosen prompts
 * @param unseen whether what was exported for training may not stand in `split`
 */
export function moveSums(db: Database, keys: Int32Array, split: Split, unseen: boolean): MoveSums {
	const movers = new Movers(db, keys, split, unseen);
	const sums = { clusters: 0, there: 0, moves: 0, along: 0, frozen: 0, exported: 0, proposals: 0 };
	for (let i = 0; i < keys.length; i++) sums.there += 1 - movers.away(keys[i] as number);
	movers.each(keys, false, ({ members, away, because }) => {
		sums.clusters++;
		if (away === 0) return;
		if (because === null) {
			sums.moves += away;
			for (const member of members) sums.along += movers.away(member) * (1 - (movers.picked[member] as number));
		} else {
			sums.proposals++;
			sums[because] += members.length;
		}
	});
	return sums;
}

/** What a move does, by keys. */
export interface MovePlan {
	/** Prompts that move at once. */
	readonly moves: Int32Array;
	readonly proposals: readonly { readonly keys: Int32Array; readonly because: 'frozen' | 'exported' }[];
}

/**
 * Whole clusters move together; one that is frozen, or was exported for training, becomes one proposal.
 * @param alone only the chosen members, and the rest of their clusters stays
 */
export function planMove(db: Database, keys: Int32Array, split: Split, unseen: boolean, alone: boolean): MovePlan {
	const movers = new Movers(db, keys, split, unseen);
	const moves: number[] = [];
	const proposals: { keys: Int32Array; because: 'frozen' | 'exported' }[] = [];
	movers.each(keys, alone, ({ members, away, because }) => {
		if (away === 0) return;
		if (because !== null) proposals.push({ keys: Int32Array.from(members).sort(), because });
		else for (const member of members) if (movers.away(member) === 1) moves.push(member);
	});
	return { moves: Int32Array.from(moves).sort(), proposals };
}

/**
 * Those of these prompts that can only be proposed for a split, as a member of their cluster is frozen or exported; by key.
 * @param unseen whether what was exported for training may not stand in `split`
 */
export function heldBack(
	db: Database,
	keys: Int32Array,
	split: Split,
	unseen: boolean,
): ReadonlyMap<number, 'frozen' | 'exported'> {
	const movers = new Movers(db, keys, split, unseen);
	const held = new Map<number, 'frozen' | 'exported'>();
	movers.each(keys, false, ({ members, because }) => {
		if (because === null) return;
		for (const member of members) if (movers.picked[member] === 1) held.set(member, because);
	});
	return held;
}

/** Tags among these prompts, most used first. */
export function tagsAmong(db: Database, keys: Int32Array): { readonly facet: string; readonly prompts: number }[] {
	const chosen = new Uint8Array(placementOf(db).codes.length);
	for (const key of keys) chosen[key] = 1;
	return db
		.all<{ facet: string; tagged: string }>(
			'SELECT facet, group_concat(prompt) AS tagged FROM prompt_tags GROUP BY facet ORDER BY facet',
		)
		.map(({ facet, tagged }) => ({ facet, prompts: keyList(tagged).filter((key) => chosen[key] === 1).length }))
		.filter(({ prompts }) => prompts > 0)
		.sort((x, y) => y.prompts - x.prompts);
}

/** Those of these prompts that have the tag, by whole id. */
export function havingTag(db: Database, prompts: readonly string[], facet: string): ReadonlySet<string> {
	return new Set(
		db
			.all<{ id: string }>(
				`SELECT p.id FROM prompts p WHERE p.id IN (SELECT value FROM json_each(?))
				AND EXISTS (SELECT 1 FROM prompt_tags t WHERE t.facet = ? AND t.prompt = p.n)`,
				JSON.stringify(prompts),
				facet,
			)
			.map(({ id }) => id),
	);
}

/** Keys of prompts by their whole ids; unknown ones are left out. */
export function promptKeysOf(db: Database, ids: readonly string[]): Int32Array {
	return Int32Array.from(
		db.all<{ n: number }>(
			'SELECT n FROM prompts WHERE id IN (SELECT value FROM json_each(?)) ORDER BY n',
			JSON.stringify(ids),
		),
		({ n }) => n,
	);
}

/** Prompts with their split as it is now, in the order given. */
export function promptBriefs(
	db: Database,
	ids: readonly string[],
): { readonly id: string; readonly preview: string; readonly split: string }[] {
	return ids.flatMap((id) =>
		db.all<{ id: string; preview: string; split: string }>('SELECT id, preview, split FROM prompts WHERE id = ?', id),
	);
}

/** Every facet in use, most used first. */
export function facetCounts(
	db: Database,
): { readonly facet: string; readonly prompts: number; readonly sealedOnly: boolean }[] {
	return db
		.all<{ facet: string; prompts: number; sealed: number }>(
			`SELECT t.facet AS facet, count(*) AS prompts, coalesce(max(f.sealed_only), 0) AS sealed
			FROM prompt_tags t LEFT JOIN facets f ON f.facet = t.facet GROUP BY t.facet ORDER BY prompts DESC, t.facet`,
		)
		.map(({ facet, prompts, sealed }) => ({ facet, prompts, sealedOnly: sealed === 1 }));
}
