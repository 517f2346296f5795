/** The coverage of the intervals, drawn anew with few repetitions: every bound is the binomial error of that many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intervalOf } from '../../src/calibration/jackknife.ts';
import { COVERAGE, type CoverageMetric } from '../../src/domain/coverage-table.ts';
import {
	COVERED,
	type Covered,
	SCENARIOS,
	type Scenario,
	simulateCoverage,
	type Tally,
} from '../simulation/coverage.ts';

/** Two-sided 5e-4 for each of some eighty comparisons. */
const SIGMAS = 3.5;
/** Few clusters cost little, and there a wrong quantile shows. */
const CELLS = [
	{ clusters: 8, repetitions: 1500 },
	{ clusters: 30, repetitions: 500 },
	{ clusters: 100, repetitions: 200 },
] as const;
const byName = (name: string): Scenario => SCENARIOS.find((scenario) => scenario.name === name)!;
const CALIBRATED = byName('calibrated');
const TOO_WIDE = byName('margins twice too wide');

function stated(metric: Covered, clusters: number, calibrated: boolean): number {
	const name = metric.replace(' ', '_') as CoverageMetric;
	const row = COVERAGE.find((each) => each.metric === name && each.clusters === clusters);
	assert.ok(row !== undefined, `the table has no ${name} at ${clusters} clusters`);
	return (calibrated ? row.calibrated : row.miscalibrated)!;
}

/** The table holds the worst of several models: any one lies between that and 95 %, as far as so many repetitions can tell. */
function outside(tally: Tally, stated: number): boolean {
	const share = tally.covered / tally.defined;
	const error = (p: number): number => SIGMAS * Math.sqrt((p * (1 - p)) / tally.defined);
	const low = Math.min(0.95, stated);
	const high = Math.max(0.95, stated);
	return share < low - error(low) || share > high + error(high);
}

for (const scenario of [CALIBRATED, TOO_WIDE]) {
	test(`intervals cover as the table says: ${scenario.name}`, () => {
		for (const { clusters, repetitions } of CELLS) {
			const tallies = simulateCoverage(scenario, clusters, { repetitions, seed: 11 + clusters, ece: 60 });
			for (const metric of COVERED.filter((each) => each !== 'ece')) {
				const tally = tallies[metric];
				const said = stated(metric, clusters, scenario.calibrated);
				assert.ok(
					!outside(tally, said),
					`${metric}, ${clusters} clusters: ${tally.covered} of ${tally.defined}, the table says ${said}`,
				);
			}
			if (scenario.calibrated) {
				// ECE of a calibrated model is 0, which its interval seldom reaches: the table must not promise it.
				const { covered, defined } = tallies.ece;
				const said = stated('ece', clusters, true);
				assert.ok(
					Math.abs(covered / defined - said) < SIGMAS * Math.sqrt(0.25 / defined),
					`ECE: ${covered}/${defined}`,
				);
				assert.ok(said < 0.7);
			}
		}
	});
}

test('from 30 clusters on the table promises 93.5–96.5 % for everything but ECE', () => {
	assert.ok(COVERAGE.length >= 70);
	for (const { metric, clusters, calibrated, miscalibrated, repetitions } of COVERAGE) {
		if (clusters < 30 || metric === 'ece') continue;
		for (const share of [calibrated, miscalibrated]) {
			if (share === null) continue;
			const error = 3 * Math.sqrt((0.95 * 0.05) / repetitions);
			assert.ok(share >= 0.935 - error && share <= 0.965 + error, `${metric} at ${clusters}: ${share}`);
		}
	}
});

test('the simulation sees a normal quantile in place of t at eight clusters', () => {
	const tallies = simulateCoverage(CALIBRATED, 8, {
		repetitions: 1500,
		seed: 19,
		rule: (mean) => {
			const interval = intervalOf(mean);
			if (mean === null || interval.low === null) return interval;
			return { ...interval, low: mean.value - 1.96 * mean.se!, high: mean.value + 1.96 * mean.se! };
		},
	});
	for (const metric of ['nll', 'brier', 'overconfidence'] as const) {
		assert.ok(outside(tallies[metric], stated(metric, 8, true)), `${metric}: ${JSON.stringify(tallies[metric])}`);
	}
});
