import * as vscode from 'vscode';
import { type ParsedDraft, parseDraft } from '../../domain/draft.ts';
import type { Strength, Verdict } from '../../domain/judgment.ts';
import { UserError } from '../../protocol/errors.ts';
import type { FolderSession, Services } from '../services.ts';
import { draftProblems } from './diagnostics.ts';
import { DRAFT_LANGUAGE } from './open.ts';
import type { Originals } from './originals.ts';

interface VerdictItem extends vscode.QuickPickItem {
	readonly verdict: { readonly verdict: Verdict; readonly strength?: Strength } | null;
}

const VERDICTS: readonly VerdictItem[] = [
	{ label: 'A is better', verdict: { verdict: 'a', strength: 2 } },
	{ label: 'B is better', verdict: { verdict: 'b', strength: 2 } },
	{ label: 'Tie', verdict: { verdict: 'tie' } },
	{ label: 'Leave it to the others', description: 'no verdict of yours is stored', verdict: null },
];

/** @returns undefined where the author left it */
async function askVerdict(): Promise<VerdictItem | undefined> {
	return vscode.window.showQuickPick(VERDICTS, {
		title: 'Which response is better?',
		placeHolder: 'You wrote them, so your verdict is stored as not blind',
	});
}

/** By then a save that was asked for before is written. */
const SAVES_SETTLE_MS = 2_000;

async function closeAndDelete(document: vscode.TextDocument): Promise<void> {
	const tabs = vscode.window.tabGroups.all
		.flatMap((group) => group.tabs)
		.filter(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === document.uri.toString());
	// Saved first: a dirty tab would ask whether to keep what is stored already.
	if (document.isDirty) await document.save();
	await vscode.window.tabGroups.close(tabs);
	await vscode.workspace.fs.delete(document.uri);
	// The editor's own saving, under way beside ours, may write the file once more.
	setTimeout(() => void vscode.workspace.fs.delete(document.uri).then(undefined, () => {}), SAVES_SETTLE_MS);
}

async function store(session: FolderSession, draft: ParsedDraft): Promise<string | null> {
	const api = await session.api();
	if (draft.origin !== null) {
		await api.improve({ ...draft.origin, text: draft.b });
		return 'Added your rewrite as a new pair, with your verdict for it (not blind). Somebody else confirms it.';
	}
	const chosen = await askVerdict();
	if (chosen === undefined) return null;
	await api.author({
		prompt: { messages: draft.prompt },
		a: [{ role: 'assistant', content: draft.a }],
		b: [{ role: 'assistant', content: draft.b }],
		...chosen.verdict,
	});
	return 'Added the pair.';
}

/** Stores the draft in front as a pair and deletes its file, in this order: nothing written is lost on the way. */
export async function addPair(services: Services, originals: Originals, argument: unknown): Promise<void> {
	const wanted = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
	const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === wanted?.toString());
	if (document === undefined || document.languageId !== DRAFT_LANGUAGE) {
		throw new UserError('usage', 'Open the draft (.pair.md) that is to be added.');
	}
	const folder = vscode.workspace.getWorkspaceFolder(document.uri);
	const session = folder === undefined ? undefined : services.sessionOf(folder.uri.toString());
	if (session === undefined) {
		throw new UserError('usage', 'This draft lies in no folder of Pairwright. Move it into .pairwright/drafts of one.');
	}
	const draft = parseDraft(document.getText());
	const [problem] = (await draftProblems(session, originals, draft)).filter(({ severity }) => severity === 'error');
	if (problem !== undefined) throw new UserError('unusable-input', `Line ${problem.line + 1}: ${problem.message}`);
	if ((await services.ensurePerson(session)) === undefined) return;
	const done = await store(session, draft);
	if (done === null) return;
	await closeAndDelete(document);
	const pick = await vscode.window.showInformationMessage(done, 'Back to Judging');
	if (pick !== undefined)
		await vscode.commands.executeCommand('pairwright.annotate', { folder: session.folder.uri.toString() });
}
