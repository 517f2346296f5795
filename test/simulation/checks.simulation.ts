/**
 * `npm run simulate checks [-- --long]`: how often the health checks alarm where nothing is wrong, and how often they find what their
 * texts promise. Long: 5,000 made-up runs, 1,000 per power, 150 runs of the probe on each kind of resampled real data.
 */
import { checkFact } from '../../src/domain/check-list.ts';
import {
	FAMILY_POWER,
	forgetting,
	labelNoise,
	memorised,
	namedEffects,
	OTHER_POWER,
	trainMemorised,
} from './check-power.ts';
import { haveReal, resample, teacher } from './check-resampling.ts';
import { nullShape, runWorld } from './check-worlds.ts';
import { leastAllowed, mostAllowed, rate, Tally } from './tally.ts';

const long = process.argv.includes('--long');
const NULLS = long ? 5_000 : 1_000;
const OTHERS = long ? 2_000 : 300;
const POWERS = long ? 1_000 : 100;
const RESAMPLED = long ? 150 : 10;
const LEVEL = 0.05;
let defects = 0;

/** What the text says must be what is measured, up to both errors. */
function agrees(name: string, k: number, n: number, said: number | null | undefined): void {
	if (said === null || said === undefined) return;
	const reach = 3.72 * Math.sqrt((said * (1 - said) + 1 / n) * (1 / n + 1 / 1000)) + 1 / n;
	if (Math.abs(k / n - said) <= reach) return;
	defects++;
	process.stdout.write(`   the text of ${name} says ${said}, measured ${(k / n).toFixed(3)}\n`);
}

function line(name: string, k: number, n: number, bound?: { readonly most?: number; readonly least?: number }): void {
	const wrong = (bound?.most !== undefined && k > bound.most) || (bound?.least !== undefined && k < bound.least);
	if (wrong) defects++;
	process.stdout.write(
		`${name.padEnd(46)} ${rate(k, n).padStart(16)}  of ${n}${wrong ? `  TOO ${bound?.most === undefined ? 'FEW' : 'MANY'}` : ''}\n`,
	);
}

process.stdout.write(
	`False alarms, nothing wrong: 8 to 500 clusters of 1 to 10 pairs, dependence and vote shares mixed\n`,
);
const nulls = new Tally();
const bySize = new Tally();
for (let seed = 1; seed <= NULLS; seed++) {
	const shape = nullShape(seed);
	const checks = runWorld(seed, shape);
	for (const { check, split, p } of checks) {
		if (p === null) continue;
		nulls.add(check, p < LEVEL);
		if (split !== undefined) {
			bySize.add(`${check}, ${(split === 'eval' ? shape.eval : shape.reference).clusters} clusters`, p < LEVEL);
		}
	}
	nulls.add(
		'family: any adjusted p < 0.05',
		checks.some((each) => (each.p_adjusted ?? 1) < LEVEL),
	);
	nulls.add(
		'any unadjusted p < 0.05 (a warning)',
		checks.some((each) => (each.p ?? 1) < LEVEL),
	);
}
for (const key of nulls.keys()) {
	const { alarms, tested } = nulls.get(key);
	line(key, alarms, tested, key.startsWith('any') ? undefined : { most: mostAllowed(tested, LEVEL) });
	agrees(key, alarms, tested, checkFact(key)?.false_alarms);
}
for (const [name, alarm, level] of [
	['reference-memorised, p < 0.01', (seed: number) => memorised(seed, 30, 0) < 0.01, 0.01],
	[
		'train-memorised, at its tolerance',
		(seed: number) => trainMemorised(seed, { clusters: 60, size: 2 }, { clusters: 30, size: 2 }, 0.05) < LEVEL,
		LEVEL,
	],
	['label-noise, list not empty', (seed: number) => labelNoise(seed, nullShape(seed).train, 0), LEVEL],
	['forgetting, at δ', (seed: number) => forgetting(seed, { clusters: 30, size: 2 }, 0.05) === 'fail', LEVEL],
] as const) {
	let k = 0;
	for (let seed = 1; seed <= OTHERS; seed++) if (alarm(seed)) k++;
	line(name, k, OTHERS, { most: mostAllowed(OTHERS, level) });
	agrees(name, k, OTHERS, checkFact(name.split(',')[0]!)?.false_alarms);
}
if (long) {
	process.stdout.write('\nby clusters of the tested split\n');
	for (const key of bySize.keys().sort((x, y) => x.localeCompare(y, 'en', { numeric: true }))) {
		const { alarms, tested } = bySize.get(key);
		line(key, alarms, tested, { most: mostAllowed(tested, LEVEL) });
	}
}

process.stdout.write(
	'\nPower at the effect and size that each text names (Holm-adjusted, the others under their null)\n',
);
const effects = namedEffects(1, 40_000);
process.stdout.write(
	`effects as made: over-confidence ${effects.over.toFixed(3)}, gap ${effects.gap.toFixed(3)} nats, drift ${effects.worse.toFixed(3)} nats\n`,
);
for (const { check, found } of [...FAMILY_POWER, ...OTHER_POWER]) {
	let k = 0;
	for (let seed = 1; seed <= POWERS; seed++) if (found(seed)) k++;
	line(check, k, POWERS, { least: leastAllowed(POWERS, 0.9) });
	agrees(check, k, POWERS, checkFact(check)?.power);
}

if (!haveReal) process.stdout.write('\nskipped: resampled real data (../shared/data is absent)\n');
else {
	const real = await teacher(3);
	for (const [title, coin] of [
		['Real texts, labels drawn from a known preference, random splits, the whole probe fitted again', false],
		['Real texts, labels a coin', true],
	] as const) {
		process.stdout.write(`\n${title}\n`);
		const tally = new Tally();
		let over = 0;
		let gap = 0;
		for (let seed = 1; seed <= RESAMPLED; seed++) {
			const sizes = [
				['train', 250],
				['eval', 100],
				['heldout_reference', 100],
			] as const;
			const run = await resample(real, seed, sizes, coin);
			over += run.trueOver / RESAMPLED;
			gap += run.trueGap / RESAMPLED;
			for (const { check, split, p } of run.checks) {
				if (p === null) continue;
				tally.add(`${check}, ${split}`, p < LEVEL);
				if (run.nothingWrong(check, split)) tally.add(`   where its H0 is true: ${check}, ${split}`, p < LEVEL);
			}
			tally.add(
				'family: any adjusted p < 0.05',
				run.checks.some((each) => (each.p_adjusted ?? 1) < LEVEL),
			);
		}
		process.stdout.write(
			`true over-confidence ${over.toFixed(4)}, true gap ${gap.toFixed(4)} nats (means over runs)\n`,
		);
		for (const key of tally.keys()) {
			const { alarms, tested } = tally.get(key);
			line(key, alarms, tested, /^family|H0/.test(key) ? { most: mostAllowed(tested, LEVEL) } : undefined);
		}
	}
}
if (defects > 0) {
	process.stdout.write(`\n${defects} outside the bounds of their own binomial error\n`);
	process.exitCode = 1;
}
