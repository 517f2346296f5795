/**
 * A key's action comes back from the extension some time after its press (measured: 20 to 150 ms), and only then does a text field open:
 * letters typed without waiting reach the screen. They are words meant for the field, and no keys of the screen.
 */

/** Keys of the actions that open a field. Under others that somebody chose, letters typed ahead are let go. */
const OPENED_BY = { note: 'n', flag: 'f' } as const;
export type FieldAction = keyof typeof OPENED_BY;

/** A press longer ago has had its action. */
const LATEST_MS = 1_000;

export class TypedAhead {
	#presses: { readonly key: string; readonly at: number }[] = [];
	#openedAt = Number.NEGATIVE_INFINITY;

	/** A key went down outside of any text field. @param key as the browser names it */
	press(key: string, at: number): void {
		this.#presses = [...this.#presses.filter((press) => at - press.at < LATEST_MS), { key, at }];
	}

	/** The field of an action opens by its key. @returns what was typed since that was pressed */
	open(action: FieldAction, at: number): string {
		const recent = this.#presses.filter((press) => at - press.at < LATEST_MS);
		const by = recent.findIndex(({ key }) => key.toLowerCase() === OPENED_BY[action]);
		this.#presses = [];
		this.#openedAt = at;
		const letters = by < 0 ? [] : recent.slice(by + 1).filter(({ key }) => [...key].length === 1);
		return letters.map(({ key }) => key).join('');
	}

	/** Whether an action by key came of a press from before the field opened. */
	isLate(at: number): boolean {
		return at - this.#openedAt < LATEST_MS && this.#presses.length === 0;
	}
}

export function opensField(action: string): action is FieldAction {
	return action in OPENED_BY;
}
