/**
 * code-server is VS Code served to a browser. It comes from npm, into the user's cache folder, because it is large and the same for
 * every clone. Its install script compiles a few native modules, hence the Debian packages.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { aptCommand, aptInstall, isRootOnDebian, missingPackages } from './debian.ts';
import { sharedCache } from './paths.ts';
import { run, took } from './steps.ts';

const version = '4.139.1';
const folder = join(sharedCache, `code-server-${version}`);

/** What compiling its native modules takes on Debian. */
const buildPackages = ['libkrb5-dev', 'libsecret-1-dev', 'libx11-dev', 'libxkbfile-dev', 'g++', 'make', 'python3'];

/** The program to run with Node 24, or null before it is installed. */
export function codeServerEntry(): string | null {
	const entry = join(folder, 'node_modules/code-server/out/node/entry.js');
	return existsSync(join(folder, 'installed')) && existsSync(entry) ? entry : null;
}

/** Version, size and place, for people. */
export function describeCodeServer(): string {
	return `code-server ${version} (${readFileSync(join(folder, 'installed'), 'utf8')} MB in ${folder})`;
}

async function sizeOf(path: string): Promise<number> {
	const entries = await readdir(path, { recursive: true, withFileTypes: true });
	return entries.reduce(
		(sum, entry) => (entry.isFile() ? sum + statSync(join(entry.parentPath, entry.name)).size : sum),
		0,
	);
}

/** Packages that must be installed before code-server can be; empty where that is not known (no Debian) or not needed. */
export async function missingForCodeServer(): Promise<string[]> {
	return codeServerEntry() !== null || !existsSync('/usr/bin/dpkg-query') ? [] : missingPackages(buildPackages);
}

/**
 * Installs code-server unless it is there. As root on Debian it first installs what compiling takes; elsewhere it throws with the
 * command that does. Safe to be called by several processes at once: the folder appears whole, or not at all.
 */
export async function ensureCodeServer(say: (line: string) => void): Promise<string> {
	const found = codeServerEntry();
	if (found !== null) return found;
	const missing = await missingForCodeServer();
	if (missing.length > 0) {
		if (!isRootOnDebian()) {
			throw new Error(`code-server ${version} is compiled on install and needs packages:\n  ${aptCommand(missing)}`);
		}
		const started = performance.now();
		say(`Installing Debian packages ${missing.join(', ')} …`);
		await aptInstall(missing);
		say(`Installed them in ${took(started)}.`);
	}

	const started = performance.now();
	say(`Installing code-server ${version} (about 620 MB, some minutes) into ${folder} …`);
	const temporary = `${folder}.${process.pid}`;
	rmSync(temporary, { recursive: true, force: true });
	const discard = (): void => rmSync(temporary, { recursive: true, force: true });
	process.once('exit', discard);
	mkdirSync(temporary, { recursive: true });
	const manifest = {
		name: 'pairwright-code-server',
		private: true,
		dependencies: { 'code-server': version },
		// npm 11 runs install scripts only of the packages named here.
		allowScripts: { 'code-server': true },
	};
	writeFileSync(join(temporary, 'package.json'), JSON.stringify(manifest));
	const env = { ...process.env };
	// npm hands the settings of the clone that it runs in down to its scripts; this install is none of the clone's. Nor is the
	// user agent: it names the Node that started the outer npm, and code-server refuses to install under any but 24.
	for (const name of Object.keys(env)) {
		if (/^npm_(package|lifecycle|(node_)?execpath|config_(local_prefix|ignore_scripts|user_agent))/i.test(name)) {
			delete env[name];
		}
	}
	try {
		const { code, output } = await run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error'], {
			cwd: temporary,
			env,
			shell: process.platform === 'win32',
		});
		if (code !== 0) {
			const last = output.trim().split('\n').slice(-30).join('\n');
			throw new Error(`code-server ${version} could not be installed from npm:\n${last}`);
		}
		const megabytes = Math.round((await sizeOf(temporary)) / 1e6);
		writeFileSync(join(temporary, 'installed'), `${megabytes}`);
		mkdirSync(dirname(folder), { recursive: true });
		if (codeServerEntry() === null) {
			rmSync(folder, { recursive: true, force: true });
			renameSync(temporary, folder);
		}
	} finally {
		discard();
		process.off('exit', discard);
	}
	const entry = codeServerEntry();
	if (entry === null) throw new Error(`code-server ${version} was installed, but its program is not in ${folder}.`);
	say(`Installed ${describeCodeServer()} in ${took(started)}.`);
	return entry;
}
