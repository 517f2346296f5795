/**
 * Messages between the calibration report's webview and the extension, checked where they arrive. The record comes from a
 * committed file that another version or a person may have written: what the view relies on is checked, the rest passes.
 */
import * as v from 'valibot';
import { UserError } from './errors.ts';
import type { Progress, RunReport } from './workspace-api.ts';

export interface DecisionInput {
	/** One of the run's λ, or null for "none". */
	readonly lambda: number | null;
	readonly checkpoint: string | null;
	readonly reason: string;
}

/** What was typed into the decision box; kept by the host while the view is hidden, never written anywhere. */
export interface DecisionDraft {
	/** A λ as text, `none`, or empty. */
	readonly choice: string;
	readonly reason: string;
}

/** What the view shows. */
export type ReportState =
	| {
			readonly status: 'report';
			readonly report: RunReport;
			/** `untrusted`: no runs; `exported`: a file that can only be read. */
			readonly actions: 'all' | 'untrusted' | 'exported';
			/** An exported file says whether it holds texts. */
			readonly texts: boolean;
			readonly draft: DecisionDraft | null;
	  }
	| { readonly status: 'vanished'; readonly run: string; readonly latest: string | null }
	| { readonly status: 'error'; readonly message: string };

/** A scoring run that goes on in this workspace, or null. */
export type RunningState = Pick<Progress, 'phase' | 'done' | 'total' | 'unit' | 'eta'> | null;

/** What the view may ask of the extension. Each rejects with a UserError that the view shows. */
export interface ReportHost {
	/** The first call: what to show, and what to keep so that the panel survives a reload. */
	ready(): Promise<{ readonly state: ReportState; readonly keep: PanelState; readonly running: RunningState }>;
	/** A new run with this run's settings; the panel goes to it. */
	rerun(): Promise<void>;
	/** The small form of settings, then as `rerun`. */
	configureRun(): Promise<void>;
	cancelRun(): Promise<void>;
	/** Queues mistakes and controls, and opens that queue. */
	rejudge(): Promise<void>;
	openPair(comparison: string): Promise<void>;
	openSplits(): Promise<void>;
	openRun(run: string): Promise<void>;
	decide(input: DecisionInput): Promise<void>;
	exportHtml(): Promise<void>;
	saveDraft(draft: DecisionDraft): Promise<void>;
}

/** What the extension tells the view. */
export interface ReportView {
	update(state: ReportState): void;
	running(running: RunningState): void;
}

/** What a panel keeps over a reload of the window: names only. */
export interface PanelState {
	readonly folder: string;
	readonly run: string;
}

const id = v.pipe(v.string(), v.minLength(8), v.maxLength(64), v.regex(/^[0-9a-fA-F]+$/));
const run = v.pipe(v.string(), v.minLength(1), v.maxLength(120), v.regex(/^[\w.:-]+$/));
const draft = v.strictObject({
	choice: v.pipe(v.string(), v.maxLength(120)),
	reason: v.pipe(v.string(), v.maxLength(20_000)),
});
const decision = v.strictObject({
	lambda: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
	checkpoint: v.nullable(v.pipe(v.string(), v.maxLength(1000))),
	reason: v.pipe(
		v.string(),
		v.trim(),
		v.minLength(1, 'A decision needs a reason: say why in a sentence.'),
		v.maxLength(20_000),
	),
});

const HOST_ARGUMENTS = {
	ready: v.strictTuple([]),
	rerun: v.strictTuple([]),
	configureRun: v.strictTuple([]),
	cancelRun: v.strictTuple([]),
	rejudge: v.strictTuple([]),
	openPair: v.strictTuple([id]),
	openSplits: v.strictTuple([]),
	openRun: v.strictTuple([run]),
	decide: v.strictTuple([decision]),
	exportHtml: v.strictTuple([]),
	saveDraft: v.strictTuple([draft]),
} as const satisfies Record<keyof ReportHost, v.GenericSchema>;

/** For `createRpc({validate})` on the host's side. @throws UserError that names the method and what is wrong. */
export function validateReportCall(method: string, args: unknown[]): unknown[] {
	const schema = Object.hasOwn(HOST_ARGUMENTS, method)
		? (HOST_ARGUMENTS as Record<string, v.GenericSchema>)[method]
		: undefined;
	if (schema === undefined) throw new UserError('usage', `The report has no action "${method}".`);
	const result = v.safeParse(schema, args);
	if (!result.success) throw new UserError('usage', result.issues[0].message);
	return result.output as unknown[];
}

const running = v.nullable(
	v.object({
		phase: v.string(),
		done: v.number(),
		total: v.nullable(v.number()),
		unit: v.picklist(['rows', 'bytes', 'pairs', 'steps']),
		eta: v.nullable(v.number()),
	}),
);

