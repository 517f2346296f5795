import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ColumnMapping } from '../../domain/column-mapping.ts';
import type { Erasures, RewrittenSource } from '../../domain/erasure.ts';
import { promptId } from '../../domain/identity.ts';
import { openChunks } from '../../formats/chunks.ts';
import { openRows } from '../../formats/open.ts';
import { LOG_FORMAT, openLog } from '../../formats/open-log.ts';
import { ArraySplitter, type RawRow } from '../../formats/split-rows.ts';
import { UserError } from '../../protocol/errors.ts';
import type { WorkspacePaths } from '../../store/paths.ts';
import { redactRow } from '../../store/source-rows.ts';
import { recordedMapping } from '../mappings.ts';
import { withoutNames } from './names.ts';

/** A source to be looked at: where it lies, and how its rows are read. */
export interface SourceFile {
	readonly path: string;
	readonly format: string;
	readonly sourceName: string;
	/** JSON of the column mapping that reads it. */
	readonly mapping?: string | null;
}

/** What of a file is to go. */
interface Doomed {
	/** Lines of which every pair goes. */
	readonly lines: ReadonlySet<number>;
	/** Lines with names to be changed. */
	readonly named: ReadonlySet<number>;
	/** Ordinals of the good rows that go. */
	readonly rows: readonly number[];
	/** Lines that also hold pairs that stay. */
	readonly shared: readonly number[];
	/** Hash of what the rows say once everything erased is out: of a copy that was written anew it is the same. */
	readonly stays: string;
	/** Columns by which the rows were read. */
	readonly mapping: ColumnMapping | null;
}

export async function doomedRows(file: SourceFile, erasures: Erasures): Promise<Doomed> {
	const out = new Set<number>();
	const kept = new Set<number>();
	const named = new Set<number>();
	const ords: { readonly ord: number; readonly line: number }[] = [];
	const stays = createHash('sha256');
	let columns: ColumnMapping | null = null;
	let ord = 0;
	const add = (
		{ line, lines = [line] }: { readonly line: number; readonly lines?: readonly number[] },
		stays: 'no' | 'yes' | 'renamed',
	): void => {
		for (const each of lines) (stays === 'no' ? out : kept).add(each);
		if (stays === 'no') ords.push({ ord, line });
		if (stays === 'renamed') named.add(line);
		ord++;
	};
	if (file.format === LOG_FORMAT) {
		for await (const { rows } of (await openLog(file.path)).batches) {
			for (const row of rows) add(row, erasures.prompts.has(promptId(row.prompt)) ? 'no' : 'yes');
		}
	} else {
		const { format, sourceName, mapping = null } = file;
		const recorded = recordedMapping(mapping);
		const reader = await openRows(file.path, { format, sourceName, ...recorded });
		columns = recorded.mapping ?? reader.mapping ?? null;
		for await (const { rows } of reader.batches) {
			for (const row of rows) {
				const left = redactRow(row, erasures);
				if (left !== null && erasures.people.size > 0) {
					const { line, comparison, judgments, split, half, tags, source } = left;
					stays.update(JSON.stringify([line, comparison.id, judgments, split, half, tags, source]));
				}
				add(row, left === null ? 'no' : left === row ? 'yes' : 'renamed');
			}
		}
	}
	const shared = [...out].filter((line) => kept.has(line));
	const lines = new Set([...out].filter((line) => !kept.has(line)));
	return {
		lines,
		named,
		shared,
		rows: ords.filter(({ line }) => lines.has(line)).map((row) => row.ord),
		stays: stays.digest('hex'),
		mapping: columns,
	};
}

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

async function writeLines(path: string, lines: AsyncIterable<string>): Promise<{ sha256: string; bytes: number }> {
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
	for await (const line of lines) if (!counted.write(`${line}\n`)) await Promise.race([once(counted, 'drain'), done]);
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

async function saysTheSame(file: SourceFile, erasures: Erasures, stays: string): Promise<boolean> {
	try {
		const now = await doomedRows(file, erasures);
		return now.named.size === 0 && now.lines.size === 0 && now.stays === stays;
	} catch (error) {
		if (!UserError.is(error, 'unusable-input')) throw error;
		return false;
	}
}

/**
 * Writes a source anew without what is erased: its line is left empty, so that all others keep their numbers.
 * @param folder for the draft; the caller moves or deletes it
 */
export async function cleanSource(file: SourceFile, erasures: Erasures, folder: string): Promise<Cleaned> {
	let doomed = await doomedRows(file, erasures);
	if (doomed.lines.size + doomed.named.size === 0) {
		if (doomed.shared.length === 0) return { kind: 'clean' };
		return {
			kind: 'left',
			why: `line ${doomed.shared[0]} also holds pairs that stay: erase the prompt with all of them`,
		};
	}
	const first = await firstByte(file.path);
	if (!TEXT.has(first)) {
		return {
			kind: 'left',
			why: 'rows and names cannot be taken out of a table (CSV, TSV, Parquet): change the original, import it anew, and take this import back',
		};
	}
	mkdirSync(folder, { recursive: true });
	const draft = join(folder, `${randomBytes(4).toString('hex')}.erase.tmp`);
	const plain = `${draft}.lines.tmp`;
	try {
		let path = file.path;
		if (first === '[') {
			// Elements of an array may share a line: a line each, first.
			await writeLines(plain, linesOf(path));
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
		const { sha256, bytes } = await writeLines(draft, rewritten());
		// A name may stand where no rewriting reaches, or a verdict be said by the shape of its row.
		if (named.size > 0 && !(await saysTheSame({ ...file, path: draft }, erasures, doomed.stays))) {
			rmSync(draft, { force: true });
			return {
				kind: 'left',
				why: 'names cannot be taken out of rows of this shape: change them in the original, import it anew, and take this import back',
			};
		}
		return { kind: 'rewritten', to: sha256, draft, bytes, rows };
	} catch (error) {
		rmSync(draft, { force: true });
		throw error;
	} finally {
		rmSync(plain, { force: true });
	}
}

/**
 * Puts a rewritten copy where sources lie. @returns what a tombstone says of it
 * @throws UserError 'busy' where another erasure, which ended meanwhile, swept the draft away
 */
export function keepCopy(
	paths: WorkspacePaths,
	from: string,
	{ to, draft, bytes, rows }: Extract<Cleaned, { kind: 'rewritten' }>,
): RewrittenSource {
	const name = `${to.slice(0, 12)}.jsonl.gz`;
	const target = join(paths.sources, name);
	if (existsSync(target)) rmSync(draft, { force: true });
	else if (existsSync(draft)) renameSync(draft, target);
	else {
		throw new UserError('busy', 'Something else was erased here meanwhile. Nothing was erased by this: run it again.');
	}
	return { from, to, path: `.pairwright/sources/${name}`, bytes, rows };
}

/** Drafts of rewritings that were cut short. */
export function dropDrafts(folder: string): void {
	if (!existsSync(folder)) return;
	for (const name of readdirSync(folder))
		if (name.endsWith('.erase.tmp') || name.endsWith('.lines.tmp')) rmSync(join(folder, name), { force: true });
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
