/** Two-sample Kolmogorov–Smirnov. */
export interface KolmogorovSmirnov {
	/** Largest distance of the two distribution functions. */
	readonly d: number;
	/** By lattice paths, under a continuous null: conservative with ties. Null where n·m is above EXACT_LIMIT. */
	readonly pExact: number | null;
	/** Q_KS(√(nm/(n+m))·D). */
	readonly pAsymptotic: number;
}

/** Largest n·m for which paths are counted: some milliseconds. */
const EXACT_LIMIT = 1_000_000;

/** @throws RangeError where a side is empty */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): KolmogorovSmirnov {
	const x = Float64Array.from(a).sort();
	const y = Float64Array.from(b).sort();
	const [n, m] = [x.length, y.length];
	if (n === 0 || m === 0) throw new RangeError('a Kolmogorov–Smirnov test needs values on both sides');
	// n·m·D is whole: exact where a quotient is not.
	let most = 0;
	for (let i = 0, j = 0; i < n && j < m; ) {
		const value = Math.min(x[i]!, y[j]!);
		while (i < n && x[i]! <= value) i++;
		while (j < m && y[j]! <= value) j++;
		most = Math.max(most, Math.abs(i * m - j * n));
	}
	const d = most / (n * m);
	return {
		d,
		pExact: n * m > EXACT_LIMIT ? null : pathsOutside(n, m, most),
		pAsymptotic: kolmogorovTail(Math.sqrt((n * m) / (n + m)) * d),
	};
}

/** P(some |i·m − j·n| ≥ limit) over all orders: probability that flows out, so that small values keep their digits. */
function pathsOutside(n: number, m: number, limit: number): number {
	if (limit === 0) return 1;
	let row = new Float64Array(m + 1);
	let outside = 0;
	for (let i = 0; i <= n; i++) {
		const next = new Float64Array(m + 1);
		for (let j = 0; j <= m; j++) {
			let inside = i === 0 && j === 0 ? 1 : row[j]!;
			// Step in j: one of the m − j + 1 left among n − i + m − j + 1.
			if (j > 0) inside += next[j - 1]! * ((m - j + 1) / (n - i + m - j + 1));
			if (Math.abs(i * m - j * n) >= limit) {
				outside += inside;
				inside = 0;
			}
			next[j] = inside;
		}
		// Steps in i, for the next row.
		row = next.map((inside, j) => (i === n ? 0 : (inside * (n - i)) / (n - i + m - j)));
	}
	return Math.min(1, outside);
}

/** Q_KS(λ) = 2 Σ (−1)^{k−1} e^{−2k²λ²}; below 1 by its theta transform, which converges there. */
function kolmogorovTail(lambda: number): number {
	if (lambda < 0.04) return 1;
	let sum = 0;
	if (lambda < 1) {
		for (let k = 1; k < 40; k += 2) sum += Math.exp(-((k * Math.PI) ** 2) / (8 * lambda * lambda));
		return 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum;
	}
	for (let k = 1; k < 40; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * lambda) ** 2);
	return sum;
}
