/**
 * Messages between the calibration report's webview and the extension, checked where they arrive. The record comes from a
 * committed file that another version or a person may have written: what the view relies on is checked, the rest passes.
 */
import * as v from 'valibot';
import { UserError } from './errors.ts';
import { runComparisonSchema, runReportSchema } from './report-record.ts';
import type { RunComparison, RunReport, RunSide } from './runs.ts';
import type { Progress } from './workspace-api.ts';

export interface DecisionInput {
	/** One of the run's λ; null for "none" and for a checkpoint. */
	readonly lambda: number | null;
	/** One of the run's checkpoints; null for "none" and for a λ. */
	readonly checkpoint: string | null;
	readonly reason: string;
}

/** What was typed into the decision box; kept by the host while the view is hidden, never written anywhere. */
export interface DecisionDraft {
	/** A λ as text, `checkpoint ` and its name, `none`, or empty. */
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
			/** Of an exported file: the data card as it stood then, as HTML without anybody's markup or name. */
			readonly card?: string;
	  }
	| { readonly status: 'vanished'; readonly run: string; readonly latest: string | null }
	| { readonly status: 'error'; readonly message: string };

/** A scoring run that goes on in this workspace, or null. */
export type RunningState = Pick<Progress, 'phase' | 'done' | 'total' | 'unit' | 'eta'> | null;

/** What the view may ask of the extension. Each rejects with a UserError that the view shows. */
export interface ReportHost {
	/** The first call: what to show, and what to keep so that the panel survives a reload. */
	ready(): Promise<{ readonly state: ReportState; readonly keep: PanelState; readonly running: RunningState }>;
	/** The report on screen with its lists, asked for once a `pending` one is painted: seconds over much data. */
	details(): Promise<ReportState>;
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
	/** Paired differences second − first and the pairs that flipped, outside E. */
	compare(first: RunSide, second: RunSide): Promise<RunComparison>;
	decide(input: DecisionInput): Promise<void>;
	exportHtml(): Promise<void>;
	/** The data card as it stands now, as HTML. */
	card(): Promise<string>;
	/** The card as a page of its own, with its Markdown one click away. */
	openCard(): Promise<void>;
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
	choice: v.pipe(v.string(), v.maxLength(1100)),
	reason: v.pipe(v.string(), v.maxLength(20_000)),
});
const side = v.strictObject({
	run,
	checkpoint: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(1000))),
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
	details: v.strictTuple([]),
	rerun: v.strictTuple([]),
	configureRun: v.strictTuple([]),
	cancelRun: v.strictTuple([]),
	rejudge: v.strictTuple([]),
	openPair: v.strictTuple([id]),
	openSplits: v.strictTuple([]),
	openRun: v.strictTuple([run]),
	compare: v.strictTuple([side, side]),
	decide: v.strictTuple([decision]),
	exportHtml: v.strictTuple([]),
	card: v.strictTuple([]),
	openCard: v.strictTuple([]),
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

const state = v.variant('status', [
	v.looseObject({
		status: v.literal('report'),
		report: runReportSchema,
		actions: v.picklist(['all', 'untrusted', 'exported']),
		texts: v.boolean(),
		draft: v.nullable(draft),
		card: v.optional(v.string()),
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

/** The reply to `compare`, checked. @throws UserError that names the field */
export function parseRunComparison(input: unknown): RunComparison {
	const result = v.safeParse(runComparisonSchema, input);
	if (result.success) return result.output as unknown as RunComparison;
	const [issue] = result.issues;
	throw new UserError(
		'unusable-input',
		`The comparison cannot be shown: ${v.getDotPath(issue) ?? 'the message'}: ${issue.message}.`,
	);
}
