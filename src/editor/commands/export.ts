import * as vscode from 'vscode';
import { DROPPED_WORDS, EXPORT_FORMAT_FACTS, type ExportFormat } from '../../domain/export-format.ts';
import type { LabelPolicy } from '../../domain/label-policy.ts';
import type { Split } from '../../domain/split.ts';
import type { ExportResult } from '../../protocol/exports.ts';
import type { WorkspaceInfo } from '../../protocol/workspace-api.ts';
import type { Services } from '../services.ts';
import { pickFolder } from './pick-folder.ts';
import type { ResultDocuments } from './result-document.ts';

const count = new Intl.NumberFormat('en');

interface FormatItem extends vscode.QuickPickItem {
	readonly format: ExportFormat;
}

const separator = (label: string): vscode.QuickPickItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
const item = (format: ExportFormat, label: string, detail: string): FormatItem => ({ format, label, detail });

const FORMATS: readonly (FormatItem | vscode.QuickPickItem)[] = [
	separator('trainers'),
	item('trl', 'TRL, conversational', 'Prompt, chosen and rejected as lists of messages: what most trainers read.'),
	item('trl-standard', 'TRL, standard', 'Prompt, chosen and rejected as plain text: single questions.'),
	item('axolotl', 'Axolotl', 'Messages with two responses, for chat_template.default.'),
	item('llama-factory', 'LLaMA-Factory', 'ShareGPT ranking, with its entries of dataset_info.json.'),
	item(
		'openai',
		'OpenAI, Together, Fireworks',
		'Preferred and non-preferred output, for preference fine-tuning as a service.',
	),
	item('kto', 'KTO, unpaired', 'One response a row, desirable or not; both bad = neither is desirable.'),
	item('helpsteer', 'HelpSteer', 'A signed strength from −3 to 3, ties are 0: for reward models.'),
	separator('data sets'),
	item('hf', 'Hugging Face dataset', 'A folder that load_dataset reads: Parquet, and the data card as its README.'),
	item('parquet', 'Parquet', 'TRL’s columns, one file a split.'),
	item('pairwright', 'Pairwright', 'Both responses with everybody’s judgments and ties: loses nothing.'),
	separator('other annotation tools'),
	item('argilla', 'Argilla', 'Records with the resolution as a suggestion; pairs without one too.'),
	item(
		'label-studio',
		'Label Studio',
		'Tasks for Pairwise with the resolution as an annotation; pairs without one too.',
	),
];

interface SplitItem extends vscode.QuickPickItem {
	readonly split: Split;
}

function splitItems({ splits, halves }: WorkspaceInfo): SplitItem[] {
	const splitItem = (split: Split, label: string, pairs: number, picked: boolean, detail?: string): SplitItem => ({
		split,
		label,
		picked,
		description: `${count.format(pairs)} pairs`,
		...(detail === undefined ? {} : { detail }),
	});
	return [
		splitItem('train', 'Train', splits.train.pairs, true),
		splitItem('eval', 'Eval', splits.eval.pairs, true),
		splitItem(
			'heldout',
			'Held-out',
			halves.reference.pairs,
			false,
			'The tuning half; the sealed half stays unlabelled until it is opened.',
		),
		splitItem('retention', 'Must not forget', splits.retention.pairs, false),
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
export async function exportData(services: Services, results: ResultDocuments): Promise<void> {
	const session = await services.pickSession();
	if (session === undefined) return;
	const api = await session.api();
	const picked = await vscode.window.showQuickPick(FORMATS, {
		title: 'Export: format',
		matchOnDetail: true,
	});
	if (picked === undefined || !('format' in picked)) return;
	const { format } = picked;
	const facts = await api.info();
	const splits = await vscode.window.showQuickPick(splitItems(facts), {
		title: 'Export: splits, one file each',
		canPickMany: true,
	});
	if (splits === undefined || splits.length === 0) return;
	let labels: LabelPolicy | undefined;
	if (EXPORT_FORMAT_FACTS[format].training && splits.some(({ split }) => disputedOf(facts, split) > 0)) {
		const policy = await vscode.window.showQuickPick(POLICIES, { title: 'Export: pairs on which people differ' });
		if (policy === undefined) return;
		labels = policy.labels;
	}
	const folder = await pickFolder('Export into which folder?', 'Export Here', session.folder.uri);
	if (folder === undefined) return;
	const person = await services.ensurePerson(session);
	if (person === undefined) return;
	const result = await vscode.window.withProgress(
		{ location: vscode.ProgressLocation.Notification, title: 'Exporting' },
		() =>
			api.exportData({
				...{ format, splits: splits.map(({ split }) => split), out: folder.fsPath },
				...(labels === undefined ? {} : { labels }),
			}),
	);
	if (result.config.length > 0) await results.show('export configuration', configText(result));
	const first = result.card?.path ?? result.files[0]?.path;
	const pick = await vscode.window.showInformationMessage(
		exportSentence(result),
		...(first === undefined ? [] : [result.card === undefined ? OPEN_FILE : OPEN_CARD]),
		...(result.config.length === 0 ? [] : [COPY]),
	);
	if (pick === COPY) {
		await vscode.env.clipboard.writeText(result.config.map(({ text }) => text).join('\n\n'));
	} else if (pick !== undefined && first !== undefined) {
		await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(first));
	}
}

const OPEN_FILE = 'Open the First File';
const OPEN_CARD = 'Open the Data Card';
const COPY = 'Copy Configuration';

/** The lines to paste where the files are read, each block under its title. */
function configText({ config }: ExportResult): string {
	return `${config.map(({ title, text }) => `# ${title}\n\n${text}\n`).join('\n\n')}`;
}

/** What was written and what was left out, by reason. */
export function exportSentence({ files, dropped }: ExportResult): string {
	const written = files.map(({ split, written }) => `${count.format(written)} of ${split}`).join(', ');
	const left = Object.entries(dropped)
		.filter(([, n]) => n > 0)
		.map(([why, n]) => `${count.format(n)} ${DROPPED_WORDS[why] ?? why.replaceAll('_', ' ')}`);
	return `Exported ${written === '' ? 'nothing' : written}.${left.length === 0 ? '' : ` Left out: ${left.join(', ')}.`}`;
}
