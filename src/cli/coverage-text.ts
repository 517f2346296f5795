import { COVERAGE, COVERAGE_NOTE, type CoverageMetric } from '../domain/coverage-table.ts';
import { count, NONE } from './format.ts';
import { renderTable } from './table.ts';
import { type Terminal, wrap } from './terminal.ts';

const NAMES: Readonly<Record<CoverageMetric, string>> = {
	accuracy: 'accuracy',
	accuracy_ties: 'accuracy, ties left out',
	nll: 'NLL',
	brier: 'Brier',
	overconfidence: 'over-confidence',
	slope: 'slope 1/T*',
	accuracy_difference: 'accuracy, paired difference',
	accuracy_ties_difference: 'accuracy, ties left out, difference',
	nll_difference: 'NLL, paired difference',
	brier_difference: 'Brier, paired difference',
	overconfidence_difference: 'over-confidence, difference',
	ece: 'ECE (approximate)',
};

const percent = (share: number | null): string => (share === null ? NONE : (100 * share).toFixed(1));

/** How often 95 % intervals held the truth, per cent, one column for each number of clusters. */
export function coverageHelp(terminal: Terminal): string {
	const columns = [...new Set(COVERAGE.map(({ clusters }) => clusters))].sort((a, b) => a - b);
	const cell = (metric: CoverageMetric, clusters: number): string => {
		const row = COVERAGE.find((each) => each.metric === metric && each.clusters === clusters);
		if (row === undefined) return NONE;
		return row.miscalibrated === null
			? percent(row.calibrated)
			: `${percent(row.calibrated)} ${percent(row.miscalibrated)}`;
	};
	const table = renderTable(
		terminal,
		[
			{ title: 'clusters' },
			...columns.map((clusters, i) => ({
				title: count(clusters),
				align: 'right' as const,
				// Narrow terminals keep the ends and the promised 30.
				...(clusters === 8 || clusters === 30 || i === columns.length - 1 ? {} : { drop: i }),
			})),
		],
		Object.entries(NAMES).map(([metric, name]) => [
			name,
			...columns.map((clusters) => cell(metric as CoverageMetric, clusters)),
		]),
	);
	return `\nHow often 95 % intervals hold the truth, per cent (calibrated model, miscalibrated model):\n${table}\n${wrap(COVERAGE_NOTE, terminal.width)}\nMeasured with: npm run simulate coverage -- --long\n`;
}
