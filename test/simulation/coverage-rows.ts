import type { CoverageRow } from '../../src/domain/coverage-table.ts';
import { COVERED, type Covered, type Scenario, type Tally } from './coverage.ts';

export interface CoverageCell {
	readonly scenario: Scenario;
	readonly clusters: number;
	readonly tallies: Readonly<Record<Covered, Tally>>;
}

/** The share farthest from 95 %: of several models the worst is what is shown. */
export function farthest(shares: readonly (number | null)[]): {
	readonly share: number | null;
	readonly outside: boolean;
} {
	const known = shares.filter((share): share is number => share !== null && Number.isFinite(share));
	if (known.length === 0) return { share: null, outside: false };
	const share = known.reduce((a, b) => (Math.abs(b - 0.95) > Math.abs(a - 0.95) ? b : a));
	return { share, outside: share < 0.935 || share > 0.965 };
}

/** Accuracy where pairs without a majority are left out is a number of its own: it rests on fewer pairs. */
function metricOf(cell: CoverageCell, metric: Covered): CoverageRow['metric'] {
	const ties = cell.scenario.votes > 1;
	if (ties && metric === 'accuracy') return 'accuracy_ties';
	if (ties && metric === 'accuracy difference') return 'accuracy_ties_difference';
	return metric.replace(' ', '_') as CoverageRow['metric'];
}

export function coverageRows(cells: readonly CoverageCell[]): CoverageRow[] {
	const rows = new Map<
		string,
		{ metric: CoverageRow['metric']; clusters: number; good: number[]; bad: number[]; n: number }
	>();
	for (const metric of COVERED) {
		for (const cell of cells) {
			const name = metricOf(cell, metric);
			const key = `${name} ${cell.clusters}`;
			const row = rows.get(key) ?? { metric: name, clusters: cell.clusters, good: [], bad: [], n: 0 };
			const tally = cell.tallies[metric];
			(cell.scenario.calibrated ? row.good : row.bad).push(tally.covered / tally.defined);
			row.n = tally.repetitions;
			rows.set(key, row);
		}
	}
	const round = (share: number | null): number | null => (share === null ? null : Math.round(share * 1e3) / 1e3);
	return [...rows.values()]
		.sort((a, b) => (a.metric < b.metric ? -1 : a.metric > b.metric ? 1 : a.clusters - b.clusters))
		.map(({ metric, clusters, good, bad, n }) => ({
			metric,
			clusters,
			calibrated: round(farthest(good).share),
			miscalibrated: round(farthest(bad).share),
			repetitions: n,
		}));
}

/** A run over some cluster counts replaces their rows and keeps the others. */
export function mergeRows(known: readonly CoverageRow[], fresh: readonly CoverageRow[]): CoverageRow[] {
	const replaced = new Set(fresh.map(({ clusters }) => clusters));
	return [...known.filter(({ clusters }) => !replaced.has(clusters)), ...fresh].sort((a, b) =>
		a.metric < b.metric ? -1 : a.metric > b.metric ? 1 : a.clusters - b.clusters,
	);
}

/** The table as the source of src/domain/coverage-table.ts. */
export function coverageSource(rows: readonly CoverageRow[], seed: number): string {
	const metrics = [...new Set(rows.map(({ metric }) => metric))];
	const lines = rows.map(
		(row) =>
			`\t{ metric: '${row.metric}', clusters: ${row.clusters}, calibrated: ${row.calibrated}, miscalibrated: ${row.miscalibrated}, repetitions: ${row.repetitions} },`,
	);
	return `/**
 * Measured coverage of the 95 % intervals, written by \`npm run simulate coverage -- --long\` (test/simulation/coverage.ts says what is
 * drawn). Do not edit: run it again.
 */

export type CoverageMetric =
${metrics.map((metric) => `\t| '${metric}'`).join('\n')};

export interface CoverageRow {
	/** \`accuracy_ties\`: two votes a pair, pairs without a majority left out. */
	readonly metric: CoverageMetric;
	readonly clusters: number;
	/** Share of intervals that held the truth, of several such models the one farthest from 0.95; null where none was drawn. */
	readonly calibrated: number | null;
	readonly miscalibrated: number | null;
	readonly repetitions: number;
}

export const COVERAGE_SEED = ${seed};

/** One paragraph for help texts. */
export const COVERAGE_NOTE =
	'Simulated clusters of 1 to 10 pairs with effects of their own. Calibrated models; models with margins twice too wide or half as wide, a bias, or three noisy fold models: of each kind the worst is shown. Expect 93.5–96.5 % from 30 clusters on, less below. ECE is the exception: its interval is approximate and hardly ever holds the truth of a calibrated model, which is 0.';

export const COVERAGE: readonly CoverageRow[] = [
${lines.join('\n')}
];
`;
}
