/**
 * `npm start`: builds, makes a demo workspace, runs a scoring run on it without an editor, prints the result, and opens the demo in an
 * editor that has the packed extension. Everything lies in the clone's cache; no profile of the user is touched.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuild, failBuild } from './build.ts';
import { codeServerEntry, describeCodeServer, ensureCodeServer, missingForCodeServer } from './code-server.ts';
import { aptCommand } from './debian.ts';
import { quietSettings, startEditorServer } from './editor-server.ts';
import { ensureHostPackage } from './package.ts';
import { cloneCache, root } from './paths.ts';
import { hashFiles, hashSources, isDone, markDone } from './stamp.ts';
import { mustRun, run, took } from './steps.ts';

const demo = join(cloneCache, 'demo');
const html = join(cloneCache, 'demo-report.html');

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

/** The bundled command line, on the demo. It shows what it prints. */
async function pairwright(...args: string[]): Promise<void> {
	// Whoever starts the demo need not have a name yet; the editor asks for one when it is needed.
	const env = { ...process.env, PAIRWRIGHT_ANNOTATOR: process.env.PAIRWRIGHT_ANNOTATOR ?? 'demo' };
	const all = [join(root, 'dist/cli.cjs'), '--workspace', demo, ...args];
	const { code } = await run(process.execPath, all, { env, output: 'inherit' });
	if (code !== 0) throw new Error(`pairwright ${args.join(' ')} ended with exit code ${code}.`);
}

/** Demo data, one run, its table on the terminal and its report as a file. A start on which nothing has changed shows the last run. */
async function score(): Promise<void> {
	if (!existsSync(join(demo, '.pairwright'))) {
		mkdirSync(demo, { recursive: true });
		await pairwright('init', demo, '--demo');
	}
	const state = (): string =>
		`${hashSources()} ${hashFiles(['.pairwright/journal/**', '.pairwright/config.json'], demo)}`;
	const known = existsSync(html) && isDone('demo', state());
	await pairwright(...(known ? ['report', 'latest'] : ['score']));
	await pairwright('--quiet', 'report', 'latest', '--html', html);
	markDone('demo', state());
	say(`\nReport: ${html}\n        ${pathToFileURL(html).href}`);
}

/** VS Code's own command, where it is one that keeps to folders given to it: a remote or WSL shim opens the user's window instead. */
function findCode(): string | null {
	if (
		process.getuid?.() === 0 ||
		process.env.VSCODE_IPC_HOOK_CLI !== undefined ||
		process.env.WSL_DISTRO_NAME !== undefined
	) {
		return null;
	}
	const name = process.platform === 'win32' ? 'code.cmd' : 'code';
	const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
	return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

async function openInCode(code: string, vsix: string): Promise<void> {
	const profile = join(cloneCache, 'code');
	const settings = join(profile, 'user/User/settings.json');
	mkdirSync(join(profile, 'user/User'), { recursive: true });
	if (!existsSync(settings)) writeFileSync(settings, `${JSON.stringify(quietSettings, null, '\t')}\n`);
	const shell = process.platform === 'win32';
	const quoted = (path: string): string => (shell ? `"${path}"` : path);
	const folders = [
		'--user-data-dir',
		quoted(join(profile, 'user')),
		'--extensions-dir',
		quoted(join(profile, 'extensions')),
	];
	await mustRun(quoted(code), [...folders, '--install-extension', quoted(vsix), '--force'], { shell });
	await mustRun(quoted(code), [...folders, '--new-window', quoted(demo)], { shell });
	say(`Opened ${demo} in VS Code with a profile of its own (${profile}).`);
}

async function openInCodeServer(vsix: string): Promise<void> {
	if (process.platform === 'win32') {
		say('There is no "code" command on PATH. Install VS Code to open the demo in it.');
		return;
	}
	const missing = await missingForCodeServer();
	if (missing.length > 0) {
		say('There is no usable "code" command; to open the demo in a browser instead, code-server needs packages:');
		say(`  ${aptCommand(missing)}`);
		return;
	}
	const known = codeServerEntry() !== null;
	const entry = await ensureCodeServer(say);
	if (known) say(`Using ${describeCodeServer()}.`);
	const server = await startEditorServer({
		entry,
		vsix,
		profile: join(cloneCache, 'code-server'),
		workspace: demo,
		settings: {},
	});
	say(`\nThe demo is open at ${server.url}`);
	say('It is served to this machine only, to everyone who is logged in on it. Ctrl+C ends it.');
	await new Promise<void>((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
		void server.ended.then(resolve);
	});
	await server.stop();
	say('Ended.');
}

async function main(): Promise<void> {
	const started = performance.now();
	const stop = (): never => process.exit(130);
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
	await ensureBuild();
	await score();
	if (process.argv.includes('--no-editor')) {
		say(`Done in ${took(started)}.`);
		return;
	}
	const vsix = await ensureHostPackage(say);
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, stop);
	const code = findCode();
	await (code === null ? openInCodeServer(vsix) : openInCode(code, vsix));
}

await main().catch(failBuild);
