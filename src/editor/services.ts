import type * as vscode from 'vscode';
import type { WorkspaceApi, WorkspaceEvents } from '../protocol/workspace-api.ts';

/** One workspace folder with `.pairwright/` (or about to get one): its data process and what it tells. */
export interface FolderSession extends vscode.Disposable {
	readonly folder: vscode.WorkspaceFolder;
	/** Starts the data process on first use. @throws UserError where the environment cannot run it. */
	api(): Promise<WorkspaceApi>;
	readonly onChanged: vscode.Event<Parameters<WorkspaceEvents['changed']>[0]>;
	readonly onProgress: vscode.Event<Parameters<WorkspaceEvents['progress']>[0]>;
}

/** What every view and command of the editor is given. */
export interface Services {
	readonly context: vscode.ExtensionContext;
	readonly log: vscode.LogOutputChannel;
	/** The session to act on: the only one, the active editor's, or the user's pick; undefined when they cancel. */
	pickSession(): Promise<FolderSession | undefined>;
	/** The session of a folder by its URI (for restored panels); undefined when it is gone. */
	sessionOf(folder: string): FolderSession | undefined;
	readonly sessions: readonly FolderSession[];
	readonly onSessionsChanged: vscode.Event<void>;
	/** Asks once for the annotator's handle where none is stored. @returns undefined when they cancel. */
	ensurePerson(session: FolderSession): Promise<string | undefined>;
	/** Shows an error as people want it: what happened, what to do, a "Show log" button; defects go to the log whole. */
	showError(error: unknown, doing: string): void;
	/** Runs work with progress in a notification that can be cancelled; gives the job id to pass on. */
	withJob<T>(session: FolderSession, title: string, work: (job: { job: string }) => Promise<T>): Promise<T | undefined>;
}
