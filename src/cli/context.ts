import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../protocol/errors.ts';
import type { Job, WorkspaceApi, WorkspaceEvents } from '../protocol/workspace-api.ts';
import { requireNode } from '../workspace/environment.ts';
import { safe } from './format.ts';
import { ProgressBar } from './progress.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** What every command takes. */
export interface GlobalOptions {
	readonly workspace?: string;
	readonly annotator?: string;
	readonly json?: boolean;
	readonly quiet?: boolean;
	readonly verbose?: boolean;
	/** False with `--no-color`. */
	readonly color: boolean;
}

/** Done, everything understood · nothing was done · done, but rows were rejected or a check failed · cancelled. */
export const EXIT = { done: 0, nothing: 1, partly: 2, cancelled: 130 } as const;

/** The folder with `.pairwright/` that `from` lies in, else `from`. */
export function nearestWorkspace(from: string): string {
	for (let dir = resolve(from); ; dir = dirname(dir)) {
		if (existsSync(join(dir, '.pairwright'))) return dir;
		if (dirname(dir) === dir) return resolve(from);
	}
}

/** One command at work: where it acts, what it prints, how it ends. */
export class CommandContext {
	readonly options: GlobalOptions;
	readonly terminal: Terminal;
	exitCode: number = EXIT.done;
	#api: WorkspaceApi | null = null;
	#job: string | null = null;
	#interrupted = false;
	readonly #bar: ProgressBar;

	constructor(options: GlobalOptions) {
		this.options = options;
		this.terminal = createTerminal(process.stdout, options.color);
		this.#bar = new ProgressBar(process.stderr, options.quiet !== true);
	}

	/** Absolute path of the workspace folder. @throws UserError where `--workspace` names no folder */
	get root(): string {
		const { workspace } = this.options;
		if (workspace === undefined) return nearestWorkspace(process.cwd());
		const path = resolve(workspace);
		if (!existsSync(path) || !statSync(path).isDirectory()) {
			throw new UserError('usage', `--workspace ${workspace}: there is no such folder.`);
		}
		return path;
	}

	/** @throws UserError `not-initialised` where the folder has no `.pairwright/` */
	async open(): Promise<WorkspaceApi> {
		const root = this.root;
		if (!existsSync(join(root, '.pairwright'))) {
			throw new UserError(
				'not-initialised',
				`${root} is not a Pairwright workspace: it has no .pairwright folder, nor has a folder above it. Run "pairwright init" there, or name the folder with --workspace.`,
			);
		}
		return this.openAt(root);
	}

	/** Opens a folder whether or not it is a workspace yet. */
	async openAt(root: string): Promise<WorkspaceApi> {
		requireNode();
		// Only now: loading this module loads the database module, which the check has to come before.
		const { Workspace } = await import('../workspace/workspace.ts');
		const annotator = this.options.annotator ?? process.env.PAIRWRIGHT_ANNOTATOR;
		const api: WorkspaceApi = await Workspace.open(root, {
			events: this.#events(),
			...(annotator === undefined || annotator === '' ? {} : { annotator }),
		});
		this.#api = api;
		return api;
	}

	#events(): WorkspaceEvents {
		return {
			progress: (progress) => this.#bar.update(progress),
			changed() {},
			notice: ({ level, text }) => {
				if (level !== 'info' || this.options.verbose === true) this.warn(text);
			},
		};
	}

	/** Runs a job that Ctrl+C cancels: what it finished stays. */
	async job<T>(name: string, work: (job: Job) => Promise<T>): Promise<T> {
		this.#job = `${name}-${process.pid}`;
		try {
			return await work({ job: this.#job });
		} finally {
			this.#job = null;
			this.#bar.clear();
		}
	}

	/** Ctrl+C: the first cancels a running job, which then ends the command; a second, or one without a job, ends it now. */
	interrupt(): void {
		if (this.#job === null || this.#interrupted || this.#api === null) {
			process.exit(EXIT.cancelled);
		}
		this.#interrupted = true;
		this.#bar.clear();
		this.warn('Cancelling; what is finished is kept. Ctrl+C again ends at once.');
		this.#api.cancel(this.#job).catch(() => process.exit(EXIT.cancelled));
	}

	/** With `--json` the document, and nothing else, goes to stdout; else what `print` makes of it, unless `--quiet`. */
	result(document: unknown, print: (terminal: Terminal) => string): void {
		if (this.options.json === true) {
			process.stdout.write(`${JSON.stringify(document, null, process.stdout.isTTY === true ? 2 : undefined)}\n`);
		} else if (this.options.quiet !== true) {
			const text = print(this.terminal);
			if (text !== '') process.stdout.write(`${text}\n`);
		}
	}

	/** A line on stderr, whatever the output format. */
	warn(text: string): void {
		this.#bar.clear();
		process.stderr.write(`${safe(text)}\n`);
	}

	async close(): Promise<void> {
		this.#bar.clear();
		await this.#api?.close();
		this.#api = null;
	}
}
