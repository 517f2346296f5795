import * as vscode from 'vscode';
import type { LabelPolicy } from '../../domain/label-policy.ts';
import type { BundleOptions, BundleResult } from '../../protocol/exports.ts';
import type { Services } from '../services.ts';
import { POLICIES } from './export.ts';
import { pickFolder } from './pick-folder.ts';
import { openAsPage } from './result-document.ts';

const count = new Intl.NumberFormat('en');

interface RowsItem extends vscode.QuickPickItem {
	readonly format: NonNullable<BundleOptions['format']>;
}

const ROWS: readonly RowsItem[] = [
	{
		label: 'Chats',
		detail: 'Lists of messages, for models with a chat template: TRL, conversational.',
		format: 'trl',
	},
	{
		label: 'Plain text',
		detail: 'Prompt and responses as texts, for base models. Chats of several turns stay out and are counted.',
		format: 'trl-standard',
	},
];

const OPEN = 'Open Its README';
const COPY = 'Copy Export Id';

/** Writes a training bundle into a folder of the user's choice; parts and seed of the deal are the command line's. */
export async function exportBundle(services: Services): Promise<void> {
	const session = await services.pickSession();
	if (session === undefined) return;
	const api = await session.api();
	const rows = await vscode.window.showQuickPick(ROWS, { title: 'Training bundle: what does the model read?' });
	if (rows === undefined) return;
	const { splits } = await api.info();
	let labels: LabelPolicy | undefined;
	if ((['train', 'eval', 'heldout'] as const).some((split) => (splits[split].disputed ?? 0) > 0)) {
		const policy = await vscode.window.showQuickPick(POLICIES, {
			title: 'Training bundle: pairs on which people differ',
		});
		if (policy === undefined) return;
		labels = policy.labels;
	}
	const folder = await pickFolder(
		'Training bundle: a new or empty folder, or an earlier bundle to replace',
		'Make the Bundle Here',
		vscode.Uri.joinPath(session.folder.uri, '..'),
	);
	if (folder === undefined) return;
	const person = await services.ensurePerson(session);
	if (person === undefined) return;
	const done = await vscode.window.withProgress(
		{ location: vscode.ProgressLocation.Notification, title: 'Making the training bundle' },
		() => api.exportBundle({ out: folder.fsPath, format: rows.format, ...(labels === undefined ? {} : { labels }) }),
	);
	const choice = await vscode.window.showInformationMessage(bundleSentence(done), OPEN, COPY);
	if (choice === COPY) await vscode.env.clipboard.writeText(done.export);
	if (choice === OPEN) await openAsPage(vscode.Uri.joinPath(folder, 'README.md'));
}

/** What is in it, for whom, and under which id its scores come back. */
export function bundleSentence({ files, note, export: id }: BundleResult): string {
	const pairs = (...roles: readonly string[]): string =>
		count.format(files.reduce((sum, file) => sum + (roles.includes(file.role) ? file.pairs : 0), 0));
	const penalty =
		note === undefined
			? `${pairs('penalty')} held-out ones in the penalty and ${pairs('monitoring')} that monitor it`
			: `no penalty (${note})`;
	return `The bundle has ${pairs('train')} pairs to train on, ${pairs('eval')} to look at, ${penalty}, and ${pairs('sealed')} sealed ones without labels. Score what it trains with --trained-on ${id.slice(0, 12)}.`;
}
