/**
 * A key's action comes back from the extension some time after its press (measured: 20 to 150 ms), and only then does a text field open:
 * letters typed without waiting reach the screen. They are words meant for the field, and no keys of the screen.
 */

/** A press longer ago has had its action. */
const LATEST_MS = 1_000;

const MODIFIERS: readonly string[] = ['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock'];

export interface Press {
	/** As the browser names it. */
	readonly key: string;
	/** With Ctrl, Alt or Meta: it may be bound, but writes nothing. */
	readonly modified: boolean;
	readonly at: number;
}

/** @typeParam Field the actions of a screen that open a field */
export class TypedAhead<Field extends string> {
	readonly #openedBy: Readonly<Record<Field, string>>;
	readonly #escape: 'acts' | 'silent';
	/** Those that no action has followed yet, and those of keys that mean nothing. */
	#presses: readonly Press[] = [];
	#openedAt = Number.NEGATIVE_INFINITY;
	/** An Escape closed the field before it was there; its own action is still to come. */
	#closing = false;

	/**
	 * @param openedBy the key of each such action. Under others that somebody chose, letters typed ahead are let go
	 * @param escapeKey whether Escape is bound to an action of its own, which comes back too
	 */
	constructor(openedBy: Readonly<Record<Field, string>>, escapeKey: 'acts' | 'silent') {
		this.#openedBy = openedBy;
		this.#escape = escapeKey;
	}

	opens(action: string): action is Field {
		return action in this.#openedBy;
	}

	/** A key went down outside of any text field. */
	press(press: Press): void {
		if (MODIFIERS.includes(press.key)) return;
		this.#presses = [...this.#recent(press.at), press];
	}

	/** An action by key came for the oldest press: actions keep the order of their keys. */
	acted(): void {
		this.#presses = this.#presses.slice(1);
	}

	/**
	 * The field of an action opens by its key. Behind another key that one may be a letter of the words: where somebody chose their own.
	 * @returns what was typed since; null where an Escape behind the key has closed the field already
	 */
	open(action: Field, at: number): string | null {
		const recent = this.#recent(at);
		const by = recent.findIndex(({ key, modified }) => !modified && key.toLowerCase() === this.#openedBy[action]);
		const behind = recent.slice(Math.max(by, 0) + 1);
		this.#presses = [];
		this.#openedAt = at;
		this.#closing = false;
		const left = behind.findIndex(({ key, modified }) => key === 'Escape' && !modified);
		if (left >= 0) {
			this.#presses = behind.slice(left + 1);
			this.#closing = this.#escape === 'acts';
			return null;
		}
		const letters = by !== 0 ? [] : behind.filter(({ key, modified }) => !modified && [...key].length === 1);
		return letters.map(({ key }) => key).join('');
	}

	/** Whether an action by key came of a press from before the field opened, or was meant for one that Escape has closed. */
	isLate(action: string, at: number): boolean {
		if (at - this.#openedAt >= LATEST_MS) return false;
		const late = this.#closing || this.#presses.length === 0;
		if (action === 'close') this.#closing = false;
		return late;
	}

	#recent(at: number): readonly Press[] {
		return this.#presses.filter((press) => at - press.at < LATEST_MS);
	}
}
