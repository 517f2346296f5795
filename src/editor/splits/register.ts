import * as vscode from 'vscode';
import { parseFocus, type SplitsFocus } from '../../protocol/splits.ts';
import { Disposable } from '../disposable.ts';
import { FolderPanels } from '../folder-panels.ts';
import { restoredSession } from '../restored-session.ts';
import type { FolderSession, Services } from '../services.ts';
import type { SplitsScreens } from './host.ts';
import { SplitsPanel, VIEW_TYPE } from './panel.ts';

/** The Splits views, one for each folder; they survive a reload of the window. */
export class SplitsViews extends Disposable implements vscode.WebviewPanelSerializer {
	readonly #services: Services;
	readonly #screens: SplitsScreens;
	readonly #open: FolderPanels<SplitsPanel>;

	constructor(services: Services, screens: SplitsScreens) {
		super();
		this.#services = services;
		this.#screens = screens;
		this.register(vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this));
		this.#open = this.register(new FolderPanels<SplitsPanel>(services));
	}

	/** @param focus what to show of it; anything else is ignored */
	async open(session: FolderSession, focus: unknown): Promise<void> {
		const known = this.#open.of(session);
		if (known !== undefined) return known.reveal(parseFocus(focus));
		// Fails here, with a message, rather than in an empty panel.
		await session.api();
		const title = this.#services.sessions.length > 1 ? `Splits: ${session.folder.name}` : 'Splits';
		const panel = vscode.window.createWebviewPanel(VIEW_TYPE, title, vscode.ViewColumn.Active);
		this.#adopt(session, panel, parseFocus(focus));
	}

	async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
		const folder = typeof state === 'object' && state !== null ? (state as { folder?: unknown }).folder : undefined;
		const session = typeof folder === 'string' ? await restoredSession(this.#services, folder) : undefined;
		if (session === undefined || this.#open.of(session) !== undefined) panel.dispose();
		else this.#adopt(session, panel, null);
	}

	#adopt(session: FolderSession, panel: vscode.WebviewPanel, focus: SplitsFocus | null): void {
		this.#open.adopt(session, panel, new SplitsPanel(this.#services, session, this.#screens, panel, focus));
	}
}
