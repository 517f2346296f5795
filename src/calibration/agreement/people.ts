import {
	NOMINAL,
	ORDINAL_STEPS,
	ordinalStep,
	type PeoplePair,
	type PersonShare,
	type VerdictShare,
} from '../../domain/agreement.ts';
import type { Verdict } from '../../domain/judgment.ts';
import type { Interval } from '../../domain/run-record.ts';
import { cohenKappa } from './kappa.ts';
import { ClusterSums, type Measured, share, undefinedWords } from './measured.ts';
import { nominalIndex, type RatedPair } from './summary.ts';

const C = NOMINAL.length;
const NOMINAL_END = C * C;
/** Cohen's confusion, nominal; then the agreeing and all comparisons. The ordinal confusion has no interval. */
const LENGTH = NOMINAL_END + 2;

const byName = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

interface Both {
	readonly sums: ClusterSums;
	readonly ordinal: Float64Array;
}

/** The pairs of people with most comparisons in common; of as many, in order of names. */
function commonest(pairs: readonly RatedPair[], most: number) {
	const counts = new Map<string, Map<string, number>>();
	for (const { verdicts } of pairs) {
		const names = verdicts.map(({ annotator }) => annotator).sort(byName);
		for (const [i, a] of names.entries()) {
			let others = counts.get(a);
			if (others === undefined) {
				others = new Map();
				counts.set(a, others);
			}
			for (const b of names.slice(i + 1)) others.set(b, (others.get(b) ?? 0) + 1);
		}
	}
	const all = [...counts].flatMap(([a, others]) => [...others].map(([b, n]) => ({ a, b, n })));
	all.sort((x, y) => y.n - x.n || byName(x.a, y.a) || byName(x.b, y.b));
	return { listed: all.slice(0, most), total: all.length };
}

function withConfusions(pairs: readonly RatedPair[], listed: readonly { readonly a: string; readonly b: string }[]) {
	const both = new Map<string, Map<string, Both>>();
	for (const { a, b } of listed) {
		const others = both.get(a) ?? new Map<string, Both>();
		both.set(a, others);
		others.set(b, { sums: new ClusterSums(LENGTH), ordinal: new Float64Array(ORDINAL_STEPS * ORDINAL_STEPS) });
	}
	for (const { cluster, verdicts } of pairs) {
		for (const first of verdicts) {
			const others = both.get(first.annotator);
			if (others === undefined) continue;
			for (const second of verdicts) {
				const entry = others.get(second.annotator);
				if (entry === undefined) continue;
				const own = entry.sums.of(cluster);
				const at = nominalIndex(first.verdict) * C + nominalIndex(second.verdict);
				own[at] = own[at]! + 1;
				own[NOMINAL_END] = own[NOMINAL_END]! + (first.verdict === second.verdict ? 1 : 0);
				own[NOMINAL_END + 1] = own[NOMINAL_END + 1]! + 1;
				const row = ordinalStep(first.verdict, first.strength);
				const column = ordinalStep(second.verdict, second.strength);
				if (row === null || column === null) continue;
				entry.ordinal[row * ORDINAL_STEPS + column] = entry.ordinal[row * ORDINAL_STEPS + column]! + 1;
			}
		}
	}
	return both;
}

const numberOf = (measured: Measured): number | null => (typeof measured === 'string' ? null : measured);
const plainKappa = (confusion: Float64Array): Measured => cohenKappa(confusion, C);

/**
 * Cohen's κ and percent agreement of two people at a time.
 * @param most pairs of people that are returned, those with most comparisons in common; `total` counts all
 */
export function peoplePairs(
	pairs: readonly RatedPair[],
	most: number,
): { readonly pairs: PeoplePair[]; readonly total: number } {
	const { listed, total } = commonest(pairs, most);
	const both = withConfusions(pairs, listed);
	return {
		total,
		pairs: listed.map(({ a, b, n }) => {
			const { sums, ordinal } = both.get(a)!.get(b)!;
			const kappa = sums.interval(plainKappa, 0, NOMINAL_END);
			const agreement = sums.interval(share, NOMINAL_END, LENGTH);
			return {
				...{ a, b, n },
				...{ kappa: kappa.value, kappa_low: kappa.low, kappa_high: kappa.high },
				weighted_kappa: numberOf(cohenKappa(ordinal, ORDINAL_STEPS, 'linear')),
				...{ agreement: agreement.value, agreement_low: agreement.low, agreement_high: agreement.high },
				...(kappa.reason === undefined ? {} : { reason: kappa.reason }),
			};
		}),
	};
}

