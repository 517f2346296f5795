/** Where a prompt belongs; its comparisons follow. `retention` reads "must not forget" on screen. */
export type Split = 'train' | 'eval' | 'heldout' | 'retention' | 'excluded';
export const SPLITS = ['train', 'eval', 'heldout', 'retention', 'excluded'] as const satisfies readonly Split[];

/** R = held-out, tuning half (may steer λ); E = held-out, sealed half. */
export type Half = 'R' | 'E';

/** What a metric is computed over: `heldout_reference` = R, `heldout_sealed` = E. */
export type EvaluationSplit = 'train' | 'eval' | 'heldout_reference' | 'heldout_sealed' | 'retention';

/** On-screen names. */
export const SPLIT_LABELS: Readonly<Record<EvaluationSplit | 'heldout' | 'excluded', string>> = {
	train: 'train',
	eval: 'eval',
	heldout: 'held-out',
	heldout_reference: 'held-out, tuning half',
	heldout_sealed: 'held-out, sealed half',
	retention: 'must not forget',
	excluded: 'excluded',
};

export const FACET_KINDS = ['domain', 'language', 'time', 'format', 'adversarial', 'free'] as const;
export type FacetKind = (typeof FACET_KINDS)[number];
