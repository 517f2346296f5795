/** Distances of two samples of vectors. Quadratic in their number: for some hundreds of rows a side. */

/** Row-major. */
export interface Rows {
	readonly rows: number;
	readonly width: number;
	readonly values: ArrayLike<number>;
}

/** Distances of all pairs of the pooled sample, x first; (n+m)², symmetric. */
function distances(x: Rows, y: Rows): Float64Array {
	const n = x.rows + y.rows;
	const { width } = x;
	const values = new Float64Array(n * width);
	values.set(x.values);
	values.set(y.values, x.rows * width);
	const out = new Float64Array(n * n);
	for (let i = 0; i < n; i++) {
		for (let j = i + 1; j < n; j++) {
			let sum = 0;
			for (let k = 0; k < width; k++) sum += (values[i * width + k]! - values[j * width + k]!) ** 2;
			out[i * n + j] = Math.sqrt(sum);
			out[j * n + i] = out[i * n + j]!;
		}
	}
	return out;
}

/** Sums of f(distance) inside x, inside y (each i ≠ j, both orders) and across. */
function sums(
	between: Float64Array,
	nx: number,
	ny: number,
	f: (distance: number) => number,
): readonly [xx: number, yy: number, xy: number] {
	const n = nx + ny;
	let [xx, yy, xy] = [0, 0, 0];
	for (let i = 0; i < n; i++) {
		for (let j = i + 1; j < n; j++) {
			const value = f(between[i * n + j]!);
			if (j < nx) xx += 2 * value;
			else if (i >= nx) yy += 2 * value;
			else xy += value;
		}
	}
	return [xx, yy, xy];
}

export interface SampleDistances {
	/** 2E‖X−Y‖ − E‖X−X'‖ − E‖Y−Y'‖, pairs i = j included, no square root (Székely & Rizzo 2013). */
	readonly energy: number;
	/** Median distance over all pairs of the pooled sample: the kernel's width. */
	readonly medianSigma: number;
	/** MMD² with k = exp(−‖x−y‖²/2σ²) (Gretton 2012), for each σ asked for, else the median; unbiased needs two rows a side. */
	readonly mmd2: readonly { readonly sigma: number; readonly unbiased: number | null; readonly biased: number }[];
}

/** @throws RangeError where a side is empty or widths differ */
export function sampleDistances(x: Rows, y: Rows, sigmas?: readonly number[]): SampleDistances {
	if (x.rows === 0 || y.rows === 0 || x.width !== y.width) throw new RangeError('two samples of one width, please');
	const [n, m] = [x.rows, y.rows];
	const between = distances(x, y);
	const [xx, yy, xy] = sums(between, n, m, (distance) => distance);
	const medianSigma = medianOff(between, n + m);
	return {
		energy: (2 * xy) / (n * m) - xx / (n * n) - yy / (m * m),
		medianSigma,
		mmd2: (sigmas ?? [medianSigma]).map((sigma) => {
			const kernel = (distance: number): number => Math.exp(-(distance * distance) / (2 * sigma * sigma));
			const [kxx, kyy, kxy] = sums(between, n, m, kernel);
			return {
				sigma,
				unbiased: n < 2 || m < 2 ? null : kxx / (n * (n - 1)) + kyy / (m * (m - 1)) - (2 * kxy) / (n * m),
				biased: (kxx + n) / (n * n) + (kyy + m) / (m * m) - (2 * kxy) / (n * m),
			};
		}),
	};
}

/** Median of the entries above the diagonal. */
function medianOff(between: Float64Array, n: number): number {
	const upper = new Float64Array((n * (n - 1)) / 2);
	for (let i = 0, k = 0; i < n; i++) for (let j = i + 1; j < n; j++) upper[k++] = between[i * n + j]!;
	upper.sort();
	const half = upper.length >> 1;
	return upper.length % 2 === 1 ? upper[half]! : (upper[half - 1]! + upper[half]!) / 2;
}
