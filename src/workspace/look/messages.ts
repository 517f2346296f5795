/** Messages between the workspace and the process that looks for near-duplicates and shift, and reads large runs, checked on both sides. */
import * as v from 'valibot';

const side = v.strictObject({ run: v.string(), checkpoint: v.exactOptional(v.string()) });

export const lookRequest = v.strictObject({
	type: v.literal('start'),
	task: v.picklist(['near-duplicates', 'inspect', 'report', 'compare', 'gate', 'agreement', 'waiting']),
	/** Of `report` and `gate`. */
	run: v.optional(v.string()),
	/** Of `compare`. */
	sides: v.optional(v.strictTuple([side, side])),
	/** Of `gate`. */
	gate: v.optional(v.strictObject({ config: v.exactOptional(v.string()), checkpoint: v.exactOptional(v.string()) })),
	/** Of `agreement`: whose own figures may be shown. */
	person: v.optional(v.string()),
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
