import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';

/**
 * Shows an error as people want it. A UserError says itself what happened and what to do; anything else is a defect: one
 * sentence in front, the whole of it in the log.
 * @param doing what was being done, as it reads after "while": "importing files"
 */
export function showError(log: vscode.LogOutputChannel, error: unknown, doing: string): void {
	if (UserError.is(error, 'cancelled')) {
		log.info(`Cancelled while ${doing}.`);
		return;
	}
	if (UserError.is(error)) {
		log.warn(`While ${doing}: ${error.message} (${error.reason})`);
		void offer(log, error.message, remedies(error));
		return;
	}
	log.error(`While ${doing}:`, error instanceof Error ? error : String(error));
	void offer(
		log,
		`Something went wrong inside Pairwright while ${doing}. What was saved is safe; the log has the details.`,
		[],
	);
}

interface Remedy {
	readonly title: string;
	readonly command: string;
}

function remedies(error: UserError): Remedy[] {
	if (error.reason === 'not-initialised') return [{ title: 'Set Up Here', command: 'pairwright.setUp' }];
	if (error.reason === 'no-person') return [{ title: 'Choose a Handle', command: 'pairwright.setHandle' }];
	if (error.reason === 'untrusted') return [{ title: 'Manage Trust', command: 'workbench.trust.manage' }];
	return [];
}

async function offer(log: vscode.LogOutputChannel, message: string, actions: readonly Remedy[]): Promise<void> {
	const pick = await vscode.window.showErrorMessage(message, ...actions.map(({ title }) => title), 'Show Log');
	if (pick === 'Show Log') log.show(true);
	const chosen = actions.find(({ title }) => title === pick);
	if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
}
