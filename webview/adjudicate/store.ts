import type { TextMode } from '../text/blocks.ts';
import { EMPTY, type Model } from './model.ts';

export interface State {
	readonly model: Model;
	readonly mode: TextMode;
	readonly diff: boolean;
	/** Counts on whenever the reason is asked for: its field takes the focus. */
	readonly asked: number;
	/** What a screen reader is told. */
	readonly said: string;
}

/** One state object and who wants to know of changes. */
export class Store {
	#state: State = { model: EMPTY, mode: 'markdown', diff: false, asked: 0, said: '' };
	readonly #listeners = new Set<() => void>();

	get state(): State {
		return this.#state;
	}

	set(patch: Partial<State>): void {
		this.#state = { ...this.#state, ...patch };
		for (const listener of this.#listeners) listener();
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}
