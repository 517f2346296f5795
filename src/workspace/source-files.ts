import { createHash } from 'node:crypto';
import {
	appendFileSync,
	createReadStream,
	createWriteStream,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { UserError } from '../protocol/errors.ts';
import type { WorkspacePaths } from '../store/paths.ts';
import { draftEnding, dropStaleDrafts } from './stale-drafts.ts';

async function isGzip(path: string): Promise<boolean> {
	const file = await open(path, 'r');
	try {
		const head = Buffer.alloc(2);
		const { bytesRead } = await file.read(head, 0, 2, 0);
		return bytesRead === 2 && head[0] === 0x1f && head[1] === 0x8b;
	} finally {
		await file.close();
	}
}

/**
 * SHA-256 of a file's content, unpacked if it is gzip: a packed copy is the same source.
 * @throws UserError `unusable-input` for what is no regular file: a committed journal may name a device or a pipe, which has no end
 */
export async function hashSource(path: string, signal?: AbortSignal): Promise<string> {
	if (!statSync(path).isFile()) throw new UserError('unusable-input', `${path} is not a regular file.`);
	const hash = createHash('sha256');
	const read = createReadStream(path, { highWaterMark: 1 << 20, ...(signal === undefined ? {} : { signal }) });
	if (await isGzip(path)) await pipeline(read, createGunzip(), hash);
	else await pipeline(read, hash);
	return hash.digest('hex');
}

/** Path relative to the workspace, with `/`, if the file lies inside it (links resolved); else null. */
export async function pathInside(root: string, path: string): Promise<string | null> {
	const inside = relative(await realpath(root), await realpath(path));
	return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? null : inside.split(sep).join('/');
}

/** Above this many bytes a copy into the workspace has to be asked for. */
const COPY_BYTES = 50 * 1024 * 1024;

/** @throws UserError where a copy of this file has to be asked for */
export function checkCopySize(path: string, large: boolean): void {
	const { size } = statSync(path);
	if (size <= COPY_BYTES || large) return;
	throw new UserError(
		'unusable-input',
		`${path} has ${Math.round(size / 1e6)} MB, and a copy would be committed with the workspace. Import it with --link to leave it where it is, move it into the workspace, or copy it all the same with --copy-large.`,
	);
}

/** What a copy is called: a table is told by its content too, save where it has one column. Parquet is packed by itself. */
function copyName(path: string, sha: string): string {
	const ending = /\.(csv|tsv|tab|parquet)(?:\.gz)?$/iu.exec(path)?.[1]?.toLowerCase() ?? 'jsonl';
	return `${sha.slice(0, 12)}.${ending === 'parquet' ? ending : `${ending}.gz`}`;
}

const COPY_ENDINGS = ['jsonl.gz', 'csv.gz', 'tsv.gz', 'tab.gz', 'parquet'];

/** Where a copy with these contents may lie, relative to the workspace: its ending is that of the file it was made from. */
export function copyPaths(sha: string): string[] {
	return COPY_ENDINGS.map((ending) => `.pairwright/sources/${sha.slice(0, 12)}.${ending}`);
}

/** Copies a file from outside into `sources/<sha12>.jsonl.gz` (or .csv.gz, .parquet). @returns its path relative to the workspace */
export async function copySource(paths: WorkspacePaths, path: string, sha: string, large: boolean): Promise<string> {
	checkCopySize(path, large);
	const name = copyName(path, sha);
	const target = join(paths.sources, name);
	if (!existsSync(target)) {
		mkdirSync(paths.sources, { recursive: true });
		dropStaleDrafts(paths.sources);
		const draft = `${target}${draftEnding()}`;
		try {
			const packed = name.endsWith('.parquet') || (await isGzip(path));
			const read = createReadStream(path, { highWaterMark: 1 << 20 });
			// Level 4: about twice as fast as the default for a few per cent more bytes.
			if (packed) await pipeline(read, createWriteStream(draft));
			else await pipeline(read, createGzip({ level: 4 }), createWriteStream(draft));
			renameSync(draft, target);
		} finally {
			rmSync(draft, { force: true });
		}
	}
	if (name.endsWith('.parquet')) keepBinary(paths);
	return `.pairwright/sources/${name}`;
}

/** Workspaces that were made before Parquet was read do not say that it is binary: a line end rewritten by git would break it. */
function keepBinary(paths: WorkspacePaths): void {
	const file = join(paths.dir, '.gitattributes');
	if (!existsSync(file)) return;
	const text = readFileSync(file, 'utf8');
	if (/^sources\/\*\.parquet\s/mu.test(text)) return;
	appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}sources/*.parquet binary\n`);
}

/**
 * Where a recorded source lies. A committed journal may name any path: one outside the workspace is read only if its content
 * is what was recorded (the caller checks the hash), and `..` inside a relative one is refused.
 */
export function locateSource(paths: WorkspacePaths, recorded: string): string {
	if (isAbsolute(recorded)) return recorded;
	if (recorded.split(/[\\/]/u).includes('..')) {
		throw new UserError('unusable-input', `The source path "${recorded}" leads out of the workspace.`);
	}
	return join(paths.root, recorded);
}

/** Name of a source as lists show it: the file's name without its endings. */
export function sourceName(path: string): string {
	return (
		basename(path)
			.replace(/\.gz$/iu, '')
			.replace(/\.(jsonl|json|ndjson|csv|tsv|tab|parquet)$/iu, '') || basename(path)
	);
}
