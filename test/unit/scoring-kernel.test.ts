import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sigmoid } from '../../src/calibration/records.ts';
import { assembleKernel } from '../../src/dev/kernel.ts';
import { root } from '../../src/dev/paths.ts';
import {
	emptyDuals,
	emptySingles,
	emptyWeights,
	kernelOn,
	LANES,
	lanesMemory,
	placeRows,
	SINGLE_STRIDE,
	STRIDE,
	type SweptRows,
} from '../../src/scoring/lane-kernel.ts';
import { denseRows, type FeatureRows, sparseRows, squaredNorms } from '../../src/scoring/matrix.ts';

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

const CASES = [
	{ rows: 'rows in its memory', rowsIn: (memory: WebAssembly.Memory) => placeRows(x, memory) },
	{ rows: 'rows outside it', rowsIn: () => x },
].flatMap(({ rows, rowsIn }) => [
	{ name: rows, rowsIn, weights: emptyWeights, stride: STRIDE, rounding: 1e-12 },
	{ name: `${rows}, single precision`, rowsIn, weights: emptySingles, stride: SINGLE_STRIDE, rounding: 1e-4 },
]);

for (const { name, rowsIn, weights, stride, rounding } of CASES) {
	test(`products are those of the formula, lane by lane: ${name}`, () => {
		const memory = lanesMemory();
		const kernel = kernelOn(memory);
		const rows = rowsIn(memory);
		const theta = weights(memory, x.columns + x.width);
		const expected = Float64Array.from(theta, (_, at) => (at % stride < LANES ? Math.sin(at + 1) : 0));
		theta.set(expected);
		const factors = kernel.factors(SCALE);
		for (const i of [2, 0, 3, 1, 2]) {
			const row = written(x, i);
			kernel.row(rows, i);
			kernel.dot(theta);
			for (let l = 0; l < LANES; l++) {
				const z = row.reduce((sum, value, j) => sum + value * expected[j * stride + l]!, 0);
				assert.ok(Math.abs(kernel.z[l]! - z) < rounding, `row ${i}, lane ${l}: ${kernel.z[l]} ${z}`);
				kernel.step[l] = Math.cos(i + l);
			}
			kernel.add(theta, factors);
			for (let j = 0; j < row.length; j++) {
				const factor = j < x.columns ? 1 : 1 / SCALE[j - x.columns]! ** 2;
				for (let l = 0; l < LANES; l++) {
					const at = j * stride + l;
					expected[at] = expected[at]! + Math.cos(i + l) * factor * row[j]!;
				}
			}
			assert.ok(theta.every((value, at) => Math.abs(value - expected[at]!) < rounding));
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

for (const { name, rowsIn, weights, stride, rounding } of CASES) {
	test(`a sweep moves every dual to its root and θ with it, but for the lane that does not see the row: ${name}`, () => {
		const memory = lanesMemory();
		const kernel = kernelOn(memory);
		const [q, v] = [emptyDuals(memory, x.rows).fill(0.5), emptyDuals(memory, x.rows)];
		const theta = weights(memory, x.columns + x.width);
		theta.forEach((_, at) => {
			theta[at] = at % stride < LANES ? 3 * Math.sin(at + 1) : 0;
		});
		const expected = Float64Array.from(theta);
		const factors = kernel.factors(SCALE);
		const ridge = 0.02;
		const swept: SweptRows = {
			x: rowsIn(memory),
			norm: squaredNorms(x, SCALE),
			weight: Float64Array.of(1, 2, 0.5, 1),
			fold: Int32Array.of(-1, 3, 0, 2),
			part: Uint8Array.of(0, 1, 0, 1),
			rows: Int32Array.of(3, 1, 2),
			rate: [new Float64Array(LANES).fill(0.03), new Float64Array(LANES).fill(0.4)],
		};
		const table = kernel.table(swept);
		table.order.set([2, 0, 1]);
		kernel.sweep(table, 3, swept.x, { q, v, theta }, { factors, ridge });
		const seen = new Float64Array(LANES);
		for (const place of [2, 0, 1]) {
			const i = swept.rows[place]!;
			const row = written(x, i);
			const own = swept.fold[i]!;
			const gaps: number[] = [];
			const moves = Array.from({ length: LANES }, (_, l) => {
				const z = row.reduce((sum, value, j) => sum + value * expected[j * stride + l]!, 0);
				if (l === own) {
					assert.ok(Math.abs(table.z(place) - z) < rounding);
					assert.equal(q[i * STRIDE + l], 0.5);
					return 0;
				}
				const c = swept.weight[i]! * swept.rate[swept.part[i]! as 0 | 1][l]!;
				const reach = (c * swept.norm[i]!) / ridge;
				const [now, w] = [q[i * STRIDE + l]!, v[i * STRIDE + l]!];
				assert.ok(Math.abs(now - sigmoid(w)) < 1e-15, `${now} ${sigmoid(w)}`);
				// A tenth of the way from v = 0 to z may be left.
				assert.ok(Math.abs(w + reach * now - z - reach * 0.5) <= 0.1 * Math.abs(z) + rounding, `row ${i}, lane ${l}`);
				gaps.push(0.5 * c * Math.max(0.25, now * (1 - now)) * z * z);
				seen[l] = seen[l]! + gaps.at(-1)!;
				return (c * (0.5 - now)) / ridge;
			});
			assert.ok(Math.abs(table.gap(place) - Math.max(...gaps)) < rounding);
			for (let j = 0; j < row.length; j++) {
				const factor = j < x.columns ? 1 : 1 / SCALE[j - x.columns]! ** 2;
				for (let l = 0; l < LANES; l++) {
					const at = j * stride + l;
					expected[at] = expected[at]! + moves[l]! * factor * row[j]!;
				}
			}
		}
		assert.ok(theta.every((value, at) => Math.abs(value - expected[at]!) < 10 * rounding));
		assert.ok(seen.every((sum, l) => Math.abs(sum - kernel.seen[l]!) < rounding));
	});
}

test('σ of the kernel is that of the library to the last places, out to where it is 0 or 1', () => {
	const memory = lanesMemory();
	const kernel = kernelOn(memory);
	for (const z of [-800, -50, -3.7, -1e-9, 0, 0.3, 5, 36, 90]) {
		const rows = denseRows(1, 1, Float64Array.of(1));
		const [q, v] = [emptyDuals(memory, 1).fill(0.5), emptyDuals(memory, 1)];
		const theta = emptyWeights(memory, 1);
		theta.fill(z, 0, LANES);
		// ‖x‖² = 0: the root is z itself.
		const table = kernel.table({
			...{ x: rows, norm: new Float64Array(1), weight: Float64Array.of(1), fold: Int32Array.of(-1) },
			...{ part: new Uint8Array(1), rows: Int32Array.of(0) },
			rate: [new Float64Array(LANES).fill(1e-300), new Float64Array(LANES)],
		});
		kernel.sweep(table, 1, rows, { q, v, theta }, { factors: kernel.factors(Float64Array.of(1)), ridge: 1 });
		for (let l = 0; l < LANES; l++) {
			assert.ok(Math.abs(q[l]! - sigmoid(z)) <= 4e-16 * sigmoid(z) + 1e-303, `${z}: ${q[l]} ${sigmoid(z)}`);
			assert.equal(v[l], z);
		}
	}
});
