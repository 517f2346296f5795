/** One state object and who wants to know of changes. */
export class StateStore<State extends object> {
	#state: State;
	readonly #listeners = new Set<() => void>();

	constructor(initial: State) {
		this.#state = initial;
	}

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
