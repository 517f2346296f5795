import { basename } from 'node:path';
import * as vscode from 'vscode';
import { type MappingHost, type MappingView, mappingHostSchemas } from '../../protocol/mapping.ts';
import { createRpc } from '../../protocol/rpc.ts';
import { validateArguments } from '../../protocol/schemas.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { webviewChannel } from '../webview-channel.ts';
import { webviewHtml, webviewRoots } from '../webview-html.ts';
import { MappingAnswers, type MappingTask } from './host.ts';

/**
 * One mapping screen. It does not come back after a reload of the window: nothing was imported, and the file may have changed.
 */
class MappingPanel extends Disposable {
	constructor(services: Services, session: FolderSession, task: MappingTask, panel: vscode.WebviewPanel) {
		super();
		const { extensionUri } = services.context;
		panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'pairwright.svg');
		panel.webview.options = { enableScripts: true, localResourceRoots: webviewRoots(extensionUri) };
		const answers = new MappingAnswers(session, task, () => panel.dispose());
		let ready = false;
		const rpc = createRpc<MappingView, MappingHost>(webviewChannel(panel.webview), answers, {
			validate: (method, args) => {
				if (method === 'ready') ready = true;
				return validateArguments<MappingHost>(mappingHostSchemas)(method, args);
			},
			onError: (method, error) => services.log.error(`Mapping, ${method}:`, String(error)),
		});
		this.register({ dispose: () => rpc.dispose() });
		this.register(
			session.onChanged(async ({ what }) => {
				if (!ready || !panel.visible || !what.includes('config')) return;
				rpc.notify.saved(await answers.saved());
			}),
		);
		this.register(
			panel.onDidChangeViewState(() => {
				if (!panel.visible) ready = false;
			}),
		);
		panel.webview.html = webviewHtml(panel.webview, extensionUri, 'mapping', panel.title);
	}
}

/** Opens the mapping screen for files with the same columns. */
export function openMapping(services: Services, session: FolderSession, task: MappingTask): void {
	const title = `Map Columns: ${basename(task.files[0]!)}`;
	const panel = vscode.window.createWebviewPanel('pairwright.mapping', title, vscode.ViewColumn.Active);
	const screen = new MappingPanel(services, session, task, panel);
	const gone = services.onSessionsChanged(() => {
		if (services.sessionOf(session.folder.uri.toString()) === undefined) panel.dispose();
	});
	panel.onDidDispose(() => {
		gone.dispose();
		screen.dispose();
	});
}
