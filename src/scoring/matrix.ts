/** Feature differences: sparse n-grams (CSR) beside a dense block. */
export interface FeatureRows {
	readonly rows: number;
	/** Sparse columns; θ holds these first. */
	readonly columns: number;
	/** Row i holds entries start[i] … start[i+1] − 1. */
	readonly start: Int32Array;
	readonly column: Int32Array;
	/** −2 … 2: differences of signed presences. */
	readonly value: Int8Array;
	/** Dense columns. */
	readonly width: number;
	/** Row-major, rows × width. */
	readonly dense: Float64Array;
}

export interface SparseRows {
	readonly rows: number;
	readonly start: Int32Array;
	readonly column: Int32Array;
	readonly value: Int8Array;
}

/** Appends rows without knowing how many entries come; arrays double. */
export class RowBuilder {
	private column = new Int32Array(1024);
	private value = new Int8Array(1024);
	private readonly start: number[] = [0];
	private size = 0;

	add(column: number, value: number): void {
		if (this.size === this.column.length) {
			const columns = new Int32Array(this.size * 2);
			columns.set(this.column);
			this.column = columns;
			const values = new Int8Array(this.size * 2);
			values.set(this.value);
			this.value = values;
		}
		this.column[this.size] = column;
		this.value[this.size++] = value;
	}

	endRow(): void {
		this.start.push(this.size);
	}

	finish(): SparseRows {
		return {
			rows: this.start.length - 1,
			start: Int32Array.from(this.start),
			column: this.column.subarray(0, this.size),
			value: this.value.subarray(0, this.size),
		};
	}
}

/** ‖x_i‖² of every row. */
export function squaredNorms(x: FeatureRows): Float64Array {
	const out = new Float64Array(x.rows);
	for (let i = 0; i < x.rows; i++) {
		let sum = 0;
		for (let e = x.start[i]!; e < x.start[i + 1]!; e++) sum += x.value[e]! ** 2;
		for (let j = i * x.width; j < (i + 1) * x.width; j++) sum += x.dense[j]! ** 2;
		out[i] = sum;
	}
	return out;
}

/**
 * The dense columns divided by their root mean square over `rows` (not centred: a mean would prefer a side).
 * A column that is 0 in all of `rows` takes its scale from `others`, so that it is neither lost nor blown up.
 */
export function scaledDense(x: FeatureRows, rows: Int32Array, others: Int32Array): FeatureRows {
	const { width } = x;
	const rms = (j: number, over: Int32Array): number => {
		let sum = 0;
		for (let k = 0; k < over.length; k++) sum += x.dense[over[k]! * width + j]! ** 2;
		return over.length === 0 ? 0 : Math.sqrt(sum / over.length);
	};
	const scale = Float64Array.from({ length: width }, (_, j) => rms(j, rows) || rms(j, others) || 1);
	const dense = new Float64Array(x.dense.length);
	for (let i = 0, at = 0; i < x.rows; i++) for (let j = 0; j < width; j++, at++) dense[at] = x.dense[at]! / scale[j]!;
	return { ...x, dense };
}
