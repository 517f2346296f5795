import { globSync, realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { stepOf } from '../domain/checkpoint.ts';
import { UserError } from '../protocol/errors.ts';

const MAGIC = /[*?[{]/;
/** Of a model that is cut into several files the first is named; the engine finds the others. */
const LATER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/i;

/** Steps ascending, then names with their numbers compared as numbers; without a step last. */
export function bySteps(one: string, other: string): number {
	const [x, y] = [one, other].map(
		(path) => stepOf(basename(path).replace(/\.[a-z]\w*$/i, '')) ?? Number.POSITIVE_INFINITY,
	);
	if (x !== y) return x! < y! ? -1 : 1;
	return one.localeCompare(other, 'en', { numeric: true });
}

function isFile(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Absolute paths of files that arguments name. A pattern may come quoted: it is matched here, in order of training steps; what is named
 * twice counts once.
 * @param option names the arguments in messages
 * @throws UserError usage for an argument that names no file
 */
export function expandFiles(option: string, args: readonly string[]): string[] {
	const found = new Map<string, string>();
	for (const arg of args) {
		let files = isFile(arg) ? [arg] : [];
		if (files.length === 0 && MAGIC.test(arg)) {
			files = globSync(arg)
				.filter((path) => isFile(path) && !LATER_PART.test(path))
				.sort(bySteps);
		}
		if (files.length === 0) {
			const what = MAGIC.test(arg) ? `no file matches ${arg}` : `there is no file ${arg}`;
			throw new UserError('usage', `${option}: ${what} (looked in ${process.cwd()}). Nothing was done.`);
		}
		for (const file of files) {
			const real = realpathSync(file);
			if (!found.has(real)) found.set(real, resolve(file));
		}
	}
	return [...found.values()];
}
