import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Side } from '../../domain/comparison.ts';
import { type Draft, serialiseDraft } from '../../domain/draft.ts';
import { sideText } from '../../domain/text.ts';
import type { FolderSession, Services } from '../services.ts';

export const DRAFT_LANGUAGE = 'pairwright-pair';

/** `20261122-141503-9f3a.pair.md`: sorts by time, and two windows never choose the same. */
function draftName(now: Date): string {
	const [date, time] = now.toISOString().replace(/[-:]/g, '').split(/[T.]/);
	return `${date}-${time}-${randomBytes(2).toString('hex')}.pair.md`;
}

export function draftsFolder(session: FolderSession): vscode.Uri {
	return vscode.Uri.joinPath(session.folder.uri, '.pairwright', 'drafts');
}

/** Writes the draft as a real file, so that undo, spell checkers and a crash of the window treat it as one. */
async function openDraft(session: FolderSession, draft: Draft): Promise<vscode.TextEditor> {
	const folder = draftsFolder(session);
	await vscode.workspace.fs.createDirectory(folder);
	const file = vscode.Uri.joinPath(folder, draftName(new Date()));
	await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(serialiseDraft(draft)));
	const document = await vscode.workspace.openTextDocument(file);
	return vscode.window.showTextDocument(document, { preview: false });
}

function putCursorUnder(editor: vscode.TextEditor, heading: string): void {
	const { document } = editor;
	const lines = Array.from({ length: document.lineCount }, (_, line) => document.lineAt(line).text);
	const line = lines.lastIndexOf(heading);
	if (line < 0) return;
	const at = new vscode.Position(Math.min(line + 2, document.lineCount - 1), 0);
	editor.selection = new vscode.Selection(at, at);
	editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Starts a pair of one's own. */
export async function authorPair(services: Services, session: FolderSession): Promise<void> {
	if ((await services.ensurePerson(session)) === undefined) return;
	const editor = await openDraft(session, { origin: null, prompt: [{ role: 'user', content: '' }], a: '', b: '' });
	putCursorUnder(editor, '# Prompt');
}

/** Starts a rewrite of one response: A is the original, B starts as its copy. */
export async function improvePair(
	_services: Services,
	session: FolderSession,
	comparison: string,
	side: Side,
): Promise<void> {
	const pair = await (await session.api()).pair(comparison);
	const original = sideText(pair.leftSide === side ? pair.left : pair.right);
	const origin = { comparison: pair.comparison, side };
	const prompt = pair.prompt.messages.map((message) => ({ role: message.role, content: sideText([message]) }));
	const editor = await openDraft(session, { origin, prompt, a: original, b: original });
	putCursorUnder(editor, '# Response B');
}
