import * as vscode from 'vscode';
import type { LabelPolicy } from '../../domain/label-policy.ts';
import type { Split } from '../../domain/split.ts';
import type { ExportOptions, ExportResult, WorkspaceInfo } from '../../protocol/workspace-api.ts';
import type { Services } from '../services.ts';

const count = new Intl.NumberFormat('en');

interface FormatItem extends vscode.QuickPickItem {
	readonly format: ExportOptions['format'];
}

const FORMATS: readonly FormatItem[] = [
	{
		label: 'TRL, conversational',
		detail: 'prompt, chosen and rejected as lists of messages: what most trainers read.',
		format: 'trl',
	},
	{ label: 'TRL, standard', detail: 'prompt, chosen and rejected as plain text.', format: 'trl-standard' },
	{
		label: 'Pairwright',
		detail: 'Both responses with everybody’s judgments and ties: loses nothing.',
		format: 'pairwright',
	},
];

interface SplitItem extends vscode.QuickPickItem {
	readonly split: Split;
}

function splitItems({ splits, halves }: WorkspaceInfo): SplitItem[] {
	const item = (split: Split, label: string, pairs: number, picked: boolean, detail?: string): SplitItem => ({
		split,
		label,
		picked,
		description: `${count.format(pairs)} pairs`,
		...(detail === undefined ? {} : { detail }),
	});
	return [
		item('train', 'Train', splits.train.pairs, true),
		item('eval', 'Eval', splits.eval.pairs, true),
		item(
			'heldout',
			'Held-out',
			halves.reference.pairs,
			false,
			'The tuning half; the sealed half stays unlabelled until it is opened.',
		),
		item('retention', 'Must not forget', splits.retention.pairs, false),
	];
}

/** How disputed pairs are exported to a trainer. */
export const POLICIES: readonly (vscode.QuickPickItem & { readonly labels: LabelPolicy })[] = [
	{
		label: 'Leave disputed pairs out',
		detail: 'Strict majority: the side that more than half of the people are for.',
		labels: 'strict-majority',
	},
	{
		label: 'Take the side with more votes',
		detail: 'Vote share: disputed pairs too, each with its share; ties stay out.',
		labels: 'vote-share',
	},
	{
		label: 'Only what was adjudicated',
		detail: 'Pairs that somebody decided with a reason.',
		labels: 'adjudicated-only',
	},
];

/** Of held-out, the tuning half alone: the sealed one is written without labels. */
function disputedOf({ splits, halves }: WorkspaceInfo, split: Split): number {
	return (split === 'heldout' ? halves.reference : splits[split]).disputed ?? 0;
}

/** Writes training files: format, splits and folder are asked for, and what becomes of disputed pairs where there are any. */
export async function exportData(services: Services): Promise<void> {
	const session = await services.pickSession();
	if (session === undefined) return;
	const api = await session.api();
	const format = await vscode.window.showQuickPick(FORMATS, { title: 'Export: format' });
	if (format === undefined) return;
	const facts = await api.info();
	const splits = await vscode.window.showQuickPick(splitItems(facts), {
		title: 'Export: splits, one file each',
		canPickMany: true,
	});
	if (splits === undefined || splits.length === 0) return;
	let labels: LabelPolicy | undefined;
	if (format.format !== 'pairwright' && splits.some(({ split }) => disputedOf(facts, split) > 0)) {
		const policy = await vscode.window.showQuickPick(POLICIES, { title: 'Export: pairs on which people differ' });
		if (policy === undefined) return;
		labels = policy.labels;
	}
	const out = await vscode.window.showOpenDialog({
		title: 'Export into which folder?',
		openLabel: 'Export Here',
		canSelectFiles: false,
		canSelectFolders: true,
		defaultUri: session.folder.uri,
	});
	const folder = out?.[0];
	if (folder === undefined) return;
	const person = await services.ensurePerson(session);
	if (person === undefined) return;
	const result = await vscode.window.withProgress(
		{ location: vscode.ProgressLocation.Notification, title: 'Exporting' },
		() =>
			api.exportData({
				...{ format: format.format, splits: splits.map(({ split }) => split), out: folder.fsPath },
				...(labels === undefined ? {} : { labels }),
			}),
	);
	const first = result.files[0];
	const pick = await vscode.window.showInformationMessage(
		exportSentence(result),
		...(first === undefined ? [] : ['Open the First File']),
	);
	if (pick !== undefined && first !== undefined) {
		await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(first.path));
	}
}

/** What was written and what was left out, by reason. */
export function exportSentence({ files, dropped }: ExportResult): string {
	const written = files.map(({ split, written }) => `${count.format(written)} of ${split}`).join(', ');
	const left = Object.entries(dropped)
		.filter(([, n]) => n > 0)
		.map(([why, n]) => `${count.format(n)} ${why.replaceAll('_', ' ')}`);
	return `Exported ${written === '' ? 'nothing' : written}.${left.length === 0 ? '' : ` Left out: ${left.join(', ')}.`}`;
}
