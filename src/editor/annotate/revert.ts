import * as vscode from 'vscode';
import { moveSentences } from '../../domain/split-moves.ts';
import type { WorkspaceApi } from '../../protocol/workspace-api.ts';

function counted(n: number, what: string): string {
	return `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;
}

/** Asks where taking a step back reaches beyond the pair on screen. @returns whether to go on */
export async function confirmRevert(
	text: string,
	{ comparisons, prompts, moves }: Awaited<ReturnType<WorkspaceApi['retract']>>,
): Promise<boolean> {
	const moved = moves === undefined ? [] : moveSentences(moves, true);
	if (comparisons <= 1 && prompts <= 1 && moved.length === 0) return true;
	const reach = [
		...(comparisons > 1 ? [counted(comparisons, 'comparison')] : []),
		...(prompts > 1 ? [counted(prompts, 'prompt')] : []),
	].join(' and ');
	const about = reach === '' ? [] : [`It is about ${reach}, not this pair alone.`];
	const take = 'Take Back';
	const picked = await vscode.window.showWarningMessage(
		`Take back “${text}”?`,
		{ modal: true, detail: [...about, ...moved, 'It stays in the history as taken back.'].join(' ') },
		take,
	);
	return picked === take;
}
