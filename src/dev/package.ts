/**
 * Makes one VSIX per target in dist/packages: each holds the native binaries of its platform, SQLite's and, where there are some, those
 * of the engine for GGUF files. A folder per target is staged and packed, because packing the clone would take every binary, and packing
 * `--no-dependencies` would silently leave SQLite out.
 */
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildAll, failBuild } from './build.ts';
import { stageBinaries, stageEngine } from './engine-files.ts';
import { LLAMA_CPP_NOTICE, thirdPartyNotices } from './notices.ts';
import { cloneCache, root } from './paths.ts';
import { hashSources, isDone, markDone } from './stamp.ts';
import { mustRun, script, took } from './steps.ts';
import { listZip } from './zip-list.ts';

/** Target of the marketplace → names of SQLite's binary and of the engine's (null: none is published; scoring GGUF files says so). */
const targets = {
	'win32-x64': { sqlite: 'win32-x64', engine: 'win-x64' },
	'win32-arm64': { sqlite: 'win32-arm64', engine: 'win-arm64' },
	'darwin-x64': { sqlite: 'darwin-x64', engine: 'mac-x64' },
	'darwin-arm64': { sqlite: 'darwin-arm64', engine: 'mac-arm64-metal' },
	'linux-x64': { sqlite: 'linux-x64', engine: 'linux-x64' },
	'linux-arm64': { sqlite: 'linux-arm64', engine: 'linux-arm64' },
	'alpine-x64': { sqlite: 'linuxmusl-x64', engine: null },
	'alpine-arm64': { sqlite: 'linuxmusl-arm64', engine: null },
} as const;
export type Target = keyof typeof targets;

/** Megabytes, without and with the engine: measured (2.4 and 13.5 for linux-x64) and some room. */
const limits = { without: 3, with: 18 } as const;

function isTarget(name: string): name is Target {
	return name in targets;
}

/** The target of this machine. */
export function hostTarget(): Target {
	const musl = process.platform === 'linux' && existsSync('/etc/alpine-release');
	const name = `${musl ? 'alpine' : process.platform}-${process.arch}`;
	if (!isTarget(name))
		throw new Error(`There is no package for ${name}: SQLite comes for ${Object.keys(targets).join(', ')}.`);
	return name;
}

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly [key: string]: unknown;
}

function readManifest(): Manifest {
	return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
}

function vsixPath(target: Target): string {
	const { name, version } = readManifest();
	return join(root, 'dist/packages', `${name}-${version}-${target}.vsix`);
}

/** package.json as it is shipped: without what only a clone needs; bundled packages are no dependencies any more. */
function shippedManifest(): object {
	const { scripts: _, devDependencies: __, allowScripts: ___, private: ____, dependencies, ...rest } = readManifest();
	return { ...rest, dependencies: { 'better-sqlite3': dependencies['better-sqlite3'] } };
}

