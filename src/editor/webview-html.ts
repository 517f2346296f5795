import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The views that have a bundle in dist/webview. */
export type ViewName = 'adjudicate' | 'annotate' | 'mapping' | 'report' | 'splits';

/** Where a webview may load files from. */
export function webviewRoots(extension: vscode.Uri): vscode.Uri[] {
	return [vscode.Uri.joinPath(extension, 'dist', 'webview'), vscode.Uri.joinPath(extension, 'media')];
}

/**
 * The page of a webview: strict CSP with a nonce, no data, no inline style or script. Everything it shows comes by message
 * after it said `ready`.
 */
export function webviewHtml(webview: vscode.Webview, extension: vscode.Uri, view: ViewName, title: string): string {
	const nonce = randomBytes(16).toString('base64');
	const file = (name: string) =>
		webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'webview', name)).toString();
	const csp = [
		"default-src 'none'",
		// The nonce is for the one style sheet that the toolkit's base library creates.
		`style-src ${webview.cspSource} 'nonce-${nonce}'`,
		`script-src 'nonce-${nonce}'`,
		`font-src ${webview.cspSource}`,
		`img-src ${webview.cspSource} data:`,
	].join('; ');
	return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<link rel="stylesheet" href="${file(`${view}.css`)}">
<title>${title.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)}</title>
</head>
<body><div id="app"></div><script nonce="${nonce}" src="${file(`${view}.js`)}"></script></body>
</html>`;
}
