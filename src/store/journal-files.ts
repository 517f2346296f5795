import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEvent } from '../domain/events.ts';
import { sha256 } from '../domain/identity.ts';
import { parseEventLine } from './event-schema.ts';

/** Hash of a prefix, line by line, so that it can be continued: chain(n) = sha256(chain(n−1) + line). */
export const EMPTY_CHAIN = '';

export function extendChain(chain: string, line: string): string {
	return sha256(`${chain}${line}`);
}

/** One line of a journal file: its event or its problem. `end` = offset after its newline. */
export interface JournalLine {
	readonly end: number;
	readonly line: number;
	readonly text: string;
	readonly event: JournalEvent | null;
	readonly problem: string | null;
	/** Without its newline: may be torn, or still be being written. Not part of the known prefix. */
	readonly unfinished: boolean;
}

/** `<person>/<device>.jsonl` below the journal folder, as relative paths with `/`, sorted. */
export function listJournalFiles(journal: string): string[] {
	const files: string[] = [];
	let people: string[];
	try {
		people = readdirSync(journal, { withFileTypes: true })
			.filter((d) => d.isDirectory())
			.map((d) => d.name);
	} catch {
		return [];
	}
	for (const person of people) {
		for (const entry of readdirSync(join(journal, person), { withFileTypes: true })) {
			if (entry.isFile() && entry.name.endsWith('.jsonl')) files.push(`${person}/${entry.name}`);
		}
	}
	return files.sort();
}

/** Changes whenever a file's content may have changed; equal = need not be read. */
export function fileStamp(path: string): { readonly size: number; readonly stamp: string } | null {
	const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
	if (stat === undefined) return null;
	return { size: Number(stat.size), stamp: `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` };
}

export function readFrom(path: string, offset: number): Buffer {
	const fd = openSync(path, 'r');
	try {
		const length = Math.max(0, fstatSync(fd).size - offset);
		const buffer = Buffer.allocUnsafe(length);
		let read = 0;
		while (read < length) {
			const n = readSync(fd, buffer, read, length - read, offset + read);
			if (n === 0) break;
			read += n;
		}
		return buffer.subarray(0, read);
	} finally {
		closeSync(fd);
	}
}

/**
 * Splits bytes at newlines and reads each line as an event. Blank lines (a repaired tear) pass silently.
 * @param known events that this process has just written, by their lines: what they say need not be read and checked again
 */
export function* parseJournal(
	bytes: Buffer,
	offset: number,
	firstLine: number,
	known: ReadonlyMap<string, JournalEvent> = new Map(),
): Generator<JournalLine> {
	let start = 0;
	let line = firstLine;
	while (start < bytes.length) {
		const newline = bytes.indexOf(0x0a, start);
		const stop = newline < 0 ? bytes.length : newline;
		const text = bytes.toString('utf8', start, stop);
		start = stop + 1;
		const unfinished = newline < 0;
		const end = offset + (unfinished ? bytes.length : start);
		if (text.trim() === '') {
			yield { end, line, text, event: null, problem: null, unfinished };
		} else {
			const written = known.get(text);
			const parsed = written === undefined ? parseEventLine(text) : { event: written };
			yield {
				end,
				line,
				text,
				event: 'event' in parsed ? parsed.event : null,
				problem: 'problem' in parsed ? parsed.problem : null,
				unfinished,
			};
		}
		line++;
	}
}

/** Hash and number of lines of the first `size` bytes, to tell whether a known prefix is unchanged. */
export function chainOf(bytes: Buffer): { readonly chain: string; readonly lines: number } {
	let chain = EMPTY_CHAIN;
	let lines = 0;
	let start = 0;
	while (start < bytes.length) {
		const newline = bytes.indexOf(0x0a, start);
		if (newline < 0) break;
		chain = extendChain(chain, bytes.toString('utf8', start, newline));
		lines++;
		start = newline + 1;
	}
	return { chain, lines };
}
