/**
 * Writes one probe run's inputs and results for an independent check: `dump-probe.ts TRAIN HELDOUT OUT.json`, both JSONL with prompt,
 * chosen, rejected. Features as the folds see them, folds, and for a few s the coefficients and out-of-fold margins.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Message } from '../../src/domain/comparison.ts';
import type { ScoredPair } from '../../src/domain/dataset.ts';
import { canonicalComparison } from '../../src/domain/identity.ts';
import { firstTurnKey } from '../../src/domain/text.ts';
import { pairFeatures } from '../../src/scoring/features.ts';
import { dealFolds } from '../../src/scoring/folds.ts';
import { denseScale } from '../../src/scoring/matrix.ts';
import { solvePath } from '../../src/scoring/path.ts';

const [trainFile, heldoutFile, out] = process.argv.slice(2);
if (trainFile === undefined || heldoutFile === undefined || out === undefined) {
	process.stderr.write('dump-probe.ts TRAIN.jsonl HELDOUT.jsonl OUT.json\n');
	process.exit(1);
}

function turns(value: string | Message[], role: string): Message[] {
	return typeof value === 'string' ? [{ role, content: value }] : value;
}

function read(file: string, split: ScoredPair['split']): ScoredPair[] {
	const pairs = new Map<string, ScoredPair>();
	for (const line of readFileSync(file, 'utf8').split('\n')) {
		if (line === '') continue;
		const row = JSON.parse(line);
		const prompt = { messages: turns(row.prompt, 'user') };
		const { comparison, swapped } = canonicalComparison(
			prompt,
			turns(row.chosen, 'assistant'),
			turns(row.rejected, 'assistant'),
		);
		pairs.set(comparison.id, {
			comparison: comparison.id,
			prompt: comparison.promptId,
			cluster: firstTurnKey(prompt),
			split,
			facets: [],
			turns: prompt,
			chosen: swapped ? comparison.b : comparison.a,
			rejected: swapped ? comparison.a : comparison.b,
			chosenSide: swapped ? 'b' : 'a',
			y: 1,
			decided: true,
			weight: 1,
			source: null,
		});
	}
	return [...pairs.values()];
}

const FOLDS = 5;
const GRID = [0, 0.1, 0.5];
const train = read(trainFile, 'train');
const heldout = read(heldoutFile, 'heldout_reference');
const pairs = [...train, ...heldout];
const clusterOf = new Map<string, number>();
for (const { cluster } of pairs) if (!clusterOf.has(cluster)) clusterOf.set(cluster, clusterOf.size);
const features = await pairFeatures(pairs, () => Int32Array.from(pairs, (pair) => clusterOf.get(pair.cluster)!));
const fold = Int32Array.from([
	...dealFolds(
		train.map((pair) => pair.cluster),
		FOLDS,
		0,
		'train',
	),
	...dealFolds(
		heldout.map((pair) => pair.cluster),
		FOLDS,
		0,
		'heldout_reference',
	),
]);
const trainRows = Int32Array.from(train, (_, i) => i);
const referenceRows = Int32Array.from(heldout, (_, i) => train.length + i);
const points = await solvePath(
	features,
	{
		train: trainRows,
		reference: referenceRows,
		usesReference: true,
		evaluated: new Int32Array(0),
		fold,
		folds: FOLDS,
		y: new Float64Array(pairs.length).fill(1),
		weight: new Float64Array(pairs.length).fill(1),
	},
	GRID,
);
const { x } = features;
const scale = denseScale(x, trainRows, referenceRows);
const value = Int8Array.from(x.column, () => -1);
for (let i = 0; i < x.rows; i++) value.fill(1, x.start[i]!, x.mid[i]!);
writeFileSync(
	out,
	JSON.stringify({
		train: train.length,
		columns: x.columns,
		width: x.width,
		start: [...x.start],
		column: [...x.column],
		value: [...value],
		dense: Array.from(x.dense, (entry, at) => entry / scale[at % x.width]!),
		fold: [...fold],
		points: points.map(({ s, ridge, gap, outOfFold, dense }) => ({
			s,
			ridge,
			gap,
			margins: [...outOfFold],
			dense: [...dense],
		})),
	}),
);
