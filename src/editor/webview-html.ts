import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';

/** The views that have a bundle in dist/webview. */
export type ViewName = 'adjudicate' | 'annotate' | 'mapping' | 'report' | 'splits';

/** Where a webview may load files from. */
export function webviewRoots(extension: vscode.Uri): vscode.Uri[] {
	return [vscode.Uri.joinPath(extension, 'dist', 'webview'), vscode.Uri.joinPath(extension, 'media')];
}

/** Files of a view that stand in its page, so that it paints before it has fetched anything. */
export interface InPage {
	/** The view's style sheet. */
	readonly style: string;
	/** The script that paints first and then fetches the view's own. */
	readonly script: string;
}

const inPages = new Map<ViewName, InPage>();

/** Read once: opening a panel waits for it. @throws where the extension's own files cannot be read */
export function inPage(extension: vscode.Uri, view: ViewName): InPage {
	const read = (name: string) =>
		readFileSync(vscode.Uri.joinPath(extension, 'dist', 'webview', name).fsPath, 'utf8')
			// A source map would be looked for beside the page.
			.replaceAll(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/gm, '');
	const known = inPages.get(view) ?? { style: read(`${view}.css`), script: read(`${view}-early.js`) };
	inPages.set(view, known);
	return known;
}

/**
 * The page of a webview: strict CSP with a nonce, no data. Everything it shows comes by message, which the editor keeps until the
 * page has loaded.
 * @param files what stands in the page under its nonce; without it the page fetches its style and script
 */
export function webviewHtml(
	webview: vscode.Webview,
	extension: vscode.Uri,
	view: ViewName,
	title: string,
	files?: InPage,
): string {
	const nonce = randomBytes(16).toString('base64');
	const file = (name: string) =>
		webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'webview', name)).toString();
	const csp = [
		"default-src 'none'",
		// The nonce is for the sheet in the page, and for the one that the toolkit's base library creates.
		`style-src ${webview.cspSource} 'nonce-${nonce}'`,
		`script-src 'nonce-${nonce}'`,
		`font-src ${webview.cspSource}`,
		`img-src ${webview.cspSource} data:`,
	].join('; ');
	const [style, script] =
		files === undefined
			? [
					`<link rel="stylesheet" href="${file(`${view}.css`)}">`,
					`<script nonce="${nonce}" src="${file(`${view}.js`)}"></script>`,
				]
			: [
					`<style nonce="${nonce}">${files.style.replaceAll(/<(?=\/style)/gi, '\\3c ')}</style>`,
					`<script nonce="${nonce}" data-view="${file(`${view}.js`)}">${files.script.replaceAll(/<(?=\/script|!--)/gi, '\\x3c')}</script>`,
				];
	return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
${style}
<title>${title.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)}</title>
</head>
<body><div id="app"></div>${script}</body>
</html>`;
}
