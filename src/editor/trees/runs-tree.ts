import * as vscode from 'vscode';
import type { HealthStatus } from '../../domain/run-record.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { ENGINE_NAMES, scoredText, shipText } from '../report/run-words.ts';
import type { Snapshot } from '../shell/snapshots.ts';
import type { Row } from './folder-tree.ts';

const STATUS: Readonly<Record<HealthStatus, { icon: string; color: string; word: string }>> = {
	pass: { icon: 'pass', color: 'testing.iconPassed', word: 'passes' },
	warn: { icon: 'warning', color: 'list.warningForeground', word: 'warns' },
	fail: { icon: 'error', color: 'testing.iconFailed', word: 'fails' },
	insufficient: { icon: 'question', color: 'descriptionForeground', word: 'too little data' },
};

const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** Runs, latest first; the verdict is an icon and a word, never the colour alone. */
export function runRows({ runs }: Snapshot): Row[] {
	return runs.toReversed().map((run) => {
		const { icon, color, word } = STATUS[run.verdict.status];
		const label = `Run ${run.ordinal} · ${scoredText(run)}`;
		const when = date.format(new Date(run.created));
		const state = [shipText(run), `${word}${run.decided ? ', decided' : ''}`].filter((part) => part !== '').join(' · ');
		return {
			id: run.run,
			label,
			description: `${state} · ${when}`,
			tooltip: tooltip(run, when),
			spoken: `${label}, ${state}, ${when}. ${run.verdict.sentence}`,
			icon: new vscode.ThemeIcon(icon, new vscode.ThemeColor(color)),
			command: 'pairwright.openReport',
			argument: run.run,
			context: 'run',
		};
	});
}

/** Plain text in Markdown's clothes: a record comes from a committed file and may hold anything. */
function tooltip(run: RunSummary, when: string): vscode.MarkdownString {
	const text = new vscode.MarkdownString();
	text.appendText(`${run.verdict.sentence}\n\n`);
	const scored = [ENGINE_NAMES[run.engine] ?? run.engine, scoredText(run), shipText(run)].filter((part) => part !== '');
	text.appendText(`${scored.join(' · ')}\n${when}\n\n`);
	text.appendText(run.decided ? 'Decided: the sealed half is open for it.' : 'No decision recorded yet.');
	return text;
}
