import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';
import type { WorkspaceApi, WorkspaceEvents } from '../../protocol/workspace-api.ts';
import { DataProcess } from '../../workspace/client.ts';
import { requireNode } from '../../workspace/environment.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession } from '../services.ts';

type Changed = Parameters<WorkspaceEvents['changed']>[0];
type Progress = Parameters<WorkspaceEvents['progress']>[0];

const EVERYTHING = ['comparisons', 'judgments', 'splits', 'runs', 'config', 'guidelines', 'index'] as const;
const LEVELS = { info: 'info', warning: 'warn', error: 'error' } as const;

/** What a session needs of the window. */
export interface Host {
	/** The bundled data process. */
	readonly entry: string;
	readonly log: vscode.LogOutputChannel;
}

/** One folder and its data process, which starts at the first question and ends with the window. */
export class Session extends Disposable implements FolderSession {
	readonly folder: vscode.WorkspaceFolder;
	readonly #host: Host;
	readonly #noticed = new Set<string>();
	readonly #changed = this.register(new vscode.EventEmitter<Changed>());
	readonly #progress = this.register(new vscode.EventEmitter<Progress>());
	readonly onChanged = this.#changed.event;
	readonly onProgress = this.#progress.event;
	#process: Promise<DataProcess> | null = null;

	constructor(folder: vscode.WorkspaceFolder, host: Host) {
		super();
		this.folder = folder;
		this.#host = host;
	}

	async api(): Promise<WorkspaceApi> {
		if (this.disposed) throw new UserError('environment', `The folder "${this.folder.name}" was closed.`);
		this.#process ??= this.#start();
		return (await this.#process).api;
	}

	/** A new data process, after the old one was given up: when the person asks for it. */
	async restart(): Promise<void> {
		await this.#stop();
		this.#noticed.clear();
		this.#changed.fire({ what: EVERYTHING, reason: 'the data process was started again on request' });
	}

	override dispose(): void {
		void this.close();
	}

	/** As dispose, and waits until the data process has left. */
	async close(): Promise<void> {
		if (this.disposed) return;
		super.dispose();
		await this.#stop();
	}

	async #start(): Promise<DataProcess> {
		const started = performance.now();
		// As for the command line: it comes before the handle stored on this machine.
		const annotator = process.env.PAIRWRIGHT_ANNOTATOR;
		try {
			requireNode();
			const running = await DataProcess.start({
				root: this.folder.uri.fsPath,
				entry: this.#host.entry,
				...(annotator === undefined || annotator === '' ? {} : { annotator }),
				events: {
					progress: (progress) => this.#progress.fire(progress),
					changed: (change) => this.#changed.fire(change),
					notice: ({ level, text }) => this.#notice(level, text),
				},
				log: (level, line) => this.#host.log[LEVELS[level]](line),
			});
			running.onExit(({ restarted }) => {
				if (restarted) this.#changed.fire({ what: EVERYTHING, reason: 'the data process was started again' });
			});
			this.#host.log.info(`${this.folder.name}: ready after ${Math.round(performance.now() - started)} ms.`);
			return running;
		} catch (error) {
			// The next question tries again: what was in the way may be gone.
			this.#process = null;
			throw error;
		}
	}

	async #stop(): Promise<void> {
		const running = this.#process;
		this.#process = null;
		// One that failed to start has told so where it was asked for.
		await running?.then((each) => each.dispose()).catch(() => {});
	}

	/** Shows a notice once; the log has it each time. */
	#notice(level: 'info' | 'warning' | 'error', text: string): void {
		this.#host.log[LEVELS[level]](`${this.folder.name}: ${text}`);
		if (this.#noticed.has(text)) return;
		this.#noticed.add(text);
		const show = {
			info: vscode.window.showInformationMessage,
			warning: vscode.window.showWarningMessage,
			error: vscode.window.showErrorMessage,
		}[level];
		void show(text, 'Show Log').then((pick) => pick === undefined || this.#host.log.show(true));
	}
}
