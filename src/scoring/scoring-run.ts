import type { RunRecord, ScoreLine } from '../domain/run-record.ts';
import type { Sealed } from './sealed.ts';

/** The run record before it is stored: what a decision or a clock adds is not in it. */
export type NewRecord = Omit<RunRecord, 'run' | 'created' | 'decision' | 'seal' | 'durations'>;

/** What a run hands to whoever stores it. */
export interface ScoringRun {
	readonly record: NewRecord;
	/** Outside E. */
	readonly scores: readonly ScoreLine[];
	/** Everything of E; null where E is empty. */
	readonly sealed: Sealed | null;
}

export interface RunHooks {
	/** `unit` of done and total; absent = steps. */
	readonly onProgress?: (progress: {
		phase: string;
		done: number;
		total: number;
		unit?: 'steps' | 'pairs' | 'bytes';
	}) => void;
	readonly signal?: AbortSignal;
}
