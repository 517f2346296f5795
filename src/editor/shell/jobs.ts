import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Progress } from '../../protocol/workspace-api.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession } from '../services.ts';
import { progressText, share } from './progress-text.ts';

export interface RunningJob {
	readonly title: string;
	readonly progress: Progress | null;
}

/** Long work of this window: a notification with progress and cancel each, and the list of them for the status bar. */
export class Jobs extends Disposable {
	readonly #running = new Map<string, RunningJob>();
	readonly #changed = this.register(new vscode.EventEmitter<void>());
	readonly onChanged = this.#changed.event;

	get running(): readonly RunningJob[] {
		return [...this.#running.values()];
	}

	/** Runs `work`; cancelling asks the data process to stop and waits for `work` to come back with what was finished. */
	async run<T>(session: FolderSession, title: string, work: (job: { job: string }) => Promise<T>): Promise<T> {
		const job = randomUUID();
		this.#running.set(job, { title, progress: null });
		this.#changed.fire();
		const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
		try {
			return await vscode.window.withProgress(options, async (report, token) => {
				let shown = 0;
				const onProgress = session.onProgress((progress) => {
					if (progress.job !== job) return;
					const percent = (share(progress) ?? 0) * 100;
					// A new phase starts at zero again: the bar waits until it is overtaken.
					report.report({ message: progressText(progress), increment: Math.max(0, percent - shown) });
					shown = Math.max(shown, percent);
					this.#running.set(job, { title, progress });
					this.#changed.fire();
				});
				const onCancel = token.onCancellationRequested(async () => {
					report.report({ message: 'Stopping…' });
					await (await session.api()).cancel(job);
				});
				try {
					return await work({ job });
				} finally {
					onProgress.dispose();
					onCancel.dispose();
				}
			});
		} finally {
			this.#running.delete(job);
			this.#changed.fire();
		}
	}
}
