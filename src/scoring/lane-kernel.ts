import { LANES_WASM } from './lanes-wasm.ts';
import type { FeatureRows } from './matrix.ts';

/**
 * Problems solved side by side over the same rows: the folds. Their weights lie together, so that one row, read once, serves all of
 * them, and one line of the cache holds a column's weight in every fold. Measured on 100,000 pairs: 0.4 times the time of fold
 * after fold.
 */
export const LANES = 5;
/** θ of a column and lane is at column·STRIDE + lane: three vectors of two, the sixth number always 0. */
export const STRIDE = 6;
/** The same of θ in single precision: two vectors of four, the last three numbers always 0. */
export const SINGLE_STRIDE = 8;

const COLUMN_BYTES = 8 * STRIDE;
const SINGLE_BYTES = 4 * SINGLE_STRIDE;

/** θ of `emptyWeights`, or of `emptySingles`, which is fit for a search only. */
export type Weights = Float64Array | Float32Array;
const PAGE_BYTES = 65_536;

/** Larger rows than this stay outside the kernel's memory, which has 4 GB for them and for all θ. */
const MOST_PLACED = 2.5 * 2 ** 30;

/** Rows, and where their columns and dense values stand in the kernel's memory; without that, each is laid there when its turn comes. */
export interface LaneRows extends FeatureRows {
	readonly placed?: { readonly column: number; readonly dense: number };
}

interface Kernel extends WebAssembly.Exports {
	dot(theta: number, e: number, mid: number, end: number, d: number, last: number, w: number, z: number): void;
	// biome-ignore format: one line, as the other
	add(theta: number, e: number, mid: number, end: number, d: number, last: number, w: number, step: number, factor: number): void;
	dot32: Kernel['dot'];
	add32: Kernel['add'];
	// biome-ignore format: one line, as the other
	sweep(order: number, stop: number, table: number, theta: number, w: number, width: number, q: number, v: number, factor: number, z: number, seen: number, inverse: number, moving: number, single: number): void;
}

/** Bytes of a row's record in the kernel's memory (lanes.wat), and where what it holds stands in it, in numbers of its size. */
const RECORD_BYTES = 64;
const RECORD = {
	entries: 0,
	mid: 1,
	end: 2,
	dense: 3,
	duals: 4,
	own: 5,
	rates: 6,
	weight: 4,
	norm: 5,
	z: 6,
	gap: 7,
} as const;

/** What coordinate steps need of the rows they are made on: a `LaneProblem` is one. */
export interface SweptRows {
	readonly x: LaneRows;
	/** ‖x_i‖² after scaling, one a row of x. */
	readonly norm: Float64Array;
	readonly weight: Float64Array;
	/** Lane that does not see the row; −1 = all do. */
	readonly fold: Int32Array;
	/** 0 or 1: which of the two rates a row has. */
	readonly part: Uint8Array;
	readonly rows: Int32Array;
	readonly rate: readonly [Float64Array, Float64Array];
}

/** Rows laid out for `sweep`, by their place in `rows`. */
export interface SweepTable {
	readonly rows: Int32Array;
	/** Places of the rows in the order of their turns. */
	readonly order: Int32Array;
	/** z of the lane that does not see the row, as it was when it had its turn. */
	z(place: number): number;
	/** Largest of the row's gaps over lanes, when it had its turn. */
	gap(place: number): number;
}

let compiled: WebAssembly.Module | null = null;

/** Memory that kernels in several threads work on: rows and all θ of a run. It grows up to 4 GB. */
export function lanesMemory(): WebAssembly.Memory {
	return new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
}

/** Zeros of their own: growing is atomic, so that threads never get the same ones. @returns the address */
function grow(memory: WebAssembly.Memory, bytes: number): number {
	return memory.grow(Math.ceil(bytes / PAGE_BYTES)) * PAGE_BYTES;
}

/** θ = 0 of so many columns, in the memory; never given back but with it. */
export function emptyWeights(memory: WebAssembly.Memory, columns: number): Float64Array {
	const at = grow(memory, columns * COLUMN_BYTES);
	return new Float64Array(memory.buffer, at, columns * STRIDE);
}

/** θ = 0 in single precision: two thirds of the room, so that more of it stays in the cache; never two of its lines for one column. */
export function emptySingles(memory: WebAssembly.Memory, columns: number): Float32Array {
	const at = grow(memory, columns * SINGLE_BYTES);
	return new Float32Array(memory.buffer, at, columns * SINGLE_STRIDE);
}

function isSingle(theta: Weights): theta is Float32Array {
	return theta instanceof Float32Array;
}

/** Zeros of so many rows, in every lane: row i and lane l at i·STRIDE + l. */
export function emptyDuals(memory: WebAssembly.Memory, rows: number): Float64Array {
	const at = grow(memory, rows * COLUMN_BYTES);
	return new Float64Array(memory.buffer, at, rows * STRIDE);
}

