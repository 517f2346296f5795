/** Messages between the workspace and the scoring process, checked on both sides. */
import * as v from 'valibot';

export const scoreRequest = v.strictObject({
	type: v.literal('start'),
	root: v.string(),
	stateDir: v.optional(v.string()),
	run: v.string(),
	created: v.string(),
	lambda: v.nullable(v.number()),
	margin: v.union([v.number(), v.literal('auto')]),
	seed: v.number(),
	features: v.optional(v.strictObject({ path: v.string(), mode: v.picklist(['join', 'replace']) })),
});
export type ScoreRequest = v.InferOutput<typeof scoreRequest>;

export const toScoring = v.union([scoreRequest, v.strictObject({ type: v.literal('cancel') })]);

export const fromScoring = v.variant('type', [
	v.strictObject({
		type: v.literal('progress'),
		phase: v.string(),
		done: v.number(),
		total: v.number(),
	}),
	v.strictObject({ type: v.literal('done'), run: v.string() }),
	v.strictObject({ type: v.literal('failed'), reason: v.nullable(v.string()), message: v.string() }),
]);
export type FromScoring = v.InferOutput<typeof fromScoring>;
