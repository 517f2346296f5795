/**
 * A full run (features, 5 folds, a ridge for each s, the path, metrics, checks) against less: 5 folds × 5 ridges × 6 values of s alone in
 * scikit-learn, on the very same features and folds, two fits at a time. 10,000 and 100,000 pairs, or PAIRWRIGHT_BENCH_PAIRS. Every fit is
 * made: a dozen that stood for all 150 gave 92 to 123 s for the same work. Our median is of a run before them and two after.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairFeatures } from '../../src/scoring/features.ts';
import { dealFolds } from '../../src/scoring/folds.ts';
import { denseScale } from '../../src/scoring/matrix.ts';
import { madeRun } from './made-run.ts';
import { describe, timedRun } from './timed-run.ts';

const FOLDS = 5;
const python = process.env.PYTHON ?? 'python3';

/** Features, folds and sides as files that numpy reads. */
async function dump(pairs: number, folder: string): Promise<void> {
	const { pairs: made } = madeRun(pairs);
	const rowsOf = (split: string): Int32Array => Int32Array.from(made.keys()).filter((i) => made[i]!.split === split);
	const [train, reference] = [rowsOf('train'), rowsOf('heldout_reference')];
	const cluster = new Int32Array(pairs).fill(-1);
	const fold = new Int32Array(pairs).fill(-1);
	for (const [deck, rows] of [
		['train', train],
		['heldout_reference', reference],
	] as const) {
		const dealt = dealFolds(
			Array.from(rows, (i) => made[i]!.cluster),
			FOLDS,
			0,
			deck,
		);
		rows.forEach((row, k) => {
			cluster[row] = row;
			fold[row] = dealt[k]!;
		});
	}
	const { x } = await pairFeatures(made, () => cluster);
	const scale = denseScale(x, train, reference);
	const value = new Int8Array(x.column.length).fill(-1);
	for (let i = 0; i < x.rows; i++) value.fill(1, x.start[i]!, x.mid[i]!);
	const dense = x.dense.map((entry, at) => entry / scale[at % x.width]!);
	for (const [name, array] of Object.entries({ ...x, value, dense, train, reference, fold })) {
		if (ArrayBuffer.isView(array))
			writeFileSync(join(folder, name), Buffer.from(array.buffer, array.byteOffset, array.byteLength));
	}
	writeFileSync(join(folder, 'shape.json'), JSON.stringify({ rows: x.rows, columns: x.columns, width: x.width }));
}

/** @returns wall seconds; null where Python or a package of it is missing */
function scikitLearn(folder: string): number | null {
	const { status, stdout } = spawnSync(python, [join(import.meta.dirname, 'sklearn_path.py'), folder], {
		stdio: ['ignore', 'pipe', 'inherit'],
		encoding: 'utf8',
	});
	if (status !== 0 || stdout.startsWith('skipped')) {
		process.stdout.write(status === 0 ? stdout : `skipped: no ${python}\n`);
		return null;
	}
	return Number(stdout);
}

for (const pairs of (process.env.PAIRWRIGHT_BENCH_PAIRS ?? '10000,100000').split(',').map(Number)) {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-full-run-'));
	try {
		await dump(pairs, folder);
		const before = timedRun(pairs);
		const floor = scikitLearn(folder);
		const runs = [before, timedRun(pairs), timedRun(pairs)].sort((x, y) => x.seconds - y.seconds);
		const run = runs[1]!;
		process.stdout.write(`${describe(run)}\n`);
		if (floor === null) continue;
		process.stdout.write(`scikit-learn, 5 folds × 5 ridges × 6 s: ${floor.toFixed(1)} s\n`);
		const figure = {
			work: `full run, ${pairs.toLocaleString('en')} pairs`,
			ours: `${run.seconds.toFixed(1)} s, ${(run.peakMegabytes / 1024).toFixed(1)} GB`,
			floor: `scikit-learn, 5 folds × 5 ridges × 6 s alone: ${floor.toFixed(0)} s`,
			ratio: floor / run.seconds,
			aim: '≥ 5×, ≤ 4 GB',
		};
		process.stdout.write(`FIGURE ${JSON.stringify(figure)}\n`);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
