import * as vscode from 'vscode';
import { Disposable } from '../disposable.ts';

const SCHEME = 'pairwright-result';
/** Plain text whose long lines wrap: its defaults are contributed for the language. */
const LANGUAGE = 'pairwright-result';
/** Results of this window; the oldest goes first. */
const KEPT = 20;

/** Opens a Markdown document in the editor's preview. */
export async function openAsPage(uri: vscode.Uri): Promise<void> {
	try {
		// Not looked up among the commands first: its extension may not have started yet, and this starts it.
		await vscode.commands.executeCommand('markdown.showPreview', uri);
	} catch {
		// The built-in Markdown extension is turned off: the text itself can be read too.
		await vscode.window.showTextDocument(uri, { preview: true });
	}
}

/** Read-only texts (rejected rows, a check's findings) in an ordinary editor that never asks to be saved. */
export class ResultDocuments extends Disposable implements vscode.TextDocumentContentProvider {
	readonly #texts = new Map<string, string>();
	#count = 0;

	constructor() {
		super();
		this.register(vscode.workspace.registerTextDocumentContentProvider(SCHEME, this));
	}

	provideTextDocumentContent(uri: vscode.Uri): string {
		return this.#texts.get(uri.path) ?? 'This result is no longer kept: run the command again.\n';
	}

	/** @param name becomes the tab's title */
	async show(name: string, text: string): Promise<void> {
		const opened = await vscode.workspace.openTextDocument(this.add(name, text));
		const document = await vscode.languages.setTextDocumentLanguage(opened, LANGUAGE);
		await vscode.window.showTextDocument(document, { preview: true });
	}

	/** Shows Markdown as a page. @param name becomes the tab's title */
	async showPage(name: string, markdown: string): Promise<void> {
		await openAsPage(this.add(name, markdown, 'md'));
	}

	/** Keeps a text without showing it. @returns where it can be opened */
	add(name: string, text: string, extension: 'txt' | 'md' = 'txt'): vscode.Uri {
		const path = `/${++this.#count}/${name}.${extension}`;
		this.#texts.set(path, text);
		const oldest = this.#texts.keys().next().value;
		if (this.#texts.size > KEPT && oldest !== undefined) this.#texts.delete(oldest);
		return vscode.Uri.from({ scheme: SCHEME, path });
	}
}
