/** Messages between the workspace and the scoring process while it writes responses, checked on both sides. */
import * as v from 'valibot';
import { messagesSchema, promptSchema } from '../../protocol/schemas.ts';

const sampling = v.strictObject({
	temperature: v.nullable(v.number()),
	top_p: v.nullable(v.number()),
	max_tokens: v.number(),
	seed: v.nullable(v.number()),
});

export const toGenerating = v.variant('type', [
	v.strictObject({
		type: v.literal('generate'),
		context: v.exactOptional(v.number()),
		threads: v.exactOptional(v.number()),
		gpu: v.exactOptional(v.union([v.picklist(['auto', 'cuda', 'vulkan', 'metal']), v.literal(false)])),
		binaries: v.exactOptional(v.string()),
	}),
	v.strictObject({ type: v.literal('ask'), n: v.number(), prompt: promptSchema, model: v.string(), sampling }),
	v.strictObject({ type: v.literal('end') }),
]);
export type ToGenerating = v.InferOutput<typeof toGenerating>;

export const fromGenerating = v.variant('type', [
	v.strictObject({ type: v.literal('answer'), n: v.number(), response: messagesSchema, cut: v.boolean() }),
	v.strictObject({
		type: v.literal('unanswered'),
		n: v.number(),
		/** null: this prompt alone; else a UserError's reason, or `defect`. */
		reason: v.nullable(v.string()),
		message: v.string(),
	}),
]);
export type FromGenerating = v.InferOutput<typeof fromGenerating>;
