/**
 * The engine for GGUF files as a package ships it: of node-llama-cpp and its dependencies the files that its entry point can reach
 * (2 MB in place of 60), and the binaries of one platform for its CPU, on Macs with Apple silicon for Metal. CUDA and Vulkan would be
 * hundreds of megabytes: who has them names a folder in a machine setting.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { cloneCache, root } from './paths.ts';
import { mustRun, run } from './steps.ts';

const library = 'node_modules/node-llama-cpp';
/** Read by path at run time. What is not here is for building from source, which never happens. */
const data = ['llama/llama.cpp.info.json', 'llama/binariesGithubRelease.json'];

interface LockEntry {
	readonly version?: string;
	readonly integrity?: string;
}

function lockEntry(path: string): LockEntry {
	const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
		readonly packages: Readonly<Record<string, LockEntry>>;
	};
	return lock.packages[path] ?? {};
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`. */
function packageOf(file: string): string | null {
	return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? null;
}

/** Files of the engine's JavaScript, relative to the clone. */
async function reachable(): Promise<string[]> {
	const { metafile } = await build({
		absWorkingDir: root,
		// Tried out in a process of its own before a binary is loaded, so reached by its path alone.
		entryPoints: [`${library}/dist/index.js`, `${library}/dist/bindings/utils/testBindingBinary.js`],
		...{ bundle: true, write: false, metafile: true, logLevel: 'error', outdir: 'unused' },
		...{ platform: 'node', format: 'esm' },
		// As Node resolves, not as bundlers do.
		...{ conditions: ['node'], mainFields: ['main'] },
		// Binaries are staged apart; the others are looked for and done without.
		external: ['@node-llama-cpp/*', 'electron', '@reflink/reflink'],
	});
	return Object.keys(metafile.inputs).filter((file) => file.includes('node_modules/'));
}

/** Every package.json from the package's folder down to the file: one further down may say which module system a folder is of. */
function manifestsAbove(file: string): string[] {
	const top = packageOf(file);
	const found: string[] = [];
	for (let folder = dirname(file); top !== null && folder.startsWith(top); folder = dirname(folder)) {
		if (existsSync(join(root, folder, 'package.json'))) found.push(`${folder}/package.json`);
	}
	return found;
}

/**
 * Puts the engine's JavaScript under `folder`/node_modules.
 * @returns the packages it consists of, as folders under node_modules: their licences go into the notices
 */
export async function stageEngine(folder: string): Promise<string[]> {
	const files = await reachable();
	const packages = [...new Set(files.flatMap((file) => packageOf(file) ?? []))].sort();
	const manifests = new Set(files.flatMap(manifestsAbove));
	for (const file of [...files, ...manifests, ...data.map((name) => `${library}/${name}`)]) {
		mkdirSync(dirname(join(folder, file)), { recursive: true });
		cpSync(join(root, file), join(folder, file));
	}
	return packages.map((name) => name.slice('node_modules/'.length));
}

/** `null`: the registry has no such package. @throws Error when it could not be asked, or gave other bytes than the lock file names */
async function fetchBinaries(name: string): Promise<string | null> {
	const { version } = lockEntry(library);
	const { integrity } = lockEntry(`node_modules/${name}`);
	const cached = join(cloneCache, 'engines', `${name.split('/')[1]}-${version}`);
	if (existsSync(join(cached, 'package/bins'))) return join(cached, 'package');
	rmSync(cached, { recursive: true, force: true });
	mkdirSync(cached, { recursive: true });
	const args = ['pack', `${name}@${version}`, '--pack-destination', cached, '--loglevel=error'];
	const { code, output } = await run('npm', args, { cwd: cached, shell: process.platform === 'win32' });
	if (code !== 0) {
		rmSync(cached, { recursive: true, force: true });
		if (/\bE404\b|\bETARGET\b|No match found|could not be found/.test(output)) return null;
		throw new Error(`${name} ${version} could not be fetched (npm pack: ${code}).\n${output}`.trim());
	}
	const archive = join(cached, readdirSync(cached).find((file) => file.endsWith('.tgz')) ?? '');
	const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
	if (integrity !== undefined && found !== integrity) {
		rmSync(cached, { recursive: true, force: true });
		throw new Error(`${name} ${version} is not what package-lock.json names: ${found}.`);
	}
	await mustRun('tar', ['-xzf', archive, '-C', cached]);
	rmSync(archive);
	return join(cached, 'package');
}

/**
 * Puts the binaries of one platform beside the engine's JavaScript.
 * @param name node-llama-cpp's name of the platform, e.g. `linux-x64`
 * @returns false where the registry has none for this version: such a package goes without
 */
export async function stageBinaries(folder: string, name: string): Promise<boolean> {
	const full = `@node-llama-cpp/${name}`;
	const installed = join(root, 'node_modules', full);
	const from = existsSync(join(installed, 'bins')) ? installed : await fetchBinaries(full);
	if (from === null) return false;
	const to = join(folder, 'node_modules', full);
	mkdirSync(to, { recursive: true });
	for (const part of ['package.json', 'LICENSE', 'bins', 'dist']) {
		cpSync(join(from, part), join(to, part), { recursive: true });
	}
	return true;
}
