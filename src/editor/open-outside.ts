import * as vscode from 'vscode';
import { UserError } from '../protocol/errors.ts';

/** Opens an address that stands in the text of a pair, once the person has seen it whole and agreed. */
export async function openOutside(address: string): Promise<void> {
	const uri = vscode.Uri.parse(address, true);
	if (!['http', 'https', 'mailto'].includes(uri.scheme)) {
		throw new UserError('usage', `Only web and mail addresses are opened, not "${uri.scheme}:".`);
	}
	const pick = await vscode.window.showInformationMessage(
		'Open this address outside the editor? It comes from the text of a pair.',
		{ modal: true, detail: address },
		'Open',
	);
	if (pick === 'Open') await vscode.env.openExternal(uri);
}
