import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';
import { parsePanelState } from '../../protocol/report.ts';
import type { RunReport } from '../../protocol/runs.ts';
import { Disposable } from '../disposable.ts';
import { FolderPanels } from '../folder-panels.ts';
import { restoredSession } from '../restored-session.ts';
import type { FolderSession, Services } from '../services.ts';
import { decideFromPalette } from './decision.ts';
import { exportReport } from './export-report.ts';
import type { ReportScreens } from './host.ts';
import { ReportPanel, VIEW_TYPE } from './panel.ts';
import { offerFirstRun, pickRun } from './pick-run.ts';
import { RunStarts } from './run-starts.ts';
import { ScoringRuns } from './scoring-runs.ts';

/** How long a tab waits for the answer that says whether there is anything to open. */
const AT_ONCE_MS = 30;

/**
 * Which run a command is about: a click hands over `{folder, argument}`, a row's context menu the row itself; nothing where the
 * palette called.
 */
function rowOf(value: unknown): { folder: string; run: string | undefined } | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const { folder, argument, session, row } = value as {
		folder?: unknown;
		argument?: unknown;
		session?: Partial<FolderSession>;
		row?: { argument?: unknown } | null;
	};
	const of = typeof folder === 'string' ? folder : session?.folder?.uri.toString();
	const run = argument ?? row?.argument;
	return of === undefined ? undefined : { folder: of, run: typeof run === 'string' ? run : undefined };
}

/** The calibration reports, one for each folder, and what is done with runs. Reports survive a reload of the window. */
export class ReportViews extends Disposable implements vscode.WebviewPanelSerializer {
	readonly #services: Services;
	readonly #screens: ReportScreens;
	readonly #scoring: ScoringRuns;
	readonly #starts: RunStarts;
	readonly #open: FolderPanels<ReportPanel>;

	constructor(services: Services, screens: ReportScreens) {
		super();
		this.#services = services;
		this.#screens = screens;
		this.#scoring = this.register(new ScoringRuns(services));
		this.#starts = new RunStarts(services, this.#scoring);
		this.register(vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this));
		this.#open = this.register(new FolderPanels<ReportPanel>(services));
		this.#command('decide', 'recording the decision', async (session, run) => {
			const decided = await decideFromPalette(services, session, run);
			if (decided !== undefined) await this.open(session, decided);
		});
		this.#command('exportReport', 'exporting the report', async (session, run) => {
			const id = run ?? this.#shown(session) ?? (await pickRun(session, 'Export the report of which run?'));
			if (id === undefined) return;
			const bundleDir = vscode.Uri.joinPath(services.context.extensionUri, 'dist', 'webview').fsPath;
			await exportReport(session, id, bundleDir);
		});
		this.#command('rejudge', 'queueing the pairs', async (session, run) => {
			const id = run ?? this.#shown(session) ?? (await pickRun(session, 'Judge the mistakes of which run again?'));
			if (id === undefined || (await services.ensurePerson(session)) === undefined) return;
			const { mistakes } = await (await session.api()).rejudge(id);
			if (mistakes === 0) throw new UserError('not-found', 'This run has no mistakes left to judge again.');
			await screens.openRejudge(session);
		});
	}

	/** @param run a run's id, a unique prefix, or `latest` */
	async open(session: FolderSession, run: string): Promise<void> {
		const api = await session.api();
		const record = api.report(run, { part: 'record' });
		let opened: ReportPanel | undefined;
		try {
			const known = this.#open.of(session);
			if (known !== undefined) return await known.show((await record).record.run);
			// A process that is busy with something else must not keep the tab from opening.
			await Promise.race([record, new Promise((resolve) => setTimeout(resolve, AT_ONCE_MS))]);
			const panel = vscode.window.createWebviewPanel(VIEW_TYPE, 'Report', vscode.ViewColumn.Active);
			opened = this.#adopt(session, panel, run, record);
			await record;
		} catch (error) {
			opened?.dispose();
			if (!UserError.is(error, 'not-found') || (await api.runs()).length > 0) throw error;
			await offerFirstRun(session);
		}
	}

	/** The small form, the run, then its report. */
	async startScoring(session: FolderSession): Promise<void> {
		const run = await this.#starts.first(session);
		if (run !== undefined) await this.open(session, run);
	}

	/** The questions about checkpoints, the run, then its report. @param files checkpoints that were picked already */
	async startCheckpoints(session: FolderSession, files: readonly string[]): Promise<void> {
		const run = await this.#starts.checkpoints(session, files);
		if (run !== undefined) await this.open(session, run);
	}

	async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
		const kept = parsePanelState(state);
		const session = kept === null ? undefined : await restoredSession(this.#services, kept.folder);
		if (kept === null || session === undefined || this.#open.has(kept.folder)) panel.dispose();
		else this.#adopt(session, panel, kept.run);
	}

	/** The run whose report is open in this folder. */
	#shown(session: FolderSession): string | undefined {
		return this.#open.of(session)?.run;
	}

	#adopt(session: FolderSession, panel: vscode.WebviewPanel, run: string, first?: Promise<RunReport>): ReportPanel {
		const view = new ReportPanel(
			this.#services,
			session,
			this.#screens,
			this.#scoring,
			this.#starts,
			panel,
			run,
			first,
		);
		this.#open.adopt(session, panel, view);
		return view;
	}

	#command(
		name: string,
		doing: string,
		work: (session: FolderSession, run: string | undefined) => Promise<void>,
	): void {
		const guarded = async (value: unknown): Promise<void> => {
			try {
				const row = rowOf(value);
				const session = row === undefined ? await this.#services.pickSession() : this.#services.sessionOf(row.folder);
				if (session !== undefined) await work(session, row?.run);
			} catch (error) {
				this.#services.showError(error, doing);
			}
		};
		this.register(vscode.commands.registerCommand(`pairwright.${name}`, guarded));
	}
}
