import * as vscode from 'vscode';
import { progressMarkdown } from '../../workspace/progress-markdown.ts';
import type { ResultDocuments } from '../commands/result-document.ts';
import type { FolderSession } from '../services.ts';

/** Opens what is asked for, judged and missing as a page: the document that `pairwright progress --markdown` writes. */
export async function showProgress(results: ResultDocuments, session: FolderSession): Promise<void> {
	const uri = results.add('Progress', progressMarkdown(await (await session.api()).progressReport()), 'md');
	try {
		// Not looked up among the commands first: its extension may not have started yet, and this starts it.
		await vscode.commands.executeCommand('markdown.showPreview', uri);
	} catch {
		// The built-in Markdown extension is turned off: the text itself can be read too.
		await vscode.window.showTextDocument(uri, { preview: true });
	}
}
