/** Simulated coverage as a table: one row a number of the report, one column a number of clusters. */
import type { CoverageMetric, CoverageRow } from '../../src/domain/coverage-table.ts';
import { count, DASH } from './format.ts';

const NAMES: Readonly<Record<CoverageMetric, string>> = {
	accuracy: 'accuracy',
	accuracy_ties: 'accuracy, ties left out',
	nll: 'loss (NLL)',
	brier: 'Brier score',
	overconfidence: 'over-confidence',
	slope: 'slope 1/T*',
	accuracy_difference: 'difference in accuracy',
	accuracy_ties_difference: 'difference in accuracy, ties left out',
	nll_difference: 'difference in loss',
	brier_difference: 'difference in Brier score',
	overconfidence_difference: 'difference in over-confidence',
	ece: 'ECE15 (approximate)',
};

const ORDER = Object.keys(NAMES) as CoverageMetric[];

/** "94.6"; "92.0*" outside of what is promised. */
function share(value: number | null): string {
	if (value === null) return DASH;
	return `${(value * 100).toFixed(1)}${value < 0.935 || value > 0.965 ? '*' : ''}`;
}

export function coverageTable(rows: readonly CoverageRow[]): { head: string[]; rows: string[][] } {
	const clusters = [...new Set(rows.map((row) => row.clusters))].sort((a, b) => a - b);
	const metrics = ORDER.filter((metric) => rows.some((row) => row.metric === metric));
	return {
		head: ['Clusters', ...clusters.map(count)],
		rows: metrics.map((metric) => [
			NAMES[metric],
			...clusters.map((n) => {
				const row = rows.find((each) => each.metric === metric && each.clusters === n);
				return row === undefined ? DASH : `${share(row.calibrated)} / ${share(row.miscalibrated)}`;
			}),
		]),
	};
}

/** What the numbers are, and how much of them is the simulation's own noise (binomial, 95 %). */
export function coverageCaption(rows: readonly CoverageRow[]): string {
	const sets = Math.min(...rows.map((row) => row.repetitions));
	const noise = Math.max(0.1, 196 * Math.sqrt((0.95 * 0.05) / sets));
	return `Per cent of 95 % intervals that held the truth, by number of clusters: calibrated models / miscalibrated ones. From ${count(sets)} simulated sets each, so ±${noise.toFixed(1)} is noise of the simulation; an asterisk marks what lies outside of 93.5–96.5.`;
}
