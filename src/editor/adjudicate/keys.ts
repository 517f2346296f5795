import * as vscode from 'vscode';
import { ADJUDICATE_ACTIONS } from '../../protocol/adjudicate.ts';
import { Disposable } from '../disposable.ts';
import type { AdjudicatePanel } from './panel.ts';

/** The only place that names the context keys of this screen. */
const KEYS = {
	/** The screen's own window has the focus: not the palette, not the Explorer. */
	focus: 'pairwright.adjudicateFocus',
	/** The reason is being written: digits are text. */
	input: 'pairwright.adjudicateInput',
} as const;

/** Keys and commands of the adjudicate screen that has the focus. */
export class AdjudicateKeys extends Disposable {
	#focused: AdjudicatePanel | null = null;

	/** @param active the screen in front, for commands run from the palette */
	constructor(active: () => AdjudicatePanel | null) {
		super();
		for (const action of ADJUDICATE_ACTIONS) {
			this.register(
				vscode.commands.registerCommand(`pairwright.adjudicate.${action}`, (by: unknown) =>
					// Our keybindings say so: what was typed behind such a key belongs to the reason.
					(this.#focused ?? active())?.view?.action(action, by === 'key' ? 'key' : 'palette'),
				),
			);
		}
		this.register({ dispose: () => this.#set(null, false) });
	}

	setFocus(panel: AdjudicatePanel, on: boolean): void {
		if (!on) this.forget(panel);
		else if (this.#focused !== panel) this.#set(panel, false);
	}

	setInput(panel: AdjudicatePanel, on: boolean): void {
		if (this.#focused === panel) this.#set(panel, on);
	}

	/** Hidden, closed or left. */
	forget(panel: AdjudicatePanel): void {
		if (this.#focused === panel) this.#set(null, false);
	}

	#set(panel: AdjudicatePanel | null, input: boolean): void {
		this.#focused = panel;
		void vscode.commands.executeCommand('setContext', KEYS.focus, panel !== null);
		void vscode.commands.executeCommand('setContext', KEYS.input, input);
	}
}
