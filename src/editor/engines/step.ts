import * as vscode from 'vscode';

/** What came of one step of a flow; undefined = the flow was cancelled. */
export type StepAnswer<T> =
	| { readonly picked: readonly T[] }
	| { readonly back: true }
	| { readonly button: vscode.QuickInputButton }
	| undefined;

export interface StepOptions<T extends vscode.QuickPickItem> {
	readonly title: string;
	/** Of how many; left out where a step stands alone. */
	readonly step?: readonly [number, number];
	readonly placeholder: string;
	readonly items: readonly T[];
	/** Shown first in a list of one choice, ticked in a list of many. */
	readonly selected?: readonly T[];
	readonly many?: boolean;
	readonly back: boolean;
	readonly buttons?: readonly vscode.QuickInputButton[];
	readonly value?: string;
	/** Called once with the list, before it is shown: what it returns is disposed with the step. */
	readonly follow?: (list: vscode.QuickPick<T>) => vscode.Disposable;
	/** Whether accepting this closes the step; default always. */
	readonly accepts?: (picked: readonly T[]) => boolean;
}

/** One step: a list to pick from, with the way back. It stays when the focus goes elsewhere, e.g. to look a path up. */
export function showStep<T extends vscode.QuickPickItem>(options: StepOptions<T>): Promise<StepAnswer<T>> {
	const list = vscode.window.createQuickPick<T>();
	list.title = options.title;
	if (options.step !== undefined) [list.step, list.totalSteps] = options.step;
	list.placeholder = options.placeholder;
	list.ignoreFocusOut = true;
	list.matchOnDescription = true;
	list.matchOnDetail = true;
	list.canSelectMany = options.many ?? false;
	list.buttons = [...(options.back ? [vscode.QuickInputButtons.Back] : []), ...(options.buttons ?? [])];
	list.items = options.items;
	if (options.value !== undefined) list.value = options.value;
	if (options.many === true) list.selectedItems = options.selected ?? [];
	else if (options.selected !== undefined) list.activeItems = options.selected;
	const following = options.follow?.(list);
	return new Promise((resolve) => {
		const finish = (answer: StepAnswer<T>): void => {
			resolve(answer);
			list.hide();
		};
		list.onDidTriggerButton((button) => finish(button === vscode.QuickInputButtons.Back ? { back: true } : { button }));
		list.onDidAccept(() => {
			const picked = list.selectedItems;
			if (picked.length > 0 && (options.accepts?.(picked) ?? true)) finish({ picked });
		});
		list.onDidHide(() => {
			resolve(undefined);
			following?.dispose();
			list.dispose();
		});
		list.show();
	});
}
