import * as vscode from 'vscode';
import { AdjudicateViews } from './editor/adjudicate/register.ts';
import { openPair, openQueue, registerAnnotate } from './editor/annotate/register.ts';
import { promptForTag } from './editor/annotate/tag.ts';
import { Commands } from './editor/commands/register.ts';
import { registerDrafts } from './editor/draft/register.ts';
import { ReportViews } from './editor/report/register.ts';
import { Shell } from './editor/shell/shell.ts';
import { Snapshots } from './editor/shell/snapshots.ts';
import { SplitsViews } from './editor/splits/register.ts';
import { StatusBar } from './editor/status-bar.ts';
import { Syncing } from './editor/sync/register.ts';
import { Trees } from './editor/trees/register.ts';

/** Composition root: everything is made here, handed what it needs, and disposed with the window. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
	const started = performance.now();
	const log = vscode.window.createOutputChannel('Pairwright', { log: true });
	const shell = new Shell(context, log);
	context.subscriptions.push(log, shell);
	// First: a restored panel asks for its folder's session as soon as its serializer is there.
	await shell.start();
	const snapshots = new Snapshots(shell);
	const splits = new SplitsViews(shell, {
		openPair: (session, comparison) => openPair(shell, session, comparison),
		promptForTag: (session, selection, initial, hooks) => promptForTag(shell, session, selection, initial, hooks),
	});
	const adjudicate = new AdjudicateViews(shell);
	const reports = new ReportViews(shell, {
		openPair: (session, comparison) => openPair(shell, session, comparison, 'report'),
		openRejudge: (session) => openQueue(shell, session, 'rejudge'),
		openSplits: (session) => splits.open(session, null),
	});
	context.subscriptions.push(
		snapshots,
		registerAnnotate(shell),
		registerDrafts(shell),
		adjudicate,
		splits,
		reports,
		new Trees(shell, snapshots),
		new StatusBar(shell, snapshots, shell.jobs),
		new Syncing(shell, snapshots),
		new Commands(shell, snapshots, {
			openQueue: (session, kind) => openQueue(shell, session, kind),
			openAdjudicate: (session) => adjudicate.open(session),
			openSplits: (session, focus) => splits.open(session, focus),
			openReport: (session, run) => reports.open(session, run),
			startScoring: (session) => reports.startScoring(session),
			startCheckpoints: (session, files) => reports.startCheckpoints(session, files),
		}),
	);
	log.info(`Activated in ${Math.round(performance.now() - started)} ms.`);
}
