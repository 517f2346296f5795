import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EventBody, EventOf } from '../domain/events.ts';
import { mappingText } from '../formats/column-mapping-text.ts';
import type { CountedTrees, FirstReading } from '../formats/message-rows.ts';
import { openRows } from '../formats/open.ts';
import type { RecogniseOptions } from '../formats/recognise.ts';
import type { RejectedRow, RowBatch } from '../formats/types.ts';
import { UserError } from '../protocol/errors.ts';
import type { ImportOptions, ImportResult } from '../protocol/imports.ts';
import { pendingSources, replaceCancelled, sourceOfEvent } from '../store/source-rows.ts';
import type { Context } from './context.ts';
import { withoutErased } from './erase/import.ts';
import { Eta } from './eta.ts';
import { afterRows, foldPendingSources, foldSource, NAMED_REJECTED, type SourceOutcome } from './fold-sources.ts';
import { ImportMoves } from './import-splits.ts';
import { workspaceTotals } from './info.ts';
import { mappings, recordedMapping } from './mappings.ts';
import { copySource, hashSource, locateSource, pathInside, sourceName } from './source-files.ts';
import { proposedWith } from './undo.ts';

interface Mutable {
	files: ImportResult['files'][number][];
	rejected: ImportResult['rejected'][number][];
	cancelled: boolean;
	readonly splits: ImportMoves;
}

/**
 * Streams files in. The `imported` event is written before the first row: rows are a projection of it, so an import that a
 * crash cut short goes on at the next opening. A cancelled one is recorded as an import of the rows that are in.
 * @throws UserError 'unusable-input' when a file cannot be read at all: nothing of it is stored
 */
export async function importFiles(
	ctx: Context,
	files: readonly string[],
	options: ImportOptions,
	job: string,
	signal: AbortSignal,
): Promise<ImportResult> {
	if (files.length === 0) throw new UserError('usage', 'No file to import was named.');
	if (options.half !== undefined && options.split !== 'heldout') {
		throw new UserError(
			'usage',
			`A half (${options.half}) belongs to the split heldout; found ${options.split ?? 'no split'}.`,
		);
	}
	ctx.requirePerson();
	await foldPendingSources(ctx);
	const result: Mutable = { files: [], rejected: [], cancelled: false, splits: new ImportMoves(ctx) };
	for (const file of files) {
		if (signal.aborted) result.cancelled = true;
		if (result.cancelled) break;
		await importFile(ctx, file, options, job, signal, result);
	}
	await afterRows(ctx);
	ctx.emit.changed({
		what: ['comparisons', 'judgments', 'splits'],
		reason: `imported ${result.files.map((f) => f.path).join(', ')}`,
	});
	const { splits, ...done } = result;
	return { ...done, ...workspaceTotals(ctx), ...splits.told() };
}

