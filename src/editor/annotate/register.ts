import * as vscode from 'vscode';
import { type AnnotateTarget, type PairOrigin, parsePanelState } from '../../protocol/annotate.ts';
import type { QueueKind } from '../../protocol/judging.ts';
import { Disposable } from '../disposable.ts';
import { FolderPanels } from '../folder-panels.ts';
import { restoredSession } from '../restored-session.ts';
import type { FolderSession, Services } from '../services.ts';
import { AnnotateKeys } from './keys.ts';
import { AnnotateMemory } from './memory.ts';
import { AnnotatePanel } from './panel.ts';

const VIEW_TYPE = 'pairwright.annotate';

/** The annotate screens, one a folder; they survive a reload of the window. */
class AnnotateScreens extends Disposable implements vscode.WebviewPanelSerializer {
	readonly #services: Services;
	readonly #keys: AnnotateKeys;
	readonly #open: FolderPanels<AnnotatePanel>;

	constructor(services: Services) {
		super();
		this.#services = services;
		this.#open = this.register(new FolderPanels<AnnotatePanel>(services));
		this.#keys = this.register(new AnnotateKeys(() => this.#open.active));
		this.register(vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this));
	}

	open(session: FolderSession, target: AnnotateTarget): void {
		const known = this.#open.of(session);
		if (known !== undefined) {
			known.show(target);
			return;
		}
		const name = session.folder.name;
		const title = this.#services.sessions.length > 1 ? `Annotate: ${name}` : 'Annotate';
		this.#adopt(session, vscode.window.createWebviewPanel(VIEW_TYPE, title, vscode.ViewColumn.Active), target);
	}

	async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
		const kept = parsePanelState(state);
		const session = kept === null ? undefined : await restoredSession(this.#services, kept.folder);
		if (kept === null || session === undefined || this.#open.has(kept.folder)) return panel.dispose();
		this.#adopt(session, panel, kept.target);
	}

	#adopt(session: FolderSession, panel: vscode.WebviewPanel, target: AnnotateTarget): void {
		const folder = session.folder.uri.toString();
		panel.iconPath = vscode.Uri.joinPath(this.#services.context.extensionUri, 'media', 'pairwright.svg');
		const memory = new AnnotateMemory(this.#services.context.workspaceState, folder);
		const screen = new AnnotatePanel(this.#services, session, memory, this.#keys, panel, target);
		this.#open.adopt(session, panel, screen);
	}
}

const screens = new WeakMap<Services, AnnotateScreens>();

function screensOf(services: Services): AnnotateScreens {
	const found = screens.get(services);
	if (found === undefined) throw new Error('registerAnnotate has not been called');
	return found;
}

/** Commands, keys and panels of the annotate screen. */
export function registerAnnotate(services: Services): vscode.Disposable {
	const all = new AnnotateScreens(services);
	screens.set(services, all);
	return all;
}

/** Opens a queue: mine, a review, or a run's mistakes with controls. */
export async function openQueue(services: Services, session: FolderSession, kind: QueueKind): Promise<void> {
	screensOf(services).open(session, { type: 'queue', kind });
}

/**
 * Opens one pair blind, without its score, label or tags.
 * @param origin `report` where a run's result led to it: such a verdict repairs train only
 */
export async function openPair(
	services: Services,
	session: FolderSession,
	comparison: string,
	origin: PairOrigin = 'list',
): Promise<void> {
	screensOf(services).open(session, { type: 'pair', comparison, origin });
}
