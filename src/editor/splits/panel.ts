import * as vscode from 'vscode';
import { createRpc } from '../../protocol/rpc.ts';
import { validateArguments } from '../../protocol/schemas.ts';
import { type SplitsFocus, type SplitsHost, type SplitsView, splitsHostSchemas } from '../../protocol/splits.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { webviewChannel } from '../webview-channel.ts';
import { webviewHtml, webviewRoots } from '../webview-html.ts';
import { SplitsAnswers, type SplitsScreens } from './host.ts';

export const VIEW_TYPE = 'pairwright.splits';
/** A burst of moves or imported batches redraws once. Counts may lag: an overview of 100,000 prompts takes a while. */
const SETTLE_MS = { rows: 400, counts: 3000 } as const;

/** The Splits view of one folder. */
export class SplitsPanel extends Disposable {
	readonly #panel: vscode.WebviewPanel;
	readonly #notify: (focus: SplitsFocus) => void;

	constructor(
		services: Services,
		session: FolderSession,
		screens: SplitsScreens,
		panel: vscode.WebviewPanel,
		focus: SplitsFocus | null,
	) {
		super();
		this.#panel = this.register(panel);
		const { extensionUri } = services.context;
		panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'pairwright.svg');
		panel.webview.options = { enableScripts: true, localResourceRoots: webviewRoots(extensionUri) };
		const answers = new SplitsAnswers(services, session, screens, focus, {
			inspecting: (progress) => panel.visible && rpc.notify.inspecting(progress),
			acting: (acting) => panel.visible && rpc.notify.acting(acting),
		});
		// Nobody is left to read what it finds.
		this.register({ dispose: () => void answers.stopInspecting().catch(() => {}) });
		const rpc = createRpc<SplitsView, SplitsHost>(webviewChannel(panel.webview), answers, {
			validate: validateArguments<SplitsHost>(splitsHostSchemas),
			onError: (method, error) => services.log.error(`Splits, ${method}:`, String(error)),
		});
		this.register({ dispose: () => rpc.dispose() });
		this.#notify = (next) => rpc.notify.focus(next);

		let pending: 'rows' | 'counts' | null = null;
		let timer: NodeJS.Timeout | undefined;
		this.register({ dispose: () => clearTimeout(timer) });
		const tell = (): void => {
			timer = undefined;
			// Hidden, it loses messages: it asks again for everything when it is shown.
			if (pending !== null && panel.visible) rpc.notify.changed(pending);
			if (panel.visible) pending = null;
		};
		this.register(
			session.onChanged(({ what }) => {
				const rows = what.some((each) => each === 'comparisons' || each === 'splits');
				if (!rows && !what.some((each) => each === 'judgments' || each === 'index' || each === 'config')) return;
				pending = rows ? 'rows' : (pending ?? 'counts');
				timer ??= setTimeout(tell, SETTLE_MS[pending]);
			}),
		);
		this.register(panel.onDidChangeViewState(() => pending !== null && tell()));
		panel.webview.html = webviewHtml(panel.webview, extensionUri, 'splits', panel.title);
	}

	/** Brings it to the front, filtered where `focus` says so. */
	reveal(focus: SplitsFocus | null): void {
		this.#panel.reveal();
		if (focus !== null) this.#notify(focus);
	}
}
