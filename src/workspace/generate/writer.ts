import type { EventBody } from '../../domain/events.ts';
import type { Context } from '../context.ts';

/**
 * Writes events in the order they are given, one durable append after the other; what comes in while one is under way goes into the
 * next. Nothing counts as done before it is on disk.
 */
export class Writer {
	readonly #ctx: Context;
	#waiting: { readonly bodies: readonly EventBody[]; readonly done: (error: unknown) => void }[] = [];
	#writing = false;

	constructor(ctx: Context) {
		this.#ctx = ctx;
	}

	/** @returns once these are on disk */
	write(bodies: readonly EventBody[]): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ bodies, done: (error) => (error === null ? resolve() : reject(error as Error)) });
			if (!this.#writing) void this.#drain();
		});
	}

	async #drain(): Promise<void> {
		this.#writing = true;
		while (this.#waiting.length > 0) {
			const batch = this.#waiting;
			this.#waiting = [];
			let error: unknown = null;
			try {
				await this.#ctx.append(batch.flatMap(({ bodies }) => bodies));
			} catch (thrown) {
				error = thrown;
			}
			for (const { done } of batch) done(error);
		}
		this.#writing = false;
	}
}
