import { basename } from 'node:path';
import * as vscode from 'vscode';
import { NOT_FOUND, REDACTIONS, type Redaction } from '../../domain/redaction.ts';
import type { ImportResult } from '../../protocol/imports.ts';
import { importSentence, rejectedText } from '../commands/import-result.ts';
import type { ResultDocuments } from '../commands/result-document.ts';
import { counted } from '../engines/words.ts';
import type { Shell } from '../shell/shell.ts';

interface KindItem extends vscode.QuickPickItem {
	readonly redaction: Redaction;
}

const KINDS: Readonly<Record<Redaction, readonly [string, string]>> = {
	email: ['E-mail addresses', '[email]'],
	phone: ['Phone numbers', '[phone]'],
	iban: ['Bank accounts (IBAN)', '[iban]'],
	card: ['Payment cards', '[card]'],
};

const FILES = ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'parquet', 'gz'];

async function pickKinds(): Promise<readonly Redaction[] | undefined> {
	const items = REDACTIONS.map((redaction): KindItem => {
		const [label, description] = KINDS[redaction];
		return { label, description, redaction, picked: true };
	});
	const limits = {
		label: 'Not found: names, addresses, secrets without a form. Read your logs.',
		kind: vscode.QuickPickItemKind.Separator,
	} as KindItem & vscode.QuickPickItem;
	const picked = await vscode.window.showQuickPick([...items, limits], {
		title: 'Replace before anything is stored',
		placeHolder: 'Ticked kinds are replaced',
		canPickMany: true,
		ignoreFocusOut: true,
	});
	return picked?.map(({ redaction }) => redaction);
}

/** What an import of logs came to, in sentences. */
function logSentence(result: ImportResult): string {
	const { waiting, paired = 0, redacted } = result;
	const replaced = Object.entries(redacted ?? {}).filter(([, n]) => n > 0);
	return [
		importSentence(result),
		...(redacted === undefined
			? []
			: [
					replaced.length === 0
						? 'Nothing had to be replaced.'
						: `Replaced: ${replaced.map(([kind, n]) => `${n} ${kind}`).join(', ')}.`,
				]),
		...(paired > 0 ? [`${counted(paired, 'prompt')} came with two different responses: a pair each.`] : []),
		...(waiting === undefined || waiting.prompts === 0
			? []
			: [`${counted(waiting.prompts, 'prompt')} ${waiting.prompts === 1 ? 'needs' : 'need'} a second response.`]),
	].join(' ');
}

/**
 * Imports chat logs: prompts with at most one response, which wait for another. Asks what to replace first.
 * @param uris files from the Explorer, or picked before
 */
export async function importLogs(shell: Shell, results: ResultDocuments, uris: readonly vscode.Uri[]): Promise<void> {
	const session = await shell.pickSession();
	if (session === undefined) return;
	const files =
		uris.length > 0
			? uris
			: await vscode.window.showOpenDialog({
					title: 'Import chat logs as prompts',
					openLabel: 'Import',
					canSelectMany: true,
					defaultUri: session.folder.uri,
					filters: { 'Chat logs': FILES, 'All files': ['*'] },
				});
	if (files === undefined || files.length === 0) return;
	const redact = await pickKinds();
	if (redact === undefined) return;
	if ((await shell.ensurePerson(session)) === undefined) return;
	const paths = files.map(({ fsPath }) => fsPath);
	const title = paths.length === 1 ? `Importing ${basename(paths[0]!)}` : `Importing ${paths.length} files`;
	const result = await shell.withJob(session, title, async (job) =>
		(await session.api()).importFiles(paths, { as: 'prompts', ...(redact.length === 0 ? {} : { redact }) }, job),
	);
	if (result === undefined) return;
	const text = logSentence(result);
	shell.log.info(text);
	const noted = result.rejected.length > 0 || result.files.some(({ warnings = [] }) => warnings.length > 0);
	const details = 'Show Notes';
	const look = 'Show the Prompts';
	const show = result.rejected.length > 0 ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
	// Its buttons wait for a person: nothing else does.
	void show(
		text,
		...((result.waiting?.prompts ?? 0) > 0 ? [look] : []),
		...(noted || redact.length > 0 ? [details] : []),
	)
		.then(async (pick) => {
			if (pick === look) await vscode.commands.executeCommand('pairwright.waiting');
			if (pick !== details) return;
			const notes = rejectedText(result, (path) => vscode.workspace.asRelativePath(path));
			await results.show('Notes on the import', `${text}\n\n${redact.length > 0 ? `${NOT_FOUND}\n\n` : ''}${notes}`);
		})
		.then(undefined, (error: unknown) => shell.showError(error, 'showing the import'));
}

/** Columns of logs without those of pairs: offered as prompts before they are mapped to pairs. */
export function looksLikeLog(columns: readonly string[]): boolean {
	const has = (...names: readonly string[]) => names.every((name) => columns.includes(name));
	if (has('chosen') || has('rejected') || has('response_a') || has('response_b')) return false;
	return (
		has('messages') ||
		has('conversations') ||
		['response', 'completion', 'output', 'answer'].some((name) => has('prompt', name))
	);
}

/** @returns whether these files are logs; undefined when the person leaves */
export async function askWhetherLogs(files: readonly string[]): Promise<boolean | undefined> {
	const logs = { label: '$(comment-unresolved) As prompts that need a second response', logs: true };
	const detail = 'Each row has a prompt and at most one response. A model, or another log, brings the second.';
	const picked = await vscode.window.showQuickPick(
		[
			{ ...logs, detail },
			{ label: '$(split-horizontal) As pairs', detail: 'Say which columns hold the two responses.', logs: false },
		],
		{
			title:
				files.length === 1
					? `${basename(files[0]!)} looks like a chat log`
					: `${files.length} files look like chat logs`,
			placeHolder: 'How shall it be imported?',
		},
	);
	return picked?.logs;
}
