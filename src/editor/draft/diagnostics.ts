import * as vscode from 'vscode';
import { type DraftProblem, type ParsedDraft, parseDraft } from '../../domain/draft.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { DRAFT_LANGUAGE } from './open.ts';
import type { Originals } from './originals.ts';

const TYPING_PAUSE_MS = 250;

/** What keeps a draft from being added; for a rewrite also that nothing but Response B was changed. */
export async function draftProblems(
	session: FolderSession | undefined,
	originals: Originals,
	draft: ParsedDraft,
): Promise<DraftProblem[]> {
	const problems = [...draft.problems];
	if (draft.origin === null || session === undefined) return problems;
	const original = await originals.of(session, draft.origin);
	const line = draft.lines.a ?? 0;
	if (original === null) {
		problems.push({ severity: 'error', message: 'The pair that this rewrites is not in this folder.', line: 0 });
		return problems;
	}
	if (original.a !== draft.a) {
		problems.push({
			severity: 'error',
			message: 'Response A is the original and stays as it is. Write in Response B.',
			line,
		});
	}
	if (original.prompt !== JSON.stringify(draft.prompt)) {
		const message = 'The prompt of a rewrite stays as it is: changes here are not stored.';
		problems.push({ severity: 'warning', message, line: draft.lines.prompt ?? 0 });
	}
	return problems;
}

/** Problems of open drafts, as they are typed. */
export class DraftDiagnostics extends Disposable {
	readonly #services: Services;
	readonly #originals: Originals;
	readonly #shown = this.register(vscode.languages.createDiagnosticCollection(DRAFT_LANGUAGE));
	readonly #timers = new Map<string, NodeJS.Timeout>();

	constructor(services: Services, originals: Originals) {
		super();
		this.#services = services;
		this.#originals = originals;
		this.register(vscode.workspace.onDidOpenTextDocument((document) => this.#later(document, 0)));
		this.register(vscode.workspace.onDidChangeTextDocument(({ document }) => this.#later(document, TYPING_PAUSE_MS)));
		this.register(vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)));
		this.register({
			dispose: () => {
				for (const timer of this.#timers.values()) clearTimeout(timer);
			},
		});
		for (const document of vscode.workspace.textDocuments) this.#later(document, 0);
	}

	#later(document: vscode.TextDocument, delay: number): void {
		if (document.languageId !== DRAFT_LANGUAGE) return;
		const key = document.uri.toString();
		clearTimeout(this.#timers.get(key));
		this.#timers.set(
			key,
			setTimeout(() => void this.#check(document), delay),
		);
	}

	async #check(document: vscode.TextDocument): Promise<void> {
		const { version } = document;
		const folder = vscode.workspace.getWorkspaceFolder(document.uri);
		const session = folder === undefined ? undefined : this.#services.sessionOf(folder.uri.toString());
		const problems = await draftProblems(session, this.#originals, parseDraft(document.getText()));
		if (this.disposed || document.isClosed || document.version !== version) return;
		this.#shown.set(
			document.uri,
			problems.map(({ severity, message, line }) => {
				const { range } = document.lineAt(Math.min(line, document.lineCount - 1));
				const level = severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
				const diagnostic = new vscode.Diagnostic(range, message, level);
				diagnostic.source = 'Pairwright';
				return diagnostic;
			}),
		);
	}

	#forget(document: vscode.TextDocument): void {
		const key = document.uri.toString();
		clearTimeout(this.#timers.get(key));
		this.#timers.delete(key);
		this.#shown.delete(document.uri);
	}
}
