import { type AgreementStatistics, NOMINAL, ORDINAL_STEPS, ordinalStep } from '../../domain/agreement.ts';
import type { Strength, Verdict } from '../../domain/judgment.ts';
import type { Interval } from '../../domain/run-record.ts';
import { addFleissUnit, addPercent, fleissKappa, fleissLength } from './kappa.ts';
import { addCoincidences, krippendorffAlpha } from './krippendorff.ts';
import { ClusterSums, share, undefinedWords } from './measured.ts';

/** A blind verdict of a named person. */
export interface RatedVerdict {
	readonly annotator: string;
	readonly verdict: Verdict;
	readonly strength: Strength | null;
}

/** A comparison with at most one verdict per annotator. */
export interface RatedPair {
	/** The unit of dependence. */
	readonly cluster: string;
	readonly verdicts: readonly RatedVerdict[];
}

const C = NOMINAL.length;
const NOMINAL_END = C * C;
const ORDINAL_END = NOMINAL_END + ORDINAL_STEPS * ORDINAL_STEPS;
const LENGTH = ORDINAL_END + 4;

/** Index of a verdict among the nominal categories. */
export function nominalIndex(verdict: Verdict): number {
	return NOMINAL.indexOf(verdict);
}

function nominalCounts(pair: RatedPair): Uint16Array {
	const counts = new Uint16Array(C);
	for (const { verdict } of pair.verdicts) counts[nominalIndex(verdict)]!++;
	return counts;
}

function ordinalCounts(pair: RatedPair): Uint16Array {
	const counts = new Uint16Array(ORDINAL_STEPS);
	for (const { verdict, strength } of pair.verdicts) {
		const step = ordinalStep(verdict, strength);
		if (step !== null) counts[step]!++;
	}
	return counts;
}

/** The number of verdicts that most comparisons have; of two, the larger. null without a comparison. */
function commonest(units: readonly RatedPair[]): number | null {
	const times = new Map<number, number>();
	for (const { verdicts } of units) times.set(verdicts.length, (times.get(verdicts.length) ?? 0) + 1);
	return [...times].sort(([m, x], [k, y]) => y - x || k - m)[0]?.[0] ?? null;
}

function fleissOf(units: readonly RatedPair[]): AgreementStatistics['fleiss_kappa'] {
	const raters = commonest(units);
	const sums = new ClusterSums(fleissLength(C));
	let comparisons = 0;
	for (const unit of units) {
		if (unit.verdicts.length !== raters) continue;
		comparisons++;
		addFleissUnit(sums.of(unit.cluster), nominalCounts(unit));
	}
	return { ...(raters === null ? nothing() : sums.interval(fleissKappa)), raters, comparisons };
}

function nothing(): Interval {
	return { value: null, low: null, high: null, reason: undefinedWords('no_pairable_units') };
}

/**
 * α, κ and percent agreement of a group of comparisons. Those with fewer than two verdicts are no unit of agreement and left out.
 * Linear in the verdicts, whatever the number of clusters.
 */
export function agreementOf(pairs: readonly RatedPair[]): AgreementStatistics {
	const units = pairs.filter((pair) => pair.verdicts.length >= 2);
	const sums = new ClusterSums(LENGTH);
	const people = new Set<string>();
	let judgments = 0;
	let bothBad = 0;
	for (const unit of units) {
		const own = sums.of(unit.cluster);
		const counts = nominalCounts(unit);
		addCoincidences(own.subarray(0, NOMINAL_END), counts);
		addCoincidences(own.subarray(NOMINAL_END, ORDINAL_END), ordinalCounts(unit));
		addPercent(own.subarray(ORDINAL_END), counts);
		for (const { annotator } of unit.verdicts) people.add(annotator);
		judgments += unit.verdicts.length;
		bothBad += counts[nominalIndex('both_bad')]!;
	}
	const nominal = (matrix: Float64Array) => krippendorffAlpha(matrix, C);
	const ordinal = (matrix: Float64Array) => krippendorffAlpha(matrix, ORDINAL_STEPS, 'ordinal');
	return {
		comparisons: units.length,
		judgments,
		people: people.size,
		clusters: sums.size,
		alpha: sums.interval(nominal, 0, NOMINAL_END),
		alpha_ordinal: { ...sums.interval(ordinal, NOMINAL_END, ORDINAL_END), both_bad: bothBad },
		fleiss_kappa: fleissOf(units),
		agreement_per_comparison: sums.interval(share, ORDINAL_END, ORDINAL_END + 2),
		agreement_pooled: sums.interval(share, ORDINAL_END + 2, LENGTH),
	};
}
