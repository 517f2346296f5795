import * as vscode from 'vscode';
import type { FolderSession } from '../services.ts';
import type { ResultDocuments } from './result-document.ts';

/** Shows the data card of a folder as a page; its text, for a README, is one click away there. */
export async function showCard(results: ResultDocuments, session: FolderSession): Promise<void> {
	const { markdown } = await (await session.api()).card();
	const uri = results.add('Data card', markdown, 'md');
	try {
		// Not looked up among the commands first: its extension may not have started yet, and this starts it.
		await vscode.commands.executeCommand('markdown.showPreview', uri);
	} catch {
		// The built-in Markdown extension is turned off: the text itself can be read too.
		await vscode.window.showTextDocument(uri, { preview: true });
	}
}
