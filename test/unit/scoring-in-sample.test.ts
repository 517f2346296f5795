import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../src/calibration/random.ts';
import { softplus } from '../../src/calibration/records.ts';
import { type InSampleProblem, solveInSample } from '../../src/scoring/in-sample.ts';

const file = join(import.meta.dirname, '../../../shared/vectors/gdpo.json');
const skip = existsSync(file) ? false : 'the reference vectors are not here';

interface Solved {
	readonly lambda: number;
	readonly theta: readonly number[];
	readonly R_T: number;
	readonly R_H: number;
	readonly gap: number;
	readonly J: number;
	readonly s: number;
	readonly regime: 'inactive' | 'interior' | 'saturated';
	readonly reg: number;
	readonly penalty: number;
}

interface Case {
	readonly name: string;
	readonly input: {
		readonly X_T: readonly (readonly number[])[];
		readonly X_H: readonly (readonly number[])[];
		readonly rho: number;
		readonly m: number;
		readonly lambdas: readonly number[];
		readonly theta_probe: readonly number[];
	};
	readonly expected: {
		readonly solutions: readonly Solved[];
		readonly at_theta_probe: {
			readonly R_T: number;
			readonly R_H: number;
			readonly gap: number;
			readonly J: Readonly<Record<string, number>>;
		};
	};
	readonly tolerance: Readonly<Record<string, number>>;
}

const cases = (): Case[] => JSON.parse(readFileSync(file, 'utf8')).cases;

function risk(x: Float64Array, theta: ArrayLike<number>): number {
	const rows = x.length / theta.length;
	let sum = 0;
	for (let i = 0; i < rows; i++) {
		let z = 0;
		for (let j = 0; j < theta.length; j++) z += x[i * theta.length + j]! * theta[j]!;
		sum += softplus(-z);
	}
	return sum / rows;
}

/** J, straight from its definition. */
function objective(
	{ train, heldout, margin, ridge }: InSampleProblem,
	lambda: number,
	theta: ArrayLike<number>,
): number {
	const [t, h] = [risk(train, theta), risk(heldout, theta)];
	const squares = Array.from(theta, (value) => value ** 2).reduce((sum, value) => sum + value, 0);
	return t + lambda * Math.max(0, h - t - margin) + (ridge / 2) * squares;
}

function problemOf({ X_T, X_H, rho, m }: Case['input']): InSampleProblem {
	return {
		width: X_T[0]!.length,
		train: Float64Array.from(X_T.flat()),
		heldout: Float64Array.from(X_H.flat()),
		margin: m,
		ridge: rho,
	};
}

