import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/calibration/random.ts';
import { pairLoss, sigmoid } from '../../src/calibration/records.ts';
import { type FitData, type Fitted, runFit } from '../../src/scoring/fit.ts';
import { emptyWeights, lanesMemory, STRIDE } from '../../src/scoring/lane-kernel.ts';
import { denseScale, type FeatureRows, sparseRows, squaredNorms } from '../../src/scoring/matrix.ts';
import { emptySearch } from '../../src/scoring/solve.ts';

const FOLDS = 3;

/** The first two thirds are T, the others R; every seventh row is evaluated only. */
function randomData(rows: number, columns: number, width: number): FitData {
	const random = seededRandom(11);
	const entries = Array.from({ length: rows }, () =>
		Array.from({ length: columns }, (_, j) => j).flatMap((j): [number, number][] =>
			random.unit() < 0.7 ? [] : [[j, [-2, -1, 1, 1, -1][random.index(5)]!]],
		),
	);
	const x: FeatureRows = {
		...sparseRows(entries),
		columns,
		width,
		dense: Float64Array.from({ length: rows * width }, (_, at) => (1 + (at % width)) * (2 * random.unit() - 1)),
	};
	const all = Int32Array.from({ length: rows }, (_, i) => i);
	const evaluated = all.filter((i) => i % 7 === 6);
	const train = all.filter((i) => i % 7 !== 6 && i < (2 * rows) / 3);
	const reference = all.filter((i) => i % 7 !== 6 && i >= (2 * rows) / 3);
	const scale = denseScale(x, train, reference);
	return {
		memory: lanesMemory(),
		...{ x, scale, norm: squaredNorms(x, scale), train, reference, evaluated, folds: FOLDS, usesReference: true },
		y: Float64Array.from({ length: rows }, () => [0.5, 2 / 3, 1][random.index(3)]!),
		weight: Float64Array.from({ length: rows }, () => [0.5, 1, 1.5][random.index(3)]!),
		fold: all.map((i) => (i % 7 === 6 ? -1 : i % FOLDS)),
		part: Uint8Array.from(all, (i) => (i >= (2 * rows) / 3 ? 1 : 0)),
	};
}

/** Row i with its dense columns scaled, written out. */
function row({ x, scale }: FitData, i: number): Float64Array {
	const out = new Float64Array(x.columns + x.width);
	for (let e = x.start[i]!; e < x.start[i + 1]!; e++) {
		out[x.column[e]!] = out[x.column[e]!]! + (e < x.mid[i]! ? 1 : -1);
	}
	for (let j = 0; j < x.width; j++) out[x.columns + j] = x.dense[i * x.width + j]! / scale[j]!;
	return out;
}

/** (1−s)·R_T + s·R_R + ½ρ‖θ‖² of one fold and its gradient, as the formula says. */
function objective(data: FitData, s: number, ridge: number, fold: number, theta: Float64Array) {
	const gradient = theta.map((t) => ridge * t);
	let value = 0.5 * ridge * theta.reduce((sum, t) => sum + t * t, 0);
	for (const [rows, share] of [
		[data.train, 1 - s],
		[data.reference, s],
	] as const) {
		const seen = rows.filter((i) => data.fold[i] !== fold);
		const total = seen.reduce((sum, i) => sum + data.weight[i]!, 0);
		for (const i of seen) {
			const c = (share * data.weight[i]!) / total;
			const x = row(data, i);
			const z = x.reduce((sum, v, j) => sum + v * theta[j]!, 0);
			value += c * pairLoss(z, data.y[i]!);
			for (let j = 0; j < x.length; j++) gradient[j] = gradient[j]! + c * (sigmoid(z) - data.y[i]!) * x[j]!;
		}
	}
	return { value, norm: Math.hypot(...gradient) };
}

/** θ of one fold in the scaled columns. */
function thetaOf({ x, scale }: FitData, theta: Float64Array, fold: number): Float64Array {
	return Float64Array.from(
		{ length: x.columns + x.width },
		(_, j) => theta[j * STRIDE + fold]! * (j < x.columns ? 1 : scale[j - x.columns]!),
	);
}

function searched(data: FitData, s: number, ridge: number, start: Fitted | null): Fitted {
	const state = emptySearch(data.x, data.memory);
	const { losses } = runFit(data, { s, ridge, start, into: state });
	return { s, ridge, state, losses };
}

function final(data: FitData, s: number, ridge: number, start: Fitted | null) {
	const into = { ...emptySearch(data.x, data.memory), theta: emptyWeights(data.memory, data.x.columns + data.x.width) };
	const outOfFold = new Float64Array(data.x.rows);
	const evaluated = Array.from({ length: FOLDS }, () => new Float64Array(data.evaluated.length));
	const { gap } = runFit(data, { s, ridge, start, into, margins: { outOfFold, evaluated } });
	return { gap, theta: into.theta, outOfFold, evaluated };
}