/** The rows, copied into the memory unless they are too large for it. */
export function placeRows(x: FeatureRows, memory: WebAssembly.Memory): LaneRows {
	const { column, dense } = x;
	if (column.byteLength + dense.byteLength > MOST_PLACED) return x;
	const placed = { column: grow(memory, column.byteLength), dense: grow(memory, dense.byteLength) };
	const columns = new Int32Array(memory.buffer, placed.column, column.length);
	const values = new Float64Array(memory.buffer, placed.dense, dense.length);
	columns.set(column);
	values.set(dense);
	return { ...x, column: columns, dense: values, placed };
}

/** x_i·θ, θ += step·x_i and dual coordinate steps in every lane (lanes.wat). For one thread. */
export class LaneKernel {
	/** What `dot` found, and what `add` takes; one number a lane. */
	readonly z: Float64Array;
	readonly step: Float64Array;
	/** Sums over the rows of the last sweep of the gaps met; one number a lane. */
	readonly seen: Float64Array;
	readonly #memory: WebAssembly.Memory;
	readonly #kernel: Kernel;
	readonly #zAt: number;
	readonly #stepAt: number;
	/** The present row: addresses of its columns and its dense values, and how many sparse columns there are. */
	#entriesAt = 0;
	#midAt = 0;
	#endAt = 0;
	#denseAt = 0;
	#denseEnd = 0;
	#columns = 0;
	/** Records of the rows of `table`, after the rates they point to. */
	#table: Float64Array = new Float64Array(0);
	/** Room for a row that has no place. */
	#entries: Int32Array = new Int32Array(0);
	#values: Float64Array = new Float64Array(0);
	#factors: Float64Array = new Float64Array(0);