test('every solution of the reference vectors, with its certificate', { skip }, () => {
	let checked = 0;
	for (const { name, input, expected, tolerance } of cases()) {
		const problem = problemOf(input);
		const solutions = solveInSample(problem, input.lambdas);
		const close = (actual: number, wanted: number, field: string, lambda: number): void => {
			const allowed = tolerance[`solutions.${field}`] ?? tolerance.default!;
			assert.ok(Math.abs(actual - wanted) <= allowed, `${name} λ=${lambda} ${field}: ${actual}, expected ${wanted}`);
			checked++;
		};
		assert.equal(solutions.length, expected.solutions.length);
		for (const [i, wanted] of expected.solutions.entries()) {
			const got = solutions[i]!;
			const { lambda } = wanted;
			assert.equal(got.lambda, lambda);
			close(got.s, wanted.s, 's', lambda);
			close(got.trainLoss, wanted.R_T, 'R_T', lambda);
			close(got.heldoutLoss, wanted.R_H, 'R_H', lambda);
			close(got.gap, wanted.gap, 'gap', lambda);
			close(got.objective, wanted.J, 'J', lambda);
			close(lambda * Math.max(0, got.gap - input.m), wanted.penalty, 'penalty', lambda);
			const reg = (input.rho / 2) * got.theta.reduce((sum, value) => sum + value ** 2, 0);
			close(reg, wanted.reg, 'reg', lambda);
			wanted.theta.forEach((value, j) => {
				close(got.theta[j]!, value, 'theta', lambda);
			});
			const regime = got.s === 0 ? 'inactive' : got.s === lambda ? 'saturated' : 'interior';
			assert.equal(lambda === 0 ? wanted.regime : regime, wanted.regime, `${name} λ=${lambda}`);
			assert.ok(got.certificate >= 0 && got.certificate <= 1e-10, `${name} λ=${lambda}: ${got.certificate}`);
			close(objective(problem, lambda, got.theta), wanted.J, 'J', lambda);
		}
		const probe = expected.at_theta_probe;
		const at = [risk(problem.train, input.theta_probe), risk(problem.heldout, input.theta_probe)] as const;
		assert.ok(Math.abs(at[0] - probe.R_T) <= tolerance.default!);
		assert.ok(Math.abs(at[1] - probe.R_H) <= tolerance.default!);
		assert.ok(Math.abs(at[1] - at[0] - probe.gap) <= tolerance.default!);
		for (const [lambda, wanted] of Object.entries(probe.J)) {
			const found = objective(problem, Number(lambda), input.theta_probe);
			assert.ok(Math.abs(found - wanted) <= tolerance.default!, `${name} J at the probe, λ=${lambda}`);
		}
		// No point may lie below a certified minimum.
		for (const solution of solutions)
			assert.ok(
				objective(problem, solution.lambda, input.theta_probe) >= solution.objective - solution.certificate - 1e-12,
			);
	}
	assert.ok(checked > 250, `${checked}`);
});

function made(seed: number, width: number, scale: number): InSampleProblem {
	const random = seededRandom(seed);
	const normal = (): number => random.unit() + random.unit() + random.unit() + random.unit() - 2;
	const side = (rows: number, taste: (j: number) => number): Float64Array => {
		const out = new Float64Array(rows * width);
		for (let i = 0; i < rows; i++) {
			const x = Array.from({ length: width }, normal);
			const z = x.reduce((sum, value, j) => sum + value * taste(j), 0);
			const sign = random.unit() < 1 / (1 + Math.exp(-z)) ? 1 : -1;
			x.forEach((value, j) => {
				out[i * width + j] = sign * value * scale;
			});
		}
		return out;
	};
	return {
		width,
		train: side(120, (j) => (j === 0 ? 3 : 0.5)),
		heldout: side(60, (j) => (j === 0 ? -3 : 0.5)),
		margin: 0.02,
		ridge: 1e-4,
	};
}

test('wide, badly scaled and nearly separable features are solved to the certificate too', () => {
	for (const [width, scale] of [
		[12, 1],
		[12, 300],
		[150, 1],
		[12, 0.001],
	] as const) {
		const problem = made(width, width, scale);
		const lambdas = [1, 0, 0.4];
		const solutions = solveInSample(problem, lambdas);
		assert.deepEqual(
			solutions.map((solution) => solution.lambda),
			lambdas,
		);
		for (const { certificate, lambda, s, objective: value, theta } of solutions) {
			assert.ok(certificate <= 1e-7, `width ${width}, scale ${scale}, λ ${lambda}: ${certificate}`);
			assert.ok(s >= 0 && s <= lambda);
			assert.ok(Math.abs(objective(problem, lambda, theta) - value) < 1e-12);
			// A step in any of some directions does not get below.
			for (let j = 0; j < Math.min(width, 8); j++) {
				const moved = theta.map((weight, k) => weight + (k === j ? 1e-3 / scale : 0));
				assert.ok(objective(problem, lambda, moved) >= value - 1e-9);
			}
		}
	}
});

test('what has no solution is refused', () => {
	const problem = made(1, 2, 1);
	assert.throws(() => solveInSample({ ...problem, ridge: 0 }, [0]), RangeError);
	assert.throws(() => solveInSample(problem, [1.5]), RangeError);
	assert.throws(() => solveInSample({ ...problem, heldout: new Float64Array(0) }, [0]), RangeError);
});
