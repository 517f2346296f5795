import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitPlatt } from '../../src/calibration/platt.ts';
import { seededRandom } from '../../src/calibration/random.ts';
import { pairLoss, type Records, sigmoid } from '../../src/calibration/records.ts';

function binaryRecords(margin: Float64Array, label: (p: number) => number): Records {
	const size = margin.length;
	const p = margin.map(sigmoid);
	const own = Int32Array.from({ length: size }, (_, i) => i);
	const ones = new Float64Array(size).fill(1);
	const y = p.map(label);
	return {
		...{ size, margin, p, y, weight: ones, cluster: own, clusters: size, pair: own, pairs: size },
		decided: new Uint8Array(size).fill(1),
	};
}

test('ordinary data of any size have their optimum: no gradient is left, and no step aside is better', () => {
	for (let set = 0; set < 40; set++) {
		const random = seededRandom(set);
		const size = [50, 100, 400, 1000][set % 4]!;
		const margin = Float64Array.from({ length: size }, () => 6 * random.unit() - 3);
		const records = binaryRecords(margin, (p) => (random.unit() < p ? 1 : 0));
		const fit = fitPlatt(records);
		assert.notEqual(fit, null, `set ${set} of ${size}`);
		const { a, b, nll } = fit!;
		let [ga, gb] = [0, 0];
		for (let i = 0; i < size; i++) {
			const error = (sigmoid(a * margin[i]! + b) - records.y[i]!) / size;
			ga += error * margin[i]!;
			gb += error;
		}
		assert.ok(Math.hypot(ga, gb) < 1e-12, `gradient ${Math.hypot(ga, gb)}`);
		const lossAt = (x: number, y: number): number =>
			margin.reduce((sum, z, i) => sum + pairLoss(x * z + y, records.y[i]!), 0) / size;
		assert.ok(Math.abs(nll - lossAt(a, b)) < 1e-12);
		assert.ok(nll <= Math.min(lossAt(a + 1e-3, b), lossAt(a - 1e-3, b), lossAt(a, b + 1e-3), lossAt(a, b - 1e-3)));
	}
});

test('labels that a threshold separates have none', () => {
	const margin = Float64Array.from({ length: 60 }, (_, i) => (i - 30) / 7 + 0.01);
	assert.equal(fitPlatt(binaryRecords(margin, (p) => (p > 0.5 ? 1 : 0))), null);
});
