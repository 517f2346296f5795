import * as vscode from 'vscode';

/** What the side bar offers: `unsupported` (this editor cannot run it), `setup` (no `.pairwright/`), `empty`, `ready`. */
export type ShellState = 'unsupported' | 'setup' | 'empty' | 'ready';

/** The only place that names the shell's context keys. */
export function setShellState(state: ShellState): void {
	void vscode.commands.executeCommand('setContext', 'pairwright.state', state);
}

/** Steps of the walkthrough that data, not a click, completes. */
export interface Steps {
	readonly imported: boolean;
	readonly judged: boolean;
	readonly tagged: boolean;
	readonly scored: boolean;
}

let known: Steps = { imported: false, judged: false, tagged: false, scored: false };

export function setStepKeys(done: Steps): void {
	known = done;
	for (const [key, value] of Object.entries(done)) {
		void vscode.commands.executeCommand('setContext', `pairwright.has.${key}`, value);
	}
}

/** A walkthrough notices only changes: one that opens late is told again what is done. */
export async function repeatStepKeys(): Promise<void> {
	for (const [key, value] of Object.entries(known)) {
		if (!value) continue;
		await vscode.commands.executeCommand('setContext', `pairwright.has.${key}`, false);
		await vscode.commands.executeCommand('setContext', `pairwright.has.${key}`, true);
	}
}
