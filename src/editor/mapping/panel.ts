import { basename } from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { fittingMapping, mappingProblem } from '../../domain/column-mapping.ts';
import { mappingText } from '../../formats/column-mapping-text.ts';
import type { ImportPreview } from '../../protocol/imports.ts';
import {
	type MappingHost,
	type MappingState,
	type MappingView,
	mappingHostSchemas,
	mappingStateSchema,
} from '../../protocol/mapping.ts';
import { createRpc } from '../../protocol/rpc.ts';
import { validateArguments } from '../../protocol/schemas.ts';
import { Disposable } from '../disposable.ts';
import { restoredSession } from '../restored-session.ts';
import type { FolderSession, Services } from '../services.ts';
import { webviewChannel } from '../webview-channel.ts';
import { webviewHtml, webviewRoots } from '../webview-html.ts';
import { type Importer, MappingAnswers, type MappingTask } from './host.ts';

const VIEW_TYPE = 'pairwright.mapping';

/** One mapping screen. */
class MappingPanel extends Disposable {
	constructor(
		services: Services,
		session: FolderSession,
		task: MappingTask,
		importer: Importer,
		panel: vscode.WebviewPanel,
	) {
		super();
		const { extensionUri } = services.context;
		panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'pairwright.svg');
		panel.webview.options = { enableScripts: true, localResourceRoots: webviewRoots(extensionUri) };
		const answers = new MappingAnswers(session, task, importer, () => panel.dispose());
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

/** The mapping screens, any number of them; they survive a reload of the window, for which the file is read anew. */
export class MappingScreens extends Disposable implements vscode.WebviewPanelSerializer {
	readonly #services: Services;
	readonly #importer: Importer;

	constructor(services: Services, importer: Importer) {
		super();
		this.#services = services;
		this.#importer = importer;
		this.register(vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this));
	}

	/** Opens the screen for files with the same columns. */
	open(session: FolderSession, task: MappingTask): void {
		const title = `Map Columns: ${basename(task.files[0]!)}`;
		this.#adopt(session, task, vscode.window.createWebviewPanel(VIEW_TYPE, title, vscode.ViewColumn.Active));
	}

	async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
		const kept = v.safeParse(mappingStateSchema, state);
		const session = kept.success ? await restoredSession(this.#services, kept.output.folder) : undefined;
		if (!kept.success || session === undefined) return panel.dispose();
		try {
			this.#adopt(session, await taskOf(session, kept.output), panel);
		} catch (error) {
			panel.dispose();
			const why = error instanceof Error ? error.message : String(error);
			void vscode.window.showWarningMessage(`The mapping screen did not come back: ${why}`);
		}
	}

	#adopt(session: FolderSession, task: MappingTask, panel: vscode.WebviewPanel): void {
		const screen = new MappingPanel(this.#services, session, task, this.#importer, panel);
		const gone = this.#services.onSessionsChanged(() => {
			if (this.#services.sessionOf(session.folder.uri.toString()) === undefined) panel.dispose();
		});
		panel.onDidDispose(() => {
			gone.dispose();
			screen.dispose();
		});
	}
}

/** The files as they are now, read as they were corrected. Columns that are not there any more lose their roles. */
async function taskOf(session: FolderSession, { mapping, name, ...task }: MappingState): Promise<MappingTask> {
	const api = await session.api();
	const [first = ''] = task.files;
	const preview = await api.previewImport(first, {});
	if (mapping === undefined) return { ...task, preview };
	const corrected = fittingMapping(
		mapping,
		preview.columns.map((column) => column.name),
	);
	// Not corrected: what was only guessed is still to be looked at.
	if (mappingText(corrected) === mappingText(preview.suggestion)) {
		return { ...task, preview, ...(name === undefined ? {} : { name }) };
	}
	const read = mappingProblem(corrected) === null ? await api.previewImport(first, { mapping: corrected }) : preview;
	const doubts = read === preview ? [] : read.doubts;
	const now: ImportPreview = { ...read, doubts, suggestion: preview.suggestion };
	return { ...task, preview: now, mapping: corrected, ...(name === undefined ? {} : { name }) };
}