/** For `createRpc({validate})` on the view's side. @throws UserError for what the extension cannot have meant. */
export function validateReportEvent(method: string, args: unknown[]): unknown[] {
	if (method === 'update') return [parseReportState(args[0])];
	const result = v.safeParse(running, args[0] ?? null);
	if (method !== 'running' || !result.success) throw new UserError('usage', `The report cannot take "${method}".`);
	return [result.output];
}

const panelState = v.object({ folder: v.pipe(v.string(), v.minLength(1)), run });

/** A panel's kept state, or null when there is none that can be used. */
export function parsePanelState(value: unknown): PanelState | null {
	const result = v.safeParse(panelState, value);
	return result.success ? result.output : null;
}

// A number or null; NaN and infinity cannot come through JSON and are refused all the same.
const num = v.nullable(v.pipe(v.number(), v.finite()));
const value = v.looseObject({ value: num, reason: v.optional(v.string()) });
const interval = v.looseObject({ value: num, low: num, high: num, reason: v.optional(v.string()) });
const count = v.pipe(v.number(), v.finite());
const size = v.looseObject({ pairs: count, prompts: count, clusters: count });
const status = v.picklist(['pass', 'warn', 'fail', 'insufficient']);

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
});
const metricsBySplit = v.record(v.string(), v.nullish(metrics));
const baseline = v.looseObject({ s: num, train_loss: num, eval_loss: num, heldout_loss: num });

const record = v.looseObject({
	run: v.string(),
	created: v.string(),
	engine: v.looseObject({ name: v.string(), version: v.string() }),
	settings: v.looseObject({
		lambda: count,
		lambda_requested: num,
		margin: count,
		margin_requested: v.union([v.number(), v.literal('auto')]),
		beta: count,
		seed: count,
		folds: count,
	}),
	dataset: v.looseObject({
		sha256: v.string(),
		splits: v.looseObject({ train: size, eval: size, heldout_reference: size, heldout_sealed: size, retention: size }),
	}),
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
	recommended: v.looseObject({ lambda: num, sentence: v.string() }),
	calibration: v.looseObject({ t_star: num, fitted_on: v.nullable(v.string()), status: v.string() }),
	metrics: metricsBySplit,
	metrics_after_review: v.optional(metricsBySplit),
	differences: v.array(v.looseObject({ what: v.string(), value: num, low: num, high: num })),
	divergence: v.looseObject({ kind: v.string(), value: num, low: num, high: num }),
	features: v.optional(v.array(v.looseObject({ name: v.string(), weight: count }))),
	health: v.array(
		v.looseObject({
			check: v.string(),
			status,
			p: num,
			n_needed: num,
			evidence: v.array(v.string()),
			message: v.string(),
		}),
	),
	opened: v.optional(
		v.looseObject({
			losses: v.array(v.looseObject({ ...interval.entries, name: v.string(), s: num })),
			differences: v.array(v.looseObject({ what: v.string(), value: num, low: num, high: num })),
		}),
	),
	decision: v.nullable(
		v.looseObject({ lambda: num, reason: v.string(), person: v.string(), at: v.string(), after_opening: v.boolean() }),
	),
	seal: v.looseObject({ openings: count }),
	verdict: v.looseObject({ status, sentence: v.string() }),
});

const headline = v.nullable(v.looseObject({ nll: interval, accuracy: interval, overconfidence: interval, n: count }));
const report = v.looseObject({
	record,
	ordinal: count,
	outOfDate: v.nullable(v.looseObject({ changed: count })),
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
	rejudge: v.looseObject({ mistakes: count, controls: count }),
});

const state = v.variant('status', [
	v.looseObject({
		status: v.literal('report'),
		report,
		actions: v.picklist(['all', 'untrusted', 'exported']),
		texts: v.boolean(),
		draft: v.nullable(draft),
	}),
	v.looseObject({ status: v.literal('vanished'), run: v.string(), latest: v.nullable(v.string()) }),
	v.looseObject({ status: v.literal('error'), message: v.string() }),
]);

/** What the view was sent, checked; a record that cannot be shown becomes an error state that names the field. */
export function parseReportState(input: unknown): ReportState {
	const result = v.safeParse(state, input);
	if (result.success) return result.output as unknown as ReportState;
	const [issue] = result.issues;
	const field = v.getDotPath(issue) ?? 'the message';
	return {
		status: 'error',
		message: `This run's record cannot be shown: ${field.replace(/^report\./, '')}: ${issue.message}. It may come from another version; run again, or restore run.json from git.`,
	};
}