/** One verdict of which something holds or not, e.g. that it went to the side shown first. */
export interface Tallied {
	readonly annotator: string;
	readonly cluster: string;
	readonly hit: boolean;
}

function shareOf(verdicts: readonly Tallied[], reason: string): VerdictShare {
	const sums = new ClusterSums(2);
	for (const { cluster, hit } of verdicts) {
		const own = sums.of(cluster);
		own[0] = own[0]! + (hit ? 1 : 0);
		own[1] = own[1]! + 1;
	}
	const n = verdicts.length;
	return n === 0 ? { value: null, low: null, high: null, reason, n } : { ...sums.interval(share), n };
}

/**
 * Part of others' verdicts from which on a total is all but one person's figure: whoever has given two thirds of them is told to within
 * ¼ either way, whatever the rest said. By counts alone: a rule that looked at the shares would tell of them by where it withholds.
 */
const MOST_OF_ONE = 2 / 3;

/**
 * Whether a total over verdicts, with one's own taken off, would tell what one other person's figure is.
 * @param others verdicts of each person whose own figure is not to be shown
 */
export function poolingTells(others: readonly number[]): boolean {
	const given = others.filter((n) => n > 0);
	const all = given.reduce((sum, n) => sum + n, 0);
	return given.some((n) => n > all * MOST_OF_ONE);
}

/** Why a total over verdicts is withheld from who may see the figures of some people alone; null where it is not. */
export function withheld(
	verdicts: readonly { readonly annotator: string }[],
	may: (annotator: string) => boolean,
): string | null {
	const others = Map.groupBy(
		verdicts.filter(({ annotator }) => !may(annotator)),
		({ annotator }) => annotator,
	);
	if (!poolingTells([...others.values()].map(({ length }) => length))) return null;
	return others.size === 1
		? "not shown: it would tell one other person's own figure"
		: "not shown: one other person gave more than two thirds of it, so that it would tell that person's own figure";
}

/**
 * A share over everybody's verdicts, and of those people who may be shown.
 * @param may whether a person's own share may be shown to whoever asks
 * @param reason said where there is no verdict
 */
export function sharesOf(verdicts: readonly Tallied[], may: (annotator: string) => boolean, reason: string) {
	const people = [...new Set(verdicts.map(({ annotator }) => annotator))].sort(byName);
	const shown = people.filter(may);
	const hidden = withheld(verdicts, may);
	const pooled: VerdictShare =
		hidden === null
			? shareOf(verdicts, reason)
			: { value: null, low: null, high: null, n: verdicts.length, reason: hidden };
	const by_person = shown.map(
		(annotator): PersonShare => ({
			annotator,
			...shareOf(
				verdicts.filter((verdict) => verdict.annotator === annotator),
				reason,
			),
		}),
	);
	return { ...pooled, people: people.length, by_person };
}

/** A person's verdict and what they said to the same pair when it came again. */
export interface Repeated {
	readonly annotator: string;
	readonly cluster: string;
	readonly first: Verdict;
	readonly again: Verdict;
}

/** Cohen's κ of first verdicts and repeats, over everybody. */
export function repeatKappa(repeats: readonly Repeated[], reason: string): Interval {
	if (repeats.length === 0) return { value: null, low: null, high: null, reason };
	const sums = new ClusterSums(NOMINAL_END);
	for (const { cluster, first, again } of repeats) {
		const own = sums.of(cluster);
		const at = nominalIndex(first) * C + nominalIndex(again);
		own[at] = own[at]! + 1;
	}
	const kappa = sums.interval(plainKappa);
	return kappa.value === null ? { ...kappa, reason: undefinedWords('unanimous') } : kappa;
}
