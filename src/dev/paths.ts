import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The root of the clone. */
export const root = resolve(import.meta.dirname, '../..');

/** Ignored by git: the demo workspace, profiles of editors started from here, stamps. */
export const cloneCache = join(root, '.cache');

/** For what is large and the same for every clone (code-server): the user's cache folder, or PAIRWRIGHT_CACHE. */
export const sharedCache =
	process.env.PAIRWRIGHT_CACHE ??
	(process.env.XDG_CACHE_HOME
		? join(process.env.XDG_CACHE_HOME, 'pairwright')
		: process.platform === 'darwin'
			? join(homedir(), 'Library/Caches/pairwright')
			: process.platform === 'win32'
				? join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData/Local'), 'pairwright')
				: join(homedir(), '.cache/pairwright'));
