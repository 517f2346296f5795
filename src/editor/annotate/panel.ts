import type * as vscode from 'vscode';
import {
	type AnnotateHost,
	type AnnotateTarget,
	type AnnotateView,
	validateHostCall,
} from '../../protocol/annotate.ts';
import { createRpc, type Rpc } from '../../protocol/rpc.ts';
import { Bursts } from '../bursts.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { webviewChannel } from '../webview-channel.ts';
import { webviewHtml, webviewRoots } from '../webview-html.ts';
import { AnnotateHostImpl } from './host.ts';
import type { AnnotateKeys } from './keys.ts';
import type { AnnotateMemory } from './memory.ts';

/** One annotate screen. The page is thrown away while it is hidden and asks again with `ready` when it comes back. */
export class AnnotatePanel extends Disposable {
	readonly panel: vscode.WebviewPanel;
	readonly #host: AnnotateHostImpl;
	readonly #rpc: Rpc<AnnotateView>;
	#ready = false;

	constructor(
		services: Services,
		session: FolderSession,
		memory: AnnotateMemory,
		keys: AnnotateKeys,
		panel: vscode.WebviewPanel,
		target: AnnotateTarget,
	) {
		super();
		this.panel = panel;
		const { webview } = panel;
		const { extensionUri } = services.context;
		webview.options = { enableScripts: true, localResourceRoots: webviewRoots(extensionUri) };
		this.#host = new AnnotateHostImpl(services, session, memory, target, {
			focus: (on) => keys.setFocus(this, on),
			mode: (mode) => keys.setMode(this, mode),
			leave: () => keys.leave(this),
			open: (next) => this.show(next),
		});
		const host = this.#host;
		this.#rpc = createRpc<AnnotateView, AnnotateHost>(webviewChannel(webview), host, {
			validate: (method, args) => {
				if (method === 'ready') this.#ready = true;
				return validateHostCall(method, args);
			},
			onError: (method, error) =>
				services.log.error(`Annotate, ${method}:`, error instanceof Error ? error : String(error)),
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
		webview.html = webviewHtml(webview, extensionUri, 'annotate', 'Annotate');
	}

	/** Puts another queue or pair on the screen. */
	show(target: AnnotateTarget): void {
		this.#host.target = target;
		if (this.#ready) this.#rpc.notify.restart();
		this.panel.reveal(undefined, false);
	}

	/** To the screen, if it is there to hear it. */
	get view(): Rpc<AnnotateView>['notify'] | null {
		return this.#ready ? this.#rpc.notify : null;
	}
}
