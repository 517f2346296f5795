import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DataProcessApi, type DataProcessSettings, dataEventSchemas, dataSchemas } from '../protocol/data-rpc.ts';
import { UserError } from '../protocol/errors.ts';
import { createRpc, type Rpc } from '../protocol/rpc.ts';
import { validateArguments } from '../protocol/schemas.ts';
import type { WorkspaceApi, WorkspaceEvents } from '../protocol/workspace-api.ts';

/** A crash after so long a quiet time counts as the first one again. */
const FORGIVE_MS = 10 * 60_000;
/** Time to close in peace, and then to leave, before the process is killed. Together under a second. */
const CLOSE_MS = 700;
const LEAVE_MS = 200;
/** Last lines of what the process wrote, for the message when it will not start. */
const TAIL_CHARS = 2000;

export interface DataProcessOptions extends DataProcessSettings {
	/** What to fork; `dataProcessEntry()` if left out. */
	readonly entry?: string;
	readonly execPath?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Progress, changes and notices of the workspace, and the notice that the process was started again. */
	readonly events: WorkspaceEvents;
	/** Lines for the output channel. */
	readonly log: (level: 'info' | 'warning' | 'error', line: string) => void;
}

export interface DataProcessExit {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	/** False when it was disposed or is given up: later calls reject. */
	readonly restarted: boolean;
}

/** The bundled `data.cjs` beside the current bundle, or `process.ts` when run from source. */
export function dataProcessEntry(): string {
	const bundled = join(import.meta.dirname, 'data.cjs');
	return existsSync(bundled) ? bundled : join(import.meta.dirname, 'process.ts');
}

interface Connection {
	readonly child: ChildProcess;
	readonly rpc: Rpc<DataProcessApi>;
	/** Resolves once the workspace is open. */
	readonly ready: Promise<void>;
	readonly startedAt: number;
}

/**
 * The data process of one workspace folder, seen from the window. Loads neither the editor's API nor native code.
 * A crash rejects the calls in flight; the process is started again once, with a notice; a second crash soon after is final.
 */
export class DataProcess {
	/** Every call goes to the living process; while it is being started again, calls wait. */
	readonly api: WorkspaceApi;
	readonly #options: DataProcessOptions;
	readonly #listeners = new Set<(exit: DataProcessExit) => void>();
	#connection: Connection;
	#crashes = 0;
	#opened = false;
	#ended: Error | null = null;
	#disposing: Promise<void> | null = null;
	#tail = '';

