import type { FacetKind } from './split.ts';

/** What of a facet, or of a kind of shift, is held out. Sizes only: labels and scores of the sealed half are counted nowhere here. */
export interface CoverageCount {
	readonly prompts: number;
	readonly pairs: number;
	readonly clusters: number;
	/** By half: the tuning half R (a half not drawn yet counts there) and the sealed half E. */
	readonly reference: { readonly prompts: number; readonly pairs: number };
	readonly sealed: { readonly prompts: number; readonly pairs: number };
}

export interface CoveredFacet extends CoverageCount {
	readonly facet: string;
	/** Every third facet goes to the sealed half only. */
	readonly sealedOnly: boolean;
}

export type PrecisionMetric = 'accuracy' | 'nll';

/** The half-width of a 95 % interval that somebody wants, for each half of held-out. */
export interface Precision {
	readonly metric: PrecisionMetric;
	/** Share of pairs for accuracy (0.03 = ± 3 points), nats for the loss. */
	readonly width: number;
}

export const DEFAULT_PRECISION: Precision = { metric: 'accuracy', width: 0.03 };

/** How many judged pairs each half needs for a stated precision. */
export interface PairsNeed extends Precision {
	/** For each half; null where it cannot be said. With `from` "clusters" at most so many. */
	readonly pairs: number | null;
	/** Variance against that of as many pairs independent of each other. */
	readonly design: number | null;
	/** Measured in the latest run, or the bound that cluster sizes give. */
	readonly from: 'run' | 'clusters' | null;
	readonly run: string | null;
	readonly text: string;
}

export interface FacetCoverage {
	readonly kinds: readonly (CoverageCount & { readonly kind: FacetKind; readonly facets: readonly CoveredFacet[] })[];
	readonly total: CoverageCount;
	/** Held-out prompts without any tag. */
	readonly untagged: number;
	/** Pairs of the tuning half with a resolution; of the sealed half this is not told. */
	readonly judgedReference: number;
	readonly need: PairsNeed;
}

/** Two-sided 95 %. */
const Z = 1.959964;

/** The latest run's interval on the tuning half. */
export interface MeasuredSpread {
	readonly run: string;
	readonly value: number | null;
	readonly low: number | null;
	readonly high: number | null;
	/** Pairs behind it. */
	readonly n: number;
}

const whole = new Intl.NumberFormat('en');

function widthText({ metric, width }: Precision): string {
	return metric === 'accuracy'
		? `± ${Number((100 * width).toFixed(1))} points of accuracy`
		: `± ${Number(width.toFixed(3))} nats of loss`;
}

function thereText(need: number, there: { readonly reference: number; readonly sealed: number }): string {
	const half = (name: string, n: number) =>
		n >= need
			? `the ${name} half has ${whole.format(n)}: enough`
			: `the ${name} half has ${whole.format(n)}, ${whole.format(need - n)} short`;
	return `${whole.format(2 * need)} in total; ${half('tuning', there.reference)}, ${half('sealed', there.sealed)}.`;
}

/**
 * Pairs needed in each half so that a clustered 95 % interval is ± `width`. With a run: n·(w₀/w)², w₀ the half-width it measured on
 * n pairs of R, which has the design effect inside (an interval shrinks with 1/√n while clusters keep their size). Without: the
 * widest an accuracy can be, ½·½, times Kish's bound of the design effect, Σm²/Σm over cluster sizes m, which is reached
 * where all pairs of a cluster are right or wrong together (Kish 1965, §5.4 with ρ = 1); for the loss nothing can be said.
 * @param sizes pairs of each held-out cluster
 */
export function pairsNeeded(
	precision: Precision,
	measured: MeasuredSpread | null,
	sizes: readonly number[],
	there: { readonly reference: number; readonly sealed: number },
): PairsNeed {
	const { metric, width } = precision;
	if (measured !== null && measured.low !== null && measured.high !== null && measured.high > measured.low) {
		const own = (measured.high - measured.low) / 2;
		// Rounding of the last bit is no pair more.
		const pairs = Math.ceil(measured.n * (own / width) ** 2 - 1e-9);
		const p = measured.value ?? 0.5;
		const independent = metric === 'accuracy' && p > 0 && p < 1 ? (Z * Z * p * (1 - p)) / measured.n : null;
		const design = independent === null ? null : (own * own) / independent;
		const effect =
			design === null ? 'dependence within clusters included' : `design effect ${design.toFixed(1)} included`;
		return {
			...precision,
			pairs,
			design,
			from: 'run',
			run: measured.run,
			text: `For ${widthText(precision)} each half needs about ${whole.format(pairs)} judged pairs (${effect}, as the latest run measured it on the tuning half): ${thereText(pairs, there)}`,
		};
	}
	if (metric === 'nll') {
		return {
			...precision,
			pairs: null,
			design: null,
			from: null,
			run: null,
			text: 'How much losses scatter is known only from a run: score once, with 8 judged clusters in the tuning half.',
		};
	}
	const all = sizes.reduce((sum, m) => sum + m, 0);
	const design = all === 0 ? 1 : sizes.reduce((sum, m) => sum + m * m, 0) / all;
	const least = Math.ceil((Z * Z * 0.25) / (width * width));
	const pairs = Math.ceil(least * design);
	const range = pairs === least ? whole.format(least) : `${whole.format(least)} to ${whole.format(pairs)}`;
	return {
		...precision,
		pairs,
		design,
		from: 'clusters',
		run: null,
		text: `For ${widthText(precision)} each half needs ${range} judged pairs (design effect at most ${design.toFixed(1)}, from the sizes of clusters; a run will measure it). Of the larger number: ${thereText(pairs, there)}`,
	};
}
