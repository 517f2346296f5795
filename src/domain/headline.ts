import type { RunRecord } from './run-record.ts';

/** The checkpoint that a run's top-level metrics are of; null for the probe. */
export function headlineCheckpoint(record: Pick<RunRecord, 'checkpoints' | 'recommended' | 'best'>): string | null {
	const { checkpoints, recommended, best } = record;
	if (checkpoints === undefined || checkpoints.length === 0) return null;
	return recommended.checkpoint ?? best?.last ?? checkpoints.at(-1)!.name;
}
