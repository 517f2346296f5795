import * as vscode from 'vscode';
import type { Shell } from '../shell/shell.ts';
import type { ResultDocuments } from './result-document.ts';

const count = new Intl.NumberFormat('en');
const MARK = { ok: 'ok     ', warning: 'warning', error: 'ERROR  ' } as const;

/** Rebuilds the database from sources and journals. */
export async function rebuild(shell: Shell, results: ResultDocuments): Promise<void> {
	const session = await shell.pickSession();
	if (session === undefined) return;
	const done = await shell.withJob(session, 'Rebuilding the database', async (job) =>
		(await session.api()).rebuild(job),
	);
	if (done === undefined) return;
	const sentence = `Rebuilt from ${count.format(done.events)} events: ${count.format(done.comparisons)} pairs of ${count.format(done.prompts)} prompts.`;
	if (done.problems.length === 0) {
		void vscode.window.showInformationMessage(sentence);
		return;
	}
	const problems = `${count.format(done.problems.length)} ${done.problems.length === 1 ? 'problem' : 'problems'}`;
	const pick = await vscode.window.showWarningMessage(`${sentence} ${problems} found.`, 'Show Problems');
	if (pick !== undefined) await results.show('Rebuild', `${sentence}\n\n${done.problems.join('\n')}\n`);
}

/** Checks environment and workspace; findings with their remedies open as a text. */
export async function doctor(shell: Shell, results: ResultDocuments): Promise<void> {
	const session = await shell.pickSession();
	if (session === undefined) return;
	const { ok, checks } = await (await session.api()).doctor();
	const lines = checks.map(({ check, status, message, remedy }) => {
		return `${MARK[status]}  ${check}: ${message}${remedy === undefined ? '' : `\n         → ${remedy}`}`;
	});
	await results.show(
		'Pairwright check',
		`${ok ? 'Everything is in order.' : 'Something needs attention.'}\n\n${lines.join('\n')}\n`,
	);
}

/** Opens a file of `.pairwright/` in an editor. */
export async function openFile(shell: Shell, name: 'guidelines.md' | 'config.json'): Promise<void> {
	const session = await shell.pickSession();
	if (session === undefined) return;
	const uri = vscode.Uri.joinPath(session.folder.uri, '.pairwright', name);
	await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

/** Asks for another handle; judgments given so far keep the old one. */
export async function changeHandle(shell: Shell): Promise<void> {
	const session = await shell.pickSession();
	if (session === undefined) return;
	const { person } = await (await session.api()).info();
	const handle = await shell.askPerson(session, person);
	if (handle !== undefined)
		void vscode.window.showInformationMessage(`Your judgments are signed "${handle}" from now on.`);
}
