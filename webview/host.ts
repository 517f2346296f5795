import { createRpc, type Rpc, type RpcChannel, type RpcOptions } from '../src/protocol/rpc.ts';
import type { VsCodeApi } from './early.ts';

declare function acquireVsCodeApi(): VsCodeApi;

/** Acquired once (a second call throws) and kept private to this module. */
const vscode = globalThis.pairwrightEarly?.vscode ?? acquireVsCodeApi();

const channel: RpcChannel = {
	post: (message) => vscode.postMessage(message),
	on(listener) {
		const onMessage = (event: MessageEvent): void => listener(event.data);
		window.addEventListener('message', onMessage);
		// In the same task, so that nothing is painted in between; not at once, for the view is not complete while it connects.
		const before = globalThis.pairwrightEarly?.handOver() ?? [];
		queueMicrotask(() => {
			for (const message of before) listener(message);
		});
		return () => window.removeEventListener('message', onMessage);
	},
};

/**
 * Talks to the extension host. `local` answers its calls, which may come before the webview has called `ready`: the editor keeps
 * them until the page has loaded.
 */
export function connect<RemoteMethods extends object, Local extends object>(
	local: Local,
	options?: RpcOptions,
): Rpc<RemoteMethods> {
	return createRpc<RemoteMethods, Local>(channel, local, options);
}

/** View state that survives hiding and a reload of the window: scroll, filters, what is open. Never texts of people. */
export function loadState<T extends object>(fallback: T): T {
	const state = vscode.getState();
	return typeof state === 'object' && state !== null ? { ...fallback, ...(state as Partial<T>) } : fallback;
}

export function saveState<T extends object>(patch: Partial<T>): void {
	vscode.setState({ ...(vscode.getState() as object | undefined), ...patch });
}
