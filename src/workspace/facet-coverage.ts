import { parseFacet } from '../domain/assignment.ts';
import {
	type CoverageCount,
	DEFAULT_PRECISION,
	type FacetCoverage,
	type MeasuredSpread,
	type Precision,
	pairsNeeded,
} from '../domain/facet-coverage.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { FACET_KINDS } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import { type HeldOutPrompt, heldOutPrompts, sealedOnlyFacets } from '../store/coverage-query.ts';
import { placeCounts } from '../store/read-counts.ts';
import type { Context } from './context.ts';

function countOf(prompts: readonly HeldOutPrompt[]): CoverageCount {
	const of = (part: readonly HeldOutPrompt[]) => ({
		prompts: part.length,
		pairs: part.reduce((sum, { pairs }) => sum + pairs, 0),
	});
	return {
		...of(prompts),
		clusters: new Set(prompts.map(({ cluster }) => cluster)).size,
		reference: of(prompts.filter(({ place }) => place !== 'E')),
		sealed: of(prompts.filter(({ place }) => place === 'E')),
	};
}

/** What the run measured on R; of E nothing is read. */
function measuredBy(record: RunRecord | null, { metric }: Precision): MeasuredSpread | null {
	const metrics = record?.metrics.heldout_reference;
	if (record === null || metrics === null || metrics === undefined) return null;
	const { value, low, high } = metrics[metric];
	return { run: record.run, value, low, high, n: metric === 'accuracy' ? metrics.n_accuracy : metrics.n };
}

/**
 * Which kinds of shift the held-out set covers, and how many pairs a stated precision needs.
 * @param latest the latest run, whose interval on the tuning half tells the design effect
 * @throws UserError 'usage' where the width makes no sense
 */
export function facetCoverage(
	ctx: Context,
	latest: RunRecord | null,
	precision: Precision = DEFAULT_PRECISION,
): FacetCoverage {
	const { metric, width } = precision;
	if (!(width > 0) || (metric === 'accuracy' && width >= 0.5)) {
		throw new UserError(
			'usage',
			`A precision of ± ${width} makes no sense: give more than 0${metric === 'accuracy' ? ' and less than 0.5 (0.03 = 3 points)' : ''}.`,
		);
	}
	const prompts = heldOutPrompts(ctx.db);
	const sealedOnly = sealedOnlyFacets(ctx.db);
	const byFacet = new Map<string, HeldOutPrompt[]>();
	for (const prompt of prompts) {
		for (const facet of prompt.tags === null ? [] : (JSON.parse(prompt.tags) as string[])) {
			const of = byFacet.get(facet);
			if (of === undefined) byFacet.set(facet, [prompt]);
			else of.push(prompt);
		}
	}
	const kinds = FACET_KINDS.map((kind) => {
		const facets = [...byFacet].filter(([facet]) => parseFacet(facet)?.kind === kind);
		return {
			kind,
			...countOf([...new Set(facets.flatMap(([, of]) => of))]),
			facets: facets
				.map(([facet, of]) => ({ facet, ...countOf(of), sealedOnly: sealedOnly.has(facet) }))
				.sort((x, y) => y.pairs - x.pairs || (x.facet < y.facet ? -1 : 1)),
		};
	});
	const total = countOf(prompts);
	const sizes = new Map<string, number>();
	for (const { cluster, pairs } of prompts) sizes.set(cluster, (sizes.get(cluster) ?? 0) + pairs);
	const places = placeCounts(ctx.db);
	return {
		kinds,
		total,
		untagged: prompts.filter(({ tags }) => tags === null || tags === '[]').length,
		judgedReference: (places.get('R')?.judged ?? 0) + (places.get('heldout')?.judged ?? 0),
		need: pairsNeeded(precision, measuredBy(latest, precision), [...sizes.values()], {
			reference: total.reference.pairs,
			sealed: total.sealed.pairs,
		}),
	};
}
