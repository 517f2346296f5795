/**
 * What the report's view relies on in a run's record, checked where it arrives. Everything that an earlier version did not write is
 * optional: an old record is shown with what it has.
 */
import * as v from 'valibot';
import {
	best,
	count,
	interval,
	model,
	name,
	num,
	outOfDate,
	recommended,
	rejudge,
	splits,
	status,
	verdict,
} from './report-head.ts';

const value = v.looseObject({ value: num, reason: v.optional(v.string()) });
const bounds = { low: num, high: num };
const split = v.picklist(['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention']);

const metrics = v.looseObject({
	n: count,
	n_accuracy: count,
	groups: count,
	left_out: v.looseObject({ unresolved: count, both_bad: count, waiting: count }),
	mean_confidence: num,
	mean_correct: num,
	accuracy: interval,
	nll: interval,
	brier: interval,
	overconfidence: interval,
	ece: v.looseObject({ ...interval.entries, bins: count, null: v.looseObject({ mean: num, q95: num, p: num }) }),
	temperature: v.looseObject({ value: num, status: v.string() }),
	smece: value,
	reliability: v.array(v.looseObject({ low: count, high: count, n: count, confidence: num, accuracy: num })),
	longer_wins: v.optional(interval),
	ece_mass: v.optional(value),
	mce: v.optional(value),
	rms_ce_debiased: v.optional(value),
	ece_sweep: v.optional(v.looseObject({ ...value.entries, bins: num })),
	slope: v.optional(v.looseObject({ ...interval.entries, status: v.string() })),
	corp: v.optional(v.looseObject({ miscalibration: num, discrimination: num, uncertainty: num })),
});
const metricsBySplit = v.record(v.string(), v.nullish(metrics));
const slice = v.looseObject({
	kind: v.string(),
	name: v.string(),
	split: split,
	pairs: count,
	clusters: count,
	accuracy: interval,
	nll: interval,
	overconfidence: interval,
	p: num,
	p_adjusted: num,
	flagged: v.boolean(),
});
const side = v.looseObject({ n: count, clusters: count });
const auc = v.looseObject({
	auc: num,
	...bounds,
	p: v.nullish(num),
	heldout: side,
	train: side,
	status: v.picklist(['pass', 'fail', 'insufficient']),
	words_left_out: v.optional(v.array(v.string())),
	reason: v.optional(v.string()),
});
const divergence = v.looseObject({ kind: v.string(), ...interval.entries });
const check = v.looseObject({
	check: v.string(),
	status,
	p: num,
	p_adjusted: v.nullish(num),
	statistic: v.nullish(num),
	low: v.nullish(num),
	high: v.nullish(num),
	n_needed: num,
	evidence: v.array(v.string()),
	evidence_kind: v.optional(v.picklist(['comparison', 'prompt', 'annotator'])),
	message: v.string(),
	split: v.optional(split),
	remedy: v.optional(v.string()),
	sample_size: v.optional(v.string()),
});
const objective = v.looseObject({
	fit: v.picklist(['train_oof', 'eval']),
	train_loss: num,
	eval_loss: num,
	heldout_loss: num,
	gap: num,
	fit_regret: num,
	heldout_regret: num,
	value: num,
});
/** Of a checkpoint run. */
const checkpoint = v.looseObject({
	name,
	step: num,
	objective,
	over_reference: v.looseObject({ eval: v.optional(interval), heldout_reference: v.optional(interval) }),
	beats_reference: v.boolean(),
	metrics: metricsBySplit,
	rewards: v.record(v.string(), v.nullish(v.looseObject({ 'rewards/margins': num }))),
	divergence,
	divergences: v.optional(v.array(divergence)),
	health: v.array(check),
	void: v.optional(v.looseObject({ reason: v.string() })),
	skipped: count,
	skipped_why: v.optional(v.array(v.looseObject({ reason: v.string(), pairs: count }))),
	trained_on: v.nullish(
		v.looseObject({ export: v.nullable(v.string()), prompts: count, penalty: v.optional(v.literal(false)) }),
	),
	forgetting: v.optional(
		v.looseObject({
			baseline: v.string(),
			loss: interval,
			accuracy: interval,
			lost: v.array(v.string()),
			gained: v.array(v.string()),
		}),
	),
});
const selfTest = v.looseObject({
	test: v.string(),
	model: v.string(),
	status: v.picklist(['pass', 'fail', 'not-applicable']),
	value: num,
	tolerance: num,
	unit: v.nullable(v.string()),
	message: v.string(),
});
const baseline = v.looseObject({ s: num, train_loss: num, eval_loss: num, heldout_loss: num });