	private constructor(options: DataProcessOptions) {
		this.#options = options;
		this.#connection = this.#fork();
		const methods = Object.keys(dataSchemas).filter((name) => name !== 'open') as (keyof WorkspaceApi)[];
		this.api = Object.fromEntries(
			methods.map((name) => [name, (...args: unknown[]) => this.#call(name, args)]),
		) as unknown as WorkspaceApi;
	}

	/**
	 * Forks the process and opens the workspace in it.
	 * @throws UserError `environment` where it cannot run, with what it wrote last; whatever opening the workspace throws
	 */
	static async start(options: DataProcessOptions): Promise<DataProcess> {
		const process = new DataProcess(options);
		try {
			await process.#connection.ready;
			process.#opened = true;
			return process;
		} catch (error) {
			await process.dispose();
			throw error;
		}
	}

	get pid(): number | undefined {
		return this.#connection.child.pid;
	}

	/** @returns what removes the listener */
	onExit(listener: (exit: DataProcessExit) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Closes the workspace and ends the process; after a second it is killed. Pending calls reject. Idempotent. */
	dispose(): Promise<void> {
		this.#disposing ??= this.#dispose();
		return this.#disposing;
	}

	async #dispose(): Promise<void> {
		const { child, rpc } = this.#connection;
		this.#ended ??= new UserError('environment', 'The data process of this folder was closed.');
		if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
			rpc.dispose(this.#ended);
			return;
		}
		const left = new Promise<void>((resolve) => child.once('exit', () => resolve()));
		await within(CLOSE_MS, Promise.race([rpc.remote.close().catch(() => {}), left]));
		rpc.dispose(this.#ended);
		if (child.connected) child.disconnect();
		if (!(await within(LEAVE_MS, left))) child.kill('SIGKILL');
		await left;
	}

	async #call(method: keyof WorkspaceApi, args: unknown[]): Promise<unknown> {
		if (this.#ended !== null) throw this.#ended;
		const { rpc, ready } = this.#connection;
		await ready;
		return (rpc.remote[method] as (...args: unknown[]) => Promise<unknown>)(...args);
	}

	#fork(): Connection {
		const { entry = dataProcessEntry(), execPath, env, root, stateDir, annotator, events, log } = this.#options;
		const child = fork(entry, [], {
			// Not the parent's own flags: an inspector's port would be taken twice.
			execArgv: [],
			stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
			// In an editor this program is Electron; the variable makes it plain Node.
			env: { ...process.env, ...env, ELECTRON_RUN_AS_NODE: '1' },
			...(execPath === undefined ? {} : { execPath }),
		});
		this.#tail = '';
		const listen = (level: 'info' | 'warning') => (chunk: string) => {
			this.#tail = (this.#tail + chunk).slice(-TAIL_CHARS);
			for (const line of chunk.split('\n')) if (line.trim() !== '') log(level, line);
		};
		child.stdout?.setEncoding('utf8').on('data', listen('info'));
		child.stderr?.setEncoding('utf8').on('data', listen('warning'));

		const rpc = createRpc<DataProcessApi, WorkspaceEvents>(
			{
				post(message) {
					if (!child.connected) throw new UserError('environment', 'The data process of this folder is not running.');
					child.send(message as object, (error) => error && log('warning', `Sending failed: ${error.message}`));
				},
				on(listener) {
					child.on('message', listener);
					return () => child.off('message', listener);
				},
			},
			events,
			{
				validate: validateArguments<WorkspaceEvents>(dataEventSchemas),
				onError: (method, error) => log('error', `${method}: ${error instanceof Error ? error.stack : String(error)}`),
			},
		);
		const settings: DataProcessSettings = {
			root,
			...(stateDir === undefined ? {} : { stateDir }),
			...(annotator === undefined ? {} : { annotator }),
		};
		const ready = rpc.remote
			.open(settings)
			.then(({ pid, node }) => log('info', `Data process ${pid} (Node ${node}): ${root}`));
		// Whoever calls sees it; without a call it must not bring the host down.
		ready.catch(() => {});
		const connection: Connection = { child, rpc, ready, startedAt: Date.now() };
		child.once('error', (error) => this.#lost(connection, null, null, error.message));
		child.once('exit', (code, signal) => this.#lost(connection, code, signal));
		return connection;
	}

	/** The process ended or never began. */
	#lost(connection: Connection, code: number | null, signal: NodeJS.Signals | null, why?: string): void {
		if (connection !== this.#connection) return;
		const how = why ?? (signal === null ? `exit code ${code}` : `signal ${signal}`);
		if (this.#ended !== null) {
			connection.rpc.dispose(this.#ended);
			this.#tell({ code, signal, restarted: false });
			return;
		}
		if (Date.now() - connection.startedAt > FORGIVE_MS) this.#crashes = 0;
		this.#crashes++;
		const { log, events, root } = this.#options;
		log('error', `The data process of ${root} ended unexpectedly (${how}).`);
		if (this.#crashes > 1 || !this.#opened) {
			const said = this.#tail.trim();
			this.#ended = new UserError(
				'environment',
				`The data process of ${root} does not keep running (${how}).${said === '' ? '' : ` It said: ${said}`} What was saved is safe; see the log, then reload the window.`,
			);
			connection.rpc.dispose(this.#ended);
			events.notice({ level: 'error', text: this.#ended.message });
			this.#tell({ code, signal, restarted: false });
			return;
		}
		connection.rpc.dispose(
			new UserError(
				'environment',
				`The data process ended (${how}) before it answered. It was started again: try once more.`,
			),
		);
		this.#connection = this.#fork();
		events.notice({
			level: 'warning',
			text: `The data process ended (${how}) and was started again. What was saved is safe.`,
		});
		this.#tell({ code, signal, restarted: true });
	}

	#tell(exit: DataProcessExit): void {
		for (const listener of this.#listeners) listener(exit);
	}
}

/** @returns whether it settled in time */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), ms);
	});
	try {
		return await Promise.race([work.then(() => true), late]);
	} finally {
		clearTimeout(timer);
	}
}
