import * as vscode from 'vscode';

/** Asks for a folder. @param at where the dialog begins */
export async function pickFolder(title: string, openLabel: string, at?: vscode.Uri): Promise<vscode.Uri | undefined> {
	const picked = await vscode.window.showOpenDialog({
		...{ title, openLabel, canSelectFiles: false, canSelectFolders: true },
		...(at === undefined ? {} : { defaultUri: at }),
	});
	return picked?.[0];
}
