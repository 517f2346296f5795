import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../protocol/errors.ts';
import { isBundleManifest, MANIFEST } from './manifest.ts';

/** What stands where a bundle is to go: its files by hash, or nothing. */
export type Standing = ReadonlyMap<string, string> | null;

function hashOfFile(path: string): string | null {
	return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
}

/**
 * Looks at the folder before anything is made.
 * @returns the files of the bundle that is there; null where the folder is absent or empty
 * @throws UserError usage where the folder holds something else
 */
export function standingBundle(folder: string): Standing {
	if (!existsSync(folder)) return null;
	if (!statSync(folder).isDirectory())
		throw new UserError('usage', `${folder} is a file. Name a folder for the bundle.`);
	if (readdirSync(folder).length === 0) return null;
	let manifest: unknown;
	try {
		manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
	} catch {
		manifest = null;
	}
	if (!isBundleManifest(manifest)) {
		throw new UserError(
			'usage',
			`${folder} holds something else than a training bundle. Nothing was written: name an empty or a new folder.`,
		);
	}
	return new Map(Object.entries(manifest.files).map(([name, { sha256 }]) => [name, sha256]));
}

/**
 * Puts a finished draft in place. An absent or empty folder appears at once and whole. In a folder with a bundle, only its own files
 * are replaced, the manifest last; what was made there since (checkpoints, scores) stays.
 * @param files names of the draft's files, manifest included
 * @throws UserError usage where a file of the bundle was changed by hand; nothing is replaced then
 */
export function putInPlace(draft: string, folder: string, files: readonly string[], standing: Standing): void {
	if (standing === null) {
		if (existsSync(folder)) rmdirSync(folder);
		mkdirSync(dirname(folder), { recursive: true });
		renameSync(draft, folder);
		return;
	}
	const before = [...standing].filter(([name]) => name !== MANIFEST && !name.split('/').includes('..'));
	for (const [name, sha256] of before) {
		const found = hashOfFile(join(folder, name));
		// An earlier attempt may have been cut short between two files.
		if (found === null || found === sha256 || found === hashOfFile(join(draft, name))) continue;
		throw new UserError(
			'usage',
			`${join(folder, name)} was changed since the bundle was written. Nothing was replaced: keep your copy under another name, or export into another folder.`,
		);
	}
	for (const name of files.filter((each) => each !== MANIFEST)) {
		if (
			!standing.has(name) &&
			existsSync(join(folder, name)) &&
			hashOfFile(join(folder, name)) !== hashOfFile(join(draft, name))
		) {
			throw new UserError(
				'usage',
				`${join(folder, name)} is no file of the bundle. Nothing was replaced: move it away.`,
			);
		}
	}
	for (const name of files.filter((each) => each !== MANIFEST)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		renameSync(join(draft, name), join(folder, name));
	}
	for (const [name] of before) if (!files.includes(name)) rmSync(join(folder, name), { force: true });
	renameSync(join(draft, MANIFEST), join(folder, MANIFEST));
	rmSync(draft, { recursive: true, force: true });
}
