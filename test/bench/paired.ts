/** Ratios of times that were taken right after one another: what else a machine does moves both, so their ratio stays. */

export interface Spread {
	readonly median: number;
	/** Of the median, at least 95 %, whatever the distribution: two of the values themselves. */
	readonly low: number;
	readonly high: number;
}

/** Fewer have no such interval: even the least and the largest enclose the median too seldom. */
export const FEWEST = 6;

/** Median with its sign-test interval (Conover, Practical Nonparametric Statistics, §3.2). @throws RangeError under FEWEST values */
export function spreadOf(values: readonly number[]): Spread {
	const n = values.length;
	if (n < FEWEST) throw new RangeError(`${n} values, at least ${FEWEST} are needed for an interval`);
	const sorted = values.toSorted((x, y) => x - y);
	// As many at each end as the number of values below the median falls short of with a chance of 2.5 % at most.
	let cut = 0;
	let chance = 0.5 ** n;
	for (let sum = chance; sum <= 0.025; sum += chance) {
		cut++;
		chance *= (n - cut + 1) / cut;
	}
	const middle = (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.ceil((n - 1) / 2)]!) / 2;
	return { median: middle, low: sorted[cut - 1]!, high: sorted[n - cut]! };
}

export interface Spent {
	/** Of this process, all threads, milliseconds. */
	readonly processor: number;
	readonly wall: number;
}

export async function spentOn(work: () => Promise<void>): Promise<Spent> {
	const started = performance.now();
	const before = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(before);
	return { processor: (user + system) / 1000, wall: performance.now() - started };
}
