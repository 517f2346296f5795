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

const COLUMN_BYTES = 8 * STRIDE;
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

/** x_i·θ and θ += step·x_i in every lane (lanes.wat). For one thread. */
export class LaneKernel {
	/** What `dot` found, and what `add` takes; one number a lane. */
	readonly z: Float64Array;
	readonly step: Float64Array;
	readonly #memory: WebAssembly.Memory;
	readonly #kernel: Kernel;
	readonly #zAt: number;
	readonly #stepAt: number;
	/** The present row: addresses of its columns and its dense values, and bytes of the sparse columns' θ. */
	#entriesAt = 0;
	#midAt = 0;
	#endAt = 0;
	#denseAt = 0;
	#denseEnd = 0;
	#sparse = 0;
	/** Room for a row that has no place. */
	#entries: Int32Array = new Int32Array(0);
	#values: Float64Array = new Float64Array(0);
	#factors: Float64Array = new Float64Array(0);

	constructor(memory: WebAssembly.Memory) {
		compiled ??= new WebAssembly.Module(Buffer.from(LANES_WASM, 'base64'));
		this.#kernel = new WebAssembly.Instance(compiled, { lanes: { memory } }).exports as Kernel;
		this.#memory = memory;
		this.#zAt = grow(memory, 2 * COLUMN_BYTES);
		this.#stepAt = this.#zAt + COLUMN_BYTES;
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
		this.#sparse = x.columns * COLUMN_BYTES;
	}

	/** z = x·θ. @param theta of `emptyWeights` in this kernel's memory */
	dot(theta: Float64Array): void {
		const at = theta.byteOffset;
		const w = at + this.#sparse;
		this.#kernel.dot(at, this.#entriesAt, this.#midAt, this.#endAt, this.#denseAt, this.#denseEnd, w, this.#zAt);
	}

	/** θ += step·x. @param factors address of `factors`, since θ of a dense column is kept divided by its scale */
	add(theta: Float64Array, factors: number): void {
		const at = theta.byteOffset;
		const w = at + this.#sparse;
		const { add } = this.#kernel;
		add(at, this.#entriesAt, this.#midAt, this.#endAt, this.#denseAt, this.#denseEnd, w, this.#stepAt, factors);
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
