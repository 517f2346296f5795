import type { Interval } from '../../domain/run-record.ts';
import { intervalOf } from '../jackknife.ts';

/** A statistic of agreement, or in one word why it has no value: 0/0 is neither 1 nor NaN. */
export type Measured = number | 'unanimous' | 'no_pairable_units';

const WORDS = {
	unanimous: 'undefined: unanimous',
	no_pairable_units: 'undefined: no pair was judged by two people',
} as const;

/** Why a statistic has no value, for people. */
export function undefinedWords(why: Exclude<Measured, number>): string {
	return WORDS[why];
}

/** Sums that a statistic is a function of, one vector a cluster: whatever adds up over units. */
export class ClusterSums {
	readonly #length: number;
	readonly #sums = new Map<string, Float64Array>();

	constructor(length: number) {
		this.#length = length;
	}

	/** The vector of a cluster, to be added to. */
	of(cluster: string): Float64Array {
		let sums = this.#sums.get(cluster);
		if (sums === undefined) {
			sums = new Float64Array(this.#length);
			this.#sums.set(cluster, sums);
		}
		return sums;
	}

	get size(): number {
		return this.#sums.size;
	}

	/**
	 * The total of all vectors: from them, so that what only one cluster holds is exactly 0 without it. @returns `length` numbers
	 */
	total(): Float64Array {
		const total = new Float64Array(this.#length);
		for (const sums of this.#sums.values()) for (let i = 0; i < sums.length; i++) total[i] = total[i]! + sums[i]!;
		return total;
	}

	/**
	 * A statistic with its 95 % delete-one-cluster jackknife t(G−1) interval (Efron & Tibshirani 1993 §11), linear in the clusters.
	 * Clusters on which it does not rest (all zero) are not counted. Bounds are null with a reason below 8 clusters, and where it
	 * is undefined without one of them.
	 */
	interval(statistic: (sums: Float64Array) => Measured, from = 0, to = this.#length): Interval {
		const total = this.total().subarray(from, to);
		const value = statistic(total);
		if (typeof value === 'string') return { value: null, low: null, high: null, reason: undefinedWords(value) };
		const without: number[] = [];
		const rest = new Float64Array(to - from);
		for (const whole of this.#sums.values()) {
			const sums = whole.subarray(from, to);
			if (sums.every((x) => x === 0)) continue;
			for (let i = 0; i < rest.length; i++) rest[i] = total[i]! - sums[i]!;
			const one = statistic(rest);
			if (typeof one === 'string') {
				return {
					...{ value, low: null, high: null },
					reason: `insufficient: without one of the clusters it is ${undefinedWords(one)}`,
				};
			}
			without.push(one);
		}
		const clusters = without.length;
		const mean = without.reduce((sum, x) => sum + x, 0) / clusters;
		const squares = without.reduce((sum, x) => sum + (x - mean) ** 2, 0);
		const se = clusters < 2 ? null : Math.sqrt(((clusters - 1) / clusters) * squares);
		return intervalOf({ value, se, iid: null, clusters, n: clusters });
	}
}

/** Σx/Σn of a vector [x, n]. */
export function share(sums: Float64Array): Measured {
	return sums[1]! > 0 ? sums[0]! / sums[1]! : 'no_pairable_units';
}
