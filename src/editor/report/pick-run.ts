import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs.ts';
import type { FolderSession } from '../services.ts';
import { scoredText, shipText } from './run-words.ts';

const STATUS_WORDS = { pass: 'passes', warn: 'warns', fail: 'fails', insufficient: 'too little data' } as const;

function when(run: RunSummary): string {
	return new Date(run.created).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/**
 * A run of the folder, latest first; the only one without asking. Offers to make one where there is none.
 * @returns undefined when there is none or the user cancels
 */
export async function pickRun(session: FolderSession, title: string): Promise<string | undefined> {
	const runs = (await (await session.api()).runs()).toSorted((a, b) => b.ordinal - a.ordinal);
	if (runs.length === 0) {
		await offerFirstRun(session);
		return undefined;
	}
	if (runs.length === 1) return runs[0]?.run;
	const items = runs.map((run) => ({
		label: `Run ${run.ordinal} · ${scoredText(run)}`,
		description: `${shipText(run) === '' ? '' : `${shipText(run)} · `}${STATUS_WORDS[run.verdict.status]}${run.decided ? ', decided' : ''} · ${when(run)}`,
		detail: run.verdict.sentence,
		run: run.run,
	}));
	return (await vscode.window.showQuickPick(items, { title }))?.run;
}

export async function offerFirstRun(session: FolderSession): Promise<void> {
	const pick = await vscode.window.showInformationMessage(
		'There is no scoring run here yet. The first takes seconds.',
		'Run GDPO Scoring…',
	);
	if (pick !== undefined) {
		await vscode.commands.executeCommand('pairwright.score', { folder: session.folder.uri.toString() });
	}
}
