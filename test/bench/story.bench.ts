/**
 * What the report says of real shifts, against Python: the probe's own features refitted with scikit-learn, and a model that
 * shares nothing with it (scikit-learn's own n-grams and folds). `npm run bench story`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { computeMetrics } from '../../src/calibration/metrics.ts';
import { sideText } from '../../src/domain/text.ts';
import { checkOverconfidentHeldout } from '../../src/health/overconfident-heldout.ts';
import { dealFolds } from '../../src/scoring/folds.ts';
import { fitProbe } from '../../src/scoring/probe.ts';
import { datasetOf } from '../simulation/gdpo.ts';
import { noRealSets, type RealSet, readRealSet, splitByCluster } from '../simulation/real-sets.ts';
import { NOTHING_LEFT_OUT } from '../unit/scoring-support.ts';

const PAIRINGS: readonly (readonly [RealSet, RealSet])[] = [
	['harmless', 'llmbar'],
	['llmbar', 'harmless'],
	['multi-annotator', 'harmless'],
	['harmless', 'multi-annotator'],
];
const SEED = 0;
const python = process.env.PYTHON ?? 'python3';

async function pairing(train: RealSet, heldout: RealSet) {
	const fitted = await readRealSet(train);
	const [reference] = splitByCluster(await readRealSet(heldout), 0.5, 'story');
	const dataset = datasetOf({ train: fitted, heldout_reference: reference });
	const family = await fitProbe(dataset, SEED);
	const { x } = family;
	const sides = ['train', 'heldout_reference'] as const;
	const rows = sides.flatMap((split) => {
		const pairs = family.pairs(split);
		const folds = dealFolds(
			pairs.map((pair) => pair.cluster),
			family.folds,
			SEED,
			split,
		);
		return [...family.rows(split)].map((row, i) => {
			const entries = (from: number, to: number): number[] => [...x.column.subarray(from, to)];
			const pair = pairs[i]!;
			return {
				split,
				fold: folds[i],
				cluster: pair.cluster,
				y: pair.y,
				weight: pair.weight,
				plus: entries(x.start[row]!, x.mid[row]!),
				minus: entries(x.mid[row]!, x.start[row + 1]!),
				dense: [...x.dense.subarray(row * x.width, (row + 1) * x.width)],
				chosen: sideText(pair.chosen),
				rejected: sideText(pair.rejected),
			};
		});
	});
	const at = (point: number) => {
		const records = family.records('heldout_reference', point);
		const metrics = computeMetrics(records, { leftOut: NOTHING_LEFT_OUT, seed: SEED });
		const { status, p } = checkOverconfidentHeldout(records, [], true);
		return {
			s: family.points[point]!.s,
			ridge: family.points[point]!.ridge,
			nll: metrics.nll,
			// Over vote shares, as over-confidence uses it.
			correct: metrics.mean_correct,
			overconfidence: metrics.overconfidence,
			alarm: { status, p },
		};
	};
	return { train, heldout, columns: x.columns, folds: family.folds, rows, points: [at(0), at(family.pooled!)] };
}

if (noRealSets) process.stdout.write(`skipped: ${noRealSets}\n`);
else if (spawnSync(python, ['--version']).status !== 0) process.stdout.write(`skipped: no ${python}\n`);
else {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-story-'));
	try {
		for (const [train, heldout] of PAIRINGS) {
			const dump = join(folder, 'story.json');
			writeFileSync(dump, JSON.stringify(await pairing(train, heldout)));
			const { status } = spawnSync(python, [join(import.meta.dirname, 'story_sklearn.py'), dump], { stdio: 'inherit' });
			if (status !== 0) process.exitCode = status ?? 1;
		}
	} finally {
		if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
	}
}
