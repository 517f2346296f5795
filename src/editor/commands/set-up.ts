import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';
import { Session } from '../shell/session.ts';
import type { Shell } from '../shell/shell.ts';
import { pickFolder } from './pick-folder.ts';

/** Makes `.pairwright/` in a folder that is open. */
export async function setUp(shell: Shell): Promise<void> {
	const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
	if (folders.length === 0) {
		await vscode.commands.executeCommand('vscode.openFolder');
		return;
	}
	const fresh = folders.filter(({ uri }) => shell.sessionOf(uri.toString()) === undefined);
	const only = folders.length === 1 ? folders[0] : undefined;
	const pick = (
		await Promise.resolve(
			only !== undefined
				? { folder: only }
				: vscode.window.showQuickPick(
						(fresh.length > 0 ? fresh : folders).map((folder) => ({
							label: folder.name,
							description: folder.uri.fsPath,
							folder,
						})),
						{ title: 'Set up Pairwright in which folder?' },
					),
		)
	)?.folder;
	if (pick === undefined) return;
	const session = shell.registry.prepare(pick);
	const { created } = await (await session.api()).init({});
	await shell.registry.refresh();
	const next = await vscode.window.showInformationMessage(
		created
			? `Pairwright is set up in "${pick.name}". Settings and guidelines lie in .pairwright/: commit them with your work.`
			: `Pairwright was set up in "${pick.name}" already.`,
		'Import Data',
		'Edit Guidelines',
	);
	if (next === 'Import Data') await vscode.commands.executeCommand('pairwright.import');
	if (next === 'Edit Guidelines') await vscode.commands.executeCommand('pairwright.openGuidelines');
}

const DEMO_NAME = 'pairwright-demo';

/** Makes the demo in a new folder inside one that the person picks, never among their files, and opens it. */
export async function openDemo(shell: Shell): Promise<void> {
	const parent = await pickFolder('Where shall the demo folder be made?', 'Make the Demo Here');
	if (parent === undefined) return;
	const uri = vscode.Uri.file(await freshFolder(parent.fsPath));
	const options = { location: vscode.ProgressLocation.Notification, title: 'Making the demo' };
	await vscode.window.withProgress(options, async () => {
		const folder = { uri, name: DEMO_NAME, index: 0 };
		const session = new Session(folder, { entry: shell.context.asAbsolutePath('dist/data.cjs'), log: shell.log });
		try {
			await (await session.api()).init({ demo: true });
		} finally {
			await session.close();
		}
	});
	const forceNewWindow = vscode.workspace.workspaceFolders !== undefined;
	await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow });
}

/** `pairwright-demo` inside `parent`, or with the first free number; an existing folder is never used. */
async function freshFolder(parent: string): Promise<string> {
	for (let n = 1; n <= 100; n++) {
		const path = join(parent, n === 1 ? DEMO_NAME : `${DEMO_NAME}-${n}`);
		try {
			if ((await readdir(path)).length === 0) return path;
		} catch {
			if ((await stat(path).catch(() => null)) !== null) continue;
			await mkdir(path, { recursive: true });
			return path;
		}
	}
	throw new UserError('usage', `There are a hundred demo folders in ${parent} already. Pick another folder.`);
}
