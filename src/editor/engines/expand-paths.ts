import { glob, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { stepOf } from '../../domain/checkpoint.ts';

export interface FoundFile {
	/** Absolute. */
	readonly path: string;
	readonly bytes: number;
}

/** Endings of what is looked for, e.g. `.gguf`. A typed path may end otherwise. */
export interface Wanted {
	readonly endings: readonly string[];
}

/** A pattern like /** could walk a whole disk: what was found by then is shown. */
const MOST_FILES = 500;
const LONGEST_MS = 3_000;

/** Whether typed text means a path or a glob rather than words to filter a list by. */
export function looksLikePath(text: string): boolean {
	return /^(?:[~/\\.]|[A-Za-z]:[\\/])|[*?]|[\\/]/u.test(text.trim());
}

/** Parts after the first of a model split over several files: the first names it. */
export function isLaterPart(path: string): boolean {
	const part = /-(\d{5})-of-\d{5}\.gguf$/iu.exec(path)?.[1];
	return part !== undefined && Number(part) > 1;
}

/** Shown when typed without a path's leading part: below `base`. */
function absolute(text: string, base: string): string {
	const trimmed = text.trim();
	if (trimmed === '~') return homedir();
	if (/^~[\\/]/u.test(trimmed)) return join(homedir(), trimmed.slice(2));
	return isAbsolute(trimmed) ? trimmed : resolve(base, trimmed);
}

/**
 * The files that typed text names: a file, a folder's files with the wanted endings, or a glob's matches; in order of training
 * steps, then by name. Empty where nothing is there.
 * @param base folder that relative paths start from
 */
export async function expandPath(text: string, base: string, { endings }: Wanted): Promise<FoundFile[]> {
	const path = absolute(text, base);
	const isWanted = (file: string) => endings.some((ending) => file.toLowerCase().endsWith(ending));
	const known = await stat(path).catch(() => null);
	if (known?.isFile()) return [{ path, bytes: known.size }];
	if (known?.isDirectory()) return sized(await matches('*', path, isWanted));
	if (!/[*?[{]/u.test(path)) return [];
	// The folder before the first wildcard: matching starts there.
	const parts = path.split(/[\\/]/u);
	const first = parts.findIndex((part) => /[*?[{]/u.test(part));
	const folder = parts.slice(0, first).join('/') || dirname(path);
	return sized(await matches(parts.slice(first).join('/'), folder, isWanted));
}

async function matches(pattern: string, folder: string, isWanted: (file: string) => boolean): Promise<string[]> {
	const found: string[] = [];
	const deadline = performance.now() + LONGEST_MS;
	try {
		for await (const file of glob(pattern, { cwd: folder })) {
			if (isWanted(file) && !isLaterPart(file)) found.push(join(folder, file));
			if (found.length >= MOST_FILES || performance.now() > deadline) break;
		}
	} catch {
		// A folder that cannot be read has no files to offer.
	}
	return found;
}

async function sized(paths: readonly string[]): Promise<FoundFile[]> {
	const files = await Promise.all(
		paths.map(async (path) => {
			const known = await stat(path).catch(() => null);
			return known?.isFile() ? [{ path, bytes: known.size }] : [];
		}),
	);
	return files.flat().toSorted(bySteps);
}

/** By training steps where both names have some, else by name with numbers as numbers. */
export function bySteps(one: Pick<FoundFile, 'path'>, other: Pick<FoundFile, 'path'>): number {
	const text = one.path.replace(/\d+/gu, '#').localeCompare(other.path.replace(/\d+/gu, '#'));
	const steps = (stepOf(one.path) ?? 0) - (stepOf(other.path) ?? 0);
	if (text === 0 && steps !== 0) return steps;
	return one.path.localeCompare(other.path, 'en', { numeric: true });
}
