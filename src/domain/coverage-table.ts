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
	{ metric: 'accuracy', clusters: 8, calibrated: 0.93, miscalibrated: 0.92, repetitions: 400 },
	{ metric: 'accuracy', clusters: 16, calibrated: 0.9325, miscalibrated: 0.9325, repetitions: 400 },
	{ metric: 'accuracy', clusters: 30, calibrated: 0.9375, miscalibrated: 0.9375, repetitions: 400 },
	{ metric: 'accuracy', clusters: 50, calibrated: 0.9475, miscalibrated: 0.92, repetitions: 400 },
	{ metric: 'accuracy', clusters: 100, calibrated: 0.97, miscalibrated: 0.97, repetitions: 400 },
	{ metric: 'accuracy', clusters: 500, calibrated: 0.9425, miscalibrated: 0.935, repetitions: 400 },
	{ metric: 'accuracy', clusters: 2000, calibrated: 0.945, miscalibrated: 0.97, repetitions: 400 },
	{ metric: 'accuracy_difference', clusters: 8, calibrated: 0.95, miscalibrated: 0.94, repetitions: 400 },
	{ metric: 'accuracy_difference', clusters: 16, calibrated: 0.9325, miscalibrated: 0.9175, repetitions: 400 },
	{ metric: 'accuracy_difference', clusters: 30, calibrated: 0.9475, miscalibrated: 0.9375, repetitions: 400 },
	{ metric: 'accuracy_difference', clusters: 50, calibrated: 0.965, miscalibrated: 0.965, repetitions: 400 },
	{ metric: 'accuracy_difference', clusters: 100, calibrated: 0.9625, miscalibrated: 0.9625, repetitions: 400 },
	{ metric: 'accuracy_difference', clusters: 500, calibrated: 0.95, miscalibrated: 0.9675, repetitions: 400 },
	{ metric: 'accuracy_difference', clusters: 2000, calibrated: 0.9575, miscalibrated: 0.9575, repetitions: 400 },
	{ metric: 'accuracy_ties', clusters: 8, calibrated: 0.8984, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties', clusters: 16, calibrated: 0.9375, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties', clusters: 30, calibrated: 0.96, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties', clusters: 50, calibrated: 0.925, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties', clusters: 100, calibrated: 0.955, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties', clusters: 500, calibrated: 0.9525, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties', clusters: 2000, calibrated: 0.95, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties_difference', clusters: 8, calibrated: 0.9512, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties_difference', clusters: 16, calibrated: 0.9425, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties_difference', clusters: 30, calibrated: 0.94, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties_difference', clusters: 50, calibrated: 0.9475, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties_difference', clusters: 100, calibrated: 0.965, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties_difference', clusters: 500, calibrated: 0.94, miscalibrated: null, repetitions: 400 },
	{ metric: 'accuracy_ties_difference', clusters: 2000, calibrated: 0.9425, miscalibrated: null, repetitions: 400 },
	{ metric: 'brier', clusters: 8, calibrated: 0.925, miscalibrated: 0.9275, repetitions: 400 },
	{ metric: 'brier', clusters: 16, calibrated: 0.945, miscalibrated: 0.9575, repetitions: 400 },
	{ metric: 'brier', clusters: 30, calibrated: 0.9475, miscalibrated: 0.9325, repetitions: 400 },
	{ metric: 'brier', clusters: 50, calibrated: 0.9475, miscalibrated: 0.92, repetitions: 400 },
	{ metric: 'brier', clusters: 100, calibrated: 0.9575, miscalibrated: 0.93, repetitions: 400 },
	{ metric: 'brier', clusters: 500, calibrated: 0.94, miscalibrated: 0.935, repetitions: 400 },
	{ metric: 'brier', clusters: 2000, calibrated: 0.945, miscalibrated: 0.9775, repetitions: 400 },
	{ metric: 'brier_difference', clusters: 8, calibrated: 0.94, miscalibrated: 0.935, repetitions: 400 },
	{ metric: 'brier_difference', clusters: 16, calibrated: 0.9375, miscalibrated: 0.9425, repetitions: 400 },
	{ metric: 'brier_difference', clusters: 30, calibrated: 0.97, miscalibrated: 0.93, repetitions: 400 },
	{ metric: 'brier_difference', clusters: 50, calibrated: 0.96, miscalibrated: 0.9575, repetitions: 400 },
	{ metric: 'brier_difference', clusters: 100, calibrated: 0.96, miscalibrated: 0.9725, repetitions: 400 },
	{ metric: 'brier_difference', clusters: 500, calibrated: 0.965, miscalibrated: 0.965, repetitions: 400 },
	{ metric: 'brier_difference', clusters: 2000, calibrated: 0.93, miscalibrated: 0.9275, repetitions: 400 },
	{ metric: 'ece', clusters: 8, calibrated: 0.275, miscalibrated: 0.3125, repetitions: 80 },
	{ metric: 'ece', clusters: 16, calibrated: 0.2875, miscalibrated: 0.625, repetitions: 80 },
	{ metric: 'ece', clusters: 30, calibrated: 0.325, miscalibrated: 0.5375, repetitions: 80 },
	{ metric: 'ece', clusters: 50, calibrated: 0.375, miscalibrated: 0.675, repetitions: 80 },
	{ metric: 'ece', clusters: 100, calibrated: 0.4125, miscalibrated: 0.775, repetitions: 80 },
	{ metric: 'ece', clusters: 500, calibrated: 0.3625, miscalibrated: 0.8875, repetitions: 80 },
	{ metric: 'ece', clusters: 2000, calibrated: 0.4125, miscalibrated: 0.9, repetitions: 80 },
	{ metric: 'nll', clusters: 8, calibrated: 0.9325, miscalibrated: 0.9275, repetitions: 400 },
	{ metric: 'nll', clusters: 16, calibrated: 0.955, miscalibrated: 0.9375, repetitions: 400 },
	{ metric: 'nll', clusters: 30, calibrated: 0.96, miscalibrated: 0.94, repetitions: 400 },
	{ metric: 'nll', clusters: 50, calibrated: 0.945, miscalibrated: 0.93, repetitions: 400 },
	{ metric: 'nll', clusters: 100, calibrated: 0.955, miscalibrated: 0.9225, repetitions: 400 },
	{ metric: 'nll', clusters: 500, calibrated: 0.93, miscalibrated: 0.935, repetitions: 400 },
	{ metric: 'nll', clusters: 2000, calibrated: 0.96, miscalibrated: 0.975, repetitions: 400 },
	{ metric: 'nll_difference', clusters: 8, calibrated: 0.9575, miscalibrated: 0.9275, repetitions: 400 },
	{ metric: 'nll_difference', clusters: 16, calibrated: 0.9425, miscalibrated: 0.9325, repetitions: 400 },
	{ metric: 'nll_difference', clusters: 30, calibrated: 0.97, miscalibrated: 0.96, repetitions: 400 },
	{ metric: 'nll_difference', clusters: 50, calibrated: 0.9375, miscalibrated: 0.9575, repetitions: 400 },
	{ metric: 'nll_difference', clusters: 100, calibrated: 0.9675, miscalibrated: 0.9725, repetitions: 400 },
	{ metric: 'nll_difference', clusters: 500, calibrated: 0.9725, miscalibrated: 0.9625, repetitions: 400 },
	{ metric: 'nll_difference', clusters: 2000, calibrated: 0.935, miscalibrated: 0.94, repetitions: 400 },
	{ metric: 'overconfidence', clusters: 8, calibrated: 0.935, miscalibrated: 0.925, repetitions: 400 },
	{ metric: 'overconfidence', clusters: 16, calibrated: 0.93, miscalibrated: 0.915, repetitions: 400 },
	{ metric: 'overconfidence', clusters: 30, calibrated: 0.9575, miscalibrated: 0.935, repetitions: 400 },
	{ metric: 'overconfidence', clusters: 50, calibrated: 0.955, miscalibrated: 0.925, repetitions: 400 },
	{ metric: 'overconfidence', clusters: 100, calibrated: 0.965, miscalibrated: 0.9725, repetitions: 400 },
	{ metric: 'overconfidence', clusters: 500, calibrated: 0.945, miscalibrated: 0.96, repetitions: 400 },
	{ metric: 'overconfidence', clusters: 2000, calibrated: 0.9725, miscalibrated: 0.9775, repetitions: 400 },
	{ metric: 'overconfidence_difference', clusters: 8, calibrated: 0.94, miscalibrated: 0.94, repetitions: 400 },
	{ metric: 'overconfidence_difference', clusters: 16, calibrated: 0.92, miscalibrated: 0.9175, repetitions: 400 },
	{ metric: 'overconfidence_difference', clusters: 30, calibrated: 0.935, miscalibrated: 0.9725, repetitions: 400 },
	{ metric: 'overconfidence_difference', clusters: 50, calibrated: 0.9275, miscalibrated: 0.915, repetitions: 400 },
	{ metric: 'overconfidence_difference', clusters: 100, calibrated: 0.96, miscalibrated: 0.9675, repetitions: 400 },
	{ metric: 'overconfidence_difference', clusters: 500, calibrated: 0.935, miscalibrated: 0.965, repetitions: 400 },
	{ metric: 'overconfidence_difference', clusters: 2000, calibrated: 0.96, miscalibrated: 0.9625, repetitions: 400 },
	{ metric: 'slope', clusters: 8, calibrated: 0.9298, miscalibrated: 0.9248, repetitions: 400 },
	{ metric: 'slope', clusters: 16, calibrated: 0.9425, miscalibrated: 0.9575, repetitions: 400 },
	{ metric: 'slope', clusters: 30, calibrated: 0.9475, miscalibrated: 0.9275, repetitions: 400 },
	{ metric: 'slope', clusters: 50, calibrated: 0.9325, miscalibrated: 0.9225, repetitions: 400 },
	{ metric: 'slope', clusters: 100, calibrated: 0.97, miscalibrated: 0.97, repetitions: 400 },
	{ metric: 'slope', clusters: 500, calibrated: 0.955, miscalibrated: 0.945, repetitions: 400 },
	{ metric: 'slope', clusters: 2000, calibrated: 0.9625, miscalibrated: 0.965, repetitions: 400 },
];
