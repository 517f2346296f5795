/**
 * Time and memory of whole runs from 10,000 to 1,000,000 pairs, and the exponent of their growth (least squares on logarithms).
 * `PAIRWRIGHT_BENCH_PAIRS=10000,100000 npm run bench growth` for other sizes; a million takes minutes and some 10 GB.
 */
import type { TimedRun } from './one-run.ts';
import { describe, timedRun } from './timed-run.ts';

const sizes = (process.env.PAIRWRIGHT_BENCH_PAIRS ?? '10000,100000,1000000').split(',').map(Number);

function exponent(runs: readonly TimedRun[]): number {
	const x = runs.map((run) => Math.log(run.pairs));
	const y = runs.map((run) => Math.log(run.seconds));
	const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
	const [mx, my] = [mean(x), mean(y)];
	const shared = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
	return shared / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

const runs = sizes.map((pairs) => {
	const run = timedRun(pairs);
	process.stdout.write(`${describe(run)}\n`);
	return run;
});
const [first, last] = [runs[0]!, runs.at(-1)!];
if (runs.length > 1) {
	const grows = exponent(runs);
	process.stdout.write(`time grows with the power ${grows.toFixed(3)} of the pairs\n`);
	const figure = {
		work: `growth of a full run, ${first.pairs.toLocaleString('en')} to ${last.pairs.toLocaleString('en')} pairs`,
		ours: `time exponent ${grows.toFixed(2)}; ${last.seconds.toFixed(0)} s and ${(last.peakMegabytes / 1024).toFixed(1)} GB at the end`,
		floor: '',
		ratio: null,
		aim: 'exponent ≤ 1.05; 1,000,000 pairs within 16 GB',
	};
	process.stdout.write(`FIGURE ${JSON.stringify(figure)}\n`);
}
