/**
 * `npm run simulate coverage`: how often the 95 % intervals hold the truth, 300 repetitions a cell. With `-- --long` 10,000 (about
 * half an hour), and the table of src/domain/coverage-table.ts is written anew. `-- --repetitions N --clusters 500,2000 --write`
 * draws some cells only and replaces their rows.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COVERAGE } from '../../src/domain/coverage-table.ts';
import { CLUSTER_COUNTS, COVERED, SCENARIOS, simulateCoverage } from './coverage.ts';
import { type CoverageCell, coverageRows, coverageSource, farthest, mergeRows } from './coverage-rows.ts';

const args = process.argv.slice(2);
const long = args.includes('--long');
const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const repetitions = Number(option('--repetitions') ?? (long ? 10_000 : 300));
const counts = option('--clusters')?.split(',').map(Number) ?? CLUSTER_COUNTS;
const SEED = 20_261_122;

const cells: CoverageCell[] = [];
process.stdout.write(`${'model'.padEnd(24)}${'clusters'.padStart(9)}  ${COVERED.join(' · ')}\n`);
// Small ones first: what is wrong shows early.
for (const clusters of counts) {
	for (const [i, scenario] of SCENARIOS.entries()) {
		// ECE is bootstrapped: a tenth of the repetitions suffice for what is far below 95 % anyway.
		const ece = Math.ceil(repetitions / 10);
		const tallies = simulateCoverage(scenario, clusters, { repetitions, seed: SEED + 10_000 * i + clusters, ece });
		cells.push({ scenario, clusters, tallies });
		const shares = COVERED.map((metric) => (tallies[metric].covered / tallies[metric].defined).toFixed(3));
		process.stdout.write(`${scenario.name.padEnd(24)}${String(clusters).padStart(9)}  ${shares.join(' ')}\n`);
	}
}
const rows = coverageRows(cells);
const promised = rows.filter(({ metric, clusters }) => metric !== 'ece' && clusters >= 30);
const below = promised.filter((row) => farthest([row.calibrated, row.miscalibrated]).outside);
if (promised.length > 0) {
	const names = below.map((row) => JSON.stringify(row)).join('\n');
	process.stdout.write(
		below.length === 0
			? '\nFrom 30 clusters on, everything but ECE covers 93.5–96.5 %.\n'
			: `\nOutside 93.5–96.5 % from 30 clusters on, ${repetitions} repetitions each:\n${names}\n`,
	);
}
if (long || args.includes('--write')) {
	const path = join(import.meta.dirname, '../../src/domain/coverage-table.ts');
	writeFileSync(path, coverageSource(mergeRows(COVERAGE, rows), SEED));
	process.stdout.write(`\nWrote ${path}\n`);
}
