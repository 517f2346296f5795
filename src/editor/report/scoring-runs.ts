import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';
import type { RunningState } from '../../protocol/report.ts';
import type { RejectedRows } from '../../protocol/runs.ts';
import type { ScoreOptions } from '../../protocol/scoring.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { requireTrust } from '../shell/trust.ts';

interface Current {
	readonly job: string;
	running: RunningState;
}

/** The scoring runs that this window started: at most one for each folder, shown by every report of that folder. */
export class ScoringRuns extends Disposable {
	readonly #services: Services;
	readonly #current = new Map<string, Current>();
	readonly #changed = this.register(new vscode.EventEmitter<string>());
	/** Fires with the folder's URI. */
	readonly onChanged = this.#changed.event;

	constructor(services: Services) {
		super();
		this.#services = services;
	}

	running(session: FolderSession): RunningState {
		return this.#current.get(session.folder.uri.toString())?.running ?? null;
	}

	/**
	 * Runs to the end, with progress and cancel in a notification.
	 * @param title of the notification
	 * @param onCancelled called when the person stopped it, before it comes back
	 * @returns the new run's id; undefined when it failed or was cancelled, which was shown
	 * @throws UserError `untrusted`
	 */
	async start(
		session: FolderSession,
		options: ScoreOptions,
		title = 'Running GDPO scoring',
		onCancelled: () => void = () => {},
	): Promise<string | undefined> {
		requireTrust('score');
		const key = session.folder.uri.toString();
		const api = await session.api();
		return this.#services.withJob(session, title, async ({ job }) => {
			const current: Current = { job, running: { phase: 'starting', done: 0, total: null, unit: 'steps', eta: null } };
			this.#current.set(key, current);
			this.#changed.fire(key);
			const listening = session.onProgress(({ job: of, phase, done, total, unit, eta }) => {
				if (of !== job) return;
				current.running = { phase, done, total, unit, eta };
				this.#changed.fire(key);
			});
			try {
				const { run, rejected } = await api.score(options, { job });
				if (rejected !== undefined && rejected.total > 0) this.#sayRejected(rejected);
				return run;
			} catch (error) {
				if (UserError.is(error, 'cancelled')) onCancelled();
				throw error;
			} finally {
				listening.dispose();
				if (this.#current.get(key) === current) this.#current.delete(key);
				this.#changed.fire(key);
			}
		});
	}

	/** Rows of log-probability files that were left out: counted in a message, named in the log. */
	#sayRejected({ total, rows }: RejectedRows): void {
		const { log } = this.#services;
		for (const { path, line, reason } of rows) log.warn(`${path}:${line}  ${reason}`);
		const text = `${total} ${total === 1 ? 'row was' : 'rows were'} left out of the run; the log names them.`;
		void vscode.window.showWarningMessage(text, 'Show Log').then((pick) => pick === undefined || log.show(true));
	}

	async cancel(session: FolderSession): Promise<void> {
		const current = this.#current.get(session.folder.uri.toString());
		if (current !== undefined) await (await session.api()).cancel(current.job);
	}
}
