import type { HealthStatus, RunRecord } from './run-record.ts';

/** The checkpoint that a run's top-level metrics are of; null for the probe. */
export function headlineCheckpoint(record: Pick<RunRecord, 'checkpoints' | 'recommended' | 'best'>): string | null {
	const { checkpoints, recommended, best } = record;
	if (checkpoints === undefined || checkpoints.length === 0) return null;
	return recommended.checkpoint ?? best?.last ?? checkpoints.at(-1)!.name;
}

/**
 * The mark beside a verdict. Where no checkpoint is recommended, a verdict of "pass" speaks of what the headline's checkpoint learnt: a tick
 * would be read as a yes to shipping it.
 */
export function verdictMark({
	checkpoints,
	recommended,
	verdict,
}: Pick<RunRecord, 'checkpoints' | 'recommended' | 'verdict'>): {
	readonly status: HealthStatus;
	/** Null = the status says it. */
	readonly word: string | null;
} {
	const none = checkpoints !== undefined && recommended.checkpoint === null && verdict.status === 'pass';
	return none ? { status: 'insufficient', word: 'none recommended' } : { status: verdict.status, word: null };
}
