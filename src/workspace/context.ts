import { existsSync } from 'node:fs';
import type { WorkspaceConfig } from '../domain/config.ts';
import { knowing } from '../domain/erasure.ts';
import type { EventBody, EventOf, EventType, JournalEvent } from '../domain/events.ts';
import { UserError } from '../protocol/errors.ts';
import type { WorkspaceEvents } from '../protocol/workspace-api.ts';
import type { Database } from '../store/database.ts';
import { foldedErasures } from '../store/erasures.ts';
import type { WorkspacePaths } from '../store/paths.ts';
import { checkHandle, type UserState } from '../store/state-dir.ts';
import { Store } from '../store/store.ts';
import { readConfig } from './config-file.ts';
import { type Guidelines, readGuidelines } from './guidelines.ts';

export interface ContextOptions {
	readonly events?: WorkspaceEvents | undefined;
	readonly stateDir?: string | undefined;
	/** Overrides the stored handle, for this opening only. */
	readonly annotator?: string | undefined;
	readonly readonlyDb?: boolean | undefined;
	/** Another file for the database than the workspace's own. */
	readonly database?: string | undefined;
}

const SILENT: WorkspaceEvents = { progress: () => {}, changed: () => {}, notice: () => {} };

/** What every use case works with: one opened workspace. */
export class Context {
	readonly store: Store;
	readonly emit: WorkspaceEvents;
	readonly readonly: boolean;
	readonly #annotator: string | null;
	#config: WorkspaceConfig;
	#guidelines: Guidelines | null;
	/** Rows came in that may wait for a draw of halves, which waits for near-duplicates. */
	halvesDue = false;
	/** Sources whose rows are coming in just now, by their event: an import and a pull may want the same at once. */
	readonly folding = new Map<string, Promise<unknown>>();
	/** Jobs that can be cancelled, by the id their caller chose. */
	readonly jobs = new Map<string, AbortController>();

	private constructor(store: Store, config: WorkspaceConfig, options: ContextOptions) {
		this.store = store;
		this.emit = options.events ?? SILENT;
		this.readonly = options.readonlyDb === true;
		this.#annotator = options.annotator === undefined ? null : checkHandle(options.annotator);
		this.#config = config;
		this.#guidelines = readGuidelines(store.paths.guidelines);
	}

	static async open(root: string, configPath: string, options: ContextOptions): Promise<Context> {
		const emit = options.events ?? SILENT;
		const { config, problem } = readConfig(configPath);
		if (problem !== null) emit.notice({ level: 'warning', text: problem });
		const store = await Store.open(root, {
			split: config.split,
			notice: (level, text) => emit.notice({ level, text }),
			...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
			...(options.readonlyDb === true ? { readonly: true } : {}),
			...(options.database === undefined ? {} : { database: options.database }),
		});
		return new Context(store, config, options);
	}

	get paths(): WorkspacePaths {
		return this.store.paths;
	}

	get db(): Database {
		return this.store.db;
	}

	get state(): UserState {
		return this.store.state;
	}

	get config(): WorkspaceConfig {
		return this.#config;
	}

	get guidelines(): Guidelines | null {
		return this.#guidelines;
	}

	get initialised(): boolean {
		return existsSync(this.paths.config);
	}

	/** The annotator's handle: given at opening, else stored on this machine; null before the first question. */
	person(): string | null {
		return this.#annotator ?? this.state.handle();
	}

	/** @throws UserError('no-person') where nobody can be named */
	requirePerson(): string {
		const person = this.#annotator ?? this.state.handleOrGit();
		if (person === null) {
			throw new UserError(
				'no-person',
				'Nobody is named as annotator. Give a name once: --annotator NAME, PAIRWRIGHT_ANNOTATOR, or git config user.name.',
			);
		}
		return person;
	}

	/** Appends events as the annotator at work; on disk when this returns. */
	async append(bodies: EventBody | readonly EventBody[]): Promise<JournalEvent[]> {
		if (this.readonly) throw new UserError('environment', 'This workspace was opened for reading only.');
		const all = Array.isArray(bodies) ? (bodies as readonly EventBody[]) : [bodies as EventBody];
		const erased = foldedErasures(this.db);
		return this.store.append(erased === null ? all : all.map((body) => knowing(body, erased)), this.requirePerson());
	}

	events<T extends EventType>(type: T): EventOf<T>[] {
		return this.store.events(type);
	}

	/** Reads config and guidelines again. @returns which of them changed */
	async reloadFiles(): Promise<('config' | 'guidelines')[]> {
		const changed: ('config' | 'guidelines')[] = [];
		const { config, problem } = readConfig(this.paths.config);
		if (problem !== null) this.store.tellOnce(problem);
		if (JSON.stringify(config) !== JSON.stringify(this.#config)) {
			const split = JSON.stringify(config.split) !== JSON.stringify(this.#config.split);
			this.#config = config;
			if (split) await this.store.useSplitSettings(config.split);
			changed.push('config');
		}
		const guidelines = readGuidelines(this.paths.guidelines);
		if (guidelines?.sha256 !== this.#guidelines?.sha256) changed.push('guidelines');
		this.#guidelines = guidelines;
		return changed;
	}

	/** Runs a job that `cancel` can stop. @throws UserError('busy') when the id is in use */
	async job<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
		if (this.jobs.has(id)) throw new UserError('busy', `A job named ${id} is running already.`);
		const controller = new AbortController();
		this.jobs.set(id, controller);
		try {
			return await work(controller.signal);
		} finally {
			this.jobs.delete(id);
		}
	}
}
