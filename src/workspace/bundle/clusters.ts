import { protection } from '../../domain/assignment.ts';
import { sha256 } from '../../domain/identity.ts';
import { dealParts, type PartCluster, type PartPlan } from '../../domain/reference-parts.ts';
import type { DatasetRow } from '../../store/dataset-query.ts';
import type { EarlierParts } from './earlier-parts.ts';

const REFERENCE = protection('heldout', 'R');

/** What a bundle asks of clusters, by prompt id. */
export interface BundleClusters {
	/** Short name of the cluster; texts cannot be told from it. */
	name(prompt: string): string;
	/** Whether the prompt's cluster has a member in a more protected place: it takes part in no run, and in no bundle. */
	spans(prompt: string): boolean;
	/** Part of R, from 1. */
	part(prompt: string): number;
}

interface Cluster {
	rank: number;
	readonly prompts: Set<string>;
	readonly facets: Set<string>;
	pairs: number;
}

/** Reads clusters from the dataset's rows and deals those of R to parts. */
export function bundleClusters(rows: readonly DatasetRow[], plan: PartPlan, earlier: EarlierParts): BundleClusters {
	const clusters = new Map<string, Cluster>();
	const ofPrompt = new Map<string, { readonly cluster: string; readonly rank: number }>();
	for (const row of rows) {
		const rank = protection(row.split, row.half);
		ofPrompt.set(row.prompt, { cluster: row.cluster, rank });
		const cluster = clusters.get(row.cluster) ?? { rank, prompts: new Set(), facets: new Set(), pairs: 0 };
		clusters.set(row.cluster, cluster);
		cluster.rank = Math.min(cluster.rank, rank);
		if (rank !== REFERENCE || row.half !== 'R') continue;
		cluster.prompts.add(row.prompt);
		// Only what has a vote can have a label: the deal evens out what trainers read.
		if (row.y !== null) cluster.pairs++;
		for (const facet of row.tags === null ? [] : (JSON.parse(row.tags) as string[])) cluster.facets.add(facet);
	}
	const reference = [...clusters].filter(([, { rank, prompts }]) => rank === REFERENCE && prompts.size > 0);
	const cards = reference.map(([, { prompts, facets, pairs }]): PartCluster => {
		const sorted = [...prompts].sort();
		const before = sorted.map((prompt) => earlier.part.get(prompt)).find((part) => part !== undefined);
		return {
			key: sorted[0]!,
			facets: [...facets],
			pairs,
			before: before ?? null,
			used: sorted.some((prompt) => earlier.used.has(prompt)),
		};
	});
	const order = [...cards.keys()].sort((x, y) => (cards[x]!.key < cards[y]!.key ? -1 : 1));
	const dealt = dealParts(
		order.map((i) => cards[i]!),
		plan,
	);
	const parts = new Map(order.map((i, k) => [reference[i]![0], dealt[k]!]));
	return {
		name: (prompt) => sha256(`cluster ${ofPrompt.get(prompt)?.cluster ?? prompt}`).slice(0, 16),
		spans(prompt) {
			const own = ofPrompt.get(prompt);
			return own !== undefined && own.rank > (clusters.get(own.cluster)?.rank ?? own.rank);
		},
		part: (prompt) => parts.get(ofPrompt.get(prompt)?.cluster ?? '') ?? 1,
	};
}
