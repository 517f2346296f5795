/**
 * Measured coverage of the 95 % intervals, written by `npm run simulate coverage -- --long` (test/simulation/coverage.ts says what is
 * drawn). Do not edit: run it again.
 */

export type CoverageMetric =
	| 'accuracy'
	| 'accuracy_difference'
	| 'accuracy_ties'
	| 'accuracy_ties_difference'
	| 'brier'
	| 'brier_difference'
	| 'ece'
	| 'nll'
	| 'nll_difference'
	| 'overconfidence'
	| 'overconfidence_difference'
	| 'slope';

export interface CoverageRow {
	/** `accuracy_ties`: two votes a pair, pairs without a majority left out. */
	readonly metric: CoverageMetric;
	readonly clusters: number;
	/** Share of intervals that held the truth, of several such models the one farthest from 0.95; null where none was drawn. */
	readonly calibrated: number | null;
	readonly miscalibrated: number | null;
	readonly repetitions: number;
}

export const COVERAGE_SEED = 20261122;

/** One paragraph for help texts. */
export const COVERAGE_NOTE =
	'Simulated clusters of 1 to 10 pairs with effects of their own. Calibrated models; models with margins twice too wide or half as wide, a bias, or three noisy fold models: of each kind the worst is shown. Expect 93.5–96.5 % from 30 clusters on, less below. ECE is the exception: its interval is approximate and hardly ever holds the truth of a calibrated model, which is 0.';

