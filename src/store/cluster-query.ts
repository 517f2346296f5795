import type { Half } from '../domain/split.ts';
import type { Database } from './database.ts';

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

/** Held-out clusters with something to draw, by name; only among `clusters` if given. */
export function undrawnClusters(db: Database, clusters: readonly string[] | null): ClusterDraw[] {
	const waiting = db
		.all<{ cluster: string }>(
			`SELECT DISTINCT cluster FROM prompts WHERE place = 'heldout'
			UNION SELECT DISTINCT p.cluster FROM prompt_tags t JOIN prompts p ON p.n = t.prompt
			WHERE p.split = 'heldout' AND p.drawn IS NOT NULL AND t.facet NOT IN (SELECT facet FROM facets)
			ORDER BY 1`,
		)
		.map((row) => row.cluster);
	const wanted = clusters === null ? waiting : waiting.filter((c) => clusters.includes(c));
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

/** Every member of the clusters of these prompts, by cluster, then id. */
export function clusterMembers(db: Database, prompts: readonly string[]): Map<string, ClusterMember[]> {
	const clusters = new Map<string, ClusterMember[]>();
	for (const id of prompts) {
		const cluster = db.value<string>('SELECT cluster FROM prompts WHERE id = ?', id);
		if (cluster === undefined || clusters.has(cluster)) continue;
		clusters.set(
			cluster,
			db
				.all<{ id: string; split: string; preview: string; frozen: number; seen: number }>(
					`SELECT p.id, p.split, p.preview,
					EXISTS (SELECT 1 FROM manifest_prompts mp JOIN manifests m ON m.manifest = mp.manifest
						WHERE mp.prompt = p.id AND m.in_force = 1 AND m.split = p.split) AS frozen,
					EXISTS (SELECT 1 FROM export_prompts ep WHERE ep.prompt = p.id) AS seen
					FROM prompts p WHERE p.cluster = ? ORDER BY p.id`,
					cluster,
				)
				.map((row) => ({ ...row, cluster, frozen: row.frozen === 1, seen: row.seen === 1 })),
		);
	}
	return clusters;
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
