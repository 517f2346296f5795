import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SyncState } from '../../protocol/team.ts';
import type { Context } from '../context.ts';
import { blobName, lineCount, missingLines, wholeLines } from './journal-text.ts';
import { journalFolder } from './mine.ts';
import { findPlace, NoPlace, type Place } from './place.ts';
import { readBlob } from './tree.ts';

/** What was counted last for a file, and of which versions. */
interface Counted {
	readonly stamp: string;
	readonly blob: string;
	readonly events: number;
}

const counted = new Map<string, Counted>();

/** Blobs of my journal folder as this clone last saw them at the upstream: name and size. */
async function sentBlobs(place: Place, folder: string): Promise<Map<string, { name: string; size: number }>> {
	const sent = new Map<string, { name: string; size: number }>();
	if (place.upstream === null) return sent;
	const path = `${place.prefix}${folder}/`;
	const { code, stdout } = await place.git.run([
		'ls-tree',
		'-r',
		'-l',
		'-z',
		'--full-tree',
		place.upstream.tracking,
		'--',
		path,
	]);
	if (code !== 0) return sent;
	for (const entry of stdout.split('\0')) {
		const tab = entry.indexOf('\t');
		const [, type, name, size] = entry.slice(0, tab).split(/\s+/u);
		if (type === 'blob' && name !== undefined) {
			sent.set(entry.slice(tab + 1 + path.length), { name, size: Number(size) });
		}
	}
	return sent;
}

async function unsentLines(place: Place, bytes: Buffer, sent: { name: string; size: number } | undefined) {
	if (sent === undefined) return lineCount(bytes);
	// Nearly always the file only grew: the hash of its beginning tells, without reading the blob.
	if (bytes.length >= sent.size && blobName(bytes.subarray(0, sent.size), sent.name.length) === sent.name) {
		return lineCount(bytes.subarray(sent.size));
	}
	return missingLines(bytes, await readBlob(place.git, sent.name)).length;
}

/**
 * How many events of mine the upstream lacks, as far as this clone knows (no network). Files that did not change since the last
 * count are not read again.
 * @returns null before a handle is known
 */
export async function notSent(ctx: Context, place: Place): Promise<{ readonly events: number } | null> {
	const person = ctx.person();
	if (person === null) return null;
	const folder = journalFolder(person);
	const sent = await sentBlobs(place, folder);
	let names: string[];
	try {
		names = readdirSync(join(ctx.paths.root, folder)).filter((name) => name.endsWith('.jsonl'));
	} catch {
		return { events: 0 };
	}
	let events = 0;
	for (const name of names) {
		const path = join(ctx.paths.root, folder, name);
		const { ino, size, mtimeMs } = statSync(path);
		const stamp = `${ino}:${size}:${mtimeMs}`;
		const blob = sent.get(name);
		let known = counted.get(path);
		if (known === undefined || known.stamp !== stamp || known.blob !== (blob?.name ?? '')) {
			const unsent = await unsentLines(place, wholeLines(readFileSync(path)), blob);
			known = { stamp, blob: blob?.name ?? '', events: unsent };
			counted.set(path, known);
		}
		events += known.events;
	}
	return { events };
}

/** Where a workspace was found last: a status bar asks after every verdict, and branches change seldom. */
const places = new Map<string, { readonly place: Place; readonly at: number }>();
const PLACE_MS = 5_000;

async function recentPlace(root: string): Promise<Place> {
	const known = places.get(root);
	if (known !== undefined && Date.now() - known.at < PLACE_MS) return known.place;
	const place = await findPlace(root);
	places.set(root, { place, at: Date.now() });
	return place;
}

/** What the status bar shows: whether there is anything to sync with, and what waits. Reads this clone only. */
export async function syncState(ctx: Context): Promise<SyncState> {
	try {
		const place = await recentPlace(ctx.paths.root);
		const state = await notSent(ctx, place);
		return {
			possible: place.upstream !== null,
			...(place.upstream === null ? { why: `The branch ${place.branch} has no upstream.` } : {}),
			not_sent: place.upstream === null ? null : (state?.events ?? null),
		};
	} catch (error) {
		if (!(error instanceof NoPlace)) throw error;
		return { possible: false, why: error.message, not_sent: null };
	}
}
