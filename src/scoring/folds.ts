import { seededUnit } from '../domain/identity.ts';

/** Most folds used (rules.md, The probe). */
export const MAX_FOLDS = 5;

/**
 * Deals clusters to folds in seeded order, like cards: fold sizes differ by at most one cluster. T and R are dealt apart, so
 * that every fold model has seen both in proportion.
 * @returns fold of each pair, by its cluster
 */
export function dealFolds(clusters: readonly string[], folds: number, seed: number, deck: string): Int32Array {
	const distinct = [...new Set(clusters)];
	const order = distinct
		.map((cluster) => ({ cluster, at: seededUnit(`${seed}/folds/${deck}`, cluster) }))
		.sort((x, y) => x.at - y.at || (x.cluster < y.cluster ? -1 : 1));
	const fold = new Map(order.map(({ cluster }, i) => [cluster, i % folds]));
	return Int32Array.from(clusters, (cluster) => fold.get(cluster)!);
}
