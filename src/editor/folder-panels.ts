import type * as vscode from 'vscode';
import { Disposable } from './disposable.ts';
import type { FolderSession, Services } from './services.ts';

/** The panels of one view, at most one a folder. A panel goes with its folder, and all go when the extension stops. */
export class FolderPanels<Screen extends vscode.Disposable> extends Disposable {
	readonly #open = new Map<string, { readonly panel: vscode.WebviewPanel; readonly screen: Screen }>();

	constructor(services: Services) {
		super();
		this.register(
			services.onSessionsChanged(() => {
				for (const [folder, { panel }] of [...this.#open]) {
					if (services.sessionOf(folder) === undefined) panel.dispose();
				}
			}),
		);
	}

	of(session: FolderSession): Screen | undefined {
		return this.#open.get(session.folder.uri.toString())?.screen;
	}

	/** @param folder a folder's URI */
	has(folder: string): boolean {
		return this.#open.has(folder);
	}

	/** The screen whose tab is in front and focused. */
	get active(): Screen | null {
		return [...this.#open.values()].find(({ panel }) => panel.active)?.screen ?? null;
	}

	/** Keeps `screen` for as long as its panel is open. */
	adopt(session: FolderSession, panel: vscode.WebviewPanel, screen: Screen): void {
		const folder = session.folder.uri.toString();
		this.#open.set(folder, { panel, screen });
		panel.onDidDispose(() => {
			if (this.#open.get(folder)?.screen === screen) this.#open.delete(folder);
			screen.dispose();
		});
	}

	override dispose(): void {
		for (const { panel } of [...this.#open.values()]) panel.dispose();
		super.dispose();
	}
}
