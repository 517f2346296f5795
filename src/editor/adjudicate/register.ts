import * as vscode from 'vscode';
import { parsePanelState } from '../../protocol/adjudicate.ts';
import { Disposable } from '../disposable.ts';
import { FolderPanels } from '../folder-panels.ts';
import { restoredSession } from '../restored-session.ts';
import type { FolderSession, Services } from '../services.ts';
import { AdjudicateKeys } from './keys.ts';
import { AdjudicatePanel } from './panel.ts';

const VIEW_TYPE = 'pairwright.adjudicate';

/** The adjudicate screens, one a folder; they survive a reload of the window. */
export class AdjudicateViews extends Disposable implements vscode.WebviewPanelSerializer {
	readonly #services: Services;
	readonly #keys: AdjudicateKeys;
	readonly #open: FolderPanels<AdjudicatePanel>;

	constructor(services: Services) {
		super();
		this.#services = services;
		this.#open = this.register(new FolderPanels<AdjudicatePanel>(services));
		this.#keys = this.register(new AdjudicateKeys(() => this.#open.active));
		this.register(vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this));
	}

	async open(session: FolderSession): Promise<void> {
		const known = this.#open.of(session);
		if (known !== undefined) return known.show();
		const { name } = session.folder;
		const title = this.#services.sessions.length > 1 ? `Adjudicate: ${name}` : 'Adjudicate';
		this.#adopt(session, vscode.window.createWebviewPanel(VIEW_TYPE, title, vscode.ViewColumn.Active));
	}

	async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
		const kept = parsePanelState(state);
		const session = kept === null ? undefined : await restoredSession(this.#services, kept.folder);
		if (kept === null || session === undefined || this.#open.has(kept.folder)) return panel.dispose();
		this.#adopt(session, panel);
	}

	#adopt(session: FolderSession, panel: vscode.WebviewPanel): void {
		panel.iconPath = vscode.Uri.joinPath(this.#services.context.extensionUri, 'media', 'pairwright.svg');
		this.#open.adopt(session, panel, new AdjudicatePanel(this.#services, session, this.#keys, panel));
	}
}
