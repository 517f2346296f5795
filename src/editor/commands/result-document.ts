import * as vscode from 'vscode';
import { Disposable } from '../disposable.ts';

const SCHEME = 'pairwright-result';
/** Results of this window; the oldest goes first. */
const KEPT = 20;

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
		const document = await vscode.workspace.openTextDocument(this.add(name, text));
		await vscode.window.showTextDocument(document, { preview: true });
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
