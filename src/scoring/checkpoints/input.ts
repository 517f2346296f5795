import type { ComparisonScore, LossName, ModelFacts, ScoredCheckpoint, SelfTestItem } from '../../domain/checkpoint.ts';
import type { ForgettingDelta } from '../../domain/config.ts';
import type { PreviousRun } from '../../health/drift-run.ts';

/** What an engine found out: scores of every checkpoint, and the facts that go into the run record. */
export interface CheckpointInput {
	readonly engine: {
		readonly name: 'gguf' | 'http' | 'logprobs';
		readonly version: string;
		/** Reference first; for logprobs one entry a checkpoint. */
		readonly models: readonly ModelFacts[];
		/** Empty for logprobs, which runs no model. */
		readonly self_test: readonly (SelfTestItem & { readonly model: string })[];
		readonly [key: string]: unknown;
	};
	/** In the order given; names unique. */
	readonly checkpoints: readonly ScoredCheckpoint[];
	/** Not part of the record's "same bytes". */
	readonly work: { readonly scored: number; readonly reused: number };
}

export interface CheckpointSettings {
	/** null = 1 (rules.md, The probe: checkpoints). */
	readonly lambda: number | null;
	/** Nats. */
	readonly margin: number | 'auto';
	readonly beta: number;
	readonly seed: number;
	readonly loss: LossName;
	/** ε of cdpo and robust; 0 else. */
	readonly labelSmoothing: number;
	/** Today's labels where they differ from the frozen ones, as for the probe. */
	readonly reviewed?: ReadonlyMap<string, { readonly y: number; readonly decided: boolean }>;
	/** An earlier run to look back to for drift; null = there is none, absent = nobody looked. */
	readonly previous?: PreviousRun | null;
	/** δ of the check "forgetting"; absent = the default. */
	readonly forgetting?: ForgettingDelta;
	/** Policy scores of the baseline on the retention split; absent = the run's own reference. */
	readonly retentionBaseline?: { readonly name: string; readonly scores: ReadonlyMap<string, ComparisonScore> };
}
