import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cloneCache, root } from './paths.ts';

/** SHA-256 over names and contents of the files that the patterns find under `folder`. */
export function hashFiles(patterns: readonly string[], folder: string): string {
	const hash = createHash('sha256');
	for (const file of globSync([...patterns], { cwd: folder }).sort()) {
		const path = join(folder, file);
		if (statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
	}
	return hash.digest('hex');
}

/** Hash of everything that the product is built from. */
export function hashSources(): string {
	const patterns = ['src/**', 'webview/**', 'media/**', 'package.json', 'package-lock.json', '.vscodeignore', '*.md'];
	return hashFiles([...patterns, 'LICENSE'], root);
}

/** Whether work called `name` was last done on the same `hash`. */
export function isDone(name: string, hash: string): boolean {
	const file = join(cloneCache, `${name}.stamp`);
	return existsSync(file) && readFileSync(file, 'utf8') === hash;
}

/** Remembers that work called `name` was done on `hash`; with null, that it is not done any more. */
export function markDone(name: string, hash: string | null): void {
	const file = join(cloneCache, `${name}.stamp`);
	mkdirSync(dirname(file), { recursive: true });
	if (hash === null) rmSync(file, { force: true });
	else writeFileSync(file, hash);
}
