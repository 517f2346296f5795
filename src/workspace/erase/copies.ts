import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Erasures, RewrittenSource } from '../../domain/erasure.ts';
import { openChunks } from '../../formats/chunks.ts';
import { ArraySplitter, type RawRow } from '../../formats/split-rows.ts';
import { UserError } from '../../protocol/errors.ts';
import type { WorkspacePaths } from '../../store/paths.ts';
import { doomedRows, type SourceFile } from './doomed-rows.ts';
import { withoutNames } from './names.ts';
import { tableLines, withoutLines } from './table-lines.ts';

/** Lines of a file as they stand; an array's elements a line each. null = it is neither JSON Lines nor a JSON array. */
async function* linesOf(path: string): AsyncGenerator<string> {
	const { chunks } = await openChunks(path);
	let array: ArraySplitter | null | undefined;
	let rest: Buffer = Buffer.alloc(0);
	const raw: RawRow[] = [];
	for await (const chunk of chunks) {
		if (array === undefined) array = /^\s*\[/u.test(chunk.toString('utf8', 0, 256)) ? new ArraySplitter() : null;
		if (array !== null) {
			array.push(chunk, raw);
			for (const { bytes } of raw.splice(0))
				if (bytes !== null) yield JSON.stringify(JSON.parse(bytes.toString('utf8')));
			continue;
		}
		const bytes = Buffer.concat([rest, chunk]);
		let from = 0;
		for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, from)) {
			yield bytes.toString('utf8', from, at);
			from = at + 1;
		}
		rest = bytes.subarray(from);
	}
	if (array != null) {
		array.end(raw);
		for (const { bytes } of raw) if (bytes !== null) yield JSON.stringify(JSON.parse(bytes.toString('utf8')));
	} else if (rest.length > 0) yield rest.toString('utf8');
}

async function* ended(lines: AsyncIterable<string>): AsyncGenerator<string> {
	for await (const line of lines) yield `${line}\n`;
}

async function writePacked(
	path: string,
	parts: AsyncIterable<string | Buffer>,
): Promise<{ sha256: string; bytes: number }> {
	const hash = createHash('sha256');
	let bytes = 0;
	const counted = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			hash.update(chunk);
			bytes += chunk.length;
			done(null, chunk);
		},
	});
	const out = createWriteStream(path, { flush: true });
	const done = pipeline(counted, createGzip({ level: 4 }), out);
	done.catch(() => {});
	for await (const part of parts) if (!counted.write(part)) await Promise.race([once(counted, 'drain'), done]);
	counted.end();
	await done;
	return { sha256: hash.digest('hex'), bytes };
}

/** What came of looking at one source. */
export type Cleaned =
	| { readonly kind: 'clean' }
	| {
			readonly kind: 'rewritten';
			readonly to: string;
			readonly draft: string;
			readonly bytes: number;
			readonly rows: readonly number[];
			/** Of a part that stays for all that; in words. */
			readonly why?: string;
	  }
	/** It holds what is erased and cannot be written anew; in words. */
	| { readonly kind: 'left'; readonly why: string };

/** Formats whose every row is a line, or an element of an array. */
const TEXT = new Set(['{', '[']);

async function firstByte(path: string): Promise<string> {
	const { chunks } = await openChunks(path);
	for await (const chunk of chunks) {
		const text = chunk
			.toString('utf8', 0, 256)
			.replace(/^\uFEFF/u, '')
			.trimStart();
		if (text !== '') return text[0] as string;
	}
	return '';
}

/** Whether the rows that stay say what they did, and nothing that is to go is left but lines shared with what stays. */
async function saysTheSame(file: SourceFile, erasures: Erasures, stays: string): Promise<boolean> {
	try {
		const now = await doomedRows(file, erasures, true);
		return now.named.size === 0 && now.lines.size === 0 && now.stays === stays;
	} catch (error) {
		if (!UserError.is(error, 'unusable-input')) throw error;
		return false;
	}
}

const ANEW = 'change the original, import it anew, and take this import back';

function sharedLines(shared: readonly number[]): string | null {
	const [first] = shared;
	return first === undefined ? null : `line ${first} also holds pairs that stay: erase the prompt with all of them`;
}

/** `stays` of a file of which no row is left: it cannot be opened as one any more. */
const NO_ROWS = createHash('sha256').digest('hex');

/**
 * A table of text (CSV, TSV) without some rows: in place of each stand as many line ends, so that all others keep their numbers. Names are
 * not taken out of its cells.
 * @param folder for the draft; the caller moves or deletes it
 */
