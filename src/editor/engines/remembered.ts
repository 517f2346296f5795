import type * as vscode from 'vscode';
import type { FolderSession } from '../services.ts';
import { type CheckpointChoice, parseChoice } from './choice.ts';

/** Choices of this many runs are kept for each folder: enough for the reports that people go back to. */
const MOST_RUNS = 50;

function keyOf(session: FolderSession): string {
	return `pairwright.checkpoints:${session.folder.uri.toString()}`;
}

interface Kept {
	readonly last?: unknown;
	/** In the order they were made, by run id. */
	readonly runs?: Readonly<Record<string, unknown>>;
}

/**
 * What was scored last in a folder, and by which run: in the user's own state, because it names paths and addresses, and a run's
 * record must not.
 */
export class Remembered {
	readonly #state: vscode.Memento;

	constructor(context: vscode.ExtensionContext) {
		this.#state = context.workspaceState;
	}

	last(session: FolderSession): CheckpointChoice | undefined {
		return parseChoice(this.#read(session).last);
	}

	ofRun(session: FolderSession, run: string): CheckpointChoice | undefined {
		return parseChoice(this.#read(session).runs?.[run]);
	}

	/** @param run null while it is only about to start */
	async keep(session: FolderSession, run: string | null, choice: CheckpointChoice): Promise<void> {
		const { runs = {} } = this.#read(session);
		const all = run === null ? runs : { ...runs, [run]: choice };
		const kept = Object.fromEntries(Object.entries(all).slice(-MOST_RUNS));
		await this.#state.update(keyOf(session), { last: choice, runs: kept } satisfies Kept);
	}

	#read(session: FolderSession): Kept {
		const kept = this.#state.get<unknown>(keyOf(session));
		return typeof kept === 'object' && kept !== null ? (kept as Kept) : {};
	}
}
