import * as vscode from 'vscode';
import { agreementMarkdown } from '../../workspace/agreement-markdown.ts';
import type { ResultDocuments } from '../commands/result-document.ts';
import type { FolderSession } from '../services.ts';

/** Opens how far people agree as a page: the document that `pairwright agreement --markdown` writes. */
export async function showAgreement(results: ResultDocuments, session: FolderSession): Promise<void> {
	const uri = results.add('Agreement', agreementMarkdown(await (await session.api()).agreement()), 'md');
	try {
		// Not looked up among the commands first: its extension may not have started yet, and this starts it.
		await vscode.commands.executeCommand('markdown.showPreview', uri);
	} catch {
		// The built-in Markdown extension is turned off: the text itself can be read too.
		await vscode.window.showTextDocument(uri, { preview: true });
	}
}
