/**
 * Installs the dependencies of a clone. Plain JavaScript without imports from packages: it is started by whatever Node the
 * system has (20 or later), before anything is installed.
 *
 * Why not a plain `npm ci`: from a lock file npm compiles better-sqlite3, although the package brings prebuilt binaries (its
 * `gypfile: false` is not kept in lock files), which needs Python and a compiler. Scripts are therefore ignored, and then run for
 * the one package that needs them: `node` (24), with which everything here runs.
 *
 * The lock file names of node-llama-cpp's fourteen packages of binaries only the six that a host's CPU (or Metal) needs, each for its
 * own platform: with CUDA and Vulkan for all it would be 900 MB. A test holds the lock file to that.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** The root of the clone. */
export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');

/** The Node 24 that the dependencies bring; it need not exist yet. */
export const node24 = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

const stampFile = join(root, 'node_modules/.pairwright-install');
const lockFile = join(root, '.cache/install.lock');

function stamp() {
	const lock = readFileSync(join(root, 'package-lock.json'));
	return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}`;
}

function readText(path) {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return null;
	}
}

/** npm's own record of what is in node_modules holds all that the lock file asks for: so after `npm install NAME`. */
function installedMatchesLock() {
	const record = readText(join(root, 'node_modules/.package-lock.json'));
	if (record === null) return false;
	const installed = JSON.parse(record).packages;
	const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
	return Object.entries(wanted).every(
		([path, entry]) =>
			path === '' ||
			// Optional packages depend on the platform; the engine for GGUF files runs on all and may be newer than node_modules.
			(entry.optional === true && path !== 'node_modules/node-llama-cpp') ||
			installed[path]?.version === entry.version,
	);
}

function npm(...args) {
	const npmCli = process.env.npm_execpath;
	// npm starts scripts with the path of its own program; run that one, not another version that may be on PATH.
	const viaNode = npmCli !== undefined && basename(npmCli) === 'npm-cli.js';
	const [command, all] = viaNode ? [process.execPath, [npmCli, ...args]] : ['npm', args];
	// What npm prints goes to stderr: the stdout of `npm run pairwright` belongs to the command.
	const done = spawnSync(command, all, {
		cwd: root,
		stdio: ['ignore', 2, 2],
		shell: !viaNode && process.platform === 'win32',
	});
	if (done.error) throw new Error(`npm could not be started: ${done.error.message}`);
	if (done.status !== 0) {
		throw new Error(`npm ${args.join(' ')} failed (${done.status ?? done.signal}); its message is above.`);
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** Two commands started at once in a fresh clone must not both replace node_modules. */
async function withLock(work) {
	mkdirSync(join(root, '.cache'), { recursive: true });
	for (;;) {
		try {
			const file = openSync(lockFile, 'wx');
			writeFileSync(file, String(process.pid));
			closeSync(file);
			break;
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
			const owner = Number(readText(lockFile));
			if (owner > 0 && !isAlive(owner)) rmSync(lockFile, { force: true });
			else await wait(300);
		}
	}
	try {
		return await work();
	} finally {
		rmSync(lockFile, { force: true });
	}
}

function isInstalled() {
	if (!existsSync(node24)) return false;
	if (readText(stampFile) === stamp()) return true;
	if (!installedMatchesLock()) return false;
	writeFileSync(stampFile, stamp());
	return true;
}

/** Installs what package-lock.json names, unless that has been done. Says so on stderr; throws with a message for people. */
export async function ensureInstalled() {
	if (isInstalled()) return;
	await withLock(async () => {
		if (isInstalled()) return;
		const started = Date.now();
		process.stderr.write('Installing dependencies (about 580 MB in node_modules) …\n');
		npm('ci', '--ignore-scripts', '--loglevel=error');
		npm('rebuild', 'node', '--loglevel=error');
		if (!existsSync(node24)) throw new Error(`The package "node" did not install ${node24}.`);
		writeFileSync(stampFile, stamp());
		process.stderr.write(`Installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
	});
}
