import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/calibration/random.ts';
import { pairLoss, sigmoid } from '../../src/calibration/records.ts';
import { denseScale, type FeatureRows, sparseRows, squaredNorms } from '../../src/scoring/matrix.ts';
import { dot, type Problem, solve } from '../../src/scoring/solve.ts';

function randomProblem(rows: number, columns: number, width: number, ridge: number): Problem {
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
		dense: Float64Array.from({ length: rows * width }, () => 4 * random.unit() - 2),
	};
	return {
		x,
		rows: Int32Array.from({ length: rows }, (_, i) => i),
		coefficient: new Float64Array(rows).fill(1 / rows),
		y: Float64Array.from({ length: rows }, () => [0.5, 2 / 3, 1][random.index(3)]!),
		norm: squaredNorms(x),
		ridge,
	};
}

function value(problem: Problem, theta: Float64Array): number {
	let sum = 0.5 * problem.ridge * theta.reduce((s, t) => s + t * t, 0);
	for (const i of problem.rows) sum += problem.coefficient[i]! * pairLoss(dot(problem.x, i, theta), problem.y[i]!);
	return sum;
}

test('the solution is stationary, and the certificate bounds what any step could still gain', () => {
	for (const ridge of [3, 0.1, 0.003]) {
		const problem = randomProblem(60, 25, 3, ridge);
		const { theta, gap } = solve(problem, null, 1e-12);
		assert.ok(gap <= 1e-12 && gap >= 0, `${ridge}: ${gap}`);
		const at = value(problem, theta);
		const gradient = theta.map((t) => ridge * t);
		for (const i of problem.rows) {
			const r = problem.coefficient[i]! * (sigmoid(dot(problem.x, i, theta)) - problem.y[i]!);
			const { start, mid, column, columns, width, dense } = problem.x;
			for (let e = start[i]!; e < start[i + 1]!; e++) {
				gradient[column[e]!] = gradient[column[e]!]! + (e < mid[i]! ? r : -r);
			}
			for (let j = 0; j < width; j++) gradient[columns + j] = gradient[columns + j]! + r * dense[i * width + j]!;
		}
		const norm = Math.hypot(...gradient);
		assert.ok(norm < 1e-4 * Math.max(1, Math.sqrt(ridge)), `${ridge}: gradient ${norm}`);
		const loose = solve(problem, null, 1e-3);
		assert.ok(value(problem, loose.theta) - at <= loose.gap + 1e-12, 'a loose certificate holds');
		assert.ok(
			value(
				problem,
				theta.map((t, j) => t - 0.1 * gradient[j]!),
			) >=
				at - 1e-12,
		);
	}
});

test('a warm start changes the way, not the answer', () => {
	const problem = randomProblem(50, 20, 2, 0.05);
	const cold = solve(problem, null, 1e-12);
	const warm = solve(problem, solve({ ...problem, ridge: 0.5 }, null, 1e-6).q, 1e-12);
	assert.ok(warm.theta.every((t, j) => Math.abs(t - cold.theta[j]!) < 1e-5));
});

test('only ties: θ is exactly 0', () => {
	const problem = { ...randomProblem(30, 10, 2, 0.01), y: new Float64Array(30).fill(0.5) };
	const { theta, gap } = solve(problem, null, 1e-9);
	assert.ok(theta.every((t) => t === 0));
	assert.equal(gap, 0);
});

test('dense features are scaled without a mean; a column absent from train takes the scale of the others', () => {
	const { x } = randomProblem(10, 0, 2, 1);
	const dense = x.dense.map((v, at) => (at % 2 === 1 && at < 10 ? 0 : v));
	const scale = denseScale({ ...x, dense }, Int32Array.of(0, 1, 2, 3, 4), Int32Array.of(5, 6, 7));
	const rms = (column: number, rows: readonly number[]): number =>
		Math.sqrt(rows.reduce((s, i) => s + (dense[i * 2 + column]! / scale[column]!) ** 2, 0) / rows.length);
	assert.ok(Math.abs(rms(0, [0, 1, 2, 3, 4]) - 1) < 1e-12);
	assert.ok(Math.abs(rms(1, [5, 6, 7]) - 1) < 1e-12);
});
