import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Redaction, type RedactionCounts, Redactor } from '../../domain/redaction.ts';
import { throwIfCancelled } from '../../formats/chunks.ts';
import { openTable } from '../../formats/table.ts';
import type { RejectedRow } from '../../formats/types.ts';
import { UserError } from '../../protocol/errors.ts';
import type { WorkspacePaths } from '../../store/paths.ts';
import { checkCopySize, hashSource } from '../source-files.ts';
import { draftEnding, dropStaleDrafts } from '../stale-drafts.ts';

/** A file as it may be stored: every text redacted. */
export interface RedactedSource {
	/** A draft in `sources/`; `keep` gives it its name, `drop` removes it. */
	readonly path: string;
	readonly sha: string;
	readonly counts: RedactionCounts;
	/** Rows that are no JSON objects: what they hold is not stored, not even redacted. */
	readonly unread: { readonly count: number; readonly rows: readonly RejectedRow[] };
	/** @returns its path relative to the workspace */
	keep(): string;
	drop(): void;
}

/** Most unreadable rows that are named. */
const NAMED = 1_000;

/**
 * Writes a redacted copy of a file's rows, packed, beside the workspace's sources. Rows keep their lines, so that reports name the
 * same ones; the bytes follow from the file and the kinds alone, so that importing it again is the same source.
 * @throws UserError `unusable-input`, `cancelled`
 */
export async function redactSource(
	paths: WorkspacePaths,
	file: string,
	options: { readonly kinds: readonly Redaction[]; readonly large: boolean; readonly signal: AbortSignal },
	onBytes: (done: number, total: number) => void,
): Promise<RedactedSource> {
	checkCopySize(file, options.large);
	const redactor = new Redactor(options.kinds);
	const table = await openTable(file, options.signal);
	const unread: RejectedRow[] = [];
	let count = 0;
	mkdirSync(paths.sources, { recursive: true });
	dropStaleDrafts(paths.sources);
	const draft = join(paths.sources, `redacted${draftEnding(randomBytes(4).toString('hex'))}`);
	const lines = async function* () {
		let line = 1;
		for await (const some of table.rows) {
			throwIfCancelled(options.signal);
			let text = '';
			for (const parsed of some) {
				if (parsed.row === null) {
					count++;
					if (unread.length < NAMED) unread.push({ line: parsed.line, reason: redactor.text(parsed.reason) });
					continue;
				}
				text += '\n'.repeat(Math.max(0, parsed.line - line));
				text += `${JSON.stringify(redactor.value(parsed.row))}\n`;
				line = Math.max(parsed.line, line) + 1;
			}
			onBytes(table.consumed(), table.totalBytes);
			if (text !== '') yield text;
		}
	};
	const drop = () => rmSync(draft, { force: true });
	try {
		await pipeline(Readable.from(lines()), createGzip({ level: 4 }), createWriteStream(draft));
		const sha = await hashSource(draft);
		return {
			path: draft,
			sha,
			counts: redactor.counts,
			unread: { count, rows: unread },
			keep() {
				const name = `${sha.slice(0, 12)}.jsonl.gz`;
				const target = join(paths.sources, name);
				if (existsSync(target)) drop();
				else renameSync(draft, target);
				return `.pairwright/sources/${name}`;
			},
			drop,
		};
	} catch (error) {
		drop();
		if (options.signal.aborted) throw new UserError('cancelled', 'Redacting was cancelled; nothing was imported.');
		throw error;
	}
}
