import type { AnnotateHost, AnnotateInit } from '../../src/protocol/annotate.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import { currentPair, type Event, type Model, reduce, type Status } from './model.ts';
import type { Popover, Store } from './store.ts';

export function errorText(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Popovers whose lines are answered by digits. */
export const LISTS: readonly (Popover | null)[] = ['reasons', 'cannot', 'improve'];

/** What all parts of the controller share: the extension, the state, and how to tell the person something. */
export class Screen {
	readonly host: Remote<AnnotateHost>;
	readonly store: Store;
	/** Another pair stands on the screen, or the same one anew. */
	onReplaced = () => {};
	#input = false;

	constructor(host: Remote<AnnotateHost>, store: Store) {
		this.host = host;
		this.store = store;
	}

	get model(): Model {
		return this.store.state.model;
	}

	get init(): AnnotateInit | null {
		return this.store.state.init;
	}

	dispatch(event: Event): void {
		const before = this.model;
		const model = reduce(before, event);
		if (model === before) return;
		if (model.showing !== before.showing) this.onReplaced();
		this.store.set({ model });
	}

	/** In the footer and to a screen reader. */
	say(text: string, more: Partial<Status> = {}): void {
		this.dispatch({ type: 'status', status: { tone: 'info', undo: false, text, ...more } });
		this.announce(`${text}.`);
	}

	problem(error: unknown): void {
		this.say(errorText(error), { tone: 'problem' });
	}

	announce(said: string): void {
		this.store.set({ said });
	}

	fail(error: unknown): void {
		this.dispatch({ type: 'phase', phase: 'error', error: errorText(error) });
	}

	/** @param typed what its field begins with */
	openPopover(popover: Popover, typed = ''): void {
		if (currentPair(this.model) === null) return;
		this.store.set({ popover, typed });
		this.tellMode();
	}

	closeAside(): void {
		this.store.set({ aside: null, history: null });
	}

	inputFocus(on: boolean): void {
		this.#input = on;
		this.tellMode();
	}

	/** So that the extension's keybindings know what a digit and a letter mean now. */
	tellMode(): void {
		const { popover } = this.store.state;
		const list = popover !== null && LISTS.includes(popover);
		void this.host.mode({ input: this.#input, list }).catch(() => {});
	}
}
