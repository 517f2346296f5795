import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';
import type { DecisionDraft, DecisionInput, PanelState, ReportHost, ReportState } from '../../protocol/report.ts';
import type { RunComparison, RunReport, RunSide } from '../../protocol/runs.ts';
import type { FolderSession, Services } from '../services.ts';
import { recordDecision } from './decision.ts';
import { exportReport } from './export-report.ts';
import type { RunStarts } from './run-starts.ts';
import type { ScoringRuns } from './scoring-runs.ts';

/** Other parts' screens that a report leads to. */
export interface ReportScreens {
	/** Blind: nothing of the run goes along. */
	openPair(session: FolderSession, comparison: string): Promise<void>;
	/** The queue of mistakes mixed with controls. */
	openRejudge(session: FolderSession): Promise<void>;
	openSplits(session: FolderSession): Promise<void>;
}

/** Answers the report view of one folder, for the run on screen. */
export class ReportAnswers implements ReportHost {
	readonly #services: Services;
	readonly #session: FolderSession;
	readonly #screens: ReportScreens;
	readonly #scoring: ScoringRuns;
	readonly #starts: RunStarts;
	readonly #onShown: (ordinal: number | null) => void;
	readonly #drafts = new Map<string, DecisionDraft>();
	#run: string;
	#first: Promise<RunReport> | undefined;
	#opening: Promise<ReportState> | undefined;

	/**
	 * @param run a run's id, a unique prefix or `latest`: what it names when it is first read stays on screen
	 * @param first the record alone, asked for before there was a panel
	 * @param onShown told the ordinal of the run on screen, or null when it cannot be shown
	 */
	constructor(
		services: Services,
		session: FolderSession,
		screens: ReportScreens,
		scoring: ScoringRuns,
		starts: RunStarts,
		run: string,
		first: Promise<RunReport> | undefined,
		onShown: (ordinal: number | null) => void,
	) {
		this.#services = services;
		this.#session = session;
		this.#screens = screens;
		this.#scoring = scoring;
		this.#starts = starts;
		this.#run = run;
		this.#first = first;
		this.#onShown = onShown;
	}

	get run(): string {
		return this.#run;
	}

	/** Called by the panel after it was told to show another run: the view asks again through `update`. */
	show(run: string): void {
		this.#first = undefined;
		this.#opening = undefined;
		this.#run = run;
	}

	/** Set by the panel: sends the state to the view. */
	onNavigate: () => Promise<void> = async () => {};

	/** The record at once, or with its lists. */
	async state(part: 'record' | 'all'): Promise<ReportState> {
		const run = this.#run;
		const first = part === 'record' ? this.#first : undefined;
		this.#first = undefined;
		const api = await this.#session.api();
		try {
			const report = await (first ?? (part === 'record' ? api.report(run, { part }) : api.report(run)));
			if (run === this.#run) this.#run = report.record.run;
			this.#onShown(report.ordinal);
			return {
				status: 'report',
				report,
				actions: vscode.workspace.isTrusted ? 'all' : 'untrusted',
				texts: true,
				draft: this.#drafts.get(report.record.run) ?? null,
			};
		} catch (error) {
			this.#onShown(null);
			if (UserError.is(error, 'not-found')) {
				return { status: 'vanished', run, latest: (await api.runs()).at(-1)?.run ?? null };
			}
			if (UserError.is(error)) return { status: 'error', message: error.message };
			throw error;
		}
	}

	/** The first state, read while the page loads; the first `ready` answers with it as well. */
	open(): Promise<ReportState> {
		const opening = this.state('record');
		this.#opening = opening;
		return opening;
	}

	async ready(): ReturnType<ReportHost['ready']> {
		const opening = this.#opening;
		this.#opening = undefined;
		const state = await (opening ?? this.state('record'));
		const keep: PanelState = { folder: this.#session.folder.uri.toString(), run: this.#run };
		return { state, keep, running: this.#scoring.running(this.#session) };
	}

	async details(): Promise<ReportState> {
		const state = await this.state('all');
		// The record is on screen and stays there: only its lists cannot be had.
		if (state.status === 'error') throw new UserError('unusable-input', state.message);
		return state;
	}

	async rerun(): Promise<void> {
		const { record } = await (await this.#session.api()).report(this.#run, { part: 'record' });
		await this.#goTo(await this.#starts.again(this.#session, record));
	}

	async configureRun(): Promise<void> {
		const { record } = await (await this.#session.api()).report(this.#run, { part: 'record' });
		await this.#goTo(await this.#starts.configure(this.#session, record));
	}

	cancelRun(): Promise<void> {
		return this.#scoring.cancel(this.#session);
	}

	async rejudge(): Promise<void> {
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return;
		const { mistakes } = await (await this.#session.api()).rejudge(this.#run);
		if (mistakes === 0) throw new UserError('not-found', 'This run has no mistakes left to judge again.');
		await this.#screens.openRejudge(this.#session);
	}

	openPair(comparison: string): Promise<void> {
		return this.#screens.openPair(this.#session, comparison);
	}

	openSplits(): Promise<void> {
		return this.#screens.openSplits(this.#session);
	}

	openRun(run: string): Promise<void> {
		return this.#goTo(run);
	}

	async compare(first: RunSide, second: RunSide): Promise<RunComparison> {
		return (await this.#session.api()).compare(first, second);
	}

	async decide(input: DecisionInput): Promise<void> {
		const run = this.#run;
		if (!(await recordDecision(this.#services, this.#session, run, input))) return;
		this.#drafts.delete(run);
		await this.onNavigate();
	}

	exportHtml(): Promise<void> {
		const bundleDir = vscode.Uri.joinPath(this.#services.context.extensionUri, 'dist', 'webview').fsPath;
		return exportReport(this.#session, this.#run, bundleDir);
	}

	async card(): Promise<string> {
		return (await (await this.#session.api()).card()).html;
	}

	async openCard(): Promise<void> {
		await vscode.commands.executeCommand('pairwright.showCard', { folder: this.#session.folder.uri.toString() });
	}

	async saveDraft(draft: DecisionDraft): Promise<void> {
		this.#drafts.set(this.#run, draft);
	}

	async #goTo(run: string | undefined): Promise<void> {
		if (run === undefined) return;
		this.#run = run;
		await this.onNavigate();
	}
}
