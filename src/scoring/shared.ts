/** Arrays that threads see without a copy. */
export function sharedFloat64(length: number): Float64Array {
	return new Float64Array(new SharedArrayBuffer(8 * length));
}

export function sharedInt32(length: number): Int32Array {
	return new Int32Array(new SharedArrayBuffer(4 * length));
}

/** The values where threads see them; the array itself if they are there already. */
export function asShared<T extends Float64Array | Int32Array | Uint8Array>(values: T): T {
	if (values.buffer instanceof SharedArrayBuffer) return values;
	const make = values.constructor as new (buffer: SharedArrayBuffer) => T;
	const out = new make(new SharedArrayBuffer(values.byteLength));
	out.set(values);
	return out;
}
