/**
 * Tolerances of `pairwright gate`, under `gate` in `.pairwright/config.json`. All of eval, R ("heldout") and retention; nothing of the
 * sealed half can be asked for. Numbers that decide have an interval, so ECE, which explains only, is not among them (design.md §7).
 */

export interface GateAccuracy {
	/** Share of pairs. */
	readonly min?: number;
	/** Largest fall against the baseline, share of pairs. */
	readonly max_fall?: number;
}

/** nll in nats; Brier and over-confidence as they are. */
export interface GateLoss {
	readonly max?: number;
	/** Largest rise against the baseline. */
	readonly max_rise?: number;
}

export interface GateSplit {
	readonly accuracy?: GateAccuracy;
	readonly nll?: GateLoss;
	readonly brier?: GateLoss;
	readonly overconfidence?: GateLoss;
}

export interface GateConfig {
	/** What the thresholds speak of. Runs of the other kind are refused. Absent = checkpoints. */
	readonly engine?: 'checkpoints' | 'probe';
	readonly eval?: GateSplit;
	/** The tuning half, R. `gap` = its NLL above the in-distribution one, nats, whatever loss the run ranks by. */
	readonly heldout?: GateSplit & { readonly gap?: { readonly max: number } };
	readonly retention?: GateSplit;
	/** Worsening on the retention split by the policy alone: rise of loss per token (nats) and fall of accuracy (share). */
	readonly forgetting?: {
		readonly loss?: { readonly max_rise: number };
		readonly accuracy?: { readonly max_fall: number };
	};
	/** No check of the run may have failed. */
	readonly no_failing_check?: boolean;
	/** The gated checkpoint must be the one that the run recommends. */
	readonly recommended?: boolean;
	/** RUN or RUN:CHECKPOINT; needed by `max_rise` and `max_fall` of the splits. */
	readonly baseline?: string;
	/** A threshold that cannot be told yet does not stop the gate. */
	readonly allow_insufficient?: boolean;
}

/** In this order everywhere. */
export const GATE_SPLITS = ['eval', 'heldout', 'retention'] as const;
export type GateSplitName = (typeof GATE_SPLITS)[number];
export const GATE_METRICS = ['accuracy', 'nll', 'brier', 'overconfidence'] as const;
export type GateMetric = (typeof GATE_METRICS)[number];
