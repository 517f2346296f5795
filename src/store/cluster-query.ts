import type { Half, Split } from '../domain/split.ts';
import type { Database } from './database.ts';
import { keyList } from './kept.ts';
import { codesOfSplit, placementOf } from './placement.ts';
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

/** Held-out clusters with something to draw, by name; only among `clusters` if given. */
export function undrawnClusters(db: Database, clusters: readonly string[] | null): ClusterDraw[] {
	const fresh = facetsUndrawn(db);
	const waiting = db
		.all<{ cluster: string }>(
			`SELECT DISTINCT cluster FROM prompts WHERE place IN ('heldout', 'waiting') AND split = 'heldout' AND half IS NULL
			UNION SELECT DISTINCT p.cluster FROM prompt_tags t JOIN prompts p ON p.n = t.prompt
			WHERE t.facet IN (SELECT value FROM json_each(?)) AND p.split = 'heldout' AND p.drawn IS NOT NULL
			ORDER BY 1`,
			JSON.stringify(fresh),
		)
		.map((row) => row.cluster);
	const among = clusters === null ? null : new Set(clusters);
	const wanted = among === null ? waiting : waiting.filter((cluster) => among.has(cluster));
	return wanted.map((cluster) => {
		const members = db.all<{ id: string; split: string; half: string | null; drawn: Half | null; tags: string | null }>(
			'SELECT id, split, half, drawn, tags FROM prompts WHERE cluster = ? ORDER BY id',
			cluster,
		);
		const halves = members.map((m) => m.half ?? m.drawn);
		const heldOut = members.filter((m) => m.split === 'heldout');
		return {
			cluster,
			smallest: members[0]?.id ?? cluster,
			drawn: halves.includes('E') ? 'E' : halves.includes('R') ? 'R' : null,
			undrawn: heldOut.filter((m) => m.half === null).map((m) => m.id),
			facets: [...new Set(heldOut.flatMap((m) => (m.tags === null ? [] : (JSON.parse(m.tags) as string[]))))].sort(),
		};
	});
}

/** What a tag or a move needs to know of a prompt's cluster. */
export interface ClusterMember {
	readonly id: string;
	readonly cluster: string;
	readonly split: string;
	readonly preview: string;
	readonly frozen: boolean;
	readonly seen: boolean;
}

const FROZEN = `EXISTS (SELECT 1 FROM manifest_prompts mp JOIN manifests m ON m.manifest = mp.manifest
	WHERE mp.prompt = p.id AND m.in_force = 1 AND m.split = p.split)`;

/** Every member of the clusters of these prompts, by cluster, then id. */
export function clusterMembers(db: Database, prompts: readonly string[]): Map<string, ClusterMember[]> {
	const clusters = new Map<string, ClusterMember[]>();
	for (const row of db.all<Omit<ClusterMember, 'frozen' | 'seen'> & { frozen: number; seen: number }>(
		`SELECT p.id, p.cluster, p.split, p.preview, ${FROZEN} AS frozen,
		EXISTS (SELECT 1 FROM export_prompts ep WHERE ep.prompt = p.id) AS seen
		FROM prompts p WHERE p.cluster IN (SELECT cluster FROM prompts WHERE id IN (SELECT value FROM json_each(?)))
		ORDER BY p.cluster, p.id`,
		JSON.stringify(prompts),
	)) {
		const member = { ...row, frozen: row.frozen === 1, seen: row.seen === 1 };
		const members = clusters.get(row.cluster);
		if (members === undefined) clusters.set(row.cluster, [member]);
		else members.push(member);
	}
	return clusters;
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

/**
 * Sums over whole clusters: what a move of them would do, without doing it.
 * @param keys of the chosen prompts
 * @param unseen whether what was exported for training may not stand in `split`
 */
export function moveSums(db: Database, keys: Int32Array, split: Split, unseen: boolean): MoveSums {
	const { codes, clusterOf, clusters } = placementOf(db);
	const stands = codesOfSplit(split);
	const away = (key: number): number => 1 - (stands[codes[key] as number] as number);
	const frozen = new Uint8Array(codes.length);
	for (const { split: of, keys: members } of frozenKeys(db)) {
		const still = codesOfSplit(of);
		// Another split's manifest may list the prompt too: frozen it is where one of them does.
		for (const key of members) (frozen[key] as number) |= still[codes[key] as number] as number;
	}
	const seen = new Uint8Array(codes.length);
	if (unseen) for (const key of exportedKeys(db)) seen[key] = 1;
	const picked = new Uint8Array(codes.length);
	for (const key of keys) picked[key] = 1;

	const sums = { clusters: 0, there: 0, moves: 0, along: 0, frozen: 0, exported: 0, proposals: 0 };
	const counted = new Uint8Array(clusters.length + 1);
	const alone = [0];
	for (const key of keys) {
		sums.there += 1 - away(key);
		const cluster = clusterOf[key] as number;
		if (cluster > 0 && counted[cluster] === 1) continue;
		counted[cluster] = 1;
		sums.clusters++;
		alone[0] = key;
		const members = cluster === 0 ? alone : (clusters[cluster - 1] as readonly number[]);
		let [moves, along, isFrozen, isSeen] = [0, 0, 0, 0];
		for (const member of members) {
			moves += away(member);
			along += away(member) * (1 - (picked[member] as number));
			isFrozen |= frozen[member] as number;
			isSeen |= seen[member] as number;
		}
		if (moves === 0) continue;
		if (isFrozen + isSeen === 0) {
			sums.moves += moves;
			sums.along += along;
		} else {
			sums.proposals++;
			sums[isFrozen === 1 ? 'frozen' : 'exported'] += members.length;
		}
	}
	return sums;
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
