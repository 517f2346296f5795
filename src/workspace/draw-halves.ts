import { drawHalf, isSealedOnlyFacet } from '../domain/assignment.ts';
import type { EventBody } from '../domain/events.ts';
import type { Half } from '../domain/split.ts';
import { type ClusterDraw, facetsDrawn, undrawnClusters } from '../store/cluster-query.ts';
import type { Context } from './context.ts';
import { pause } from './fold-sources.ts';

/**
 * Draws R or E for held-out clusters that have no half yet, once and for good, in one journalled event. A cluster that was
 * drawn before keeps its half for members that join; every third new facet goes to E only, and with it the whole cluster.
 * @param keys only clusters of these prompts; null = all
 */
export async function drawHalves(ctx: Context, keys: Int32Array | null): Promise<void> {
	const undrawn: ClusterDraw[] = [];
	for (const some of undrawnClusters(ctx.db, keys)) {
		undrawn.push(...some);
		await pause();
	}
	const body = planDraws(undrawn, facetsDrawn(ctx.db), ctx.config.split.seed);
	if (body !== null) await ctx.append(body);
}

export function planDraws(
	clusters: readonly ClusterDraw[],
	known: ReadonlyMap<string, boolean>,
	seed: string,
): Extract<EventBody, { type: 'half-drawn' }> | null {
	const sealed = new Map(known);
	const facets: { facet: string; sealed_only: boolean }[] = [];
	const draws: { prompts: readonly string[]; half: Half }[] = [];
	for (const cluster of clusters) {
		for (const facet of cluster.facets) {
			if (sealed.has(facet)) continue;
			const sealedOnly = isSealedOnlyFacet(sealed.size + 1);
			sealed.set(facet, sealedOnly);
			facets.push({ facet, sealed_only: sealedOnly });
		}
		if (cluster.undrawn.length === 0) continue;
		const sealedFacet = cluster.facets.some((facet) => sealed.get(facet) === true);
		const half = sealedFacet ? 'E' : (cluster.drawn ?? drawHalf(cluster.smallest, seed));
		draws.push({ prompts: cluster.undrawn, half });
	}
	return draws.length === 0 && facets.length === 0 ? null : { type: 'half-drawn', draws, facets };
}
