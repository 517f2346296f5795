import * as vscode from 'vscode';
import { type ReportHost, type ReportView, validateReportCall } from '../../protocol/report.ts';
import { createRpc } from '../../protocol/rpc.ts';
import type { RunReport } from '../../protocol/runs.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { webviewChannel } from '../webview-channel.ts';
import { inPage, webviewHtml, webviewRoots } from '../webview-html.ts';
import { ReportAnswers, type ReportScreens } from './host.ts';
import type { RunStarts } from './run-starts.ts';
import type { ScoringRuns } from './scoring-runs.ts';

export const VIEW_TYPE = 'pairwright.report';
/** A burst of verdicts asks once whether the report is out of date. */
const SETTLE_MS = 500;

/** The calibration report of one folder. It shows one run at a time; a new run takes its place. */
export class ReportPanel extends Disposable {
	readonly #panel: vscode.WebviewPanel;
	readonly #answers: ReportAnswers;
	readonly #tell: () => Promise<void>;

	constructor(
		services: Services,
		session: FolderSession,
		screens: ReportScreens,
		scoring: ScoringRuns,
		starts: RunStarts,
		panel: vscode.WebviewPanel,
		run: string,
		first?: Promise<RunReport>,
	) {
		super();
		this.#panel = this.register(panel);
		const { extensionUri } = services.context;
		const several = services.sessions.length > 1 ? `${session.folder.name}: ` : '';
		panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'pairwright.svg');
		panel.webview.options = { enableScripts: true, localResourceRoots: webviewRoots(extensionUri) };
		const answers = new ReportAnswers(services, session, screens, scoring, starts, run, first, (ordinal) => {
			panel.title = ordinal === null ? `${several}Report` : `${several}Report: run ${ordinal}`;
		});
		this.#answers = answers;
		const rpc = createRpc<ReportView, ReportHost>(webviewChannel(panel.webview), answers, {
			validate: validateReportCall,
			onError: (method, error) => services.log.error(`Report, ${method}:`, String(error)),
		});
		this.register({ dispose: () => rpc.dispose() });

		let stale = false;
		let timer: NodeJS.Timeout | undefined;
		this.register({ dispose: () => clearTimeout(timer) });
		this.#tell = async () => {
			// Hidden, it loses messages: it asks again for everything when it is shown.
			if (!panel.visible) return;
			stale = false;
			const asked = answers.run;
			try {
				// The view asks for the rest when this is painted.
				const state = await answers.state('record');
				if (asked === answers.run && !this.disposed) rpc.notify.update(state);
			} catch (error) {
				services.showError(error, 'reading the report');
			}
		};
		answers.onNavigate = this.#tell;
		this.register(
			session.onChanged(({ what }) => {
				if (!what.some((each) => each !== 'index' && each !== 'guidelines')) return;
				stale = true;
				clearTimeout(timer);
				timer = setTimeout(() => void this.#tell(), SETTLE_MS);
			}),
		);
		this.register(panel.onDidChangeViewState(() => stale && void this.#tell()));
		this.register(vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#tell()));
		this.register(
			scoring.onChanged((folder) => {
				if (folder === session.folder.uri.toString() && panel.visible) rpc.notify.running(scoring.running(session));
			}),
		);
		const files = inPage(extensionUri, 'report');
		panel.webview.html = webviewHtml(panel.webview, extensionUri, 'report', 'Calibration report', files);
		// The editor keeps it until the page has loaded, which is sooner than the page could ask and be answered.
		answers.open().then(
			(state) => {
				const wanted = state.status === 'report' && state.report.record.run === answers.run;
				if (wanted && !this.disposed) rpc.notify.update(state);
			},
			() => {
				// The view's own question gets the error.
			},
		);
	}

	get run(): string {
		return this.#answers.run;
	}

	/** Brings it to the front with this run. */
	async show(run: string): Promise<void> {
		const other = run !== this.#answers.run;
		this.#answers.show(run);
		this.#panel.reveal();
		if (other) await this.#tell();
	}
}
