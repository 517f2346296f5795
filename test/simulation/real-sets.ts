/** The real sets in ../shared/data as scored pairs: for simulations and comparisons, never shown. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ScoredPair } from '../../src/domain/dataset.ts';
import { seededUnit } from '../../src/domain/identity.ts';
import type { Judgment } from '../../src/domain/judgment.ts';
import { resolve } from '../../src/domain/resolution.ts';
import { firstTurnKey } from '../../src/domain/text.ts';
import { openRows } from '../../src/formats/open.ts';

const folder = join(import.meta.dirname, '../../../shared/data');

export const REAL_SETS = ['harmless', 'llmbar', 'multi-annotator', 'multi-annotator.debates'] as const;
export type RealSet = (typeof REAL_SETS)[number];

/** For node:test's `skip`. */
export const noRealSets = existsSync(join(folder, 'llmbar.jsonl')) ? false : 'the real data sets are not here';

/** Scored pairs of one set, oriented by vote share; each comparison once. */
export async function readRealSet(name: RealSet): Promise<ScoredPair[]> {
	const reader = await openRows(join(folder, `${name}.jsonl`), { sourceName: name });
	const byId = new Map<string, { first: Parameters<typeof scored>[0]; judgments: Judgment[] }>();
	for await (const { rows } of reader.batches) {
		for (const row of rows) {
			const known = byId.get(row.comparison.id) ?? { first: row, judgments: [] };
			// The latest judgment of each person counts.
			for (const each of row.judgments) {
				const others = known.judgments.filter((old) => old.annotator !== each.annotator);
				known.judgments = [...others, { ...each, comparison: row.comparison.id } as unknown as Judgment];
			}
			byId.set(row.comparison.id, known);
		}
	}
	return [...byId.values()].flatMap(({ first, judgments }) => scored(first, judgments, name));
}

function scored(
	row: {
		readonly line: number;
		readonly comparison: {
			id: string;
			promptId: string;
			prompt: ScoredPair['turns'];
			a: ScoredPair['chosen'];
			b: ScoredPair['chosen'];
		};
		readonly metadata?: unknown;
	},
	judgments: readonly Judgment[],
	name: RealSet,
): ScoredPair[] {
	const { y, winner, weight } = resolve(judgments, null);
	if (y === null) return [];
	const { id, promptId, prompt, a, b } = row.comparison;
	const domain = (row.metadata as { domain?: string; subset?: string } | undefined) ?? {};
	const side = y >= 0.5 ? 'a' : 'b';
	return [
		{
			comparison: id,
			prompt: promptId,
			cluster: firstTurnKey(prompt),
			split: 'train',
			facets: [`domain:${domain.domain ?? domain.subset ?? name}`],
			turns: prompt,
			chosen: side === 'a' ? a : b,
			rejected: side === 'a' ? b : a,
			chosenSide: side,
			y: side === 'a' ? y : 1 - y,
			decided: winner !== null,
			weight,
			source: null,
		},
	];
}

/** The pairs of `share` of the clusters, drawn by seed, and the others: exactly that many clusters, since some sets have few. */
export function splitByCluster(
	pairs: readonly ScoredPair[],
	share: number,
	seed: string,
): readonly [ScoredPair[], ScoredPair[]] {
	const drawn = inSeededOrder(pairs, seed);
	const inside = new Set(drawn.slice(0, Math.round(share * drawn.length)));
	return [pairs.filter((pair) => inside.has(pair.cluster)), pairs.filter((pair) => !inside.has(pair.cluster))];
}

/** Whole clusters in seeded order until there are `most` pairs, at least `clusters` of them. */
export function takeClusters(pairs: readonly ScoredPair[], most: number, clusters: number, seed: string): ScoredPair[] {
	const sizes = new Map<string, number>();
	for (const { cluster } of pairs) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
	const taken = new Set<string>();
	let size = 0;
	for (const cluster of inSeededOrder(pairs, seed)) {
		if (taken.size >= clusters && size + sizes.get(cluster)! > most) continue;
		taken.add(cluster);
		size += sizes.get(cluster)!;
	}
	return pairs.filter((pair) => taken.has(pair.cluster));
}

function inSeededOrder(pairs: readonly ScoredPair[], seed: string): string[] {
	return [...new Set(pairs.map((pair) => pair.cluster))]
		.map((cluster) => ({ cluster, at: seededUnit(seed, cluster) }))
		.sort((x, y) => x.at - y.at)
		.map(({ cluster }) => cluster);
}
