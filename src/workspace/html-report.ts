import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../protocol/errors.ts';
import { parseReportState, type ReportState } from '../protocol/report.ts';
import type { RunReport } from '../protocol/runs.ts';

export interface HtmlReportOptions {
	/** Prompts and responses (first words of each mistake) go into the file; people share such files. */
	readonly texts: boolean;
	/** Where report.js and report.css lie; dist/webview of this installation if left out. */
	readonly bundleDir?: string;
	/** The data card as HTML (`WorkspaceApi.card`). */
	readonly card?: string;
}

/** The view keeps its state through the editor's API; in a file it lives as long as the page. */
const PRELUDE =
	'(()=>{let s;globalThis.acquireVsCodeApi=()=>({postMessage(){},getState:()=>s,setState(next){s=next}})})();';

/** The base style has a light fallback for every theme variable; readers with a dark system get these. */
const DARK = `@media screen and (prefers-color-scheme: dark){:root{color-scheme:dark;--vscode-editor-background:#1f1f1f;--vscode-sideBar-background:#181818;--vscode-foreground:#ccc;--vscode-descriptionForeground:#9d9d9d;--vscode-editorWidget-border:#3c3c3c;--vscode-focusBorder:#0078d4;--vscode-textLink-foreground:#4daafc;--vscode-charts-green:#89d185;--vscode-editorWarning-foreground:#cca700;--vscode-errorForeground:#f48771;--vscode-charts-blue:#4daafc;--vscode-charts-orange:#d18616;--vscode-charts-purple:#b180d7;--vscode-button-secondaryBackground:#313131;--vscode-button-secondaryForeground:#ccc;--vscode-button-secondaryHoverBackground:#3c3c3c;--vscode-button-background:#0078d4;--vscode-button-hoverBackground:#026ec1}}`;

function bundleDirectory(): string {
	const here = dirname(fileURLToPath(import.meta.url));
	// Beside the bundled programs in dist/, or from the sources.
	const candidates = [join(here, 'webview'), join(here, '..', '..', 'dist', 'webview')];
	return candidates.find((folder) => existsSync(join(folder, 'report.js'))) ?? candidates[0]!;
}

async function bundleFile(folder: string, name: string): Promise<string> {
	try {
		const text = await readFile(join(folder, name), 'utf8');
		// A page's parser turns CRLF into LF before it hashes; a source map would be a file beside this one.
		return text.replaceAll('\r\n', '\n').replaceAll(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/gm, '');
	} catch (cause) {
		throw new UserError(
			'environment',
			`The report's view is missing (${join(folder, name)}). From a clone, build it with "npm run build"; else install the extension again. ${cause instanceof Error ? cause.message : ''}`,
		);
	}
}

function hash(text: string): string {
	return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

/** JSON that cannot end its script element or open a comment in it. */
function inlineJson(value: unknown): string {
	return JSON.stringify(value)
		.replaceAll('<', '\\u003c')
		.replaceAll(String.fromCharCode(0x2028), '\\u2028')
		.replaceAll(String.fromCharCode(0x2029), '\\u2029');
}

function escapeHtml(text: string): string {
	return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function withoutTexts(report: RunReport): RunReport {
	return { ...report, mistakes: report.mistakes.map((mistake) => ({ ...mistake, preview: '', prefers: '' })) };
}

/**
 * One self-contained file: the report's own view with the record inlined, under a CSP that allows nothing but these exact
 * scripts and styles. Without `texts` no prompt and no response is in it. The decision's reason is.
 * @throws UserError where the record cannot be shown or the view's bundle is missing
 */
export async function renderReportHtml(report: RunReport, options: HtmlReportOptions): Promise<string> {
	const folder = options.bundleDir ?? bundleDirectory();
	const state: ReportState = {
		status: 'report',
		report: options.texts ? report : withoutTexts(report),
		actions: 'exported',
		texts: options.texts,
		draft: null,
		...(options.card === undefined ? {} : { card: options.card }),
	};
	const checked = parseReportState(state);
	if (checked.status === 'error') throw new UserError('unusable-input', checked.message);
	const [bundle, sheet] = await Promise.all([bundleFile(folder, 'report.js'), bundleFile(folder, 'report.css')]);
	const script = bundle.replaceAll(/<(?=\/script|!--)/gi, '\\x3c');
	const style = `${sheet}\n${DARK}`;
	const csp = [
		"default-src 'none'",
		`script-src ${hash(PRELUDE)} ${hash(script)}`,
		`style-src ${hash(style)}`,
		'img-src data:',
		"base-uri 'none'",
		"form-action 'none'",
	].join('; ');
	const title = escapeHtml(`Run ${report.ordinal} – calibration report`);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="report-data">${inlineJson(state)}</script>
<script>${PRELUDE}</script>
<script>${script}</script>
</body>
</html>
`;
}
