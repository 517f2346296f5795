import { join } from 'node:path';
import { type DataProcessApi, type DataProcessSettings, dataSchemas } from '../protocol/data-rpc.ts';
import { UserError } from '../protocol/errors.ts';
import { createRpc, type RpcChannel } from '../protocol/rpc.ts';
import { validateArguments } from '../protocol/schemas.ts';
import type { WorkspaceApi, WorkspaceEvents } from '../protocol/workspace-api.ts';
import { requireNode } from './environment.ts';
import { watchFolder } from './watch.ts';

/** Opens the workspace; runs only after the environment was found fit, so it may load the database module. */
export type OpenWorkspace = (settings: DataProcessSettings, events: WorkspaceEvents) => Promise<Served>;

interface Served extends WorkspaceApi {
	/** Files outside of `.pairwright/` whose change is one of the workspace. */
	alsoWatched?(): readonly string[];
}

/** How long an end may take before the process leaves anyway: a journal write in flight is far shorter. */
const CLOSE_MS = 2000;

function ipcChannel(): RpcChannel {
	return {
		post(message) {
			// A reply that finds nobody: `disconnect` ends this process.
			if (process.connected) process.send!(message, undefined, undefined, () => {});
		},
		on(listener) {
			process.on('message', listener);
			return () => process.off('message', listener);
		},
	};
}

/**
 * Serves one workspace to the process that forked this one, until that process disconnects.
 * The first call must be `open`; it refuses with `environment` where the database module would crash the process.
 */
export function serveDataProcess(openWorkspace: OpenWorkspace): void {
	let opened: Promise<Served> | null = null;
	let stopWatching = () => {};
	let ending = false;

	const workspace = async (): Promise<WorkspaceApi> => {
		if (opened === null) throw new UserError('environment', 'The data process was asked before it was opened.');
		return opened;
	};

	const open = async (settings: DataProcessSettings) => {
		if (opened !== null) throw new UserError('usage', 'The data process has been opened already.');
		requireNode();
		opened = openWorkspace(settings, rpc.notify);
		const api = await opened;
		const onChange = async () => {
			try {
				await api.reload();
			} catch (error) {
				const text = error instanceof Error ? error.message : String(error);
				rpc.notify.notice({ level: 'error', text: `Files changed outside, and reading them again failed: ${text}` });
			}
		};
		const also = () => api.alsoWatched?.() ?? [];
		const watch = watchFolder(join(settings.root, '.pairwright'), onChange, { also });
		stopWatching = watch.stop;
		return { pid: process.pid, node: process.version };
	};

	const end = async () => {
		if (ending) return;
		ending = true;
		stopWatching();
		setTimeout(() => process.exit(1), CLOSE_MS).unref();
		try {
			if (opened !== null) await (await opened).close();
		} catch (error) {
			process.stderr.write(`Closing failed: ${error instanceof Error ? error.stack : String(error)}\n`);
		}
		process.exit(0);
	};

	type Method = (...args: unknown[]) => Promise<unknown>;
	const forward = (method: keyof WorkspaceApi): Method => {
		return async (...args) => {
			const api = await workspace();
			return (api[method] as Method).apply(api, args);
		};
	};
	const methods = Object.keys(dataSchemas).filter((name) => name !== 'open') as (keyof WorkspaceApi)[];
	const local = { ...Object.fromEntries(methods.map((name) => [name, forward(name)])), open };

	const rpc = createRpc<WorkspaceEvents, typeof local>(ipcChannel(), local, {
		validate: validateArguments<DataProcessApi>(dataSchemas),
		onError: (method, error) => {
			process.stderr.write(`${method}: ${error instanceof Error ? error.stack : String(error)}\n`);
		},
	});

	process.on('disconnect', () => void end());
	process.on('SIGTERM', () => void end());
	// Ctrl+C in a terminal reaches the whole group; whoever forked this process decides when it ends.
	process.on('SIGINT', () => {});
}
