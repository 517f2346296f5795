/**
 * Makes one VSIX per target in dist/packages: each holds the one native binary of its platform. A folder per target is staged and
 * packed, because packing the clone would take every binary, and packing `--no-dependencies` would silently leave SQLite out.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildAll, failBuild } from './build.ts';
import { thirdPartyNotices } from './notices.ts';
import { cloneCache, root } from './paths.ts';
import { hashSources, isDone, markDone } from './stamp.ts';
import { mustRun, script, took } from './steps.ts';
import { listZip } from './zip-list.ts';

/** Target of the marketplace → name of SQLite's binary. */
const targets = {
	'win32-x64': 'win32-x64',
	'win32-arm64': 'win32-arm64',
	'darwin-x64': 'darwin-x64',
	'darwin-arm64': 'darwin-arm64',
	'linux-x64': 'linux-x64',
	'linux-arm64': 'linux-arm64',
	'alpine-x64': 'linuxmusl-x64',
	'alpine-arm64': 'linuxmusl-arm64',
} as const;
export type Target = keyof typeof targets;

const limit = 3 * 1024 * 1024;

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
function check(path: string, target: Target): number {
	const names = listZip(path).map(({ name }) => name);
	const { main } = readManifest();
	const needed = [
		typeof main === 'string' ? main.replace(/^\.\//, '') : 'dist/extension.cjs',
		'dist/data.cjs',
		'dist/scoring.cjs',
		'dist/scoring-thread.cjs',
		'dist/look.cjs',
		'dist/cli.cjs',
		...['annotate', 'report', 'splits'].flatMap((name) => [`dist/webview/${name}.js`, `dist/webview/${name}.css`]),
		'ThirdPartyNotices.txt',
		'node_modules/better-sqlite3/package.json',
		'node_modules/better-sqlite3/lib/index.js',
		`node_modules/better-sqlite3/prebuilds/${targets[target]}.node`,
	];
	const missing = needed.filter((file) => !names.includes(`extension/${file}`));
	if (missing.length > 0) throw new Error(`${relative(root, path)} lacks ${missing.join(', ')}.`);
	const natives = names.filter((name) => name.endsWith('.node'));
	if (natives.length !== 1)
		throw new Error(`${relative(root, path)} holds ${natives.join(', ')} instead of one binary.`);
	const { size } = statSync(path);
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
	cpSync(join(root, 'media'), join(built, 'media'), { recursive: true });
	for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore']) {
		if (existsSync(join(root, file))) cpSync(join(root, file), join(built, file));
	}
	writeFileSync(join(built, 'package.json'), `${JSON.stringify(shippedManifest(), null, '\t')}\n`);
	writeFileSync(join(built, 'ThirdPartyNotices.txt'), thirdPartyNotices(metafiles, ['better-sqlite3']));

	const made: string[] = [];
	for (const target of wanted) {
		const started = performance.now();
		const folder = join(staging, target);
		const vsix = vsixPath(target);
		cpSync(built, folder, { recursive: true });
		stageSqlite(folder, targets[target]);
		rmSync(vsix, { force: true });
		await mustRun(
			process.execPath,
			[
				script('@vscode/vsce/vsce'),
				...['package', '--target', target, '--out', vsix, '--allow-missing-repository', '--no-rewrite-relative-links'],
			],
			{ cwd: folder },
		);
		const size = check(vsix, target);
		say(`${relative(root, vsix)}  ${(size / 1024 / 1024).toFixed(2)} MB  (${took(started)})`);
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
