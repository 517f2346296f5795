/** Counts of alarms with the bounds that their own number of repetitions allows. */

/** P(X ≥ k) for X ~ Bin(n, p). */
export function binomialUpper(k: number, n: number, p: number): number {
	let term = (1 - p) ** n;
	let below = 0;
	for (let i = 0; i < k; i++) {
		below += term;
		term *= ((n - i) / (i + 1)) * (p / (1 - p));
	}
	return Math.max(0, 1 - below);
}

/** Largest count that a rate of at most `p` gives with probability 1 − 1e-4: more is a defect, not luck. */
export function mostAllowed(n: number, p: number): number {
	const mean = n * p;
	return Math.ceil(mean + 3.72 * Math.sqrt(mean * (1 - p)) + 1);
}

export function leastAllowed(n: number, p: number): number {
	return n - mostAllowed(n, 1 - p);
}

export function rate(k: number, n: number): string {
	if (n === 0) return '–';
	const share = k / n;
	return `${(100 * share).toFixed(1)} % ± ${(196 * Math.sqrt((share * (1 - share)) / n)).toFixed(1)}`;
}

export class Tally {
	readonly #counts = new Map<string, { tested: number; alarms: number }>();

	add(key: string, alarm: boolean): void {
		const of = this.#counts.get(key) ?? { tested: 0, alarms: 0 };
		this.#counts.set(key, of);
		of.tested++;
		if (alarm) of.alarms++;
	}

	get(key: string): { readonly tested: number; readonly alarms: number } {
		return this.#counts.get(key) ?? { tested: 0, alarms: 0 };
	}

	keys(): string[] {
		return [...this.#counts.keys()];
	}
}
