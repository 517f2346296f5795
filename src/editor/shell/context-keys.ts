import * as vscode from 'vscode';

/** What the side bar offers: `unsupported` (this editor cannot run it), `setup` (no `.pairwright/`), `empty`, `ready`. */
export type ShellState = 'unsupported' | 'setup' | 'empty' | 'ready';

/** The only place that names the shell's context keys. */
export function setShellState(state: ShellState): void {
	void vscode.commands.executeCommand('setContext', 'pairwright.state', state);
}

/** Steps of the walkthrough that data, not a click, completes. */
export function setProgressKeys(done: { imported: boolean; judged: boolean; tagged: boolean; scored: boolean }): void {
	for (const [key, value] of Object.entries(done)) {
		void vscode.commands.executeCommand('setContext', `pairwright.has.${key}`, value);
	}
}
