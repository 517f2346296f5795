import { randomUUID } from 'node:crypto';
import type { Inspection } from '../../domain/inspection.ts';
import { UserError } from '../../protocol/errors.ts';
import type { SplitsView } from '../../protocol/splits.ts';
import type { FolderSession } from '../services.ts';

/** Messages of progress a second: more would only fill the channel. */
const PROGRESS_MS = 100;

/** The inspection that a Splits view asked for: one at a time, with progress, to be stopped. */
export class Inspecting {
	readonly #session: FolderSession;
	readonly #onProgress: SplitsView['inspecting'];
	#running: { readonly job: string; readonly result: Promise<Inspection | null> } | null = null;

	constructor(session: FolderSession, onProgress: SplitsView['inspecting']) {
		this.#session = session;
		this.#onProgress = onProgress;
	}

	/** A second call while one runs shares its result. @returns null where it was stopped */
	inspect(): Promise<Inspection | null> {
		if (this.#running === null) {
			const job = `inspect-${randomUUID()}`;
			const result = this.#inspect(job).finally(() => {
				this.#running = null;
			});
			this.#running = { job, result };
		}
		return this.#running.result;
	}

	async stop(): Promise<void> {
		if (this.#running !== null) await (await this.#session.api()).cancel(this.#running.job);
	}

	async #inspect(job: string): Promise<Inspection | null> {
		const api = await this.#session.api();
		let last = 0;
		const listening = this.#session.onProgress((progress) => {
			const now = performance.now();
			if (progress.job !== job || now - last < PROGRESS_MS) return;
			last = now;
			this.#onProgress({ phase: progress.phase, done: progress.done, total: progress.total });
		});
		try {
			return await api.inspect({ job });
		} catch (error) {
			if (UserError.is(error, 'cancelled')) return null;
			throw error;
		} finally {
			listening.dispose();
		}
	}
}
