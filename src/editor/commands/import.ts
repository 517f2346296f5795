import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Half, Split } from '../../domain/split.ts';
import type { ImportOptions, ImportPreview, ImportResult } from '../../protocol/imports.ts';
import { askWhetherLogs, importLogs, looksLikeLog } from '../candidates/import-logs.ts';
import type { MappingScreens } from '../mapping/panel.ts';
import type { FolderSession } from '../services.ts';
import type { Shell } from '../shell/shell.ts';
import { importSentence, rejectedText } from './import-result.ts';
import type { ResultDocuments } from './result-document.ts';

/** Files from outside the workspace are copied into it; above this size the person is asked. */
const ASK_COPY_BYTES = 50e6;

interface Target extends vscode.QuickPickItem {
	readonly split?: Split;
	readonly half?: Half;
}

const TARGETS: readonly Target[] = [
	{
		label: '$(sparkle) As the rows say, else by default',
		detail: 'A row that names its split keeps it; the others go to train and eval by prompt, always the same way.',
	},
	{ label: '$(book) Train', detail: 'What a model is tuned on.', split: 'train' },
	{ label: '$(checklist) Eval', detail: 'In distribution, never trained on.', split: 'eval' },
	{
		label: '$(telescope) Held-out',
		detail: 'Outside the training distribution; a tuning half and a sealed half are drawn.',
		split: 'heldout',
	},
	{ label: '$(pinned) Must not forget', detail: 'What worked before and has to go on working.', split: 'retention' },
];

/**
 * Imports files into a folder, with progress, cancel and a summary. Files whose columns are not surely recognised open the mapping
 * screen first.
 * @param uris files from the Explorer, if any
 */
export async function importFiles(
	shell: Shell,
	results: ResultDocuments,
	mapping: MappingScreens,
	uris: readonly vscode.Uri[],
	{ mapAlways = false }: { readonly mapAlways?: boolean } = {},
): Promise<void> {
	const session = await shell.pickSession();
	if (session === undefined) return;
	const files = uris.length > 0 ? uris : await pickFiles(session);
	if (files === undefined || files.length === 0) return;
	const sorted = await sortFiles(session, files, mapAlways);
	const { sure } = sorted;
	let { unsure } = sorted;
	const logs = unsure.filter(({ preview }) => !mapAlways && looksLikeLog(preview.columns.map(({ name }) => name)));
	if (logs.length > 0) {
		const paths = logs.flatMap((each) => each.paths);
		const asLogs = await askWhetherLogs(paths);
		if (asLogs === undefined) return;
		if (asLogs) {
			await importLogs(
				shell,
				results,
				paths.map((path) => vscode.Uri.file(path)),
			);
			unsure = unsure.filter((each) => !logs.includes(each));
			if (sure.length + unsure.length === 0) return;
		}
	}
	const target = await vscode.window.showQuickPick(TARGETS, {
		title: files.length === 1 ? `Import ${basename(files[0]!.fsPath)}` : `Import ${files.length} files`,
		placeHolder: 'Where do the prompts belong?',
	});
	if (target === undefined) return;
	const link = await leaveInPlace(session, files);
	if (link === undefined) return;
	const options = {
		link,
		// A large copy was asked about before.
		copyLarge: true,
		...(target.split === undefined ? {} : { split: target.split }),
		...(target.half === undefined ? {} : { half: target.half }),
	};
	for (const { paths, preview } of unsure) {
		mapping.open(session, { files: paths, target: targetWords(target), options, preview });
	}
	if (sure.length > 0) await importPairs(shell, results, session, sure, options);
}

/** Imports, with progress, and shows what came of it. @returns false where a question on the way was cancelled */
export async function importPairs(
	shell: Shell,
	results: ResultDocuments,
	session: FolderSession,
	paths: readonly string[],
	how: ImportOptions,
): Promise<boolean> {
	if ((await shell.ensurePerson(session)) === undefined) return false;
	const title = paths.length === 1 ? `Importing ${basename(paths[0]!)}` : `Importing ${paths.length} files`;
	const result = await shell.withJob(session, title, async (job) => (await session.api()).importFiles(paths, how, job));
	if (result === undefined) return false;
	// Its buttons wait for a person: nothing else does.
	void showResult(shell, results, result).catch((error: unknown) => shell.showError(error, 'showing the import'));
	return true;
}

