/**
 * `npm run simulate fold [-- --long] [-- --histories N] [-- --seed N]`: random histories of three people whose clocks disagree,
 * folded as written and again shuffled, repeated, torn and in files that overlap: one state. 2,000 of them, 100,000 with `--long`.
 */
import fc from 'fast-check';
import { assertOneState, clocks, fresh, history, steps } from '../fixtures/fold-histories.ts';

function option(name: string, fallback: number): number {
	const at = process.argv.indexOf(`--${name}`);
	return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const histories = option('histories', process.argv.includes('--long') ? 100_000 : 2_000);
const seed = option('seed', 1);
const started = performance.now();
const db = await fresh();
let events = 0;
let done = 0;
fc.assert(
	fc.property(
		steps(2, 9),
		clocks,
		fc.infiniteStream(fc.nat(1000)),
		fc.integer({ min: 2, max: 20 }),
		(list, wrong, noise, every) => {
			const made = history(list, wrong);
			assertOneState(db, made, () => noise.next().value as number, every);
			events += made.length;
			done++;
			if (done % 10_000 === 0) process.stderr.write(`${done} histories\n`);
		},
	),
	{ numRuns: histories, seed },
);
db.close();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
	`${done.toLocaleString('en')} histories of ${(events / done).toFixed(1)} events on average (seed ${seed}): one state each, in ${seconds.toFixed(1)} s\n`,
);
