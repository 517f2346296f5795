/**
 * What the first thing that is painted of a report relies on, checked where it arrives; a file of its own, so that the script in the
 * page holds no more than this.
 */
import * as v from 'valibot';

// A number or null; NaN and infinity cannot come through JSON and are refused all the same.
export const num = v.nullable(v.pipe(v.number(), v.finite()));
export const interval = v.looseObject({ value: num, low: num, high: num, reason: v.optional(v.string()) });
export const count = v.pipe(v.number(), v.finite());
const size = v.looseObject({ pairs: count, prompts: count, clusters: count });
export const status = v.picklist(['pass', 'warn', 'fail', 'insufficient']);
export const name = v.pipe(v.string(), v.minLength(1));
export const model = v.looseObject({
	name: v.string(),
	role: v.picklist(['reference', 'checkpoint']),
	hash: v.string(),
});
export const splits = { train: size, eval: size, heldout_reference: size, heldout_sealed: size, retention: size };
export const recommended = v.looseObject({
	lambda: num,
	sentence: v.string(),
	checkpoint: v.nullish(v.string()),
	vetoes: v.optional(v.array(v.looseObject({ checkpoint: v.string(), check: v.string() }))),
});
export const best = v.looseObject({
	by_eval_nll: v.nullable(v.string()),
	by_heldout_nll: v.nullable(v.string()),
	last: v.nullable(v.string()),
});
export const verdict = v.looseObject({ status, sentence: v.string() });
export const outOfDate = v.nullable(v.looseObject({ changed: count }));
export const rejudge = v.looseObject({ mistakes: count, controls: count });

/** What the first thing that is painted relies on: whose run it is, and the verdict. A part of `runReportSchema`. */
export const reportHeadSchema = v.looseObject({
	record: v.looseObject({
		run: v.string(),
		created: v.string(),
		engine: v.looseObject({ name: v.string(), models: v.optional(v.array(model)) }),
		settings: v.looseObject({
			lambda: count,
			beta: count,
			loss: v.optional(v.string()),
			label_smoothing: v.optional(count),
		}),
		dataset: v.looseObject({ splits: v.looseObject(splits), actively_judged: v.optional(count) }),
		durations: v.nullish(v.record(v.string(), count)),
		metrics: v.looseObject({
			heldout_reference: v.nullish(
				v.looseObject({ n: count, groups: count, mean_confidence: num, mean_correct: num, overconfidence: interval }),
			),
		}),
		recommended,
		best: v.optional(best),
		checkpoints: v.optional(
			v.array(
				v.looseObject({
					name,
					void: v.optional(v.looseObject({ reason: v.string() })),
					objective: v.looseObject({ train_loss: num }),
				}),
			),
		),
		verdict,
	}),
	ordinal: count,
	outOfDate,
	rejudge,
});
