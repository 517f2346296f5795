import type * as vscode from 'vscode';

/** Owns what it registers; disposes in reverse order, going on when one throws. */
export abstract class Disposable implements vscode.Disposable {
	readonly #owned: vscode.Disposable[] = [];
	#disposed = false;

	protected get disposed(): boolean {
		return this.#disposed;
	}

	/** Keeps `item` until this is disposed; disposes it at once if that has happened already. */
	protected register<T extends vscode.Disposable>(item: T): T {
		if (this.#disposed) item.dispose();
		else this.#owned.push(item);
		return item;
	}

	dispose(): void {
		if (this.#disposed) return;
		this.#disposed = true;
		const errors: unknown[] = [];
		for (const item of this.#owned.toReversed()) {
			try {
				item.dispose();
			} catch (error) {
				errors.push(error);
			}
		}
		this.#owned.length = 0;
		if (errors.length > 0) throw new AggregateError(errors, 'some parts could not be disposed');
	}
}