function stageSqlite(folder: string, binary: string): void {
	const from = join(root, 'node_modules/better-sqlite3');
	const to = join(folder, 'node_modules/better-sqlite3');
	mkdirSync(join(to, 'prebuilds'), { recursive: true });
	cpSync(join(from, 'lib'), join(to, 'lib'), { recursive: true });
	cpSync(join(from, 'LICENSE'), join(to, 'LICENSE'));
	cpSync(join(from, 'prebuilds', `${binary}.node`), join(to, 'prebuilds', `${binary}.node`));
	// Its one dependency is for compiling; with it in the list, packing would miss it.
	const {
		dependencies: _,
		devDependencies: __,
		scripts: ___,
		...manifest
	} = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Record<string, unknown>;
	writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, null, '\t')}\n`);
}

/** What must be in a package for it to work at all. */
function check(path: string, target: Target, engine: boolean): number {
	const names = listZip(path).map(({ name }) => name);
	const { sqlite, engine: binaries } = targets[target];
	const { main } = readManifest();
	const needed = [
		typeof main === 'string' ? main.replace(/^\.\//, '') : 'dist/extension.cjs',
		'dist/data.cjs',
		'dist/scoring.cjs',
		'dist/scoring-thread.cjs',
		'dist/look.cjs',
		'dist/cli.cjs',
		...['adjudicate', 'annotate', 'mapping', 'report', 'splits'].flatMap((name) => [
			`dist/webview/${name}.js`,
			`dist/webview/${name}.css`,
		]),
		'dist/webview/report-early.js',
		...globSync('media/bundle/**/*.{md,yml,yaml,py,txt}', { cwd: root }),
		'ThirdPartyNotices.txt',
		'node_modules/better-sqlite3/package.json',
		'node_modules/better-sqlite3/lib/index.js',
		`node_modules/better-sqlite3/prebuilds/${sqlite}.node`,
		...(engine
			? ['node-llama-cpp/dist/index.js', `@node-llama-cpp/${binaries}/dist/index.js`].map(
					(file) => `dist/node_modules/${file}`,
				)
			: []),
	];
	const missing = needed.filter((file) => !names.includes(`extension/${file}`));
	if (missing.length > 0) throw new Error(`${relative(root, path)} lacks ${missing.join(', ')}.`);
	const natives = names.filter((name) => name.endsWith('.node'));
	// The engine's comes once a package, for one platform, beside the libraries it loads.
	const foreign = natives.filter(
		(name) =>
			!name.endsWith(`/${sqlite}.node`) &&
			!(engine && name.startsWith(`extension/dist/node_modules/@node-llama-cpp/${binaries}/bins/`)),
	);
	if (natives.length !== (engine ? 2 : 1) || foreign.length > 0) {
		throw new Error(`${relative(root, path)} holds other binaries than it should: ${natives.join(', ')}.`);
	}
	const { size } = statSync(path);
	const limit = limits[engine ? 'with' : 'without'] * 1024 * 1024;
	if (size > limit) throw new Error(`${relative(root, path)} has ${size} bytes, more than the ${limit} allowed.`);
	return size;
}

/** Builds once and packs for the given targets. The paths of the VSIX files, in their order. */
export async function makePackages(wanted: readonly Target[], say: (line: string) => void): Promise<string[]> {
	const staging = join(cloneCache, 'staging');
	rmSync(staging, { recursive: true, force: true });
	mkdirSync(join(root, 'dist/packages'), { recursive: true });
	const built = join(staging, 'built');
	const metafiles = await buildAll({ production: true, outdir: join(built, 'dist') });
	cpSync(join(root, 'media'), join(built, 'media'), {
		recursive: true,
		filter: (path) => !path.endsWith('__pycache__'),
	});
	for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore']) {
		if (existsSync(join(root, file))) cpSync(join(root, file), join(built, file));
	}
	writeFileSync(join(built, 'package.json'), `${JSON.stringify(shippedManifest(), null, '\t')}\n`);
	const library = join(staging, 'library');
	const libraries = await stageEngine(library);

	const made: string[] = [];
	for (const target of wanted) {
		const started = performance.now();
		const folder = join(staging, target);
		const vsix = vsixPath(target);
		const { sqlite, engine: binaries } = targets[target];
		cpSync(built, folder, { recursive: true });
		stageSqlite(folder, sqlite);
		// Beside the bundles and not in node_modules: vsce takes from there only what npm knows as a dependency, whole.
		const engine = binaries !== null && (await stageBinaries(join(folder, 'dist'), binaries));
		if (engine) cpSync(library, join(folder, 'dist'), { recursive: true });
		const notices = thirdPartyNotices(metafiles, ['better-sqlite3', ...(engine ? libraries : [])]);
		writeFileSync(join(folder, 'ThirdPartyNotices.txt'), notices + (engine ? LLAMA_CPP_NOTICE : ''));
		rmSync(vsix, { force: true });
		await mustRun(
			process.execPath,
			[
				script('@vscode/vsce/vsce'),
				...['package', '--target', target, '--out', vsix, '--allow-missing-repository', '--no-rewrite-relative-links'],
			],
			{ cwd: folder },
		);
		const size = check(vsix, target, engine);
		const without =
			binaries === null
				? ', without an engine for GGUF files: none is published for it'
				: ', without an engine for GGUF files: the registry has none';
		say(`${relative(root, vsix)}  ${(size / 1024 / 1024).toFixed(2)} MB${engine ? '' : without}  (${took(started)})`);
		made.push(vsix);
	}
	rmSync(staging, { recursive: true, force: true });
	return made;
}

/** The VSIX for this machine, made anew only when something it is made from has changed. */
export async function ensureHostPackage(say: (line: string) => void): Promise<string> {
	const target = hostTarget();
	const stamp = `package-${target}`;
	const sources = hashSources();
	const vsix = vsixPath(target);
	if (existsSync(vsix) && isDone(stamp, sources)) return vsix;
	markDone(stamp, null);
	await makePackages([target], say);
	markDone(stamp, sources);
	return vsix;
}

if (import.meta.main) {
	const named = process.argv.slice(2).filter((arg) => arg !== '--target');
	const unknown = named.filter((name) => !isTarget(name));
	if (unknown.length > 0) {
		process.stderr.write(`Unknown target ${unknown.join(', ')}. Targets: ${Object.keys(targets).join(', ')}.\n`);
		process.exitCode = 1;
	} else {
		const wanted = named.length > 0 ? named.filter(isTarget) : (Object.keys(targets) as Target[]);
		await makePackages(wanted, (line) => process.stdout.write(`${line}\n`)).catch(failBuild);
	}
}