export const COVERAGE: readonly CoverageRow[] = [
	{ metric: 'accuracy', clusters: 8, calibrated: 0.93, miscalibrated: 0.934, repetitions: 10000 },
	{ metric: 'accuracy', clusters: 16, calibrated: 0.94, miscalibrated: 0.941, repetitions: 10000 },
	{ metric: 'accuracy', clusters: 30, calibrated: 0.942, miscalibrated: 0.946, repetitions: 10000 },
	{ metric: 'accuracy', clusters: 50, calibrated: 0.948, miscalibrated: 0.947, repetitions: 10000 },
	{ metric: 'accuracy', clusters: 100, calibrated: 0.946, miscalibrated: 0.952, repetitions: 10000 },
	{ metric: 'accuracy', clusters: 500, calibrated: 0.951, miscalibrated: 0.957, repetitions: 3000 },
	{ metric: 'accuracy', clusters: 2000, calibrated: 0.952, miscalibrated: 0.955, repetitions: 4000 },
	{ metric: 'accuracy_difference', clusters: 8, calibrated: 0.946, miscalibrated: 0.946, repetitions: 10000 },
	{ metric: 'accuracy_difference', clusters: 16, calibrated: 0.951, miscalibrated: 0.945, repetitions: 10000 },
	{ metric: 'accuracy_difference', clusters: 30, calibrated: 0.947, miscalibrated: 0.955, repetitions: 10000 },
	{ metric: 'accuracy_difference', clusters: 50, calibrated: 0.951, miscalibrated: 0.947, repetitions: 10000 },
	{ metric: 'accuracy_difference', clusters: 100, calibrated: 0.951, miscalibrated: 0.944, repetitions: 10000 },
	{ metric: 'accuracy_difference', clusters: 500, calibrated: 0.95, miscalibrated: 0.943, repetitions: 3000 },
	{ metric: 'accuracy_difference', clusters: 2000, calibrated: 0.956, miscalibrated: 0.953, repetitions: 4000 },
	{ metric: 'accuracy_ties', clusters: 8, calibrated: 0.914, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties', clusters: 16, calibrated: 0.93, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties', clusters: 30, calibrated: 0.94, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties', clusters: 50, calibrated: 0.944, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties', clusters: 100, calibrated: 0.946, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties', clusters: 500, calibrated: 0.952, miscalibrated: null, repetitions: 3000 },
	{ metric: 'accuracy_ties', clusters: 2000, calibrated: 0.949, miscalibrated: null, repetitions: 4000 },
	{ metric: 'accuracy_ties_difference', clusters: 8, calibrated: 0.945, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties_difference', clusters: 16, calibrated: 0.944, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties_difference', clusters: 30, calibrated: 0.94, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties_difference', clusters: 50, calibrated: 0.951, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties_difference', clusters: 100, calibrated: 0.951, miscalibrated: null, repetitions: 10000 },
	{ metric: 'accuracy_ties_difference', clusters: 500, calibrated: 0.951, miscalibrated: null, repetitions: 3000 },
	{ metric: 'accuracy_ties_difference', clusters: 2000, calibrated: 0.946, miscalibrated: null, repetitions: 4000 },
	{ metric: 'brier', clusters: 8, calibrated: 0.937, miscalibrated: 0.936, repetitions: 10000 },
	{ metric: 'brier', clusters: 16, calibrated: 0.946, miscalibrated: 0.94, repetitions: 10000 },
	{ metric: 'brier', clusters: 30, calibrated: 0.942, miscalibrated: 0.945, repetitions: 10000 },
	{ metric: 'brier', clusters: 50, calibrated: 0.947, miscalibrated: 0.948, repetitions: 10000 },
	{ metric: 'brier', clusters: 100, calibrated: 0.947, miscalibrated: 0.953, repetitions: 10000 },
	{ metric: 'brier', clusters: 500, calibrated: 0.957, miscalibrated: 0.952, repetitions: 3000 },
	{ metric: 'brier', clusters: 2000, calibrated: 0.953, miscalibrated: 0.956, repetitions: 4000 },
	{ metric: 'brier_difference', clusters: 8, calibrated: 0.941, miscalibrated: 0.941, repetitions: 10000 },
	{ metric: 'brier_difference', clusters: 16, calibrated: 0.948, miscalibrated: 0.94, repetitions: 10000 },
	{ metric: 'brier_difference', clusters: 30, calibrated: 0.944, miscalibrated: 0.944, repetitions: 10000 },
	{ metric: 'brier_difference', clusters: 50, calibrated: 0.952, miscalibrated: 0.942, repetitions: 10000 },
	{ metric: 'brier_difference', clusters: 100, calibrated: 0.948, miscalibrated: 0.943, repetitions: 10000 },
	{ metric: 'brier_difference', clusters: 500, calibrated: 0.948, miscalibrated: 0.961, repetitions: 3000 },
	{ metric: 'brier_difference', clusters: 2000, calibrated: 0.946, miscalibrated: 0.955, repetitions: 4000 },
	{ metric: 'ece', clusters: 8, calibrated: 0.242, miscalibrated: 0.332, repetitions: 1000 },
	{ metric: 'ece', clusters: 16, calibrated: 0.347, miscalibrated: 0.538, repetitions: 1000 },
	{ metric: 'ece', clusters: 30, calibrated: 0.382, miscalibrated: 0.612, repetitions: 1000 },
	{ metric: 'ece', clusters: 50, calibrated: 0.391, miscalibrated: 0.684, repetitions: 1000 },
	{ metric: 'ece', clusters: 100, calibrated: 0.403, miscalibrated: 0.767, repetitions: 1000 },
	{ metric: 'ece', clusters: 500, calibrated: 0.403, miscalibrated: 0.913, repetitions: 300 },
	{ metric: 'ece', clusters: 2000, calibrated: 0.393, miscalibrated: 0.902, repetitions: 400 },
	{ metric: 'nll', clusters: 8, calibrated: 0.94, miscalibrated: 0.931, repetitions: 10000 },
	{ metric: 'nll', clusters: 16, calibrated: 0.945, miscalibrated: 0.933, repetitions: 10000 },
	{ metric: 'nll', clusters: 30, calibrated: 0.943, miscalibrated: 0.937, repetitions: 10000 },
	{ metric: 'nll', clusters: 50, calibrated: 0.946, miscalibrated: 0.945, repetitions: 10000 },
	{ metric: 'nll', clusters: 100, calibrated: 0.948, miscalibrated: 0.953, repetitions: 10000 },
	{ metric: 'nll', clusters: 500, calibrated: 0.956, miscalibrated: 0.954, repetitions: 3000 },
	{ metric: 'nll', clusters: 2000, calibrated: 0.946, miscalibrated: 0.956, repetitions: 4000 },
	{ metric: 'nll_difference', clusters: 8, calibrated: 0.942, miscalibrated: 0.929, repetitions: 10000 },
	{ metric: 'nll_difference', clusters: 16, calibrated: 0.947, miscalibrated: 0.929, repetitions: 10000 },
	{ metric: 'nll_difference', clusters: 30, calibrated: 0.946, miscalibrated: 0.938, repetitions: 10000 },
	{ metric: 'nll_difference', clusters: 50, calibrated: 0.951, miscalibrated: 0.942, repetitions: 10000 },
	{ metric: 'nll_difference', clusters: 100, calibrated: 0.946, miscalibrated: 0.946, repetitions: 10000 },
	{ metric: 'nll_difference', clusters: 500, calibrated: 0.954, miscalibrated: 0.956, repetitions: 3000 },
	{ metric: 'nll_difference', clusters: 2000, calibrated: 0.953, miscalibrated: 0.956, repetitions: 4000 },
	{ metric: 'overconfidence', clusters: 8, calibrated: 0.934, miscalibrated: 0.935, repetitions: 10000 },
	{ metric: 'overconfidence', clusters: 16, calibrated: 0.941, miscalibrated: 0.94, repetitions: 10000 },
	{ metric: 'overconfidence', clusters: 30, calibrated: 0.947, miscalibrated: 0.944, repetitions: 10000 },
	{ metric: 'overconfidence', clusters: 50, calibrated: 0.949, miscalibrated: 0.947, repetitions: 10000 },
	{ metric: 'overconfidence', clusters: 100, calibrated: 0.948, miscalibrated: 0.953, repetitions: 10000 },
	{ metric: 'overconfidence', clusters: 500, calibrated: 0.958, miscalibrated: 0.954, repetitions: 3000 },
	{ metric: 'overconfidence', clusters: 2000, calibrated: 0.947, miscalibrated: 0.955, repetitions: 4000 },
	{ metric: 'overconfidence_difference', clusters: 8, calibrated: 0.94, miscalibrated: 0.943, repetitions: 10000 },
	{ metric: 'overconfidence_difference', clusters: 16, calibrated: 0.945, miscalibrated: 0.944, repetitions: 10000 },
	{ metric: 'overconfidence_difference', clusters: 30, calibrated: 0.94, miscalibrated: 0.946, repetitions: 10000 },
	{ metric: 'overconfidence_difference', clusters: 50, calibrated: 0.947, miscalibrated: 0.947, repetitions: 10000 },
	{ metric: 'overconfidence_difference', clusters: 100, calibrated: 0.955, miscalibrated: 0.946, repetitions: 10000 },
	{ metric: 'overconfidence_difference', clusters: 500, calibrated: 0.948, miscalibrated: 0.945, repetitions: 3000 },
	{ metric: 'overconfidence_difference', clusters: 2000, calibrated: 0.956, miscalibrated: 0.947, repetitions: 4000 },
	{ metric: 'slope', clusters: 8, calibrated: 0.94, miscalibrated: 0.942, repetitions: 10000 },
	{ metric: 'slope', clusters: 16, calibrated: 0.946, miscalibrated: 0.942, repetitions: 10000 },
	{ metric: 'slope', clusters: 30, calibrated: 0.948, miscalibrated: 0.945, repetitions: 10000 },
	{ metric: 'slope', clusters: 50, calibrated: 0.947, miscalibrated: 0.948, repetitions: 10000 },
	{ metric: 'slope', clusters: 100, calibrated: 0.948, miscalibrated: 0.947, repetitions: 10000 },
	{ metric: 'slope', clusters: 500, calibrated: 0.959, miscalibrated: 0.956, repetitions: 3000 },
	{ metric: 'slope', clusters: 2000, calibrated: 0.948, miscalibrated: 0.956, repetitions: 4000 },
];
