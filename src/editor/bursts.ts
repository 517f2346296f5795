import { Disposable } from './disposable.ts';

/** Changes come in bursts; a screen reads once for all of one. */
const DELAY_MS = 400;

/** Collects names of what changed and hands each burst over once, at most {@link DELAY_MS} after its first. */
export class Bursts extends Disposable {
	readonly #names = new Set<string>();
	readonly #send: (names: string[]) => void;
	#timer: NodeJS.Timeout | undefined;

	constructor(send: (names: string[]) => void) {
		super();
		this.#send = send;
		this.register({ dispose: () => clearTimeout(this.#timer) });
	}

	add(names: readonly string[]): void {
		for (const name of names) this.#names.add(name);
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			const burst = [...this.#names];
			this.#names.clear();
			this.#send(burst);
		}, DELAY_MS);
	}
}