async function cleanTable(file: SourceFile, erasures: Erasures, folder: string): Promise<Cleaned> {
	const { lines, named, rows, shared, stays } = await doomedRows(file, erasures, true);
	const out = await tableLines(file.path, lines);
	if (out === null) return { kind: 'left', why: `rows and names cannot be taken out of a Parquet file: ${ANEW}` };
	const why = named.size > 0 ? `names cannot be taken out of a table: ${ANEW}` : sharedLines(shared);
	if (why !== null && out.size === 0) return { kind: 'left', why };
	mkdirSync(folder, { recursive: true });
	const draft = join(folder, `${randomBytes(4).toString('hex')}.erase.tmp.${rewrittenName(file.path, 'table')}`);
	try {
		const { sha256, bytes } = await writePacked(draft, withoutLines(file.path, out));
		const now = await doomedRows({ ...file, path: draft }, erasures, true).catch(() => null);
		const same = now === null ? stays === NO_ROWS : now.lines.size === 0 && now.stays === stays;
		// Quotes that are not closed, or a row past the largest, and lines are not what they seem.
		if (!same) {
			rmSync(draft, { force: true });
			return { kind: 'left', why: `its rows cannot be told apart by lines: ${ANEW}` };
		}
		return { kind: 'rewritten', to: sha256, draft, bytes, rows, ...(why === null ? {} : { why }) };
	} catch (error) {
		rmSync(draft, { force: true });
		throw error;
	}
}

/**
 * Writes a source anew without what is erased: its line is left empty, so that all others keep their numbers.
 * @param folder for the draft; the caller moves or deletes it
 */
export async function cleanSource(file: SourceFile, erasures: Erasures, folder: string): Promise<Cleaned> {
	let doomed = await doomedRows(file, erasures);
	if (doomed.lines.size + doomed.named.size === 0) {
		const why = sharedLines(doomed.shared);
		return why === null ? { kind: 'clean' } : { kind: 'left', why };
	}
	const first = await firstByte(file.path);
	if (!TEXT.has(first)) return cleanTable(file, erasures, folder);
	mkdirSync(folder, { recursive: true });
	const draft = join(folder, `${randomBytes(4).toString('hex')}.erase.tmp`);
	const plain = `${draft}.lines.tmp`;
	try {
		let path = file.path;
		if (first === '[') {
			// Elements of an array may share a line: a line each, first.
			await writePacked(plain, ended(linesOf(path)));
			path = plain;
			doomed = await doomedRows({ ...file, path }, erasures);
		}
		const { lines, named, rows, mapping } = doomed;
		async function* rewritten(): AsyncGenerator<string> {
			let number = 0;
			for await (const line of linesOf(path)) {
				number++;
				yield lines.has(number) ? '' : named.has(number) ? withoutNames(line, erasures, mapping) : line;
			}
		}
		const { sha256, bytes } = await writePacked(draft, ended(rewritten()));
		// A name may stand where no rewriting reaches, or a verdict be said by the shape of its row.
		if (named.size > 0 && !(await saysTheSame({ ...file, path: draft }, erasures, doomed.stays))) {
			rmSync(draft, { force: true });
			return {
				kind: 'left',
				why: `names cannot be taken out of rows of this shape: ${ANEW}`,
			};
		}
		const why = sharedLines(doomed.shared);
		return { kind: 'rewritten', to: sha256, draft, bytes, rows, ...(why === null ? {} : { why }) };
	} catch (error) {
		rmSync(draft, { force: true });
		throw error;
	} finally {
		rmSync(plain, { force: true });
	}
}

/** A table of one column is told by its name. */
export function rewrittenName(from: string, to: string): string {
	const ending = /\.(csv|tsv|tab)(?:\.gz)?$/iu.exec(from)?.[1]?.toLowerCase() ?? 'jsonl';
	return `${to.slice(0, 12)}.${ending}.gz`;
}

/**
 * Puts a rewritten copy where sources lie. @returns what a tombstone says of it
 * @throws UserError 'busy' where another erasure, which ended meanwhile, swept the draft away
 */
export function keepCopy(
	paths: WorkspacePaths,
	from: { readonly path: string; readonly sha: string },
	{ to, draft, bytes, rows }: Extract<Cleaned, { kind: 'rewritten' }>,
): RewrittenSource {
	const name = rewrittenName(from.path, to);
	const target = join(paths.sources, name);
	if (existsSync(target)) rmSync(draft, { force: true });
	else if (existsSync(draft)) renameSync(draft, target);
	else {
		throw new UserError('busy', 'Something else was erased here meanwhile. Nothing was erased by this: run it again.');
	}
	return { from: from.sha, to, path: `.pairwright/sources/${name}`, bytes, rows };
}

/** Drafts of rewritings that were cut short. */
export function dropDrafts(folder: string): void {
	if (!existsSync(folder)) return;
	for (const name of readdirSync(folder)) if (name.includes('.erase.tmp')) rmSync(join(folder, name), { force: true });
}

/** Whether a file holds a text, read as bytes. */
export async function mentions(path: string, text: string): Promise<boolean> {
	const wanted = Buffer.from(text, 'utf8');
	let tail: Buffer = Buffer.alloc(0);
	for await (const chunk of createReadStream(path)) {
		const bytes = Buffer.concat([tail, chunk as Buffer]);
		if (bytes.includes(wanted)) return true;
		tail = bytes.subarray(Math.max(0, bytes.length - wanted.length));
	}
	return false;
}

/** A source that cannot be opened at all says nothing of what it holds. */
export async function cleanOrLeft(file: SourceFile, erasures: Erasures, folder: string): Promise<Cleaned> {
	try {
		return await cleanSource(file, erasures, folder);
	} catch (error) {
		if (!UserError.is(error, 'unusable-input') && !UserError.is(error, 'usage')) throw error;
		return { kind: 'left', why: error.message };
	}
}
