import * as vscode from 'vscode';
import { ANNOTATE_ACTIONS } from '../../protocol/annotate.ts';
import { Disposable } from '../disposable.ts';
import type { AnnotatePanel } from './panel.ts';

/** The only place that names the context keys of this screen. */
const KEYS = {
	/** The screen's own window has the focus: not the palette, not the Explorer, not a search field beside it. */
	focus: 'pairwright.annotateFocus',
	/** A text field of the screen has it: single letters are text. */
	input: 'pairwright.annotateInput',
	/** A list answered by digits is open. */
	list: 'pairwright.annotateReasons',
} as const;

interface Mode {
	readonly input: boolean;
	readonly list: boolean;
}

const NO_MODE: Mode = { input: false, list: false };

/**
 * Keys and commands of the screen that has the focus. `activeWebviewPanelId` would be true while somebody types in the side
 * bar or the palette; these keys follow the focus of the screen's window.
 */
export class AnnotateKeys extends Disposable {
	#focused: AnnotatePanel | null = null;
	#mode = NO_MODE;
	readonly #active: () => AnnotatePanel | null;

	/** @param active the screen in front, for commands run from the palette */
	constructor(active: () => AnnotatePanel | null) {
		super();
		this.#active = active;
		for (const action of ANNOTATE_ACTIONS) {
			this.register(
				vscode.commands.registerCommand(`pairwright.annotate.${action}`, (by: unknown) =>
					// Our keybindings say so: before the context key has followed the focus, a letter typed elsewhere runs them too.
					this.#target()?.view?.action(action, by === 'key' ? 'key' : 'palette'),
				),
			);
		}
		this.register(
			vscode.commands.registerCommand('pairwright.annotate.digit', (digit: unknown) => {
				if (typeof digit === 'number' && Number.isInteger(digit) && digit >= 1 && digit <= 9) {
					this.#target()?.view?.digit(digit);
				}
			}),
		);
		this.register({ dispose: () => this.#set(null, NO_MODE) });
	}

	#target(): AnnotatePanel | null {
		return this.#focused ?? this.#active();
	}

	setFocus(panel: AnnotatePanel, on: boolean): void {
		if (on) this.#set(panel, this.#focused === panel ? this.#mode : NO_MODE);
		else this.forget(panel);
	}

	setMode(panel: AnnotatePanel, mode: Mode): void {
		if (this.#focused === panel) this.#set(panel, mode);
	}

	/** Hidden, closed or left. */
	forget(panel: AnnotatePanel): void {
		if (this.#focused === panel) this.#set(null, NO_MODE);
	}

	/** The focus is about to leave for an input of ours. Resolves once no key of the screen is bound any more. */
	async leave(panel: AnnotatePanel): Promise<void> {
		this.forget(panel);
		await vscode.commands.executeCommand('setContext', KEYS.focus, false);
	}

	#set(panel: AnnotatePanel | null, mode: Mode): void {
		this.#focused = panel;
		this.#mode = mode;
		void vscode.commands.executeCommand('setContext', KEYS.focus, panel !== null);
		void vscode.commands.executeCommand('setContext', KEYS.input, mode.input);
		void vscode.commands.executeCommand('setContext', KEYS.list, mode.list);
	}
}
