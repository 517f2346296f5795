import { type AnnotateHost, parseQueuePage } from '../../src/protocol/annotate.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import { type Event, heldIds, type Model, PREFETCH } from './model.ts';

/** Keeps the next pairs at hand, one question at a time. */
export class QueueFeed {
	readonly #host: Remote<AnnotateHost>;
	readonly #model: () => Model;
	readonly #dispatch: (event: Event) => void;
	#asking: Promise<void> | null = null;

	constructor(host: Remote<AnnotateHost>, model: () => Model, dispatch: (event: Event) => void) {
		this.#host = host;
		this.#model = model;
		this.#dispatch = dispatch;
	}

	/** @param force asks even where nothing was left at the last question, and for the counts */
	async fill(force: boolean): Promise<void> {
		if (this.#asking !== null) {
			await this.#asking;
			if (!force) return;
		}
		const { queue, drained } = this.#model();
		if (!force && (drained || queue.length >= PREFETCH)) return;
		this.#asking = this.#ask();
		try {
			await this.#asking;
		} finally {
			this.#asking = null;
		}
	}

	async #ask(): Promise<void> {
		const model = this.#model();
		const count = PREFETCH + 1 - Math.min(PREFETCH, model.queue.length);
		const page = parseQueuePage(await this.#host.queue(model.kind, { count, held: heldIds(model) }));
		// Another queue was opened meanwhile: this page is not its.
		if (page.kind === this.#model().kind) this.#dispatch({ type: 'page', page, asked: count });
	}
}
