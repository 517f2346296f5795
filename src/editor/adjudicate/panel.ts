import type * as vscode from 'vscode';
import { type AdjudicateHost, type AdjudicateView, validateHostCall } from '../../protocol/adjudicate.ts';
import { createRpc, type Rpc } from '../../protocol/rpc.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { webviewChannel } from '../webview-channel.ts';
import { webviewHtml, webviewRoots } from '../webview-html.ts';
import { AdjudicateHostImpl } from './host.ts';
import type { AdjudicateKeys } from './keys.ts';

/** Changes come in bursts; the screen reads once for all of one. */
const CHANGE_DELAY_MS = 400;

/** One adjudicate screen. The page is thrown away while it is hidden and asks again with `ready` when it comes back. */
export class AdjudicatePanel extends Disposable {
	readonly panel: vscode.WebviewPanel;
	readonly #rpc: Rpc<AdjudicateView>;
	#ready = false;
	readonly #changes = new Set<string>();
	#timer: NodeJS.Timeout | undefined;

	constructor(services: Services, session: FolderSession, keys: AdjudicateKeys, panel: vscode.WebviewPanel) {
		super();
		this.panel = panel;
		const { webview } = panel;
		const { extensionUri } = services.context;
		webview.options = { enableScripts: true, localResourceRoots: webviewRoots(extensionUri) };
		const host = new AdjudicateHostImpl(services, session, {
			focus: (on) => keys.setFocus(this, on),
			input: (on) => keys.setInput(this, on),
		});
		this.#rpc = createRpc<AdjudicateView, AdjudicateHost>(webviewChannel(webview), host, {
			validate: (method, args) => {
				if (method === 'ready') this.#ready = true;
				return validateHostCall(method, args);
			},
			onError: (method, error) =>
				services.log.error(`Adjudicate, ${method}:`, error instanceof Error ? error : String(error)),
		});
		this.register({ dispose: () => this.#rpc.dispose() });
		this.register({ dispose: () => clearTimeout(this.#timer) });
		this.register({ dispose: () => keys.forget(this) });
		this.register(session.onChanged(({ what }) => this.#changed(what)));
		this.register(
			panel.onDidChangeViewState(() => {
				if (!panel.visible) this.#ready = false;
				if (!panel.active) keys.forget(this);
			}),
		);
		webview.html = webviewHtml(webview, extensionUri, 'adjudicate', 'Adjudicate');
	}

	show(): void {
		this.panel.reveal(undefined, false);
	}

	/** To the screen, if it is there to hear it. */
	get view(): Rpc<AdjudicateView>['notify'] | null {
		return this.#ready ? this.#rpc.notify : null;
	}

	#changed(what: readonly string[]): void {
		for (const thing of what) this.#changes.add(thing);
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.view?.changed([...this.#changes]);
			this.#changes.clear();
		}, CHANGE_DELAY_MS);
	}
}