const data = randomData(70, 20, 3);

test('every fold is stationary at its own weighted objective, for every s and ridge', () => {
	for (const [s, ridge] of [
		[0, 3],
		[0, 0.003],
		[0.3, 0.1],
		[1, 0.01],
	] as const) {
		const { gap, theta } = final(data, s, ridge, null);
		assert.ok(gap >= 0 && gap <= 1e-9, `s = ${s}, ridge = ${ridge}: ${gap}`);
		for (let fold = 0; fold < FOLDS; fold++) {
			const { norm } = objective(data, s, ridge, fold, thetaOf(data, theta, fold));
			// F − min F ≤ gap means ‖∇F‖² ≤ 2·L·gap, with L below ρ + ¼·max ‖x‖².
			assert.ok(norm ** 2 <= 2 * (ridge + Math.max(...data.norm) / 4) * 1e-9, `${s} ${ridge} ${fold}: ${norm}`);
		}
	}
});

test('a start from a neighbour changes the way, not the answer, also where R or T comes in or leaves', () => {
	const chain = [
		[0, 0.1],
		[0, 0.03],
		[0.3, 0.03],
		[0.6, 0.1],
		[1, 0.1],
		[0.7, 0.1],
		[0.7, 0.03],
		[0.2, 0.03],
	] as const;
	let start: Fitted | null = null;
	for (const [s, ridge] of chain) {
		start = searched(data, s, ridge, start);
		const [warm, cold] = [final(data, s, ridge, start), final(data, s, ridge, null)];
		for (let fold = 0; fold < FOLDS; fold++) {
			const at = (theta: Float64Array): number => objective(data, s, ridge, fold, thetaOf(data, theta, fold)).value;
			assert.ok(Math.abs(at(warm.theta) - at(cold.theta)) <= 1e-9, `${s} ${ridge} ${fold}`);
		}
		assert.ok(warm.outOfFold.every((z, i) => Math.abs(z - cold.outOfFold[i]!) < 1e-3));
	}
});

test('a pair has its margin from the model that did not see it, an evaluated one from each', () => {
	const { theta, outOfFold, evaluated } = final(data, 0.3, 0.1, null);
	for (const i of [...data.train, ...data.reference]) {
		const x = row(data, i);
		const z = thetaOf(data, theta, data.fold[i]!).reduce((sum, t, j) => sum + t * x[j]!, 0);
		assert.ok(Math.abs(outOfFold[i]! - z) < 1e-9);
	}
	data.evaluated.forEach((i, k) => {
		const x = row(data, i);
		for (let fold = 0; fold < FOLDS; fold++) {
			const z = thetaOf(data, theta, fold).reduce((sum, t, j) => sum + t * x[j]!, 0);
			assert.ok(Math.abs(evaluated[fold]![k]! - z) < 1e-9);
		}
	});
});

test('a search tells the mean losses out of fold, and stops early only where it is clearly worse', () => {
	const { losses } = searched(data, 0.3, 0.1, null);
	const exact = final(data, 0.3, 0.1, null).outOfFold;
	for (const [k, rows] of [data.train, data.reference].entries()) {
		const mean = rows.reduce((sum, i) => sum + pairLoss(exact[i]!, data.y[i]!), 0) / rows.length;
		assert.ok(Math.abs(losses[k]! - mean) < 2e-3, `${losses[k]} ${mean}`);
	}
	const against = (loss: number) =>
		runFit(data, { s: 0.3, ridge: 0.001, start: null, into: emptySearch(data.x, data.memory), against: loss });
	const whole = against(Infinity);
	const early = against(whole.loss - 0.2);
	assert.ok(early.passes < whole.passes && early.loss > whole.loss - 0.2, JSON.stringify([early, whole]));
});

test('only ties: θ is exactly 0', () => {
	const { theta, gap } = final({ ...data, y: new Float64Array(70).fill(0.5) }, 0.3, 0.01, null);
	assert.ok(theta.every((t) => t === 0));
	assert.equal(gap, 0);
});

test('dense features are scaled without a mean; a column absent from train takes the scale of the others', () => {
	const { x } = randomData(10, 0, 2);
	const dense = x.dense.map((v, at) => (at % 2 === 1 && at < 10 ? 0 : v));
	const scale = denseScale({ ...x, dense }, Int32Array.of(0, 1, 2, 3, 4), Int32Array.of(5, 6, 7));
	const rms = (column: number, rows: readonly number[]): number =>
		Math.sqrt(rows.reduce((s, i) => s + (dense[i * 2 + column]! / scale[column]!) ** 2, 0) / rows.length);
	assert.ok(Math.abs(rms(0, [0, 1, 2, 3, 4]) - 1) < 1e-12);
	assert.ok(Math.abs(rms(1, [5, 6, 7]) - 1) < 1e-12);
});
