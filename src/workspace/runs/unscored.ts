import type { ScoredPair } from '../../domain/dataset.ts';
import { openRunLines, readRunLines, runLinesFiles } from '../../store/run-lines.ts';
import type { ReviewedLabels } from './port.ts';
import type { StoredScore } from './run-files.ts';

/** Pairs of a run's splits that it did not score, e.g. longer than a model's context: no score, only the label they had. */
export type Unscored = Pick<StoredScore, 'comparison' | 'split' | 'y' | 'chosen_side' | 'reviewed'>;

/** Files by name, for the run's folder; without them they would look like pairs that came in since. Empty where all were scored. */
export function unscoredFiles(
	run: string,
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
	const open = lines.filter((line) => !isSealed(line));
	return runLinesFiles(run, 'unscored', { open, sealed: lines.filter(isSealed) });
}

const isSealed = ({ split }: Unscored): boolean => split === 'heldout_sealed';

/** Whether pairs of E are among the lines that anybody can read: earlier versions wrote one file. */
export function showsSealedUnscored(runs: string, run: string): boolean {
	return orNone(() => openRunLines<Unscored>(runs, run, 'unscored')).some(isSealed);
}

export function readUnscored(runs: string, run: string): Unscored[] {
	return orNone(() => readRunLines(runs, run, 'unscored'));
}

/** Where all pairs were scored there is no file. */
function orNone(read: () => Unscored[]): Unscored[] {
	try {
		return read();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}
