/** A stored run over a large workspace without the minutes of fitting it: a real run on a part of its pairs, drawn margins for the rest. */

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { sigmoid } from '../../src/calibration/records.ts';
import type { ScoreLine } from '../../src/domain/run-record.ts';
import { runProbe } from '../../src/scoring/run-probe.ts';
import { newRunId, writeRun } from '../../src/workspace/runs/run-files.ts';
import { openReader } from '../../src/workspace/runs-port.ts';

/** Train pairs that are really fitted; all of eval and held-out are. */
const FITTED = 2_000;
const EVALUATED = 1_000;

/** Writes one run of the workspace's whole scored set. @returns how many score lines it has */
export async function storeRun(workspace: string): Promise<number> {
	const { dataset, reviewed, runs, evalRise } = await openReader(workspace);
	const taken = { train: 0, eval: 0 };
	const part = dataset.pairs.filter(({ split }) => {
		if (split === 'train') return taken.train++ < FITTED;
		return split !== 'eval' || taken.eval++ < EVALUATED;
	});
	const { record, scores, sealed } = await runProbe(
		{ ...dataset, pairs: part },
		{ lambda: null, margin: 0, seed: 1, evalRise, reviewed },
	);
	const random = xoroshiro128plus(1);
	const scored = new Set(part.map((pair) => pair.comparison));
	const drawn = dataset.pairs
		.filter((pair) => !scored.has(pair.comparison))
		.map((pair): ScoreLine => {
			const delta = uniformInt(random, -100_000, 200_000) / 100_000;
			const { comparison, y, decided, chosenSide, split, source } = pair;
			return {
				comparison,
				checkpoint: null,
				delta,
				p: sigmoid(delta),
				y,
				decided,
				chosen_side: chosenSide,
				split,
				source,
			};
		});
	const lines = [...scores, ...drawn];
	const now = new Date();
	const clusters = new Set(dataset.pairs.filter(({ split }) => split === 'train').map((pair) => pair.cluster)).size;
	const train = dataset.pairs.filter(({ split }) => split === 'train').length;
	const splits = { ...record.dataset.splits, train: { pairs: train, prompts: train, clusters } };
	writeRun(
		runs,
		{ run: newRunId(now), created: now.toISOString(), ...record, dataset: { ...record.dataset, splits } },
		{ scores: lines, sealed },
	);
	return lines.length;
}
