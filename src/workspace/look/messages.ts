/** Messages between the workspace and the process that looks for near-duplicates, shift and a report's lists, checked on both sides. */
import * as v from 'valibot';

export const lookRequest = v.strictObject({
	type: v.literal('start'),
	task: v.picklist(['near-duplicates', 'inspect', 'report']),
	/** Of `report`. */
	run: v.optional(v.string()),
	root: v.string(),
	stateDir: v.optional(v.string()),
});
export type LookRequest = v.InferOutput<typeof lookRequest>;

export const fromLook = v.variant('type', [
	v.strictObject({ type: v.literal('progress'), phase: v.string(), done: v.number(), total: v.number() }),
	v.strictObject({ type: v.literal('done'), result: v.unknown() }),
	v.strictObject({ type: v.literal('failed'), reason: v.nullable(v.string()), message: v.string() }),
]);
export type FromLook = v.InferOutput<typeof fromLook>;
