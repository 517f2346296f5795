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
	readonly #places = new Map<string, number>();
	/** All vectors, one behind the other: 100,000 small arrays would take seconds to make and to collect. */
	#sums: Float64Array;

	constructor(length: number) {
		this.#length = length;
		this.#sums = new Float64Array(length * 4);
	}

	/** The vector of a cluster, to be added to before the next one is asked for. */
	of(cluster: string): Float64Array {
		let place = this.#places.get(cluster);
		if (place === undefined) {
			place = this.#places.size * this.#length;
			this.#places.set(cluster, place);
			if (place + this.#length > this.#sums.length) {
				const grown = new Float64Array(this.#sums.length * 2);
				grown.set(this.#sums);
				this.#sums = grown;
			}
		}
		return this.#sums.subarray(place, place + this.#length);
	}

	get size(): number {
		return this.#places.size;
	}

	/** Summed over clusters, so that what only one cluster holds is exactly 0 without it. */
	#total(from: number, to: number): Float64Array {
		const total = new Float64Array(to - from);
		for (let place = 0; place < this.size * this.#length; place += this.#length) {
			for (let i = from; i < to; i++) total[i - from] = total[i - from]! + this.#sums[place + i]!;
		}
		return total;
	}

	/**
	 * A statistic of a part of the vectors with its 95 % delete-one-cluster jackknife t(G−1) interval (Efron & Tibshirani 1993 §11),
	 * linear in the clusters. Clusters on which it does not rest (all zero) are not counted. Bounds are null with a reason below 8
	 * clusters, and where it is undefined without one of them.
	 *
	 * Clamped: every statistic here is at most 1 and is read on [−1, 1], and a symmetric t interval near 1 would reach beyond what can be.
	 * Bounds are cut off there; the interval covers the same possible values. The value itself is never cut (α may lie below −1 in
	 * tiny samples: its lower bound then is the value).
	 */
	interval(statistic: (sums: Float64Array) => Measured, from = 0, to = this.#length): Interval {
		const total = this.#total(from, to);
		const value = statistic(total);
		if (typeof value === 'string') return { value: null, low: null, high: null, reason: undefinedWords(value) };
		const without = new Float64Array(this.size);
		let clusters = 0;
		const rest = new Float64Array(to - from);
		for (let place = 0; place < this.size * this.#length; place += this.#length) {
			let rests = false;
			for (let i = from; i < to; i++) {
				const own = this.#sums[place + i]!;
				if (own !== 0) rests = true;
				rest[i - from] = total[i - from]! - own;
			}
			if (!rests) continue;
			const one = statistic(rest);
			if (typeof one === 'string') {
				return {
					...{ value, low: null, high: null },
					reason: `insufficient: without one of the clusters it is ${undefinedWords(one)}`,
				};
			}
			without[clusters++] = one;
		}
		let mean = 0;
		for (let k = 0; k < clusters; k++) mean += without[k]! / clusters;
		let squares = 0;
		for (let k = 0; k < clusters; k++) squares += (without[k]! - mean) ** 2;
		const se = clusters < 2 ? null : Math.sqrt(((clusters - 1) / clusters) * squares);
		const { low, high, ...words } = intervalOf({ value, se, iid: null, clusters, n: clusters });
		if (low === null || high === null) return { ...words, low, high };
		return { ...words, low: Math.min(value, Math.max(-1, low)), high: Math.max(value, Math.min(1, high)) };
	}
}

/** Σx/Σn of a vector [x, n]. */
export function share(sums: Float64Array): Measured {
	return sums[1]! > 0 ? sums[0]! / sums[1]! : 'no_pairable_units';
}
