import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';
import type { SyncResult } from '../../protocol/team.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession } from '../services.ts';
import type { Shell } from '../shell/shell.ts';
import type { Snapshots } from '../shell/snapshots.ts';
import { requireTrust } from '../shell/trust.ts';

const MINUTE_MS = 60_000;

/** The command "Sync", and syncing every so many minutes where the setting asks for it. */
export class Syncing extends Disposable {
	readonly #shell: Shell;
	readonly #snapshots: Snapshots;
	/** What went wrong last by itself, by folder: said once, not every few minutes. */
	readonly #told = new Map<string, string>();
	#timer: NodeJS.Timeout | undefined;

	constructor(shell: Shell, snapshots: Snapshots) {
		super();
		this.#shell = shell;
		this.#snapshots = snapshots;
		this.register(
			vscode.commands.registerCommand('pairwright.sync', async () => {
				try {
					// git runs what a repository's settings and hooks name.
					requireTrust('sync');
					const session = await shell.pickSession();
					if (session !== undefined) await this.#sync(session);
				} catch (error) {
					shell.showError(error, 'syncing');
				}
			}),
		);
		this.register(
			vscode.workspace.onDidChangeConfiguration((change) => {
				if (change.affectsConfiguration('pairwright.sync')) this.#schedule();
			}),
		);
		this.register({ dispose: () => clearInterval(this.#timer) });
		this.#schedule();
	}

	#schedule(): void {
		clearInterval(this.#timer);
		const minutes = vscode.workspace.getConfiguration('pairwright').get<number>('sync.everyMinutes', 0);
		if (!(minutes > 0)) return;
		this.#timer = setInterval(() => void this.#syncQuietly(), Math.max(1, minutes) * MINUTE_MS);
	}

	async #sync(session: FolderSession): Promise<void> {
		if ((await this.#shell.ensurePerson(session)) === undefined) return;
		const done = await this.#shell.withJob(session, 'Syncing', async (job) => {
			try {
				return await (await session.api()).sync(job);
			} catch (error) {
				if (!UserError.is(error) || error.reason === 'cancelled') throw error;
				return error.message;
			}
		});
		void this.#snapshots.refresh();
		if (done === undefined) return;
		this.#told.delete(session.folder.uri.toString());
		if (typeof done === 'object' && done.ok) {
			void vscode.window.showInformationMessage(done.message);
			return;
		}
		await this.#explain(session, typeof done === 'string' ? done : done.message);
	}

	async #explain(session: FolderSession, text: string): Promise<void> {
		this.#shell.log.warn(`${session.folder.name}: ${text}`);
		const pick = await vscode.window.showWarningMessage(text, 'Try Again', 'Open Terminal');
		if (pick === 'Try Again') await this.#sync(session);
		if (pick === 'Open Terminal') {
			vscode.window.createTerminal({ name: `Sync: ${session.folder.name}`, cwd: session.folder.uri }).show();
		}
	}

	/** By the clock: nothing is asked, and being offline is no news, since the status bar counts what waits. */
	async #syncQuietly(): Promise<void> {
		if (!vscode.workspace.isTrusted) return;
		for (const session of this.#shell.sessions) {
			const key = session.folder.uri.toString();
			try {
				const api = await session.api();
				if ((await api.info()).person === null || !(await api.syncState()).possible) continue;
				const done: SyncResult = await api.sync({ job: `sync-${Date.now()}` });
				this.#shell.log.info(`${session.folder.name}: ${done.message}`);
				if (done.ok) this.#told.delete(key);
				else if (this.#told.get(key) !== done.message && !done.offline) {
					this.#told.set(key, done.message);
					void this.#explain(session, done.message);
				}
			} catch (error) {
				this.#shell.log.warn(`${session.folder.name}: not synced: ${error instanceof Error ? error.message : error}`);
			}
		}
		void this.#snapshots.refresh();
	}
}
