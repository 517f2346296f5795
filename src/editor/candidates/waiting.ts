import * as vscode from 'vscode';
import { SPLIT_LABELS } from '../../domain/split.ts';
import type { WaitingPage, WaitingPrompt } from '../../protocol/candidates.ts';
import { promptForTag } from '../annotate/tag.ts';
import type { ResultDocuments } from '../commands/result-document.ts';
import { counted } from '../engines/words.ts';
import type { FolderSession } from '../services.ts';
import type { Shell } from '../shell/shell.ts';
import { generateResponses } from './generate.ts';

/** Prompts in the list: those least like train come first, and nobody looks through more at once. */
const SHOWN = 500;

interface PromptItem extends vscode.QuickPickItem {
	readonly id: string;
}

const READ: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('book'), tooltip: 'Read the prompt' };

function placeOf({ split, half }: WaitingPrompt): string {
	if (half === null) return SPLIT_LABELS[split];
	return half === 'R' ? SPLIT_LABELS.heldout_reference : SPLIT_LABELS.heldout_sealed;
}

function itemOf(row: WaitingPrompt, threshold: number | null): PromptItem {
	const far = row.novelty !== null && threshold !== null && row.novelty > threshold;
	const parts = [
		placeOf(row),
		row.novelty === null ? '' : `novelty ${row.novelty.toFixed(2)}${far ? ', unlike train' : ''}`,
		row.candidates === 0 ? 'no response yet' : `${counted(row.candidates, 'response')}`,
		row.turns > 1 ? `${row.turns} turns` : '',
		row.times > 1 ? `${row.times} times in logs` : '',
		...row.tags,
	];
	return {
		id: row.id,
		label: `${far ? '$(telescope) ' : ''}${row.preview === '' ? '(no text)' : row.preview.replaceAll('$(', '$ (')}`,
		detail: parts.filter((part) => part !== '').join(' · '),
		buttons: [READ],
	};
}

function titleOf({ total, rows }: WaitingPage): string {
	const of = rows.length < total ? ` (${rows.length} shown)` : '';
	return `${counted(total, 'prompt')} ${total === 1 ? 'needs' : 'need'} a second response${of}`;
}

/** The list, ticked by hand. @returns ids; undefined when the person leaves */
function pickPrompts(page: WaitingPage, read: (id: string) => Promise<void>): Promise<readonly string[] | undefined> {
	const list = vscode.window.createQuickPick<PromptItem>();
	list.title = titleOf(page);
	const ranked = page.rows.some(({ novelty }) => novelty !== null);
	list.placeholder = ranked
		? 'Least like the training prompts first. Tick prompts, then Enter'
		: 'Tick prompts, then Enter';
	list.canSelectMany = true;
	list.ignoreFocusOut = true;
	list.matchOnDetail = true;
	const note: PromptItem[] =
		page.reason === undefined ? [] : [{ id: '', label: page.reason, kind: vscode.QuickPickItemKind.Separator }];
	list.items = [...page.rows.map((row) => itemOf(row, page.threshold)), ...note];
	return new Promise((resolve) => {
		list.onDidTriggerItemButton(({ item }) => void read(item.id));
		list.onDidAccept(() => {
			resolve(list.selectedItems.map(({ id }) => id));
			list.hide();
		});
		list.onDidHide(() => {
			resolve(undefined);
			list.dispose();
		});
		list.show();
	});
}

interface ActItem extends vscode.QuickPickItem {
	readonly act: 'generate' | 'tag' | 'splits';
}

async function pickAct(n: number): Promise<ActItem['act'] | undefined> {
	const items: ActItem[] = [
		{
			label: '$(comment-discussion) Let a model respond…',
			detail: 'By a chat server or a GGUF file; the number of requests is shown first.',
			act: 'generate',
		},
		{
			label: '$(telescope) Tag as outside scope…',
			detail: 'Moves them, with their clusters, to held-out before they have a pair.',
			act: 'tag',
		},
	];
	const picked = await vscode.window.showQuickPick(items, {
		title: counted(n, 'prompt'),
		placeHolder: 'What with them?',
	});
	return picked?.act;
}

/**
 * Prompts that need a second response, least like train first: read them, let a model answer, tag them.
 * @param asked id of one to read; anything else lists them all
 */
export async function showWaiting(
	shell: Shell,
	results: ResultDocuments,
	session: FolderSession,
	asked?: unknown,
): Promise<void> {
	const api = await session.api();
	const read = async (id: string): Promise<void> => {
		const { messages } = await api.waitingPrompt(id);
		const text = messages.map(({ role, content }) => `${role}:\n${content ?? ''}`).join('\n\n');
		await results.show('Prompt', `${text}\n`);
	};
	if (typeof asked === 'string') return read(asked);
	const page = await vscode.window.withProgress(
		{ location: { viewId: 'pairwright.queue' }, title: 'Ranking prompts' },
		() => api.waiting({ limit: SHOWN }),
	);
	if (page.total === 0) {
		const pick = await vscode.window.showInformationMessage(
			'No prompt needs a second response. Chat logs bring prompts that do.',
			'Import Chat Logs…',
		);
		if (pick !== undefined) await vscode.commands.executeCommand('pairwright.importPrompts');
		return;
	}
	const prompts = await pickPrompts(page, (id) =>
		read(id).catch((error: unknown) => shell.showError(error, 'reading')),
	);
	if (prompts === undefined || prompts.length === 0) return;
	const act = await pickAct(prompts.length);
	if (act === 'generate') await generateResponses(shell, session, { prompts: [...prompts] });
	if (act === 'tag') {
		if ((await shell.ensurePerson(session)) === undefined) return;
		const done = await promptForTag(shell, session, { ids: prompts });
		if (done !== null) void vscode.window.showInformationMessage(`${done.text}.`);
	}
}
