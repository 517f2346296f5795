import type * as vscode from 'vscode';
import { type AdjudicateHost, type AdjudicateView, validateHostCall } from '../../protocol/adjudicate.ts';
import { createRpc, type Rpc } from '../../protocol/rpc.ts';
import { Bursts } from '../bursts.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { webviewChannel } from '../webview-channel.ts';
import { webviewHtml, webviewRoots } from '../webview-html.ts';
import { AdjudicateHostImpl } from './host.ts';
import type { AdjudicateKeys } from './keys.ts';

/** One adjudicate screen. The page is thrown away while it is hidden and asks again with `ready` when it comes back. */
export class AdjudicatePanel extends Disposable {
	readonly panel: vscode.WebviewPanel;
	readonly #rpc: Rpc<AdjudicateView>;
	#ready = false;

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
		const changes = this.register(new Bursts((what) => this.view?.changed(what)));
		this.register({ dispose: () => keys.forget(this) });
		this.register(session.onChanged(({ what }) => changes.add(what)));
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
}
