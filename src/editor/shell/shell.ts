import { userInfo } from 'node:os';
import * as vscode from 'vscode';
import { checkNode } from '../../workspace/environment.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { showError } from './errors.ts';
import { handleProblem } from './handle.ts';
import { Jobs } from './jobs.ts';
import { Sessions } from './sessions.ts';

/** The services that every part of the editor is given. */
export class Shell extends Disposable implements Services {
	readonly context: vscode.ExtensionContext;
	readonly log: vscode.LogOutputChannel;
	readonly jobs = this.register(new Jobs());
	readonly registry: Sessions;

	constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
		super();
		this.context = context;
		this.log = log;
		this.registry = this.register(new Sessions({ entry: context.asAbsolutePath('dist/data.cjs'), log }));
	}

	get sessions(): readonly FolderSession[] {
		return this.registry.all;
	}

	get onSessionsChanged(): vscode.Event<void> {
		return this.registry.onChanged;
	}

	sessionOf(folder: string): FolderSession | undefined {
		return this.registry.of(folder);
	}

	/** Finds the sessions; says so where this editor cannot run them. */
	async start(): Promise<void> {
		const { ok, message } = checkNode();
		if (!ok) {
			const refusal = `Pairwright cannot run in this editor. ${message} Update the editor and open the folder again; your files were not touched.`;
			this.log.error(refusal);
			void vscode.window.showErrorMessage(refusal);
			return;
		}
		await this.registry.refresh();
	}

	async pickSession(): Promise<FolderSession | undefined> {
		const sessions = this.sessions;
		if (sessions.length <= 1) {
			if (sessions.length === 0) await this.#offerSetUp();
			return sessions[0];
		}
		const active = vscode.window.activeTextEditor?.document.uri;
		const folder = active === undefined ? undefined : vscode.workspace.getWorkspaceFolder(active);
		const current = folder === undefined ? undefined : this.sessionOf(folder.uri.toString());
		if (current !== undefined) return current;
		const items = sessions.map((session) => ({
			label: session.folder.name,
			description: session.folder.uri.fsPath,
			session,
		}));
		return (await vscode.window.showQuickPick(items, { title: 'Which folder?' }))?.session;
	}

	async ensurePerson(session: FolderSession): Promise<string | undefined> {
		const api = await session.api();
		const { person } = await api.info();
		return person ?? this.askPerson(session, null);
	}

	/** Asks for the handle and stores it. */
	async askPerson(session: FolderSession, current: string | null): Promise<string | undefined> {
		const handle = await vscode.window.showInputBox({
			title: 'Who is judging?',
			prompt: 'A short handle, kept with each of your judgments and committed with them. Asked once on this machine.',
			value: current ?? userInfo().username,
			validateInput: handleProblem,
			ignoreFocusOut: true,
		});
		if (handle === undefined) return undefined;
		return (await (await session.api()).setPerson(handle.normalize('NFC').trim())).person;
	}

	showError(error: unknown, doing: string): void {
		showError(this.log, error, doing);
	}

	/** As Services says; an error is shown here and gives undefined. */
	async withJob<T>(
		session: FolderSession,
		title: string,
		work: (job: { job: string }) => Promise<T>,
	): Promise<T | undefined> {
		try {
			return await this.jobs.run(session, title, work);
		} catch (error) {
			this.showError(error, title.charAt(0).toLowerCase() + title.slice(1));
			return undefined;
		}
	}

	/** A new data process for a session, after its old one was given up. */
	async restart(session: FolderSession): Promise<void> {
		await this.registry.of(session.folder.uri.toString())?.restart();
	}

	async #offerSetUp(): Promise<void> {
		if (vscode.workspace.workspaceFolders === undefined) {
			const pick = await vscode.window.showInformationMessage(
				'Pairwright keeps its data in a folder. Open one first.',
				'Open Folder',
			);
			if (pick === 'Open Folder') await vscode.commands.executeCommand('vscode.openFolder');
			return;
		}
		const pick = await vscode.window.showInformationMessage(
			'This folder has no Pairwright data yet.',
			'Set Up Here',
			'Open Demo',
		);
		if (pick === 'Set Up Here') await vscode.commands.executeCommand('pairwright.setUp');
		if (pick === 'Open Demo') await vscode.commands.executeCommand('pairwright.openDemo');
	}
}