async function importFile(
	ctx: Context,
	file: string,
	options: ImportOptions,
	job: string,
	signal: AbortSignal,
	result: Mutable,
): Promise<void> {
	let path = resolve(file);
	if (!existsSync(path) || !statSync(path).isFile()) {
		throw new UserError('unusable-input', `${file}: there is no such file.`);
	}
	ctx.emit.progress({ job, phase: 'reading', done: 0, total: statSync(path).size, unit: 'bytes', eta: null });
	let sha = await hashSource(path, signal).catch((error: unknown) => {
		if (signal.aborted) return null;
		throw new UserError('unusable-input', `${file} cannot be read: ${(error as Error).message}`);
	});
	if (sha === null) {
		result.cancelled = true;
		return;
	}
	const clean = await withoutErased(ctx, path, sha, options);
	if (clean !== null) ({ path, sha } = clean);
	const known = ctx
		.events('imported')
		.find(
			(e) =>
				e.source.sha256 === sha &&
				e.split === options.split &&
				e.half === options.half &&
				(e.options?.source ?? null) === (options.source ?? null) &&
				(options.format === undefined || options.format === 'auto' || e.source.format === options.format) &&
				(options.mapping === undefined || e.options?.mapping === mappingText(options.mapping)) &&
				e.options?.rows === undefined,
		);
	const source = known === undefined ? null : sourceOfEvent(ctx.db, known.id);
	if (known !== undefined && source !== null && source.state === 'done') {
		// Read once more, so that its bad rows are named each time: a script must not take the second call for a clean one.
		const bad = await badRows(path, readAs(known), options.source ?? known.source.name, signal);
		result.files.push({
			path: file,
			format: known.source.format,
			rows: source.rows + bad.count,
			imported: 0,
			duplicates: source.rows,
			ties: source.ties,
			rejected: bad.count,
		});
		nameRejected(result, file, bad.rows);
		result.splits.folded(source.n);
		return;
	}
	const onFirstReading = firstReading(ctx, job);
	const counted: CountedTrees = {};
	const reading = { signal, onFirstReading, counted, splits: result.splits };
	const event = known ?? (await recordImport(ctx, path, file, sha, options, reading));
	if (event === null) {
		result.cancelled = signal.aborted;
		if (signal.aborted) return;
		const { count, rows } = await badRows(path, readBy(ctx, options), options.source ?? sourceName(path), signal);
		const [first] = rows;
		const why = first === undefined ? 'It holds no rows.' : `Line ${first.line}: ${first.reason}`;
		const rest = count < 2 ? '' : ` (and ${count - 1} more)`;
		throw new UserError('unusable-input', `${file}: no row of it could be read; nothing was imported. ${why}${rest}`);
	}
	const pending = pendingSources(ctx.db).find((s) => s.event === event.id);
	if (pending === undefined)
		throw new UserError('busy', `${file} is being imported by another process. Wait for it to finish.`);
	const eta = new Eta();
	const folded = await foldSource(ctx, pending, {
		path,
		signal,
		onFirstReading,
		counted,
		progress: (rows, bytes, total) => {
			ctx.emit.progress({
				job,
				phase: 'importing',
				done: bytes,
				total,
				unit: 'bytes',
				eta: eta.at(bytes, total),
				message: `${rows} rows`,
			});
			ctx.emit.changed({ what: ['comparisons'], reason: 'rows came in' });
		},
	});
	if (folded.cancelled) {
		result.cancelled = true;
		await recordCancelled(ctx, event, folded.rows);
	}
	result.splits.folded(pending.n, folded.stood);
	report(result, file, event.source.format, folded);
}

/** Progress of the first reading of a file that is read twice: rows and bytes. */
export function firstReading(ctx: Context, job: string): FirstReading {
	const eta = new Eta();
	return (rows, done, total) =>
		ctx.emit.progress({
			...{ job, phase: 'looking for trees', done, total, unit: 'bytes' },
			...{ eta: eta.at(done, total), message: `${rows.toLocaleString('en')} rows read` },
		});
}

/** Whether some row of a file can be read; false where the job was cancelled before one was found. */
export async function hasGoodRow(batches: AsyncIterable<RowBatch<unknown>>, signal: AbortSignal): Promise<boolean> {
	try {
		for await (const { rows } of batches) if (rows.length > 0) return true;
	} catch (error) {
		if (!signal.aborted) throw error;
	}
	return false;
}

/** null where a job was cancelled; other errors go on. */
export function unlessCancelled(signal: AbortSignal): (error: unknown) => null {
	return (error) => {
		if (signal.aborted) return null;
		throw error;
	};
}

/** How rows are told apart, as the caller says, with what the team remembers. */
function readBy(ctx: Context, { format, mapping }: ImportOptions): RecogniseOptions {
	return { format, mapping, remembered: mappings(ctx) };
}

/** As an earlier import did. */
function readAs({ source, options }: EventOf<'imported'>): RecogniseOptions {
	return { format: source.format, ...recordedMapping(typeof options?.mapping === 'string' ? options.mapping : null) };
}

/** How many rows of a file cannot be imported, and the first of them. */
async function badRows(
	path: string,
	how: RecogniseOptions,
	sourceName: string,
	signal: AbortSignal,
): Promise<{ count: number; rows: readonly RejectedRow[] }> {
	const reader = await openRows(path, { ...how, sourceName, signal });
	const rows: RejectedRow[] = [];
	let count = 0;
	for await (const { rejected } of reader.batches) {
		count += rejected.length;
		rows.push(...rejected.slice(0, NAMED_REJECTED - rows.length));
	}
	return { count, rows };
}

