/**
 * `npm run simulate gdpo [-- --long]`: what GDPO's choice at λ = 1 costs on sealed pairs and on eval, against its baselines and other
 * rules. Real sets, each as train against each other as held-out; and made-up data that is shifted, noisier, or the same.
 */
import { studentQuantile } from '../../src/calibration/student.ts';
import { datasetOf, makeSituation, meanAndError, type Outcome, outcome, RULES, type Rule, SITUATIONS } from './gdpo.ts';
import { noRealSets, REAL_SETS, readRealSet, splitByCluster, takeClusters } from './real-sets.ts';

const long = process.argv.includes('--long');
const print = (text: string): void => {
	process.stdout.write(`${text}\n`);
};
const f = (x: number): string => x.toFixed(3);
const mean = (values: readonly number[]): number => meanAndError(values).mean;
const SHOWN = RULES.filter((rule) => rule !== 'oracle');

/** Mean difference, and the mean of the single runs' own 95 % half-widths: seeds of one set are no independent samples. */
function difference(outcomes: readonly Outcome[], rule: Rule, on: 'sealedOver' | 'evalOver'): string {
	const value = mean(outcomes.map((each) => each[on][rule].value));
	const half = mean(
		outcomes.map((each) => {
			const { se, clusters } = each[on][rule];
			return clusters < 8 || se === null ? Number.NaN : studentQuantile(0.975, clusters - 1) * se;
		}),
	);
	return `${value < 0 ? '−' : '+'}${f(Math.abs(value))} ${Number.isNaN(half) ? '(under 8 clusters)' : `±${f(half)}`}`;
}

/** @param share of train's pairs that the tuning half may have at most; 1 and more: the whole half */
async function realSets(share: number, seeds: number): Promise<void> {
	print(
		`\nReal sets, ${share >= 1 ? 'half of the held-out set as R' : `R cut to ${share} of train, to 8 clusters at least`}; ${seeds} draw${seeds === 1 ? '' : 's'} of halves, eval and folds. Differences are GDPO (λ = 1) − rule.`,
	);
	print(
		'| train → held-out | pairs T, R | s pooled, GDPO | sealed loss: DPO, pooled, raw gap, GDPO | sealed − pooled | sealed − DPO | eval − pooled | worst regret: DPO, pooled, raw gap, GDPO | sealed accuracy: DPO, GDPO | recommends |',
	);
	print('|---|---|---|---|---|---|---|---|---|---|');
	const sets = new Map(await Promise.all(REAL_SETS.map(async (name) => [name, await readRealSet(name)] as const)));
	const all: Outcome[][] = [];
	for (const train of REAL_SETS) {
		for (const heldout of REAL_SETS) {
			if (train === heldout) continue;
			const outcomes: Outcome[] = [];
			let sizes = '';
			for (let seed = 0; seed < seeds; seed++) {
				const [evaluation, fitted] = splitByCluster(sets.get(train)!, 0.2, `eval ${seed}`);
				const [half, sealed] = splitByCluster(sets.get(heldout)!, 0.5, `half ${seed}`);
				const reference = takeClusters(half, share * fitted.length, share >= 1 ? Infinity : 8, `cut ${seed}`);
				sizes = `${fitted.length}, ${reference.length}`;
				const dataset = datasetOf({
					train: fitted,
					eval: evaluation,
					heldout_reference: reference,
					heldout_sealed: sealed,
				});
				outcomes.push(await outcome(dataset, seed));
			}
			all.push(outcomes);
			const of = (what: 'sealed' | 'worst' | 'sealedAccuracy', ...rules: Rule[]): string =>
				rules.map((rule) => f(mean(outcomes.map((each) => each[what][rule])))).join(', ');
			const s = (rule: Rule): string => mean(outcomes.map((each) => each.s[rule])).toFixed(2);
			const recommended = outcomes.map((each) => each.recommended ?? 'none').join(' ');
			print(
				`| ${train} → ${heldout} | ${sizes} | ${s('pooled')}, ${s('gdpo')} | ${of('sealed', 'dpo', 'pooled', 'rawGap', 'gdpo')} | ${difference(outcomes, 'pooled', 'sealedOver')} | ${difference(outcomes, 'dpo', 'sealedOver')} | ${difference(outcomes, 'pooled', 'evalOver')} | ${of('worst', 'dpo', 'pooled', 'rawGap', 'gdpo')} | ${of('sealedAccuracy', 'dpo', 'gdpo')} | ${recommended} |`,
			);
		}
	}
	const wins = (rule: Rule): string => {
		const better = all.filter((outcomes) => mean(outcomes.map((each) => each.sealedOver[rule].value)) < 0).length;
		return `${rule} ${better} of ${all.length}`;
	};
	print(`Sealed loss of GDPO lower than of: ${wins('dpo')}, ${wins('pooled')}, ${wins('rawGap')}.`);
	// The whole of the difference to pooled is where on the path each lands.
	const further = all.filter((outcomes) => {
		const value = mean(outcomes.map((each) => each.sealedOver.pooled.value));
		const step = mean(outcomes.map((each) => each.s.gdpo - each.s.pooled));
		return value < 0 === step > 0;
	}).length;
	print(`In ${further} of ${all.length} the one with the larger s has the lower sealed loss.`);
	for (const rule of SHOWN) {
		const average = (what: 'sealed' | 'eval' | 'worst'): string =>
			f(mean(all.map((outcomes) => mean(outcomes.map((each) => each[what][rule])))));
		print(
			`  ${rule.padEnd(12)} sealed ${average('sealed')}  eval ${average('eval')}  worst regret ${average('worst')}`,
		);
	}
}

async function situations(reference: number, repetitions: number): Promise<void> {
	print(
		`\nMade up: 400 train pairs, ${reference} in R, 600 sealed; ${repetitions} repetitions, ± standard error of the mean. Differences are GDPO (λ = 1) − rule.`,
	);
	print(
		'| held-out is | rule | s | sealed loss | eval loss | worst regret | sealed accuracy | sealed − rule | eval − rule |',
	);
	print('|---|---|---|---|---|---|---|---|---|');
	for (const situation of SITUATIONS) {
		const outcomes: Outcome[] = [];
		for (let seed = 1; seed <= repetitions; seed++) {
			const sizes = { train: 400, eval: 400, reference, sealed: 600 };
			outcomes.push(await outcome(makeSituation(situation, sizes, seed), seed));
		}
		for (const rule of RULES) {
			const of = (what: 's' | 'sealed' | 'eval' | 'worst' | 'sealedAccuracy'): string =>
				f(mean(outcomes.map((each) => each[what][rule])));
			const over = (on: 'sealedOver' | 'evalOver'): string => {
				const { mean: value, se } = meanAndError(outcomes.map((each) => each[on][rule].value));
				return rule === 'gdpo' ? '' : `${value < 0 ? '−' : '+'}${f(Math.abs(value))} ±${f(se)}`;
			};
			print(
				`| ${situation} | ${rule} | ${of('s')} | ${of('sealed')} | ${of('eval')} | ${of('worst')} | ${of('sealedAccuracy')} | ${over('sealedOver')} | ${over('evalOver')} |`,
			);
		}
	}
}

if (noRealSets) print(`skipped: ${noRealSets}`);
else {
	await realSets(1, long ? 5 : 1);
	await realSets(0.2, long ? 5 : 1);
}
await situations(100, long ? 60 : 6);
await situations(400, long ? 30 : 3);