/** As the list of targets calls it, inside a sentence. */
function targetWords({ label, split }: Target): string {
	const words = label.replace(/^\$\([^)]*\) /u, '');
	return split === undefined ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}

interface Unsure {
	readonly paths: readonly string[];
	readonly preview: ImportPreview;
}

/** Looks at the first rows of each: files with the same columns that are not surely recognised are mapped together. */
async function sortFiles(
	session: FolderSession,
	files: readonly vscode.Uri[],
	mapAlways: boolean,
): Promise<{ sure: readonly string[]; unsure: readonly Unsure[] }> {
	const api = await session.api();
	const sure: string[] = [];
	const unsure = new Map<string, { paths: string[]; preview: ImportPreview }>();
	for (const { fsPath } of files) {
		const preview = await api.previewImport(fsPath, {});
		const isClear = preview.doubts.length === 0 && (preview.rivals ?? []).length === 0;
		if (isClear && preview.format !== null && !mapAlways) {
			sure.push(fsPath);
			continue;
		}
		const key = JSON.stringify(preview.columns.map(({ name }) => name));
		const known = unsure.get(key);
		if (known === undefined) unsure.set(key, { paths: [fsPath], preview });
		else known.paths.push(fsPath);
	}
	return { sure, unsure: [...unsure.values()] };
}

async function showResult(shell: Shell, results: ResultDocuments, result: ImportResult): Promise<void> {
	const sentence = importSentence(result);
	shell.log.info(sentence);
	const rejected = result.rejected.length > 0;
	const noted = rejected || result.files.some(({ warnings = [] }) => warnings.length > 0);
	const details = rejected ? 'Show Rejected Rows' : 'Show Notes';
	const actions = [...(noted ? [details] : []), 'Start Judging', 'Open Splits'];
	const show = rejected ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
	const pick = await show(sentence, ...actions);
	if (pick === details)
		await results.show(
			rejected ? 'Rejected rows' : 'Notes on the import',
			rejectedText(result, (path) => vscode.workspace.asRelativePath(path)),
		);
	if (pick === 'Start Judging') await vscode.commands.executeCommand('pairwright.annotate');
	if (pick === 'Open Splits') await vscode.commands.executeCommand('pairwright.openSplits');
}

async function pickFiles(session: FolderSession): Promise<readonly vscode.Uri[] | undefined> {
	return vscode.window.showOpenDialog({
		title: 'Import preference data',
		openLabel: 'Import',
		canSelectMany: true,
		defaultUri: session.folder.uri,
		filters: { 'Preference data': ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'parquet', 'gz'], 'All files': ['*'] },
	});
}

/** @returns whether to leave large files where they are; undefined when the person cancels */
async function leaveInPlace(session: FolderSession, files: readonly vscode.Uri[]): Promise<boolean | undefined> {
	const outside = files.filter(
		(file) => vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath !== session.folder.uri.fsPath,
	);
	const sizes = await Promise.all(outside.map(async ({ fsPath }) => (await stat(fsPath)).size));
	const large = sizes.reduce((total, size) => total + size, 0);
	if (large <= ASK_COPY_BYTES) return false;
	const setting = vscode.workspace.getConfiguration('pairwright.import', session.folder).get<string>('largeFiles');
	if (setting === 'copy' || setting === 'leave') return setting === 'leave';
	const copy = 'Copy into the Folder';
	const leave = 'Leave in Place';
	const pick = await vscode.window.showInformationMessage(
		`Copy ${Math.round(large / 1e6)} MB into .pairwright/sources?`,
		{
			modal: true,
			detail:
				'A compressed copy travels with the folder, so that others (and a rebuild) find the same data. Left in place, the file must stay where it is, unchanged.',
		},
		copy,
		leave,
	);
	return pick === undefined ? undefined : pick === leave;
}
