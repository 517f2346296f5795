import * as vscode from 'vscode';
import { renderReportHtml } from '../../workspace/html-report.ts';
import type { FolderSession } from '../services.ts';

/** Writes one run's report as a self-contained file; asks about texts, and where to. */
export async function exportReport(session: FolderSession, run: string, bundleDir: string): Promise<void> {
	const report = await (await session.api()).report(run);
	const kind = await vscode.window.showQuickPick(
		[
			{
				label: 'Without prompts and responses',
				description: 'safe to pass on',
				detail: 'Numbers, charts, checks and the decision. Mistakes are listed by id.',
				texts: false,
			},
			{
				label: 'With the first words of mistakes',
				description: 'holds people’s texts',
				detail: 'As on screen: the first words of each prompt and of what the model prefers there.',
				texts: true,
			},
		],
		{ title: `Export the report of run ${report.ordinal}` },
	);
	if (kind === undefined) return;
	const target = await vscode.window.showSaveDialog({
		title: 'Export the report',
		defaultUri: vscode.Uri.joinPath(session.folder.uri, `pairwright-run-${report.ordinal}.html`),
		filters: { 'Web page': ['html'] },
	});
	if (target === undefined) return;
	const card = (await (await session.api()).card()).html;
	const html = await renderReportHtml(report, { texts: kind.texts, bundleDir, card });
	await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(html));
	const open = 'Open in Browser';
	const picked = await vscode.window.showInformationMessage(
		`Report written to ${vscode.workspace.asRelativePath(target)}.`,
		open,
	);
	if (picked === open) await vscode.env.openExternal(target);
}
