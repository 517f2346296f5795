import { seededUnit } from './identity.ts';

/** What a training bundle uses a part of the held-out tuning half for. */
export type PartUse = 'penalty' | 'monitoring';

/** A cluster of R as the deal into parts sees it. */
export interface PartCluster {
	/** Its smallest prompt id: what the seeded order is of. */
	readonly key: string;
	readonly facets: readonly string[];
	readonly pairs: number;
	/** Part it had in an earlier bundle that was dealt alike; null = none. */
	readonly before: number | null;
	/** An earlier bundle's penalty read one of its prompts. */
	readonly used: boolean;
}

export interface PartPlan {
	/** Parts that R is dealt into. */
	readonly parts: number;
	/** The first so many are for the penalty, the rest for monitoring. */
	readonly penalty: number;
	readonly seed: number;
}

/**
 * Deals clusters of R to parts 1…K. Facets are dealt evenly, so that the two kinds of parts differ by chance alone. A cluster keeps the
 * part of an earlier bundle, so that what monitored one run is not trained on by the next; one that a penalty has read never monitors.
 * @returns the part of each cluster, in the order given
 */
export function dealParts(clusters: readonly PartCluster[], { parts, penalty, seed }: PartPlan): number[] {
	const dealt = new Array<number>(clusters.length).fill(0);
	const pairs = new Array<number>(parts + 1).fill(0);
	const ofFacets = new Map<string, number[]>();
	const facetsOf = (cluster: PartCluster): string => [...cluster.facets].sort().join('\n');
	const put = (i: number, part: number): void => {
		const cluster = clusters[i]!;
		const counts = ofFacets.get(facetsOf(cluster)) ?? new Array<number>(parts + 1).fill(0);
		counts[part] = counts[part]! + 1;
		ofFacets.set(facetsOf(cluster), counts);
		pairs[part] = pairs[part]! + cluster.pairs;
		dealt[i] = part;
	};
	const allowed = (cluster: PartCluster, part: number): boolean => !cluster.used || penalty === 0 || part <= penalty;
	const waiting: number[] = [];
	for (const [i, cluster] of clusters.entries()) {
		const { before } = cluster;
		if (before !== null && before >= 1 && before <= parts && allowed(cluster, before)) put(i, before);
		else waiting.push(i);
	}
	const unit = clusters.map(({ key }) => seededUnit(`${seed}/part`, key));
	waiting.sort((x, y) => unit[x]! - unit[y]! || (clusters[x]!.key < clusters[y]!.key ? -1 : 1));
	for (const i of waiting) {
		const cluster = clusters[i]!;
		const counts = ofFacets.get(facetsOf(cluster));
		const candidates = Array.from({ length: parts }, (_, k) => k + 1).filter((part) => allowed(cluster, part));
		const best = candidates.reduce((least, part) => {
			const byFacet = (counts?.[part] ?? 0) - (counts?.[least] ?? 0);
			return byFacet < 0 || (byFacet === 0 && pairs[part]! < pairs[least]!) ? part : least;
		});
		put(i, best);
	}
	return dealt;
}
