import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { bySteps, expandPath, type FoundFile, isLaterPart } from './expand-paths.ts';

const MOST_FOUND = 200;
/** What no model or log lies in. */
const SKIPPED = '**/{node_modules,.git,.pairwright}/**';

/**
 * Files to offer: those of the folder that is open, those that are known, and those beside the first known one.
 * @param known absolute paths, e.g. what was picked before
 * @returns in order of training steps; `folder` is where a dialog opens
 */
export async function findFiles(
	open: vscode.Uri,
	endings: readonly string[],
	known: readonly string[],
): Promise<{ found: FoundFile[]; folder: string }> {
	const pattern = new vscode.RelativePattern(open, `**/*{${endings.join(',')}}`);
	const uris = await vscode.workspace.findFiles(pattern, SKIPPED, MOST_FOUND);
	const beside = known[0];
	const folder = beside === undefined ? open.fsPath : dirname(beside);
	const found = await Promise.all([
		...(beside === undefined ? [] : [expandPath(folder, folder, { endings })]),
		...[...uris.map(({ fsPath }) => fsPath), ...known].map((path) => expandPath(path, folder, { endings })),
	]);
	const unique = new Map(found.flat().map((file) => [file.path, file]));
	return { found: [...unique.values()].filter(({ path }) => !isLaterPart(path)).toSorted(bySteps), folder };
}