	constructor(memory: WebAssembly.Memory) {
		compiled ??= new WebAssembly.Module(Buffer.from(LANES_WASM, 'base64'));
		this.#kernel = new WebAssembly.Instance(compiled, { lanes: { memory } }).exports as Kernel;
		this.#memory = memory;
		this.#zAt = grow(memory, 3 * COLUMN_BYTES);
		this.#stepAt = this.#zAt + COLUMN_BYTES;
		this.seen = new Float64Array(memory.buffer, this.#stepAt + COLUMN_BYTES, STRIDE);
		this.z = new Float64Array(memory.buffer, this.#zAt, LANES);
		this.step = new Float64Array(memory.buffer, this.#stepAt, LANES);
	}

	/** Goes to row i: `dot` and `add` are about it from now on. */
	row(x: LaneRows, i: number): void {
		const first = x.start[i]!;
		const size = x.start[i + 1]! - first;
		if (x.placed === undefined) this.#lay(x, i);
		else {
			this.#entriesAt = x.placed.column + 4 * first;
			this.#denseAt = x.placed.dense + 8 * i * x.width;
		}
		this.#midAt = this.#entriesAt + 4 * (x.mid[i]! - first);
		this.#endAt = this.#entriesAt + 4 * size;
		this.#denseEnd = this.#denseAt + 8 * x.width;
		this.#columns = x.columns;
	}

	/** z = x·θ. @param theta in this kernel's memory */
	dot(theta: Weights): void {
		const at = theta.byteOffset;
		const { dot, dot32 } = this.#kernel;
		const run = isSingle(theta) ? dot32 : dot;
		const w = this.#dense(theta);
		run(at, this.#entriesAt, this.#midAt, this.#endAt, this.#denseAt, this.#denseEnd, w, this.#zAt);
	}

	/** θ += step·x. @param factors address of `factors`, since θ of a dense column is kept divided by its scale */
	add(theta: Weights, factors: number): void {
		const at = theta.byteOffset;
		const { add, add32 } = this.#kernel;
		const run = isSingle(theta) ? add32 : add;
		const w = this.#dense(theta);
		run(at, this.#entriesAt, this.#midAt, this.#endAt, this.#denseAt, this.#denseEnd, w, this.#stepAt, factors);
	}

	/** Address of the dense columns' θ, for the present row. */
	#dense(theta: Weights): number {
		return theta.byteOffset + this.#columns * (isSingle(theta) ? SINGLE_BYTES : COLUMN_BYTES);
	}

	/** Lays rows out for `sweep`, in place of those before. */
	table({ x, norm, weight, fold, part, rows, rate }: SweptRows): SweepTable {
		const [lanes, each] = [STRIDE * STRIDE, RECORD_BYTES / 8];
		const records = 2 * lanes;
		const size = records + rows.length * each + Math.ceil(rows.length / 2);
		if (size > this.#table.length) this.#table = this.#numbers(size);
		const numbers = this.#table;
		const at = numbers.byteOffset;
		for (const [of, rates] of rate.entries()) {
			// By the lane that does not see the row; the last for rows that all do.
			for (let own = 0; own < STRIDE; own++) {
				for (let l = 0; l < STRIDE; l++) {
					numbers[of * lanes + own * STRIDE + l] = l === own || l >= LANES ? 0 : rates[l]!;
				}
			}
		}
		const addresses = new Int32Array(numbers.buffer, at + 8 * records, rows.length * 2 * each);
		for (let k = 0; k < rows.length; k++) {
			const i = rows[k]!;
			const own = fold[i]! < 0 ? LANES : fold[i]!;
			const [record, double] = [2 * k * each, records + k * each];
			if (x.placed !== undefined) {
				this.row(x, i);
				this.#note(addresses, record);
			}
			addresses[record + RECORD.duals] = i * COLUMN_BYTES;
			addresses[record + RECORD.own] = 8 * own;
			addresses[record + RECORD.rates] = at + 8 * ((part[i] === 1 ? lanes : 0) + own * STRIDE);
			numbers[double + RECORD.weight] = weight[i]!;
			numbers[double + RECORD.norm] = norm[i]!;
		}
		const order = new Int32Array(numbers.buffer, at + 8 * (records + rows.length * each), rows.length);
		for (let k = 0; k < rows.length; k++) order[k] = k;
		return {
			rows,
			order,
			z: (place) => numbers[records + place * each + RECORD.z]!,
			gap: (place) => numbers[records + place * each + RECORD.gap]!,
		};
	}

	/**
	 * The first `count` rows in the table's order: z of each, and with `step` a coordinate step in every lane.
	 * @param table the last one laid out
	 */
	sweep(
		{ rows, order }: SweepTable,
		count: number,
		x: LaneRows,
		{ q, v, theta }: { readonly q: Float64Array; readonly v: Float64Array; readonly theta: Weights },
		step: { readonly factors: number; readonly ridge: number } | null,
	): void {
		this.seen.fill(0);
		this.#columns = x.columns;
		const records = this.#table.byteOffset + 16 * STRIDE * STRIDE;
		const addresses = new Int32Array(this.#memory.buffer, records, (rows.length * RECORD_BYTES) / 4);
		const run = (from: number, to: number): void =>
			this.#kernel.sweep(
				...([order.byteOffset + 4 * from, order.byteOffset + 4 * to, records] as const),
				...([theta.byteOffset, this.#dense(theta), 8 * x.width] as const),
				...([q.byteOffset, v.byteOffset, step?.factors ?? 0, this.#zAt, this.seen.byteOffset] as const),
				...([1 / (step?.ridge ?? 1), step === null ? 0 : 1, isSingle(theta) ? 1 : 0] as const),
			);
		if (x.placed !== undefined) {
			run(0, count);
			return;
		}
		for (let k = 0; k < count; k++) {
			this.row(x, rows[order[k]!]!);
			this.#note(addresses, (order[k]! * RECORD_BYTES) / 4);
			run(k, k + 1);
		}
	}

	/** Where the present row stands, into the record that begins there. */
	#note(addresses: Int32Array, record: number): void {
		addresses[record + RECORD.entries] = this.#entriesAt;
		addresses[record + RECORD.mid] = this.#midAt;
		addresses[record + RECORD.end] = this.#endAt;
		addresses[record + RECORD.dense] = this.#denseAt;
	}

	/** Lays 1/scale² of the dense columns into the memory, in place of those before. @returns the address */
	factors(scale: Float64Array): number {
		if (scale.length > this.#factors.length) this.#factors = this.#numbers(scale.length);
		for (let j = 0; j < scale.length; j++) this.#factors[j] = 1 / (scale[j]! * scale[j]!);
		return this.#factors.byteOffset;
	}

	#numbers(count: number): Float64Array {
		const at = grow(this.#memory, 8 * count);
		return new Float64Array(this.#memory.buffer, at, count);
	}

	#lay({ start, column, width, dense }: FeatureRows, i: number): void {
		const first = start[i]!;
		const size = start[i + 1]! - first;
		if (size > this.#entries.length) {
			const room = this.#numbers(size);
			this.#entries = new Int32Array(room.buffer, room.byteOffset, 2 * size);
		}
		if (width > this.#values.length) this.#values = this.#numbers(width);
		const [entries, values] = [this.#entries, this.#values];
		for (let k = 0; k < size; k++) entries[k] = column[(first + k) | 0]!;
		for (let j = 0, at = i * width; j < width; j++) values[j] = dense[at + j]!;
		this.#entriesAt = entries.byteOffset;
		this.#denseAt = values.byteOffset;
	}
}

const kernels = new WeakMap<WebAssembly.Memory, LaneKernel>();

/** This thread's kernel on a memory. */
export function kernelOn(memory: WebAssembly.Memory): LaneKernel {
	const known = kernels.get(memory) ?? new LaneKernel(memory);
	kernels.set(memory, known);
	return known;
}
