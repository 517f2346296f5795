import * as vscode from 'vscode';
import { checkAddress } from '../../protocol/server-address.ts';
import { counted } from './words.ts';

const ALLOWED = 'pairwright.sendOrigins';

/**
 * Before the first send to an origin: which one, and how much. Asked once for each origin on this machine.
 * @param pairs that are sent at most
 * @param models each pair is sent once for each
 * @returns false when the person does not want it
 */
export async function allowSending(
	context: vscode.ExtensionContext,
	url: string,
	pairs: number,
	models: number,
): Promise<boolean> {
	const { origin, loopback } = checkAddress(url, false);
	const allowed = context.globalState.get<string[]>(ALLOWED, []);
	if (allowed.includes(origin)) return true;
	const where = loopback
		? 'This address is on this machine; what listens there may pass texts on.'
		: 'This address is not on this machine.';
	const answer = await vscode.window.showWarningMessage(
		`Send up to ${counted(pairs, 'pair')} to ${origin}?`,
		{
			modal: true,
			detail: `Prompts and both responses are sent, once for each of ${counted(models, 'model')}; no labels, names or notes. ${where} You are asked once for each address.`,
		},
		'Send',
	);
	if (answer === undefined) return false;
	await context.globalState.update(ALLOWED, [...allowed, origin]);
	return true;
}
