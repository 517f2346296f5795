import type { Interval } from '../domain/run-record.ts';
import { MIN_CLUSTERS, tooFewClusters } from './jackknife.ts';
import { type Records, sigmoid } from './records.ts';
import { studentQuantile } from './student.ts';
import type { Temperature } from './temperature.ts';

/**
 * Calibration slope a = 1/T* with the delete-one-cluster jackknife. Each a₍₋g₎ is one Newton step from the full fit on the data
 * without cluster g, which is exact to second order in the cluster's share; the scores of the full fit sum to 0, so it takes one pass.
 * The interval is built for ln a (t with G−1 degrees of freedom) and mapped back: a is positive and its estimates are skewed to the right.
 * Where the data cannot even tell a from 0, ln a has no spread to speak of and its bounds run away; a itself, cut at 0, bears the interval.
 * @param fit of these records
 */
export function calibrationSlope(records: Records, fit: Temperature | null): Interval & { readonly status: string } {
	if (fit === null) {
		const reason = records.size === 0 ? 'no pairs' : 'a margin is infinite';
		return { value: null, low: null, high: null, reason, status: records.size === 0 ? 'no pairs' : 'infinite' };
	}
	if (fit.status !== 'ok') {
		return { value: null, low: null, high: null, reason: DEGENERATE[fit.status], status: fit.status };
	}
	const a = 1 / fit.t;
	const score = new Float64Array(records.clusters);
	const curvature = new Float64Array(records.clusters);
	let total = 0;
	for (let i = 0; i < records.size; i++) {
		const z = records.margin[i]!;
		if (z === 0) continue;
		const g = records.cluster[i]!;
		const w = records.weight[i]!;
		const q = sigmoid(a * z);
		const h = w * z * z * q * (1 - q);
		score[g] = score[g]! + w * z * (q - records.y[i]!);
		curvature[g] = curvature[g]! + h;
		total += h;
	}
	// A cluster whose margins are all 0 moves nothing: it is not one of the clusters that this number rests on.
	let used = 0;
	let mean = 0;
	const steps = new Float64Array(records.clusters);
	for (let g = 0; g < records.clusters; g++) {
		if (curvature[g] === 0 && score[g] === 0) continue;
		const rest = total - curvature[g]!;
		if (rest <= 1e-9 * total) {
			return { value: a, low: null, high: null, reason: 'one cluster alone decides it', status: fit.status };
		}
		steps[used] = score[g]! / rest;
		mean += steps[used]!;
		used++;
	}
	if (used < MIN_CLUSTERS) {
		return { value: a, low: null, high: null, reason: tooFewClusters(used), status: fit.status };
	}
	mean /= used;
	let squares = 0;
	for (let g = 0; g < used; g++) squares += (steps[g]! - mean) ** 2;
	const se = Math.sqrt(((used - 1) / used) * squares);
	const half = studentQuantile(0.975, used - 1) * se;
	if (half > LOG_UP_TO * a) return { value: a, low: 0, high: a + half, status: fit.status };
	const reach = Math.exp(half / a);
	return { value: a, low: a / reach, high: a * reach, status: fit.status };
}

/** Half an interval over the slope itself, above which logarithms mislead: its lower bound would be a tenth of the slope. */
const LOG_UP_TO = Math.log(10);

const DEGENERATE: Readonly<Record<Exclude<Temperature['status'], 'ok'>, string>> = {
	t_to_zero: 'every margin points the right way: no finite slope fits best',
	t_to_infinity: 'the margins do not help: the best slope is 0',
	unidentified: 'all margins are 0',
	clamped: 'outside the range 0.001 to 100',
};
