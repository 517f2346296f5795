/**
 * The layering check. Arrows point down: `editor`, `cli` → `workspace` → `scoring`, `health`, `store`, `formats` →
 * `calibration`, `shift` → `domain`. It reads import statements as text, comments and templates blanked: types count too, which a
 * bundler's list of inputs would leave out.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './paths.ts';

export interface Violation {
	/** Path from the root of the clone, with forward slashes. */
	readonly file: string;
	readonly line: number;
	readonly rule: string;
}

const middle = ['calibration', 'shift', 'domain', 'protocol'];
const upper = ['workspace', 'scoring', 'health', 'store', 'formats', 'demo', ...middle];

/** Folder of src/ (or a file directly in it) → the other folders it may import from. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
	domain: ['protocol'],
	protocol: ['domain'],
	calibration: ['domain', 'protocol'],
	shift: ['calibration', 'domain', 'protocol'],
	health: middle,
	formats: middle,
	store: middle,
	scoring: ['health', ...middle],
	demo: ['formats', ...middle],
	workspace: ['scoring', 'health', 'store', 'formats', 'demo', ...middle],
	cli: upper,
	'cli.ts': ['cli', ...upper],
	editor: upper,
	'extension.ts': ['editor', ...upper],
	dev: [],
};

/** Folders that do no I/O. `node:crypto` computes; it may be used where ids are made. */
const pure = ['domain', 'calibration', 'shift', 'health'];
const nodeModulesOfPureFiles: Readonly<Record<string, readonly string[]>> = {
	'src/domain/identity.ts': ['node:crypto'],
};

const imports =
	/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"]+)\1|^\s*import\s*(['"])([^'"]+)\3|\b(?:import|require)\(\s*(['"])([^'"]+)\5/gm;
const sql =
	/(['"`])\s*(?:SELECT\s[^;]*?\sFROM\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:VIRTUAL\s+|UNIQUE\s+)?(?:TABLE|INDEX|TRIGGER|VIEW)\s|PRAGMA\s)/gi;

/** Replaces comments, and templates if asked, by spaces: positions and lines stay as they are. */
function blank(text: string, templates: boolean): string {
	const tokens = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
	return text.replace(tokens, (token) => {
		const remove = token.startsWith('/') || (templates && token.startsWith('`'));
		return remove ? token.replace(/[^\n]/g, ' ') : token;
	});
}

/** Which layer a file belongs to: `webview`, or the folder or file directly in src/. */
function layerOf(file: string): string {
	const [top = '', second = ''] = file.split('/');
	return top === 'src' ? second : top;
}

function checkImport(file: string, specifier: string): string | null {
	const layer = layerOf(file);
	if (specifier === 'vscode') {
		return layer === 'editor' || layer === 'extension.ts'
			? null
			: 'only src/editor and src/extension.ts may import vscode';
	}
	if (specifier.startsWith('node:')) {
		if (layer === 'webview') return `webview runs in a browser and may not import ${specifier}`;
		if (pure.includes(layer) && !nodeModulesOfPureFiles[file]?.includes(specifier)) {
			return `${layer} does no I/O and may not import ${specifier}`;
		}
		return null;
	}
	if (!specifier.startsWith('.')) {
		if (/^better-sqlite3(\/|$)/.test(specifier) && layer !== 'store') return 'only src/store may import better-sqlite3';
		return null;
	}
	const target = posix.join(posix.dirname(file), specifier);
	const targetLayer = layerOf(target);
	if (layer === targetLayer || target === 'package.json') return null;
	// What a parsed row is: the contract between reading and storing, without code.
	if (target === 'src/formats/types.ts' && mayImport[layer]?.includes('domain') && !pure.includes(layer)) return null;
	if (layer === 'webview') {
		if (target === 'src/domain/identity.ts')
			return 'webview may not import domain/identity.ts, which needs node:crypto';
		return ['protocol', 'domain'].includes(targetLayer)
			? null
			: `webview may import only src/protocol and src/domain, not ${target}`;
	}
	return mayImport[layer]?.includes(targetLayer) ? null : `${layer} may not import ${targetLayer}`;
}

/** Checks one source file of src/ or webview/; `file` is its path from the root of the clone. */
export function checkSource(file: string, text: string): Violation[] {
	const found: { readonly at: number; readonly rule: string }[] = [];
	const layer = layerOf(file);
	const name = posix.basename(file).replace(/\.tsx?$/, '');
	if (file.startsWith('src/') && mayImport[layer] === undefined) {
		found.push({ at: 0, rule: `"${layer}" is in no layer: add it to src/dev/layers.ts` });
	}
	if (['utils', 'util', 'index', 'helpers'].includes(name)) {
		found.push({ at: 0, rule: `no barrel files and no collections: name the file after what it does, not "${name}"` });
	}
	const code = blank(text, true);
	for (const match of code.matchAll(imports)) {
		const specifier = match[2] ?? match[4] ?? match[6] ?? '';
		const rule = checkImport(file, specifier);
		if (rule !== null) found.push({ at: match.index + match[0].search(/\S/), rule });
	}
	for (const match of code.matchAll(/^\s*export\s+default\b/gm)) {
		found.push({ at: match.index + match[0].search(/\S/), rule: 'no default exports' });
	}
	for (const match of code.matchAll(/^\s*export\s*\*/gm)) {
		found.push({ at: match.index + match[0].search(/\S/), rule: 'no barrel files: import from where it is defined' });
	}
	if (layer !== 'store' && layer !== 'dev') {
		for (const match of blank(text, false).matchAll(sql))
			found.push({ at: match.index, rule: 'SQL only in src/store' });
	}
	return found
		.sort((a, b) => a.at - b.at)
		.map(({ at, rule }) => ({ file, line: text.slice(0, at).split('\n').length, rule }));
}

/** Checks every source file under `folder`, the clone if left out. */
export function checkTree(folder: string = root): { readonly files: number; readonly violations: Violation[] } {
	const files = globSync(['src/**/*.ts', 'webview/**/*.{ts,tsx}'], { cwd: folder })
		.map((file) => file.replaceAll('\\', '/'))
		.sort();
	return {
		files: files.length,
		violations: files.flatMap((file) => checkSource(file, readFileSync(join(folder, file), 'utf8'))),
	};
}

if (import.meta.main) {
	const { files, violations } = checkTree();
	for (const { file, line, rule } of violations) process.stdout.write(`${file}:${line}: ${rule}\n`);
	process.stdout.write(`Layers: ${files} files, ${violations.length} violations.\n`);
	if (violations.length > 0) process.exitCode = 1;
}
