/** 1,000 cluster-bootstrap resamples of every headline metric and of the reliability band over 10,000 pairs, against numpy. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapCalibration } from '../../src/calibration/bootstrap.ts';
import { ECE_BINS } from '../../src/calibration/ece.ts';
import { confidenceForm } from '../../src/calibration/proper.ts';
import { quantileSorted, seededRandom } from '../../src/calibration/random.ts';
import { recordsFromColumns, sigmoid } from '../../src/calibration/records.ts';

const PAIRS = 10_000;
const DRAWS = 1000;
const ROUNDS = 7;
const python = process.env.PYTHON ?? 'python3';

/** Clusters of 1 to 5 pairs, votes with ties, margins a little too wide. */
function pairs(): { p: Float64Array; y: Float64Array; cluster: Int32Array; clusters: number } {
	const random = seededRandom(7);
	const p = new Float64Array(PAIRS);
	const y = new Float64Array(PAIRS);
	const cluster = new Int32Array(PAIRS);
	let clusters = 0;
	for (let i = 0, left = 0, effect = 0; i < PAIRS; i++) {
		if (left === 0) {
			left = 1 + random.index(5);
			effect = 2 * random.unit() - 1;
			clusters++;
		}
		left--;
		const z = effect + 5 * random.unit() - 2.5;
		p[i] = sigmoid(1.5 * z);
		y[i] = [0, 0, 0].map(() => (random.unit() < sigmoid(z) ? 1 : 0)).reduce((a: number, b) => a + b, 0) / 3;
		if (random.unit() < 0.1) y[i] = 0.5;
		cluster[i] = clusters - 1;
	}
	return { p, y, cluster, clusters };
}

/** How numpy code does it, the usual way first. */
const WAYS = {
	rows: 'rows gathered for each resample',
	weights: 'weights for each resample',
	product: 'counts matrix product',
} as const;
type Way = keyof typeof WAYS;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

if (spawnSync(python, ['-c', 'import numpy']).status !== 0) {
	process.stdout.write(`skipped: no ${python} with numpy\n`);
} else {
	const data = pairs();
	const records = recordsFromColumns(data);
	const form = confidenceForm(records);
	const times: number[] = [];
	let last = bootstrapCalibration(records, form, { bins: ECE_BINS, seed: 0, draws: DRAWS });
	// Two warm-ups, as numpy's code is compiled before it is measured.
	for (let round = -2; round < ROUNDS; round++) {
		const start = performance.now();
		last = bootstrapCalibration(records, form, { bins: ECE_BINS, seed: round, draws: DRAWS });
		if (round >= 0) times.push(performance.now() - start);
	}
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-bootstrap-'));
	try {
		const file = join(folder, 'pairs.json');
		const plain = { draws: DRAWS, rounds: ROUNDS, p: [...data.p], y: [...data.y], cluster: [...data.cluster] };
		writeFileSync(file, JSON.stringify(plain));
		const answer = execFileSync(python, [join(import.meta.dirname, 'bootstrap_numpy.py'), file], { encoding: 'utf8' });
		const numpy = JSON.parse(answer) as Record<Way, { ms: number[]; headline: number[][] }> & { numpy: string };
		const ours = median(times);
		const ways = Object.entries(WAYS).map(([way, title]) => ({ way, title, ms: median(numpy[way as Way].ms) }));
		process.stdout.write(`${PAIRS} pairs in ${records.clusters} clusters, ${DRAWS} resamples, medians of ${ROUNDS}\n`);
		process.stdout.write(`${'ours'.padEnd(52)}${ours.toFixed(1).padStart(8)} ms\n`);
		for (const { title, ms } of ways) {
			const name = `numpy ${numpy.numpy}, ${title}`.padEnd(52);
			process.stdout.write(`${name}${ms.toFixed(1).padStart(8)} ms  ${(ms / ours).toFixed(1)} times ours\n`);
		}
		process.stdout.write('\n');
		for (const [i, metric] of (['accuracy', 'nll', 'brier', 'overconfidence', 'ece'] as const).entries()) {
			const mine = [0.025, 0.975].map((q) => quantileSorted(last[metric], q).toFixed(4)).join('–');
			const theirs = numpy.product.headline.map((row) => row[i]!.toFixed(4)).join('–');
			process.stdout.write(`${metric.padEnd(16)} ours ${mine}   numpy ${theirs}\n`);
		}
		// Against what people write; the cleverer ways are named beside it, so that nobody takes the ratio for theirs.
		const [usual, ...others] = ways;
		const beside = others.map(({ title, ms }) => `${title}: ${Math.round(ms)} ms, ${(ms / ours).toFixed(1)}×`);
		const figure = {
			work: '1,000 cluster-bootstrap resamples of every headline metric, 10,000 pairs',
			ours: `${Math.round(ours)} ms`,
			floor: `numpy, ${usual!.title}: ${Math.round(usual!.ms).toLocaleString('en')} ms (${beside.join('; ')})`,
			ratio: Math.round((usual!.ms / ours) * 10) / 10,
			aim: '≥ 10×',
		};
		process.stdout.write(`\nFIGURE ${JSON.stringify(figure)}\n`);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
