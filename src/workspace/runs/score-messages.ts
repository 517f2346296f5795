/** Messages between the workspace and the scoring process, checked on both sides. */
import * as v from 'valibot';
import { ENGINES } from '../../domain/checkpoint.ts';
import { LABEL_POLICIES } from '../../domain/label-policy.ts';
import { checkpointOptionsSchema, ggufSchema, httpSchema } from '../../protocol/data-rpc.ts';
import type { ScoreOptions } from '../../protocol/scoring.ts';

export const scoreRequest = v.strictObject({
	type: v.literal('start'),
	root: v.string(),
	stateDir: v.optional(v.string()),
	run: v.string(),
	created: v.string(),
	engine: v.picklist(ENGINES),
	lambda: v.nullable(v.number()),
	margin: v.union([v.number(), v.literal('auto')]),
	/** Of checkpoints; the probe has none. */
	beta: v.number(),
	seed: v.number(),
	labels: v.exactOptional(v.picklist(LABEL_POLICIES)),
	gguf: v.exactOptional(ggufSchema),
	http: v.exactOptional(httpSchema),
	logprobs: v.exactOptional(v.strictObject({ files: v.array(v.string()) })),
	checkpoints: v.exactOptional(checkpointOptionsSchema),
	/** Which checkpoint of which run forgetting is measured against. */
	baseline: v.exactOptional(v.strictObject({ run: v.string(), checkpoint: v.string() })),
	features: v.exactOptional(v.strictObject({ path: v.string(), mode: v.picklist(['join', 'replace']) })),
});
/** What a run is asked, without what makes it a message. */
export type ScoreRequest = Omit<v.InferOutput<typeof scoreRequest>, keyof Given> & Given;
type Given = Pick<ScoreOptions, 'gguf' | 'http' | 'logprobs' | 'checkpoints' | 'features'>;

export const toScoring = v.union([scoreRequest, v.strictObject({ type: v.literal('cancel') })]);

export const fromScoring = v.variant('type', [
	v.strictObject({
		type: v.literal('progress'),
		phase: v.string(),
		done: v.number(),
		total: v.number(),
		unit: v.picklist(['steps', 'pairs', 'bytes']),
	}),
	v.strictObject({ type: v.literal('notice'), text: v.string() }),
	v.strictObject({
		type: v.literal('done'),
		run: v.string(),
		rejected: v.exactOptional(
			v.strictObject({
				total: v.number(),
				rows: v.pipe(v.array(v.strictObject({ path: v.string(), line: v.number(), reason: v.string() })), v.readonly()),
			}),
		),
	}),
	v.strictObject({ type: v.literal('failed'), reason: v.nullable(v.string()), message: v.string() }),
]);
export type FromScoring = v.InferOutput<typeof fromScoring>;
