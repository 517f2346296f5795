import * as v from 'valibot';
import { ENGINES, LOSSES } from '../domain/checkpoint.ts';
import { EXPORT_FORMATS } from '../domain/export-format.ts';
import { LABEL_POLICIES } from '../domain/label-policy.ts';
import { REDACTIONS } from '../domain/redaction.ts';
import { mappingSchema } from './mapping.ts';
import {
	type ArgumentSchemas,
	countSchema,
	filterSchema,
	finiteSchema,
	halfSchema,
	idSchema,
	jobSchema,
	leakSchema,
	listQuerySchema,
	messagesSchema,
	precisionSchema,
	promptSchema,
	queueKindSchema,
	selectionSchema,
	sideSchema,
	splitSchema,
	strengthSchema,
	verdictSchema,
} from './schemas.ts';
import type { WorkspaceApi, WorkspaceEvents } from './workspace-api.ts';

/** Which folder a data process serves, and for whom. */
export interface DataProcessSettings {
	/** Absolute path of the workspace folder. */
	readonly root: string;
	/** The user's own state folder (handle, device id), where it is not the default one. */
	readonly stateDir?: string;
	/** Handle that overrides the stored one. */
	readonly annotator?: string;
}

/** What a data process answers: first `open`, then everything a workspace can do. */
export interface DataProcessApi extends WorkspaceApi {
	/** @throws UserError `environment` where this Node cannot load the database module; nothing native was loaded then. */
	open(settings: DataProcessSettings): Promise<{ pid: number; node: string }>;
}

const text = v.string();
const note = v.exactOptional(text);
const pathSchema = v.pipe(text, v.minLength(1));
const optional = v.exactOptional;

const textsSchema = v.pipe(v.array(text), v.minLength(1), v.maxLength(1000));

export const ggufSchema = v.strictObject({
	reference: text,
	checkpoints: textsSchema,
	template: optional(text),
	context: optional(countSchema),
	threads: optional(countSchema),
	gpu: optional(v.union([v.picklist(['auto', 'cuda', 'vulkan', 'metal']), v.literal(false)])),
	binaries: optional(text),
});

export const httpSchema = v.strictObject({
	url: text,
	api: optional(v.picklist(['vllm', 'sglang', 'llama-cpp-python'])),
	reference: text,
	checkpoints: textsSchema,
	key: optional(text),
	concurrency: optional(countSchema),
	referenceUrl: optional(text),
});

/** Shared with the messages to the scoring process. */
export const checkpointOptionsSchema = v.strictObject({
	loss: optional(v.picklist(LOSSES)),
	labelSmoothing: optional(finiteSchema),
	steps: optional(v.array(finiteSchema)),
	trainedOn: optional(v.array(v.strictObject({ pattern: text, export: text }))),
	splits: optional(v.array(v.picklist(['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention']))),
	retentionBaseline: optional(text),
	fresh: optional(v.boolean()),
	kl: optional(v.boolean()),
});

/** Shared with the messages to the scoring process and the list of waiting prompts. */
export const samplingSchema = v.strictObject({
	temperature: optional(v.pipe(finiteSchema, v.minValue(0), v.maxValue(5))),
	topP: optional(v.pipe(finiteSchema, v.minValue(0), v.maxValue(1))),
	maxTokens: optional(v.pipe(countSchema, v.minValue(1))),
	seed: optional(countSchema),
});

const generateSchema = v.strictObject({
	engine: v.picklist(['chat', 'gguf']),
	url: optional(text),
	key: optional(text),
	models: textsSchema,
	split: optional(splitSchema),
	prompts: optional(v.pipe(v.array(idSchema), v.maxLength(10_000))),
	anew: optional(v.boolean()),
	responses: optional(v.pipe(countSchema, v.minValue(2), v.maxValue(4))),
	sampling: optional(samplingSchema),
	concurrency: optional(v.pipe(countSchema, v.minValue(1), v.maxValue(256))),
	gguf: optional(
		v.strictObject({
			context: optional(countSchema),
			threads: optional(countSchema),
			gpu: optional(v.union([v.picklist(['auto', 'cuda', 'vulkan', 'metal']), v.literal(false)])),
			binaries: optional(text),
		}),
	),
	limit: optional(countSchema),
	check: optional(v.boolean()),
	planned: optional(v.array(idSchema)),
});

export const waitingQuerySchema = v.strictObject({
	split: optional(splitSchema),
	order: optional(v.picklist(['novelty', 'arrival'])),
	limit: optional(v.pipe(countSchema, v.maxValue(10_000))),
	after: optional(text),
});

const sideOfRunSchema = v.strictObject({ run: idSchema, checkpoint: optional(text) });

