import { existsSync, statSync } from 'node:fs';
import type { Split } from '../domain/split.ts';
import type { CountedTrees, FirstReading } from '../formats/message-rows.ts';
import { openRows } from '../formats/open.ts';
import { LOG_FORMAT, openLog } from '../formats/open-log.ts';
import type { ImportedRow, LoggedRow, RejectedRow } from '../formats/types.ts';
import { UserError } from '../protocol/errors.ts';
import { CandidateFolder } from '../store/candidate-rows.ts';
import { foldedErasures } from '../store/erasures.ts';
import { indexSlice } from '../store/search-index.ts';
import {
	type FoldedRows,
	type PendingSource,
	pendingSources,
	SourceFolder,
	settleSource,
	type Trouble,
} from '../store/source-rows.ts';
import type { Context } from './context.ts';
import { recordedMapping } from './mappings.ts';
import { pairCandidates } from './prompts/pair.ts';
import { awaitReturned, fileAt, noteSeen } from './returned-sources.ts';
import { hashSource, locateSource } from './source-files.ts';

/** Longest write transaction: judging waits no longer than this for an import. */
const SLICE_MS = 40;
/** Most rows of one: fewer would write the same index pages to the log more often. */
const SLICE_ROWS = 500;

export function pause(): Promise<void> {
	return new Promise((done) => setImmediate(done));
}

export interface SourceOutcome {
	rows: number;
	imported: number;
	duplicates: number;
	ties: number;
	rejected: number;
	readonly rejectedRows: RejectedRow[];
	readonly warnings: Map<string, { count: number; firstLine: number }>;
	/** Where prompts stood that were there before a row asked for a split, by key. */
	stood: ReadonlyMap<number, Split>;
	cancelled: boolean;
}

/** Most rejected rows that are named. */
export const NAMED_REJECTED = 1_000;

function outcome(): SourceOutcome {
	return {
		rows: 0,
		imported: 0,
		duplicates: 0,
		ties: 0,
		rejected: 0,
		rejectedRows: [],
		warnings: new Map(),
		stood: new Map(),
		cancelled: false,
	};
}

function note(result: SourceOutcome, row: ImportedRow | LoggedRow): void {
	for (const warning of row.warnings) {
		const known = result.warnings.get(warning);
		if (known === undefined) result.warnings.set(warning, { count: 1, firstLine: row.line });
		else known.count++;
	}
}

/** What reads a source and what folds it: pairs, or the prompts of a log. */
interface Opened {
	readonly folder: {
		readonly done: number;
		readonly stood: ReadonlyMap<number, Split>;
		fold(rows: readonly (ImportedRow | LoggedRow)[], maxMs: number): FoldedRows & { readonly taken: number };
	};
	readonly reader: {
		readonly totalBytes: number;
		readonly batches: AsyncIterable<{
			readonly rows: readonly (ImportedRow | LoggedRow)[];
			readonly rejected: readonly RejectedRow[];
			readonly bytes: number;
		}>;
	};
}

async function opened(ctx: Context, source: PendingSource, options: FoldOptions): Promise<Opened> {
	if (source.format === LOG_FORMAT) {
		const folder = new CandidateFolder(ctx.db, source, ctx.store.settings);
		return {
			folder: {
				get done() {
					return folder.done;
				},
				stood: folder.stood,
				fold: (rows, maxMs) => folder.fold(rows as readonly LoggedRow[], maxMs),
			},
			reader: await openLog(options.path, options.signal, options.onFirstReading, options.counted),
		};
	}
	const folder = new SourceFolder(ctx.db, source, ctx.store.settings);
	const reader = await openRows(options.path, {
		format: source.format,
		...recordedMapping(source.mapping),
		sourceName: source.label ?? source.name,
		signal: options.signal,
		onFirstReading: options.onFirstReading,
		counted: options.counted,
	});

	return {
		folder: {
			get done() {
				return folder.done;
			},
			stood: folder.stood,
			fold: (rows, maxMs) => folder.fold(rows as readonly ImportedRow[], maxMs),
		},
		reader,
	};
}

interface FoldOptions {
	readonly path: string;
	readonly signal?: AbortSignal;
	readonly progress?: (rows: number, bytes: number, totalBytes: number) => void;
	/** Told while a file that has to be read twice is read for the first time. */
	readonly onFirstReading?: FirstReading | undefined;
	/** What an earlier opening counted. */
	readonly counted?: CountedTrees;
}

/**
 * Folds the rows of one source that are not in yet, in short transactions with the event loop free between them. May stop
 * anywhere: the number of rows that are in moves with each transaction, and the rest follows at the next opening.
 */
export async function foldSource(ctx: Context, source: PendingSource, options: FoldOptions): Promise<SourceOutcome> {
	const work = foldRows(ctx, source, options);
	ctx.folding.set(source.event, work);
	try {
		return await work;
	} finally {
		ctx.folding.delete(source.event);
	}
}

