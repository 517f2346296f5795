/** The editor's side as a page reaches it. */
export interface VsCodeApi {
	postMessage(message: unknown): void;
	getState(): unknown;
	setState(state: unknown): void;
}

/** What the script in a page hands over to the view's own script, which comes later. */
export interface Early {
	/** The editor gives it out once. */
	readonly vscode: VsCodeApi;
	/** Stops listening, clears what was drawn, and gives the messages that have come so far, in their order. */
	handOver(): unknown[];
}

declare global {
	var pairwrightEarly: Early | undefined;
}