const record = v.looseObject({
	run: v.string(),
	created: v.string(),
	engine: v.looseObject({
		name: v.string(),
		version: v.string(),
		models: v.optional(v.array(model)),
		self_test: v.optional(v.array(selfTest)),
	}),
	settings: v.looseObject({
		lambda: count,
		lambda_requested: num,
		margin: count,
		margin_requested: v.union([v.number(), v.literal('auto')]),
		beta: count,
		seed: count,
		folds: count,
		loss: v.optional(v.string()),
		label_smoothing: v.optional(count),
		forgetting: v.optional(v.looseObject({ loss: count, accuracy: count })),
	}),
	dataset: v.looseObject({ sha256: v.string(), splits: v.looseObject(splits) }),
	objective: v.nullable(v.looseObject({ fit: v.picklist(['train_oof', 'eval']) })),
	baselines: v.looseObject({ uninformed: baseline, dpo: baseline, pooled: baseline }),
	frontier: v.array(
		v.looseObject({
			lambda: count,
			s: num,
			train_loss: num,
			eval_loss: num,
			heldout_loss: num,
			gap: num,
			fit_regret: num,
			heldout_regret: num,
			value: num,
			same_as_previous: v.boolean(),
		}),
	),
	recommended,
	calibration: v.looseObject({ t_star: num, fitted_on: v.nullable(v.string()), status: v.string() }),
	metrics: metricsBySplit,
	human: v.optional(v.record(v.string(), v.looseObject({ accuracy: interval, pairs: count }))),
	metrics_after_review: v.optional(metricsBySplit),
	differences: v.array(v.looseObject({ what: v.string(), value: num, low: num, high: num })),
	divergence,
	divergences: v.optional(v.array(divergence)),
	slices: v.optional(v.union([v.array(slice), v.looseObject({ value: v.null(), reason: v.string() })])),
	shift: v.nullish(v.looseObject({ prompts: auc, responses: auc })),
	claim: v.optional(
		v.looseObject({
			on: v.picklist(['eval', 'heldout_reference', 'heldout_sealed']),
			value: num,
			...bounds,
			sentence: v.string(),
		}),
	),
	features: v.optional(
		v.array(
			v.looseObject({
				name: v.string(),
				weight: count,
				kind: v.optional(v.picklist(['named', 'ngram', 'own'])),
				clusters: v.optional(count),
				standardised: v.optional(count),
			}),
		),
	),
	health: v.array(check),
	checkpoints: v.optional(v.array(checkpoint)),
	best: v.optional(best),
	work: v.optional(v.looseObject({ scored: count, reused: count })),
	opened: v.optional(
		v.looseObject({
			losses: v.array(
				v.looseObject({ ...interval.entries, name: v.string(), s: num, checkpoint: v.optional(v.string()) }),
			),
			differences: v.array(v.looseObject({ what: v.string(), value: num, low: num, high: num })),
			by_facet: v.optional(
				v.array(
					v.looseObject({
						...interval.entries,
						facets: v.picklist(['seen', 'unseen']),
						name: v.string(),
						pairs: count,
						clusters: count,
					}),
				),
			),
		}),
	),
	decision: v.nullable(
		v.looseObject({
			lambda: num,
			checkpoint: v.nullish(v.string()),
			reason: v.string(),
			person: v.string(),
			at: v.string(),
			after_opening: v.boolean(),
		}),
	),
	seal: v.looseObject({ openings: count }),
	verdict,
});

const headline = v.nullable(v.looseObject({ nll: interval, accuracy: interval, overconfidence: interval, n: count }));
/** The argument of `update` and the reply to `ready`, as far as the view relies on it. */
export const runReportSchema = v.looseObject({
	record,
	ordinal: count,
	outOfDate,
	mistakes: v.array(
		v.looseObject({
			comparison: v.string(),
			confidence: count,
			split: v.picklist(['train', 'eval', 'heldout_reference']),
			preview: v.string(),
			prefers: v.string(),
			facts: v.array(v.string()),
		}),
	),
	history: v.array(
		v.looseObject({ run: v.string(), ordinal: count, created: v.string(), eval: headline, heldout: headline }),
	),
	rejudge,
	pending: v.optional(v.literal(true)),
});

/** The reply to `compare`, as far as the view relies on it. */
export const runComparisonSchema = v.looseObject({
	differences: v.array(
		v.looseObject({
			what: v.picklist(['nll', 'accuracy', 'brier', 'overconfidence']),
			split,
			value: num,
			...bounds,
			pairs: count,
			clusters: count,
			reason: v.optional(v.string()),
		}),
	),
	flipped: v.array(
		v.looseObject({ comparison: v.string(), split, now: v.picklist(['right', 'wrong']), preview: v.string() }),
	),
	flippedTotal: v.looseObject({ lost: count, gained: count }),
	notes: v.array(v.string()),
});
