import { clusteredMean, intervalOf, pairedDifference, recordMean } from '../calibration/jackknife.ts';
import type { MetricsOptions } from '../calibration/metrics.ts';
import { losses } from '../calibration/proper.ts';
import type { Records } from '../calibration/records.ts';
import type { HumanReference } from '../domain/agreement.ts';
import type { LossName } from '../domain/checkpoint.ts';
import type { ScoredPair } from '../domain/dataset.ts';
import type { Interval, Metrics, ScoreLine } from '../domain/run-record.ts';
import type { ProbeFamily } from './probe.ts';
import { inline, type Threads } from './threads.ts';

/** E under one solution: a point of the probe's path, or a checkpoint. */
export interface SealedSolution {
	/** Null for a checkpoint. */
	readonly s: number | null;
	readonly ridge: number | null;
	readonly checkpoint?: string;
	/** The criterion's loss. */
	readonly loss: Interval;
	/** Of all solutions together at 95 % (Bonferroni): for candidates that were not chosen. */
	readonly band: Interval;
	readonly over_dpo: Interval;
	readonly over_pooled: Interval;
	/** Checkpoints: loss over the reference's, over the recommended one's and over that of the best by eval; paired. */
	readonly over_reference?: Interval;
	readonly over_recommended?: Interval;
	readonly over_best_by_eval?: Interval;
	/** Loss on E's facets that R has too, and on those that only E has; absent in files of earlier versions. */
	readonly by_facet?: Readonly<Record<Facets, Interval>>;
	readonly metrics: Metrics;
}

/** Every third facet goes to E only (design.md §5), so that a new kind of shift is measured too. */
export type Facets = 'seen' | 'unseen';

/** Everything of E in a run. It exists in sealed.bin only, until a decision opens it. */
export interface Sealed {
	readonly version: 1;
	readonly pairs: number;
	readonly facets?: Readonly<Record<Facets, { readonly pairs: number; readonly clusters: number }>>;
	/** Place in `solutions` for each λ of the frontier, of the run's own λ, and of the baselines. */
	readonly by_lambda: readonly { readonly lambda: number; readonly solution: number }[];
	readonly own: number;
	/** Null over checkpoints, as `pooled` without a path. */
	readonly dpo: number | null;
	readonly pooled: number | null;
	/** Runs over checkpoints only. */
	readonly checkpoints?: {
		readonly beta: number;
		readonly loss: LossName;
		/** Loss at Δ = 0. */
		readonly reference: number;
		readonly recommended: number | null;
		readonly best_by_eval: number | null;
	};
	readonly solutions: readonly SealedSolution[];
	/** What people reach on E: one against the majority of the others; absent where too few judged. */
	readonly human?: HumanReference;
	/** Score lines without margins, and the mean margin of each under every solution. */
	readonly lines: readonly (Omit<ScoreLine, 'delta' | 'p'> & {
		readonly deltas: readonly number[];
		/** Checkpoints: log π of chosen and rejected, log π_ref of both, under every solution. */
		readonly logps?: readonly (readonly [number, number, number, number])[];
	})[];
}

/** E for every solution that a decision may name or is compared with; null where E is empty. */
export async function sealE(
	family: ProbeFamily,
	choice: { readonly lambdas: readonly { readonly lambda: number; readonly point: number }[]; readonly own: number },
	options: MetricsOptions,
	threads: Threads = inline(),
): Promise<Sealed | null> {
	const pairs = family.pairs('heldout_sealed');
	if (pairs.length === 0) return null;
	const points = [
		...new Set([
			...choice.lambdas.map((each) => each.point),
			choice.own,
			0,
			...(family.pooled === null ? [] : [family.pooled]),
		]),
	].sort((x, y) => x - y);
	const metrics = await Promise.all(
		points.map((point) => threads.measure(family.records('heldout_sealed', point), options)),
	);
	const lossOf = (point: number): Float64Array => losses(family.records('heldout_sealed', point));
	const records = family.records('heldout_sealed', 0);
	const dpo = lossOf(0);
	const pooled = family.pooled === null ? null : lossOf(family.pooled);
	const groups = facetGroups(pairs, family.pairs('heldout_reference'), records);
	const margins = points.map((point) => meanMargins(family.margins('heldout_sealed', point)));
	return {
		version: 1,
		pairs: pairs.length,
		facets: { seen: groups.seen.size, unseen: groups.unseen.size },
		by_lambda: choice.lambdas.map(({ lambda, point }) => ({ lambda, solution: points.indexOf(point) })),
		own: points.indexOf(choice.own),
		dpo: points.indexOf(0),
		pooled: family.pooled === null ? null : points.indexOf(family.pooled),
		solutions: points.map((point, place) => {
			const loss = lossOf(point);
			return {
				s: family.points[point]!.s,
				ridge: family.points[point]!.ridge,
				loss: intervalOf(recordMean(records, loss)),
				band: intervalOf(recordMean(records, loss), 'no pairs', 1 - 0.05 / points.length),
				over_dpo: intervalOf(pairedDifference(records, loss, dpo)),
				over_pooled: intervalOf(pooled === null ? null : pairedDifference(records, loss, pooled), 'no pooled baseline'),
				by_facet: { seen: groups.seen.of(loss), unseen: groups.unseen.of(loss) },
				metrics: metrics[place]!,
			};
		}),
		lines: pairs.map((pair, i) => ({
			comparison: pair.comparison,
			checkpoint: null,
			y: pair.y,
			decided: pair.decided,
			chosen_side: pair.chosenSide,
			split: 'heldout_sealed',
			source: pair.source,
			deltas: margins.map((margin) => margin[i]!),
		})),
	};
}

interface FacetGroup {
	readonly size: { readonly pairs: number; readonly clusters: number };
	of(loss: Float64Array): Interval;
}

/** A pair is unseen where any of its facets is in no pair of R. No facet at all counts as a facet of its own. */
export function facetGroups(
	pairs: readonly ScoredPair[],
	reference: readonly ScoredPair[],
	records: Records,
): Readonly<Record<Facets, FacetGroup>> {
	const facetsOf = (pair: ScoredPair): readonly string[] => (pair.facets.length === 0 ? [''] : pair.facets);
	const known = new Set(reference.flatMap(facetsOf));
	const unseen = pairs.map((pair) => facetsOf(pair).some((facet) => !known.has(facet)));
	const group = (wanted: boolean): FacetGroup => {
		const weight = records.weight.map((w, r) => (unseen[records.pair[r]!] === wanted ? w : 0));
		const members = pairs.filter((_, i) => unseen[i] === wanted);
		return {
			size: { pairs: members.length, clusters: new Set(members.map((pair) => pair.cluster)).size },
			of: (loss) => intervalOf(clusteredMean(loss, weight, records.cluster, records.clusters), 'no such facet'),
		};
	};
	return { seen: group(false), unseen: group(true) };
}

/** Mean over the models that may score a pair. */
export function meanMargins(margins: readonly Float64Array[]): Float64Array {
	const first = margins[0]!;
	if (margins.length === 1) return first;
	return first.map((_, i) => margins.reduce((sum, margin) => sum + margin[i]!, 0) / margins.length);
}