/** Run-time shapes of every argument of every method. */
export const dataSchemas = {
	open: v.strictTuple([
		v.strictObject({ root: pathSchema, stateDir: optional(pathSchema), annotator: optional(text) }),
	]),
	info: v.strictTuple([]),
	about: v.strictTuple([]),
	init: v.strictTuple([v.strictObject({ demo: optional(v.boolean()) })]),
	setPerson: v.strictTuple([text]),
	reload: v.strictTuple([]),
	importFiles: v.strictTuple([
		v.array(pathSchema),
		v.strictObject({
			format: optional(text),
			split: optional(splitSchema),
			half: optional(halfSchema),
			source: optional(text),
			link: optional(v.boolean()),
			copyLarge: optional(v.boolean()),
			mapping: optional(mappingSchema),
			as: optional(v.literal('prompts')),
			redact: optional(v.array(v.picklist(REDACTIONS))),
		}),
		jobSchema,
	]),
	previewImport: v.strictTuple([
		pathSchema,
		v.strictObject({
			format: optional(text),
			mapping: optional(mappingSchema),
			source: optional(text),
			rows: optional(v.pipe(countSchema, v.maxValue(100))),
		}),
	]),
	mappings: v.strictTuple([]),
	saveMapping: v.strictTuple([text, v.nullable(mappingSchema), v.array(text)]),
	exportData: v.strictTuple([
		v.strictObject({
			format: v.picklist(EXPORT_FORMATS),
			splits: v.array(splitSchema),
			out: pathSchema,
			labels: optional(v.picklist(LABEL_POLICIES)),
		}),
	]),
	exportBundle: v.strictTuple([
		v.strictObject({
			out: pathSchema,
			format: optional(v.picklist(['trl', 'trl-standard'])),
			labels: optional(v.picklist(LABEL_POLICIES)),
			parts: optional(countSchema),
			penaltyParts: optional(countSchema),
			seed: optional(v.pipe(v.number(), v.safeInteger())),
		}),
	]),
	cancel: v.strictTuple([idSchema]),
	list: v.strictTuple([listQuerySchema]),
	listPrompts: v.strictTuple([listQuerySchema]),
	promptCursors: v.strictTuple([filterSchema, v.pipe(countSchema, v.minValue(1))]),
	show: v.strictTuple([idSchema]),
	queue: v.strictTuple([
		queueKindSchema,
		v.strictObject({ count: v.pipe(countSchema, v.maxValue(1000)), after: optional(v.array(idSchema)) }),
	]),
	pair: v.strictTuple([idSchema]),
	past: v.strictTuple([v.strictObject({ before: optional(idSchema), count: v.pipe(countSchema, v.maxValue(1000)) })]),
	judge: v.strictTuple([
		v.strictObject({
			comparison: idSchema,
			verdict: verdictSchema,
			strength: optional(strengthSchema),
			reasons: optional(v.array(text)),
			note,
			shown_first: optional(sideSchema),
			ms: optional(v.pipe(finiteSchema, v.minValue(0))),
			guideline: optional(text),
			kind: optional(v.picklist(['first', 'correction', 'repeat'])),
			blind: optional(v.boolean()),
			queue: optional(v.picklist(['judge', 'review', 'rejudge', 'cli', 'look-back', 'author'])),
		}),
	]),
	others: v.strictTuple([idSchema]),
	skip: v.strictTuple([v.strictObject({ comparison: idSchema, cannot: optional(text) })]),
	flag: v.strictTuple([v.strictObject({ comparison: idSchema, note })]),
	adjudicationQueue: v.strictTuple([
		v.strictObject({
			count: v.pipe(countSchema, v.maxValue(100)),
			after: optional(v.pipe(v.array(idSchema), v.maxLength(1000))),
			ids: optional(v.pipe(v.array(idSchema), v.maxLength(100))),
		}),
	]),
	adjudicate: v.strictTuple([v.strictObject({ comparison: idSchema, verdict: verdictSchema, reason: text })]),
	retract: v.strictTuple([idSchema, v.optional(v.strictObject({ preview: optional(v.boolean()) }))]),
	undo: v.strictTuple([]),
	author: v.strictTuple([
		v.strictObject({
			prompt: promptSchema,
			a: messagesSchema,
			b: messagesSchema,
			verdict: optional(verdictSchema),
			strength: optional(strengthSchema),
		}),
	]),
	improve: v.strictTuple([v.strictObject({ comparison: idSchema, side: sideSchema, text })]),
	waiting: v.strictTuple([waitingQuerySchema]),
	waitingPrompt: v.strictTuple([idSchema]),
	planGeneration: v.strictTuple([generateSchema]),
	generate: v.strictTuple([generateSchema, jobSchema]),
	facets: v.strictTuple([]),
	previewTag: v.strictTuple([selectionSchema]),
	previewMove: v.strictTuple([selectionSchema, splitSchema]),
	searches: v.strictTuple([]),
	saveSearch: v.strictTuple([text, v.nullable(filterSchema)]),
	tag: v.strictTuple([
		selectionSchema,
		v.strictObject({ facet: text, reason: optional(text), remove: optional(v.boolean()) }),
	]),
	assign: v.strictTuple([
		selectionSchema,
		v.strictObject({ split: splitSchema, reason: optional(text), alone: optional(v.literal(true)) }),
	]),
	coverage: v.strictTuple([v.optional(precisionSchema)]),
	dismissSuggestions: v.strictTuple([v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(1000)), v.optional(text)]),
	leakTexts: v.strictTuple([leakSchema]),
	freeze: v.strictTuple([splitSchema]),
	answerProposal: v.strictTuple([idSchema, v.boolean(), v.optional(text)]),
	splits: v.strictTuple([]),
	inspect: v.strictTuple([jobSchema]),
	agreement: v.strictTuple([]),
	progressReport: v.strictTuple([]),
	gold: v.strictTuple([]),
	markGold: v.strictTuple([
		v.strictObject({
			comparisons: v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(10_000)),
			verdict: v.exactOptional(verdictSchema),
			reason: v.exactOptional(text),
		}),
	]),
	unmarkGold: v.strictTuple([v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(10_000))]),
	acceptLeak: v.strictTuple([v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(1000)), text]),
	score: v.strictTuple([
		v.strictObject({
			engine: v.picklist(ENGINES),
			gguf: optional(ggufSchema),
			http: optional(httpSchema),
			logprobs: optional(v.strictObject({ files: textsSchema })),
			checkpoints: optional(checkpointOptionsSchema),
			lambda: v.nullable(finiteSchema),
			margin: v.union([finiteSchema, v.literal('auto')]),
			beta: finiteSchema,
			seed: finiteSchema,
			labels: optional(v.picklist(LABEL_POLICIES)),
			features: optional(v.strictObject({ path: text, mode: v.picklist(['join', 'replace']) })),
		}),
		jobSchema,
	]),
	runs: v.strictTuple([]),
	report: v.strictTuple([idSchema, v.optional(v.strictObject({ part: optional(v.literal('record')) }))]),
	scores: v.strictTuple([idSchema]),
	decide: v.strictTuple([
		idSchema,
		v.strictObject({ lambda: v.nullable(finiteSchema), checkpoint: v.nullable(text), reason: text }),
	]),
	compare: v.strictTuple([sideOfRunSchema, sideOfRunSchema]),
	gate: v.strictTuple([
		idSchema,
		v.optional(v.strictObject({ config: optional(pathSchema), checkpoint: optional(text) })),
	]),
	rejudge: v.strictTuple([idSchema]),
	people: v.strictTuple([]),
	rename: v.strictTuple([text]),
	erase: v.strictTuple([
		v.array(idSchema),
		v.strictObject({ reason: optional(text), preview: optional(v.boolean()) }),
		jobSchema,
	]),
	removePerson: v.strictTuple([
		text,
		v.strictObject({
			mode: v.picklist(['anonymise', 'remove']),
			written: v.picklist(['judged', 'keep', 'remove']),
			reason: optional(text),
			preview: optional(v.boolean()),
		}),
		jobSchema,
	]),
	sync: v.strictTuple([jobSchema]),
	syncState: v.strictTuple([]),
	rebuild: v.strictTuple([jobSchema]),
	diff: v.strictTuple([pathSchema, pathSchema]),
	card: v.strictTuple([]),
	doctor: v.strictTuple([v.optional(v.strictObject({ deep: optional(v.boolean()) }))]),
	close: v.strictTuple([]),
} satisfies ArgumentSchemas<DataProcessApi>;

/** Shapes of the events a data process sends. */
export const dataEventSchemas = {
	progress: v.strictTuple([
		v.strictObject({
			job: idSchema,
			phase: text,
			done: finiteSchema,
			total: v.nullable(finiteSchema),
			unit: v.picklist(['rows', 'bytes', 'pairs', 'steps', 'responses']),
			eta: v.nullable(finiteSchema),
			message: optional(text),
		}),
	]),
	changed: v.strictTuple([
		v.strictObject({
			what: v.array(v.picklist(['comparisons', 'judgments', 'splits', 'runs', 'config', 'guidelines', 'index'])),
			reason: text,
		}),
	]),
	notice: v.strictTuple([v.strictObject({ level: v.picklist(['info', 'warning', 'error']), text })]),
} satisfies ArgumentSchemas<WorkspaceEvents>;
