import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { stepOf } from '../../domain/checkpoint.ts';
import { expandPath, type FoundFile, looksLikePath } from './expand-paths.ts';
import { type StepAnswer, showStep } from './step.ts';
import { fileName } from './words.ts';

/** Typing a path looks at the disk once it pauses. */
const PAUSE_MS = 150;

interface FileItem extends vscode.QuickPickItem {
	/** Absolute; absent on the line that opens the dialog or says what is missing. */
	readonly path?: string;
	readonly browse?: true;
}

export interface FileStep {
	readonly title: string;
	readonly step: readonly [number, number];
	/** What is picked, for the dialog and the placeholder: "checkpoints". */
	readonly noun: string;
	readonly many: boolean;
	/** Lower case, with the dot. */
	readonly endings: readonly string[];
	/** Offered at once. */
	readonly found: readonly FoundFile[];
	/** Picked before: ticked, or in front. */
	readonly picked: readonly string[];
	/** Where relative paths start and the dialog opens. */
	readonly folder: string;
}

function size(bytes: number): string {
	if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
	return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} KB`;
}

function shortFolder(path: string): string {
	const folder = vscode.workspace.asRelativePath(dirname(path), false);
	const home = process.env.HOME;
	return home !== undefined && home !== '' && folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder;
}

function itemOf({ path, bytes }: FoundFile, typed: boolean): FileItem {
	const step = stepOf(fileName(path));
	return {
		path,
		label: fileName(path),
		description: [step === null ? '' : `step ${step}`, size(bytes)].filter((part) => part !== '').join(' · '),
		detail: shortFolder(path),
		// The list filters by what was typed, and a glob is part of no name.
		alwaysShow: typed,
	};
}

const BROWSE_BUTTON: vscode.QuickInputButton = {
	iconPath: new vscode.ThemeIcon('folder-opened'),
	tooltip: 'Browse…',
};

/**
 * One step that asks for files: from a list, from the editor's dialog, or by a typed path or glob, whose matches replace the list.
 * @returns absolute paths
 */
export async function pickFilesStep(options: FileStep): Promise<StepAnswer<string>> {
	const { many, endings } = options;
	let picked = options.picked;
	let offered = options.found;
	for (;;) {
		const first = offered.map((file) => itemOf(file, false));
		const browse: FileItem = { label: '$(folder-opened) Browse…', alwaysShow: true, browse: true };
		const items = many ? first : [...first, browse];
		const answer = await showStep<FileItem>({
			title: options.title,
			step: options.step,
			placeholder: placeholder(options, first.length),
			items,
			selected: first.filter(({ path }) => path !== undefined && picked.includes(path)),
			many,
			back: true,
			buttons: [BROWSE_BUTTON],
			follow: (list) => followTyping(list, items, options),
			accepts: (chosen) => chosen.some(({ path, browse: opens }) => path !== undefined || opens === true),
		});
		if (answer === undefined || 'back' in answer) return answer;
		const opensDialog = 'button' in answer || answer.picked.some(({ browse: opens }) => opens === true);
		if (!opensDialog) return { picked: answer.picked.flatMap(({ path }) => path ?? []) };
		const files = await vscode.window.showOpenDialog({
			title: options.title,
			openLabel: 'Choose',
			canSelectMany: many,
			defaultUri: vscode.Uri.file(options.folder),
			filters: { [options.noun]: endings.map((ending) => ending.slice(1)), 'All files': ['*'] },
		});
		if (files === undefined) continue;
		const paths = files.map(({ fsPath }) => fsPath);
		if (!many) return { picked: paths };
		// They come back as a list with all of them ticked, so that more can be added.
		const more = await Promise.all(paths.map((path) => expandPath(path, options.folder, { endings })));
		const known = new Set(more.flat().map(({ path }) => path));
		offered = [...more.flat(), ...offered.filter(({ path }) => !known.has(path))];
		picked = [...picked, ...known];
	}
}

function placeholder({ noun, many, endings }: FileStep, found: number): string {
	if (many) return `${found === 0 ? 'Type' : 'Pick, or type'} a path or glob: ~/runs/dpo-*${endings[0]}`;
	return `${found === 0 ? 'Type its path, or browse' : 'Pick, type its path, or browse'}: ${noun}`;
}

/** Replaces the list by what a typed path or glob names; brings the list back when the text is no path any more. */
function followTyping(
	list: vscode.QuickPick<FileItem>,
	items: readonly FileItem[],
	{ many, endings, folder }: FileStep,
): vscode.Disposable {
	let timer: NodeJS.Timeout | undefined;
	let asked = 0;
	const look = async (text: string): Promise<void> => {
		asked++;
		const mine = asked;
		list.busy = true;
		const files = await expandPath(text, folder, { endings });
		if (mine !== asked) return;
		list.busy = false;
		const matching = files.map((file) => itemOf(file, true));
		const none: FileItem = {
			label: '$(info) Nothing there yet',
			description: `${text.trim()} names no ${endings.join(' or ')} file`,
			alwaysShow: true,
		};
		list.items = matching.length === 0 ? [none] : matching;
		if (many) list.selectedItems = matching;
	};
	const changing = list.onDidChangeValue((text) => {
		clearTimeout(timer);
		if (looksLikePath(text)) {
			timer = setTimeout(() => void look(text), PAUSE_MS);
			return;
		}
		asked++;
		list.busy = false;
		if (list.items !== items) list.items = items;
	});
	return new vscode.Disposable(() => {
		asked++;
		clearTimeout(timer);
		changing.dispose();
	});
}