function nameRejected(result: Mutable, path: string, rows: readonly RejectedRow[]): void {
	for (const row of rows) {
		if (result.rejected.length < NAMED_REJECTED) result.rejected.push({ path, ...row });
	}
}

interface Reading {
	readonly signal: AbortSignal;
	readonly onFirstReading: FirstReading;
	readonly counted: CountedTrees;
	readonly splits: ImportMoves;
}

/** Looks for one good row, stores the file, then writes the event. null = not one good row, or cancelled. */
async function recordImport(
	ctx: Context,
	path: string,
	file: string,
	sha: string,
	options: ImportOptions,
	{ splits, ...reading }: Reading,
): Promise<EventOf<'imported'> | null> {
	const { signal } = reading;
	const name = sourceName(file);
	const how = { ...readBy(ctx, options), sourceName: options.source ?? name, ...reading };
	const reader = await openRows(path, how).catch(unlessCancelled(signal));
	if (reader === null) return null;
	if (!(await hasGoodRow(reader.batches, signal))) return null;
	const inside = await pathInside(ctx.paths.root, path);
	const large = options.copyLarge === true;
	// A copy without what was erased lies where copies lie already.
	const copied = inside?.startsWith('.pairwright/sources/') === true;
	const stored = copied || (inside === null && options.link !== true) ? 'copy' : 'link';
	const where = stored === 'copy' && !copied ? await copySource(ctx.paths, path, sha, large) : (inside ?? path);
	if (stored === 'link' && (await hashSource(locateSource(ctx.paths, where))) !== sha) {
		throw new UserError('unusable-input', `${file} changed while it was read. Import it again.`);
	}
	const said = {
		...(options.source === undefined ? {} : { source: options.source }),
		...(reader.mapping === undefined ? {} : { mapping: mappingText(reader.mapping) }),
	};
	const extra = Object.keys(said).length === 0 ? {} : { options: said };
	const body: EventBody = {
		type: 'imported',
		source: { sha256: sha, name, format: reader.format, bytes: statSync(path).size, stored, path: where },
		...(options.split === undefined ? {} : { split: options.split }),
		...(options.half === undefined ? {} : { half: options.half }),
		...extra,
	};
	const again = async () => (await openRows(path, { ...how, format: reader.format, mapping: reader.mapping })).batches;
	const kept = await splits
		.keep(again, ({ comparison }) => comparison.promptId, options, name)
		.catch(unlessCancelled(signal));
	if (kept === null) return null;
	const events = await ctx.append([...kept, body]);
	return events.at(-1) as EventOf<'imported'>;
}

/** A cancelled import is one of the rows that are in: a rebuild must come to the same state. */
export async function recordCancelled(ctx: Context, event: EventOf<'imported'>, rows: number): Promise<void> {
	const { source, split, half } = event;
	const shorter: EventBody = {
		type: 'imported',
		source,
		...(split === undefined ? {} : { split }),
		...(half === undefined ? {} : { half }),
		options: { ...event.options, rows },
	};
	// Of an import that left nothing, no move stays proposed.
	const gone = rows === 0 ? [event, ...proposedWith(ctx, event)] : [event];
	const retractions = gone.map(({ id }): EventBody => ({ type: 'retracted', event: id }));
	await ctx.store.append(rows === 0 ? retractions : [...retractions, shorter], ctx.requirePerson(), (events) => {
		const replacement = events.find((e) => e.type === 'imported');
		if (replacement !== undefined) replaceCancelled(ctx.db, event.id, replacement, rows);
	});
}

function report(result: Mutable, file: string, format: string, folded: SourceOutcome): void {
	result.files.push({
		path: file,
		format,
		rows: folded.rows + folded.rejected,
		imported: folded.imported,
		duplicates: folded.duplicates,
		ties: folded.ties,
		rejected: folded.rejected,
		...(folded.warnings.size === 0
			? {}
			: {
					warnings: [...folded.warnings].map(
						([text, { count, firstLine }]) =>
							`line ${firstLine}: ${text}${count > 1 ? ` (and ${count - 1} more)` : ''}`,
					),
				}),
	});
	nameRejected(result, file, folded.rejectedRows);
}
