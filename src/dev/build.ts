/**
 * Bundles what the extension consists of into dist/. `build.ts` for development (source maps), `--production` for packages
 * (minified), `--watch` to go on. The native modules stay outside the bundles: their binaries are found by path.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, type BuildResult, build, context, type Metafile } from 'esbuild';
import { root } from './paths.ts';
import { hashSources, isDone, markDone } from './stamp.ts';
import { took } from './steps.ts';

/** Node programs: the name in dist/, and the file they start from. */
const programs = [
	{ out: 'extension', entry: 'src/extension.ts' },
	{ out: 'data', entry: 'src/workspace/process.ts' },
	{ out: 'scoring', entry: 'src/workspace/scoring-process.ts' },
	{ out: 'scoring-thread', entry: 'src/scoring/thread.ts' },
	{ out: 'look', entry: 'src/workspace/look-process.ts' },
	{ out: 'cli', entry: 'src/cli.ts' },
] as const;

const webviews = ['adjudicate', 'annotate', 'mapping', 'report', 'splits'] as const;

export interface BuildSettings {
	readonly production: boolean;
	/** Folder for the output; `dist` in the clone if left out. */
	readonly outdir?: string;
}

function options({ production, outdir = join(root, 'dist') }: BuildSettings): BuildOptions[] {
	const common: BuildOptions = {
		absWorkingDir: root,
		bundle: true,
		charset: 'utf8',
		legalComments: 'none',
		logLevel: 'warning',
		metafile: true,
		minify: production,
		sourcemap: production ? false : 'linked',
		sourcesContent: false,
		define: { 'process.env.NODE_ENV': production ? '"production"' : '"development"' },
	};
	const node: BuildOptions = {
		...common,
		platform: 'node',
		// The oldest editor that is supported (1.101) runs Node 22.
		target: 'node22',
		format: 'cjs',
		external: ['vscode', 'better-sqlite3', 'node-llama-cpp'],
		// In CommonJS there is no import.meta.url: what code asks of it is answered in both forms.
		define: {
			...common.define,
			'import.meta.url': '__metaUrl',
			'import.meta.main': '__metaMain',
			'import.meta.dirname': '__dirname',
			'import.meta.filename': '__filename',
		},
	};
	const meta =
		'const __metaUrl = require("node:url").pathToFileURL(__filename).href, __metaMain = require.main === module;';
	return [
		...programs.map(
			({ out, entry }): BuildOptions => ({
				...node,
				entryPoints: [entry],
				outfile: join(outdir, `${out}.cjs`),
				banner: { js: out === 'cli' ? `#!/usr/bin/env node\n${meta}` : meta },
			}),
		),
		...webviews.map(
			(name): BuildOptions => ({
				...common,
				platform: 'browser',
				target: 'chrome134',
				format: 'iife',
				jsx: 'automatic',
				jsxImportSource: 'preact',
				entryPoints: [
					...['main.tsx', 'style.css'].map((file) => ({ in: `webview/${name}/${file}`, out: name })),
					...(name === 'report' ? [{ in: 'webview/report/early.tsx', out: 'report-early' }] : []),
				],
				outdir: join(outdir, 'webview'),
				loader: { '.svg': 'dataurl', '.ttf': 'dataurl', '.woff2': 'dataurl' },
			}),
		),
	];
}

/**
 * A crash of native code in the extension host would end every other extension with it: SQLite lives in the data process, and the
 * engine for GGUF files in the scoring process alone (and in the command line).
 */
const keptOut: Readonly<Record<string, readonly string[]>> = {
	'extension.cjs': ['better-sqlite3', 'node-llama-cpp'],
	'data.cjs': ['node-llama-cpp'],
	'look.cjs': ['node-llama-cpp'],
};

function refuseNativeWhereItMayNotRun(metafiles: readonly Metafile[]): void {
	for (const [file, { imports }] of metafiles.flatMap(({ outputs }) => Object.entries(outputs))) {
		for (const name of keptOut[basename(file)] ?? []) {
			if (imports.some(({ path }) => path.startsWith(name))) {
				throw new Error(`dist/${basename(file)} would load ${name}: import from the process that may run it instead.`);
			}
		}
	}
}

/** Builds everything once. The list of bundled inputs comes back for the third-party notices. */
export async function buildAll(settings: BuildSettings): Promise<Metafile[]> {
	const outdir = settings.outdir ?? join(root, 'dist');
	await mkdir(outdir, { recursive: true });
	// Files of an earlier layout must not find their way into a package.
	for (const name of ['webview', ...programs.flatMap(({ out }) => [`${out}.cjs`, `${out}.cjs.map`])]) {
		await rm(join(outdir, name), { recursive: true, force: true });
	}
	const results: BuildResult[] = await Promise.all(options(settings).map((each) => build(each)));
	await chmod(join(outdir, 'cli.cjs'), 0o755);
	const metafiles = results.map((result) => result.metafile as Metafile);
	refuseNativeWhereItMayNotRun(metafiles);
	return metafiles;
}

/** Builds for development unless nothing has changed since the last time. */
export async function ensureBuild(): Promise<void> {
	const sources = hashSources();
	if (existsSync(join(root, 'dist/cli.cjs')) && isDone('build', sources)) return;
	markDone('build', null);
	await buildAll({ production: false });
	markDone('build', sources);
}

/** Ends with exit code 1; what esbuild has already printed is not printed again with a stack. */
export function failBuild(error: unknown): void {
	if (!(error instanceof Error && 'errors' in error)) process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = 1;
}

async function watch(): Promise<void> {
	const contexts = await Promise.all(
		options({ production: false }).map((each) => context({ ...each, logLevel: 'info' })),
	);
	await Promise.all(contexts.map((each) => each.watch()));
}

async function buildOnce(): Promise<void> {
	const started = performance.now();
	const metafiles = await buildAll({ production: process.argv.includes('--production') });
	const outputs = metafiles.flatMap((metafile) => Object.entries(metafile.outputs));
	for (const [file, { bytes }] of outputs.filter(([file]) => !file.endsWith('.map'))) {
		process.stdout.write(`${file.padEnd(28)} ${Math.ceil(bytes / 1024)} KB\n`);
	}
	process.stdout.write(`Built in ${took(started)}.\n`);
}

if (import.meta.main) await (process.argv.includes('--watch') ? watch() : buildOnce()).catch(failBuild);
