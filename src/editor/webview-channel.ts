import type * as vscode from 'vscode';
import type { RpcChannel } from '../protocol/rpc.ts';

/** The host's end of the typed calls between a webview and the extension. */
export function webviewChannel(webview: vscode.Webview): RpcChannel {
	return {
		// False means "hidden or gone": the view asks again for what it shows when it becomes visible.
		post: (message) => void webview.postMessage(message),
		on(listener) {
			const subscription = webview.onDidReceiveMessage(listener);
			return () => subscription.dispose();
		},
	};
}
