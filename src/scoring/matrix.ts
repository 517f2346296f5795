/** Feature differences: signed n-grams beside a dense block. */
export interface FeatureRows {
	readonly rows: number;
	/** Sparse columns; θ holds these first. */
	readonly columns: number;
	/**
	 * Row i is +1 in the columns of entries start[i] … mid[i] − 1 and −1 in those of mid[i] … start[i+1] − 1, each ascending. A ±2
	 * (two n-grams of one response in one bucket) stands twice. No values: nothing to load, nothing to multiply.
	 */
	readonly start: Int32Array;
	readonly mid: Int32Array;
	readonly column: Int32Array;
	/** Dense columns. */
	readonly width: number;
	/** Row-major, rows × width. */
	readonly dense: Float64Array;
}

export type SparseRows = Pick<FeatureRows, 'rows' | 'start' | 'mid' | 'column'>;

/** Rows without sparse columns. */
export function denseRows(rows: number, width: number, dense: Float64Array): FeatureRows {
	const none = new Int32Array(rows + 1);
	return { rows, columns: 0, start: none, mid: none.subarray(0, rows), column: new Int32Array(0), width, dense };
}

/** Rows from (column, value) entries, value a small whole number. */
export function sparseRows(entries: readonly (readonly (readonly [number, number])[])[]): SparseRows {
	const start = new Int32Array(entries.length + 1);
	const mid = new Int32Array(entries.length);
	const column: number[] = [];
	entries.forEach((row, i) => {
		const sorted = row.toSorted(([x], [y]) => x - y);
		for (const sign of [1, -1]) {
			for (const [j, value] of sorted) for (let k = 0; k < sign * value; k++) column.push(j);
			if (sign === 1) mid[i] = column.length;
		}
		start[i + 1] = column.length;
	});
	return { rows: entries.length, start, mid, column: Int32Array.from(column) };
}

/**
 * Scale of each dense column: its root mean square over `rows` (not centred: a mean would prefer a side).
 * A column that is 0 in all of `rows` takes its scale from `others`, so that it is neither lost nor blown up.
 */
export function denseScale(x: FeatureRows, rows: Int32Array, others: Int32Array): Float64Array {
	const { width, dense } = x;
	const rms = (over: Int32Array): Float64Array => {
		const sums = new Float64Array(width);
		for (let k = 0; k < over.length; k++) {
			for (let j = 0, at = over[k]! * width; j < width; j++) sums[j] = sums[j]! + dense[at + j]! ** 2;
		}
		return sums.map((sum) => (over.length === 0 ? 0 : Math.sqrt(sum / over.length)));
	};
	const [first, second] = [rms(rows), rms(others)];
	return first.map((value, j) => value || second[j]! || 1);
}

/** ‖x_i‖² of every row, dense columns divided by their scale. */
export function squaredNorms(x: FeatureRows, scale: Float64Array | null = null): Float64Array {
	const { start, mid, column, width, dense } = x;
	const out = new Float64Array(x.rows);
	for (let i = 0; i < x.rows; i++) {
		let sum = 0;
		for (let e = start[i]!; e < start[i + 1]!; e++) {
			// The second of two equal entries: (±2)² = 4 = 1 + 3.
			const again = e > start[i]! && e !== mid[i]! && column[e] === column[e - 1];
			sum += again ? 3 : 1;
		}
		for (let j = 0, at = i * width; j < width; j++) sum += (dense[at + j]! / (scale === null ? 1 : scale[j]!)) ** 2;
		out[i] = sum;
	}
	return out;
}
