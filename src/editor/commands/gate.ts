import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';
import type { GateResult } from '../../protocol/runs.ts';
import { gateMarkdown } from '../../workspace/gate-markdown.ts';
import { pickRun } from '../report/pick-run.ts';
import type { FolderSession } from '../services.ts';
import type { ResultDocuments } from './result-document.ts';

const SETTINGS = 'Open Settings of the Folder';

/**
 * Checks a run against the thresholds of the folder's settings, as `pairwright gate` does, and shows the same document as a page.
 * @param run asked for if left out
 */
export async function gateRun(results: ResultDocuments, session: FolderSession, run?: string): Promise<void> {
	const id = run ?? (await pickRun(session, 'Check which run against the gate?'));
	if (id === undefined) return;
	let result: GateResult;
	try {
		result = await (await session.api()).gate(id);
	} catch (error) {
		// Most likely the thresholds are missing or wrong: the way to them is part of the answer.
		if (!UserError.is(error, 'usage') && !UserError.is(error, 'unusable-input')) throw error;
		if ((await vscode.window.showErrorMessage(error.message, SETTINGS)) === SETTINGS) {
			await vscode.window.showTextDocument(vscode.Uri.joinPath(session.folder.uri, '.pairwright', 'config.json'));
		}
		return;
	}
	await results.showPage('Gate', gateMarkdown(result));
}