async function foldRows(ctx: Context, source: PendingSource, options: FoldOptions): Promise<SourceOutcome> {
	const result = outcome();
	let from: Opened;
	try {
		from = await opened(ctx, source, options);
	} catch (error) {
		// A file that is read twice may be left in its first reading.
		if (options.signal?.aborted !== true) throw error;
		return { ...result, cancelled: true, rows: source.rows };
	}
	const { folder, reader } = from;
	result.stood = folder.stood;
	let skip = source.rows;
	let left = source.row_limit ?? Number.POSITIVE_INFINITY;
	let waiting: (ImportedRow | LoggedRow)[] = [];
	const write = async () => {
		while (waiting.length > 0) {
			const folded = folder.fold(waiting, SLICE_MS);
			result.imported += folded.imported;
			result.duplicates += folded.duplicates;
			result.ties += folded.ties;
			waiting = waiting.slice(folded.taken);
			await pause();
			if (options.signal?.aborted === true) throw new UserError('cancelled', 'cancelled');
		}
	};
	try {
		for await (const batch of reader.batches) {
			for (const rejected of batch.rejected) {
				result.rejected++;
				if (result.rejectedRows.length < NAMED_REJECTED) result.rejectedRows.push(rejected);
			}
			const rows = batch.rows.slice(0, Math.min(batch.rows.length, left));
			left -= rows.length;
			for (const row of rows) note(result, row);
			result.rows += rows.length;
			const known = Math.min(skip, rows.length);
			skip -= known;
			waiting.push(...rows.slice(known));
			if (waiting.length <= SLICE_ROWS / 2) continue;
			await write();
			options.progress?.(folder.done, batch.bytes, reader.totalBytes);
			if (left <= 0) break;
		}
		await write();
		options.progress?.(folder.done, reader.totalBytes, reader.totalBytes);
	} catch (error) {
		if (!UserError.is(error, 'cancelled') && options.signal?.aborted !== true) throw error;
		result.cancelled = true;
		result.rows = folder.done;
		return result;
	}
	settleSource(ctx.db, source.n, 'done', null);
	return result;
}

/** Whether what lies there is what was imported. Copies are packed anew; a file that was left where it lies has its size. */
async function isImported(path: string, { stored, bytes, sha }: PendingSource): Promise<boolean> {
	const file = statSync(path);
	if (stored === 'link' && bytes !== null && file.isFile() && file.size !== bytes) return false;
	return (await hashSource(path)) === sha;
}

/** A full disk or a locked database is no fault of the source: it is folded at the next opening. */
function isOfDatabase(error: unknown): boolean {
	return /^SQLITE_(?!TOOBIG|CONSTRAINT|MISMATCH)/u.test(String((error as { code?: unknown } | null)?.code));
}

/**
 * Folds every source that an event names and the database lacks: after an opening, a pull, a rebuild, or a kill. A source that cannot be
 * folded, for whatever reason, is named and left out: one row of one file must not close the workspace to a whole team. It is tried
 * again when something else lies at its path; by another version of Pairwright too, if this one cannot read it.
 * @returns whether rows came in, or could not be had
 */
export async function foldPendingSources(ctx: Context, signal?: AbortSignal): Promise<boolean> {
	awaitReturned(ctx);
	const pending = pendingSources(ctx.db);
	if (pending.length === 0) return false;
	for (const source of pending) {
		const file = fileAt(ctx, source.path);
		const problem = (state: Trouble, text: string) => {
			noteSeen(ctx, source.event, state, file);
			settleSource(ctx.db, source.n, state, text);
			ctx.store.tellOnce(`${source.path}: ${text}`);
		};
		let path: string;
		try {
			path = locateSource(ctx.paths, source.path);
		} catch (error) {
			problem('unreadable', (error as Error).message);
			continue;
		}
		if (!existsSync(path)) {
			problem(
				'missing',
				'the imported file is missing; its comparisons are not shown until it is back. Get it from version control, or put it back: it is then read by itself.',
			);
			continue;
		}
		let same: boolean;
		try {
			same = await isImported(path, source);
		} catch (error) {
			problem('unreadable', (error as Error).message);
			continue;
		}
		if (!same) {
			problem(
				'changed',
				'the file changed since it was imported; its comparisons are not shown. Put the imported version back (it is then read by itself), or import the new one.',
			);
			continue;
		}
		const now = await leftOf(ctx, source);
		if (now === undefined) continue;
		try {
			const result = await foldSource(ctx, now, { path, ...(signal === undefined ? {} : { signal }) });
			if (result.cancelled) return true;
		} catch (error) {
			if (isOfDatabase(error)) throw error;
			// Another process is at it, and tells its window; this one reads what it wrote.
			if (UserError.is(error, 'busy')) continue;
			// Every row of the copy was erased: nothing is missing.
			const emptied = [...(foldedErasures(ctx.db)?.sources.values() ?? [])].some(({ to }) => to === source.sha);
			if (emptied && UserError.is(error, 'unusable-input')) settleSource(ctx.db, source.n, 'done', null);
			else problem('unreadable', (error as Error).message);
		}
	}
	await afterRows(ctx);
	return true;
}

/** What is still to be folded of a source, once nobody here is at it. */
async function leftOf(ctx: Context, { event }: PendingSource): Promise<PendingSource | undefined> {
	for (let work = ctx.folding.get(event); work !== undefined; work = ctx.folding.get(event)) {
		await work.catch(() => undefined);
	}
	return pendingSources(ctx.db).find((source) => source.event === event);
}

/** What follows rows that came in: projections of what they touched, and clusters. Halves wait for near-duplicates. */
export async function afterRows(ctx: Context): Promise<void> {
	await ctx.store.settle();
	await pairCandidates(ctx);
	ctx.halvesDue = true;
}

/** Brings the full-text index up to date, a short transaction at a time. */
export async function followIndex(ctx: Context, isClosed: () => boolean): Promise<void> {
	while (!isClosed() && indexSlice(ctx.db, SLICE_MS)) await pause();
}
