import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';

/**
 * Refuses in Restricted Mode. The editor blocks nothing by itself there, and a hidden command can still be called, so
 * whatever runs an engine asks here.
 * @param what as it reads after "Pairwright does not": "score"
 * @throws UserError `untrusted`
 */
export function requireTrust(what: string): void {
	if (vscode.workspace.isTrusted) return;
	throw new UserError(
		'untrusted',
		`Pairwright does not ${what} in a folder you have not trusted. You can browse and judge here; to go further, trust the folder.`,
	);
}
