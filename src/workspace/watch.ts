import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What other programs change (a pull, a checkout, the command line, an editor): not the database, drafts or locks. */
const WATCHED = ['config.json', 'guidelines.md', 'journal', 'sources', 'runs', 'exports', 'manifests'] as const;

/** Path → identity, size and time of modification. */
type Snapshot = Map<string, string>;

async function collect(path: string, depth: number, found: Snapshot): Promise<void> {
	if (path.endsWith('.tmp') || path.endsWith('.lock')) return;
	try {
		const info = await stat(path);
		if (info.isFile()) found.set(path, `${info.ino}:${info.size}:${info.mtimeMs}`);
		// journal/<person>/<device>.jsonl and runs/<id>/run.json are the deepest.
		else if (depth < 3) for (const entry of await readdir(path)) await collect(join(path, entry), depth + 1, found);
	} catch {
		// Gone between listing and looking: as if it were not there.
	}
}

async function takeSnapshot(folder: string, also: readonly string[]): Promise<Snapshot> {
	const found: Snapshot = new Map();
	for (const name of WATCHED) await collect(join(folder, name), 0, found);
	for (const path of also) await collect(path, 3, found);
	return found;
}

function differs(one: Snapshot, other: Snapshot): boolean {
	return one.size !== other.size || [...one].some(([path, mark]) => other.get(path) !== mark);
}

export interface FolderWatch {
	/** Looks now. @returns when a change that was found has been handled */
	look(): Promise<void>;
	stop(): void;
}

/**
 * Calls `onChange` after files of a `.pairwright` folder changed, were added or removed: once for a burst, never twice at the
 * same time. The folder may appear later. The operating system's events only say when to look; a slow poll finds what they miss
 * (network mounts, folders made a moment ago), and what changes elsewhere.
 * @param options.also files outside the folder that are to be looked at as well
 */
export function watchFolder(
	folder: string,
	onChange: () => Promise<void>,
	{ debounceMs = 200, pollMs = 5000, also = (): readonly string[] => [] } = {},
): FolderWatch {
	let known: Snapshot | null = null;
	let running: Promise<void> | null = null;
	let again = false;
	let stopped = false;
	let timer: NodeJS.Timeout | undefined;
	let watcher: FSWatcher | undefined;

	const listen = () => {
		if (watcher !== undefined || stopped) return;
		try {
			watcher = watch(folder, { recursive: true, persistent: false }, (_event, name) => {
				const top = name?.split(/[\\/]/)[0];
				if (top === undefined || !WATCHED.some((watched) => watched === top)) return;
				clearTimeout(timer);
				timer = setTimeout(() => void look(), debounceMs).unref();
			});
			watcher.on('error', () => {
				watcher?.close();
				watcher = undefined;
			});
		} catch {
			// Not there yet, or no more watches to be had: the poll goes on.
		}
	};

	const lookOnce = async () => {
		const found = await takeSnapshot(folder, also());
		const changed = known !== null && differs(known, found);
		known = found;
		if (changed && !stopped) await onChange();
	};

	const look = async (): Promise<void> => {
		if (running !== null) {
			again = true;
			return running;
		}
		running = (async () => {
			do {
				again = false;
				await lookOnce();
			} while (again && !stopped);
		})().finally(() => {
			running = null;
		});
		return running;
	};

	const poll = setInterval(() => {
		listen();
		void look();
	}, pollMs).unref();
	listen();
	void look();

	return {
		look,
		stop() {
			stopped = true;
			clearTimeout(timer);
			clearInterval(poll);
			watcher?.close();
			watcher = undefined;
		},
	};
}
