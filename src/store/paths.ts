import { join, resolve } from 'node:path';

/** Where things lie in an annotators' workspace (design.md §4). All absolute. */
export interface WorkspacePaths {
	readonly root: string;
	/** `.pairwright/`. */
	readonly dir: string;
	readonly config: string;
	readonly guidelines: string;
	readonly journal: string;
	readonly sources: string;
	readonly runs: string;
	readonly exports: string;
	readonly manifests: string;
	readonly drafts: string;
	/** Where the database lies when WAL can be had there; the store knows the real place. */
	readonly db: string;
}

export function workspacePaths(root: string): WorkspacePaths {
	const absolute = resolve(root);
	const dir = join(absolute, '.pairwright');
	return {
		root: absolute,
		dir,
		config: join(dir, 'config.json'),
		guidelines: join(dir, 'guidelines.md'),
		journal: join(dir, 'journal'),
		sources: join(dir, 'sources'),
		runs: join(dir, 'runs'),
		exports: join(dir, 'exports'),
		manifests: join(dir, 'manifests'),
		drafts: join(dir, 'drafts'),
		db: join(dir, 'pairwright.db'),
	};
}
