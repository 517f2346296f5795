/** Starts code-server with one extension installed, on a free port of this machine alone, and stops it without leaving anything. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './steps.ts';

export interface EditorServerOptions {
	/** code-server's program (`ensureCodeServer`). */
	readonly entry: string;
	readonly vsix: string;
	/** More packed extensions. */
	readonly more?: readonly string[];
	/** Folder for everything the editor keeps: settings, extensions, logs. */
	readonly profile: string;
	/** Folder or .code-workspace to open. */
	readonly workspace: string;
	readonly settings: Readonly<Record<string, unknown>>;
	/** Whether the editor asks whether the folder is trusted. Off: every folder is. */
	readonly workspaceTrust?: boolean;
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Ends by itself when nobody has been connected for so long: a net under tests that were killed. */
	readonly idleSeconds?: number;
}

/** Settings of an editor that is started from here: it looks nothing up on the network, and its space belongs to the extension. */
export const quietSettings: Readonly<Record<string, unknown>> = {
	'chat.disableAIFeatures': true,
	'workbench.secondarySideBar.defaultVisibility': 'hidden',
	'workbench.startupEditor': 'none',
	'workbench.enableExperiments': false,
	'extensions.ignoreRecommendations': true,
	'extensions.autoCheckUpdates': false,
	'extensions.autoUpdate': false,
	'git.openRepositoryInParentFolders': 'never',
	'telemetry.telemetryLevel': 'off',
	'update.mode': 'none',
};

export interface EditorServer {
	/** The server's address, without folder. */
	readonly origin: string;
	/** What to open in a browser. */
	readonly url: string;
	/** Everything it has printed. */
	output(): string;
	/** Resolves when it has ended by itself. */
	readonly ended: Promise<void>;
	/** Ends it and all its processes. */
	stop(): Promise<void>;
}

/** The environment without what an editor or a test runner around us hands down and which would redirect the new editor. */
function cleanEnv(extra: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(
		([name]) =>
			!/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|npm_|PASSWORD$|CODE_SERVER_|CS_|PORT$)/.test(name),
	);
	return { ...Object.fromEntries(inherited), ...extra };
}

/** Ends a process and its children, which share its group. */
function killTree(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	try {
		if (process.platform === 'win32')
			execFileSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
		else process.kill(-child.pid, signal);
	} catch {
		// Gone already.
	}
}

async function untilListening(child: ChildProcess, output: () => string, ended: Promise<void>): Promise<string> {
	const deadline = Date.now() + 60_000;
	let over = false;
	void ended.then(() => {
		over = true;
	});
	while (Date.now() < deadline && !over) {
		const address = /HTTP server listening on (http:\/\/\S+?)\/?\s/.exec(output())?.[1];
		if (address !== undefined) return address;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	killTree(child, 'SIGKILL');
	throw new Error(`code-server did not start${over ? '' : ' within a minute'}:\n${output()}`);
}

/** Installs the extension, starts the server and waits until it answers. */
export async function startEditorServer(options: EditorServerOptions): Promise<EditorServer> {
	const { entry, vsix, profile, workspace, settings } = options;
	const user = join(profile, 'user');
	const extensions = join(profile, 'extensions');
	mkdirSync(join(user, 'User'), { recursive: true });
	mkdirSync(extensions, { recursive: true });
	const all = { ...quietSettings, ...settings };
	writeFileSync(join(user, 'User/settings.json'), `${JSON.stringify(all, null, '\t')}\n`);
	// Else code-server writes one into the user's home.
	const config = join(profile, 'code-server.yaml');
	writeFileSync(config, 'auth: none\n');
	const env = cleanEnv(options.env ?? {});
	const common = [entry, '--config', config, '--user-data-dir', user, '--extensions-dir', extensions];

	const wanted = [vsix, ...(options.more ?? [])];
	const flags = wanted.flatMap((each) => ['--install-extension', each]);
	const install = await run(process.execPath, [...common, ...flags, '--force'], { env });
	if (install.code !== 0 || (install.output.match(/successfully installed/g)?.length ?? 0) < wanted.length) {
		throw new Error(`The editor did not accept ${wanted.join(', ')}:\n${install.output}`);
	}

	const args = [
		...common,
		...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--locale', 'en'],
		...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--disable-proxy'],
		...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
		...(options.idleSeconds === undefined ? [] : ['--idle-timeout-seconds', String(options.idleSeconds)]),
		workspace,
	];
	const child = spawn(process.execPath, args, {
		env,
		stdio: ['ignore', 'pipe', 'pipe'],
		// A process group of its own, so that all of it can be ended at once.
		detached: process.platform !== 'win32',
	});
	let text = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => {
			text = (text + chunk.toString()).slice(-200_000);
		});
	}
	const ended = new Promise<void>((resolve) => {
		child.once('close', () => resolve());
		child.once('error', () => resolve());
	});
	const onExit = (): void => killTree(child, 'SIGKILL');
	process.once('exit', onExit);

	const origin = await untilListening(child, () => text, ended);
	const kind = workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
	return {
		origin,
		url: `${origin}/?${kind}=${encodeURIComponent(workspace)}`,
		output: () => text,
		ended,
		async stop() {
			killTree(child, 'SIGTERM');
			const timer = setTimeout(() => killTree(child, 'SIGKILL'), 5_000);
			await ended;
			clearTimeout(timer);
			// Terminals and extension hosts that outlived the server.
			killTree(child, 'SIGKILL');
			process.off('exit', onExit);
		},
	};
}
