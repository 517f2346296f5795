import * as v from 'valibot';
import * as vscode from 'vscode';

/** A training export that a checkpoint may have been trained on. */
export interface RecordedExport {
	readonly id: string;
	/** Milliseconds since the epoch; when this clone got the file. */
	readonly at: number;
	readonly splits: readonly string[];
	readonly prompts: number;
}

const manifest = v.object({
	splits: v.record(v.string(), v.object({ prompts: v.array(v.string()) })),
});

/** What `.pairwright/exports` holds, the latest first; files that cannot be read are left out. */
export async function recordedExports(folder: vscode.Uri): Promise<RecordedExport[]> {
	const at = vscode.Uri.joinPath(folder, '.pairwright', 'exports');
	const names = await vscode.workspace.fs.readDirectory(at).then(
		(entries) => entries.map(([name]) => name),
		() => [],
	);
	const read = await Promise.all(
		names
			.filter((name) => /^[0-9a-f]{64}\.json$/u.test(name))
			.map(async (name): Promise<RecordedExport[]> => {
				const uri = vscode.Uri.joinPath(at, name);
				try {
					const [bytes, { mtime }] = await Promise.all([
						vscode.workspace.fs.readFile(uri),
						vscode.workspace.fs.stat(uri),
					]);
					const { splits } = v.parse(v.pipe(v.string(), v.parseJson(), manifest), new TextDecoder().decode(bytes));
					const prompts = Object.values(splits).reduce((sum, split) => sum + split.prompts.length, 0);
					return [{ id: name.slice(0, -'.json'.length), at: mtime, splits: Object.keys(splits), prompts }];
				} catch {
					return [];
				}
			}),
	);
	return read.flat().toSorted((a, b) => b.at - a.at);
}
