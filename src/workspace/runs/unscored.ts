import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ScoredPair } from '../../domain/dataset.ts';
import { stableJson } from '../../domain/identity.ts';
import type { ReviewedLabels } from './port.ts';
import type { StoredScore } from './run-files.ts';

/** Pairs of a run's splits that it did not score, e.g. longer than a model's context: no score, only the label they had. */
export type Unscored = Pick<StoredScore, 'comparison' | 'split' | 'y' | 'chosen_side' | 'reviewed'>;

const UNSCORED = 'unscored.jsonl.gz';

/** The file by name, for the run's folder; without it they would look like pairs that came in since. Empty where all were scored. */
export function unscoredFile(
	pairs: readonly ScoredPair[],
	scored: ReadonlySet<string>,
	reviewed: ReviewedLabels,
): Readonly<Record<string, Buffer>> {
	const lines = pairs
		.filter((pair) => !scored.has(pair.comparison))
		.map(({ comparison, split, y, chosenSide }): Unscored => {
			// Today's labels of the sealed half are nobody's business here, as in the run's own lines.
			const now = split === 'heldout_sealed' ? undefined : reviewed.get(comparison);
			return { comparison, split, y, chosen_side: chosenSide, ...(now === undefined ? {} : { reviewed: now }) };
		});
	if (lines.length === 0) return {};
	return { [UNSCORED]: gzipSync(lines.map((line) => `${stableJson(line)}\n`).join('')) };
}

export function readUnscored(runs: string, run: string): Unscored[] {
	let packed: Buffer;
	try {
		packed = readFileSync(join(runs, run, UNSCORED));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
	return gunzipSync(packed)
		.toString('utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Unscored);
}
