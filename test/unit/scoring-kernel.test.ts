import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assembleKernel } from '../../src/dev/kernel.ts';
import { root } from '../../src/dev/paths.ts';
import { emptyWeights, kernelOn, LANES, lanesMemory, placeRows, STRIDE } from '../../src/scoring/lane-kernel.ts';
import { denseRows, type FeatureRows, sparseRows } from '../../src/scoring/matrix.ts';

test('the kernel that is run is the one that is written down', async () => {
	assert.equal(readFileSync(join(root, 'src/scoring/lanes-wasm.ts'), 'utf8'), await assembleKernel());
});

const SCALE = Float64Array.of(2, 0.5, 4);
/** A row of both signs and twice the same column, one without columns, a longer one; three dense columns. */
const x: FeatureRows = {
	...sparseRows(
		[
			[],
			[[2, 1]],
			[
				[0, 1],
				[1, -2],
				[3, 1],
			],
			[
				[0, -1],
				[1, -1],
				[2, 1],
				[3, 1],
				[4, 2],
			],
		].map((row) => row as [number, number][]),
	),
	columns: 5,
	width: 3,
	dense: Float64Array.of(0, 0, 0, 1, 2, 3, -1, 0, 0.5, 0.25, 0, -2),
};

/** x_i written out, sparse columns first. */
function written({ start, mid, column, columns, width, dense }: FeatureRows, i: number): Float64Array {
	const out = new Float64Array(columns + width);
	for (let e = start[i]!; e < start[i + 1]!; e++) out[column[e]!] = out[column[e]!]! + (e < mid[i]! ? 1 : -1);
	out.set(dense.subarray(i * width, (i + 1) * width), columns);
	return out;
}

for (const [name, rowsIn] of [
	['rows in its memory', (memory: WebAssembly.Memory) => placeRows(x, memory)],
	['rows outside it', () => x],
] as const) {
	test(`products are those of the formula, lane by lane: ${name}`, () => {
		const memory = lanesMemory();
		const kernel = kernelOn(memory);
		const rows = rowsIn(memory);
		const theta = emptyWeights(memory, x.columns + x.width);
		const expected = Float64Array.from(theta, (_, at) => (at % STRIDE < LANES ? Math.sin(at + 1) : 0));
		theta.set(expected);
		const factors = kernel.factors(SCALE);
		for (const i of [2, 0, 3, 1, 2]) {
			const row = written(x, i);
			kernel.row(rows, i);
			kernel.dot(theta);
			for (let l = 0; l < LANES; l++) {
				const z = row.reduce((sum, value, j) => sum + value * expected[j * STRIDE + l]!, 0);
				assert.ok(Math.abs(kernel.z[l]! - z) < 1e-12, `row ${i}, lane ${l}: ${kernel.z[l]} ${z}`);
				kernel.step[l] = Math.cos(i + l);
			}
			kernel.add(theta, factors);
			for (let j = 0; j < row.length; j++) {
				const factor = j < x.columns ? 1 : 1 / SCALE[j - x.columns]! ** 2;
				for (let l = 0; l < LANES; l++) {
					const at = j * STRIDE + l;
					expected[at] = expected[at]! + Math.cos(i + l) * factor * row[j]!;
				}
			}
			assert.ok(theta.every((value, at) => Math.abs(value - expected[at]!) < 1e-12));
		}
	});
}

test('states have numbers of their own, and memory that grows keeps what is in it', () => {
	const memory = lanesMemory();
	const [one, two] = [emptyWeights(memory, 40), emptyWeights(memory, 40)];
	one.fill(1);
	two.fill(2);
	kernelOn(memory).row(denseRows(1, 20_000, new Float64Array(20_000)), 0);
	emptyWeights(memory, 100_000);
	assert.ok(one.every((value) => value === 1) && two.every((value) => value === 2));
});
