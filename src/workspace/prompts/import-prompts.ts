import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EventBody, EventOf } from '../../domain/events.ts';
import { promptId } from '../../domain/identity.ts';
import { REDACTIONS, type Redaction, type RedactionCounts } from '../../domain/redaction.ts';
import type { CountedTrees } from '../../formats/message-rows.ts';
import { LOG_FORMAT, openLog } from '../../formats/open-log.ts';
import type { RejectedRow } from '../../formats/types.ts';
import { UserError } from '../../protocol/errors.ts';
import type { ImportOptions, ImportResult } from '../../protocol/imports.ts';
import { pendingSources, sourceOfEvent } from '../../store/source-rows.ts';
import { waitingCounts } from '../../store/waiting-query.ts';
import type { Context } from '../context.ts';
import { withoutErased } from '../erase/import.ts';
import { Eta } from '../eta.ts';
import { afterRows, foldPendingSources, foldSource, NAMED_REJECTED } from '../fold-sources.ts';
import { firstReading, hasGoodRow, recordCancelled, unlessCancelled } from '../import.ts';
import { ImportMoves } from '../import-splits.ts';
import { workspaceTotals } from '../info.ts';
import { copySource, hashSource, locateSource, pathInside, sourceName } from '../source-files.ts';
import { type RedactedSource, redactSource } from './redact-source.ts';

interface Job {
	readonly job: string;
	readonly signal: AbortSignal;
}

interface Mutable {
	files: ImportResult['files'][number][];
	rejected: ImportResult['rejected'][number][];
	redacted: Record<Redaction, number>;
	cancelled: boolean;
	readonly splits: ImportMoves;
}

/** The file as it is stored: a copy without what was erased, the redacted one, or itself. */
interface Stored {
	readonly path: string;
	readonly sha: string;
	readonly redacted: RedactedSource | null;
	/** It lies among the sources already. */
	readonly kept?: true;
}

/** Kinds in one order, so that the same wish is the same source. */
function kindsOf(options: ImportOptions): Redaction[] {
	return REDACTIONS.filter((kind) => options.redact?.includes(kind) === true);
}

/**
 * Streams logs in: each row a prompt with at most one response, which wait until the prompt has two different ones. With `redact`,
 * nothing of the file is hashed or stored before its texts are redacted, and the stored source is the redacted copy.
 * @throws UserError as for pairs
 */
export async function importPrompts(
	ctx: Context,
	files: readonly string[],
	options: ImportOptions,
	{ job, signal }: Job,
): Promise<ImportResult> {
	if (files.length === 0) throw new UserError('usage', 'No file to import was named.');
	if (options.half !== undefined && options.split !== 'heldout') {
		throw new UserError(
			'usage',
			`A half (${options.half}) belongs to the split heldout; found ${options.split ?? 'no split'}.`,
		);
	}
	if (options.format !== undefined && options.format !== 'auto' && options.format !== LOG_FORMAT) {
		throw new UserError(
			'usage',
			`--format ${options.format} is a format of pairs; prompts are read by their columns. Leave it out.`,
		);
	}
	const kinds = kindsOf(options);
	if (kinds.length > 0 && options.link === true) {
		throw new UserError(
			'usage',
			'A redacted source is a copy: --link would leave the file as it is. Leave one of them out.',
		);
	}
	ctx.requirePerson();
	await foldPendingSources(ctx);
	const before = workspaceTotals(ctx).comparisons;
	const result: Mutable = {
		files: [],
		rejected: [],
		redacted: { email: 0, phone: 0, iban: 0, card: 0 },
		cancelled: false,
		splits: new ImportMoves(ctx),
	};
	for (const file of files) {
		if (signal.aborted) result.cancelled = true;
		if (result.cancelled) break;
		await importLog(ctx, file, options, kinds, { job, signal }, result);
	}
	await afterRows(ctx);
	ctx.emit.changed({
		what: ['comparisons', 'judgments', 'splits'],
		reason: `imported ${result.files.map(({ path }) => path).join(', ')}`,
	});
	const totals = workspaceTotals(ctx);
	const { files: done, rejected, cancelled, splits } = result;
	return {
		...{ files: done, rejected, ...totals, cancelled },
		waiting: waitingCounts(ctx.db),
		paired: totals.comparisons - before,
		...(kinds.length === 0 ? {} : { redacted: named(result.redacted, kinds) }),
		...splits.told(),
	};
}

function named(counts: RedactionCounts, kinds: readonly Redaction[]): Partial<RedactionCounts> {
	return Object.fromEntries(kinds.map((kind) => [kind, counts[kind]]));
}

async function storedForm(
	ctx: Context,
	path: string,
	file: string,
	options: ImportOptions,
	kinds: readonly Redaction[],
	{ job, signal }: Job,
): Promise<Stored | null> {
	if (kinds.length > 0) {
		const large = options.copyLarge === true;
		const redacted = await redactSource(ctx.paths, path, { kinds, large, signal }, (done, total) =>
			ctx.emit.progress({ job, phase: 'redacting', done, total, unit: 'bytes', eta: null }),
		).catch((error: unknown) => {
			if (signal.aborted) return null;
			throw error;
		});
		return redacted === null ? null : { path: redacted.path, sha: redacted.sha, redacted };
	}
	const sha = await hashSource(path, signal).catch((error: unknown) => {
		if (signal.aborted) return null;
		throw new UserError('unusable-input', `${file} cannot be read: ${(error as Error).message}`);
	});
	return sha === null ? null : { path, sha, redacted: null };
}

/** What was erased here once comes back by no import. */
async function withoutErasedRows(ctx: Context, form: Stored, options: ImportOptions): Promise<Stored> {
	const clean = await withoutErased(ctx, form.path, form.sha, {
		format: LOG_FORMAT,
		draft: form.redacted !== null,
		...(options.link === undefined ? {} : { link: options.link }),
		...(options.source === undefined ? {} : { source: options.source }),
	});
	return clean === null ? form : { ...form, ...clean, kept: true };
}

function sameImport(
	event: EventOf<'imported'>,
	sha: string,
	options: ImportOptions,
	kinds: readonly Redaction[],
): boolean {
	return (
		event.source.sha256 === sha &&
		event.source.format === LOG_FORMAT &&
		event.split === options.split &&
		event.half === options.half &&
		(event.options?.source ?? null) === (options.source ?? null) &&
		(event.options?.redact ?? '') === kinds.join(',') &&
		event.options?.rows === undefined
	);
}

async function importLog(
	ctx: Context,
	file: string,
	options: ImportOptions,
	kinds: readonly Redaction[],
	job: Job,
	result: Mutable,
): Promise<void> {
	const path = resolve(file);
	if (!existsSync(path) || !statSync(path).isFile())
		throw new UserError('unusable-input', `${file}: there is no such file.`);
	const form = await storedForm(ctx, path, file, options, kinds, job);
	if (form === null) {
		result.cancelled = true;
		return;
	}
	try {
		const stored = await withoutErasedRows(ctx, form, options);
		for (const kind of kinds) result.redacted[kind] += stored.redacted?.counts[kind] ?? 0;
		const known = ctx.events('imported').find((event) => sameImport(event, stored.sha, options, kinds));
		const source = known === undefined ? null : sourceOfEvent(ctx.db, known.id);
		if (known !== undefined && source?.state === 'done') {
			// Read once more, so that its bad rows are named each time: a script must not take the second call for a clean one.
			const bad = await badRows(stored, job.signal);
			const rows = source.rows;
			report(result, file, { rows, imported: 0, duplicates: rows, rejected: bad.count, warnings: [] }, bad.rows);
			result.splits.folded(source.n);
			return;
		}
		const counted: CountedTrees = {};
		const event = known ?? (await recordLog(ctx, path, stored, file, options, kinds, job, counted, result.splits));
		if (event === null) {
			if (job.signal.aborted) {
				result.cancelled = true;
				return;
			}
			const { count, rows } = await badRows(stored, job.signal);
			const why = rows[0] === undefined ? 'It holds no rows.' : `Line ${rows[0].line}: ${rows[0].reason}`;
			const rest = count < 2 ? '' : ` (and ${count - 1} more)`;
			throw new UserError('unusable-input', `${file}: no row of it could be read; nothing was imported. ${why}${rest}`);
		}
		await foldLog(ctx, event, file, stored, job, result, counted);
	} finally {
		form.redacted?.drop();
	}
}

/** Rows that cannot be imported: those that are no objects, and those that are no prompts. */
async function badRows(stored: Stored, signal: AbortSignal): Promise<{ count: number; rows: readonly RejectedRow[] }> {
	const { batches } = await openLog(stored.path, signal);
	const rows: RejectedRow[] = [...(stored.redacted?.unread.rows ?? [])];
	let count = stored.redacted?.unread.count ?? 0;
	for await (const { rejected } of batches) {
		count += rejected.length;
		rows.push(...rejected.slice(0, Math.max(0, NAMED_REJECTED - rows.length)));
	}
	return { count, rows: rows.sort((x, y) => x.line - y.line) };
}

/** Looks for one good row, stores the file, then writes the event. null = not one good row, or cancelled. */
async function recordLog(
	ctx: Context,
	path: string,
	stored: Stored,
	file: string,
	options: ImportOptions,
	kinds: readonly Redaction[],
	{ job, signal }: Job,
	counted: CountedTrees,
	splits: ImportMoves,
): Promise<EventOf<'imported'> | null> {
	const reader = await openLog(stored.path, signal, firstReading(ctx, job), counted).catch(unlessCancelled(signal));
	if (reader === null) return null;
	if (!(await hasGoodRow(reader.batches, signal))) return null;
	const { sha } = stored;
	const bytes = statSync(stored.path).size;
	const inside = stored.redacted === null ? await pathInside(ctx.paths.root, path) : null;
	const ours = stored.redacted !== null || stored.kept === true;
	const how = ours || (inside === null && options.link !== true) ? 'copy' : 'link';
	const where =
		(stored.kept === true ? await pathInside(ctx.paths.root, stored.path) : stored.redacted?.keep()) ??
		(how === 'copy' ? await copySource(ctx.paths, path, sha, options.copyLarge === true) : (inside ?? path));
	if (how === 'link' && (await hashSource(locateSource(ctx.paths, where))) !== sha) {
		throw new UserError('unusable-input', `${file} changed while it was read. Import it again.`);
	}
	const body: EventBody = {
		type: 'imported',
		source: { sha256: sha, name: sourceName(path), format: LOG_FORMAT, bytes, stored: how, path: where },
		...(options.split === undefined ? {} : { split: options.split }),
		...(options.half === undefined ? {} : { half: options.half }),
		options: {
			as: 'prompts',
			...(kinds.length === 0 ? {} : { redact: kinds.join(',') }),
			...(options.source === undefined ? {} : { source: options.source }),
		},
	};
	const again = async () => (await openLog(locateSource(ctx.paths, where), signal, undefined, counted)).batches;
	const kept = await splits
		.keep(again, ({ prompt }) => promptId(prompt), options, body.source.name)
		.catch(unlessCancelled(signal));
	if (kept === null) return null;
	const events = await ctx.append([...kept, body]);
	return events.at(-1) as EventOf<'imported'>;
}

async function foldLog(
	ctx: Context,
	event: EventOf<'imported'>,
	file: string,
	stored: Stored,
	{ job, signal }: Job,
	result: Mutable,
	counted: CountedTrees,
): Promise<void> {
	const pending = pendingSources(ctx.db).find((source) => source.event === event.id);
	if (pending === undefined) {
		throw new UserError('busy', `${file} is being imported by another process. Wait for it to finish.`);
	}
	const eta = new Eta();
	const folded = await foldSource(ctx, pending, {
		path: locateSource(ctx.paths, event.source.path),
		signal,
		onFirstReading: firstReading(ctx, job),
		counted,
		progress: (rows, done, total) => {
			const message = `${rows} rows`;
			ctx.emit.progress({ job, phase: 'importing', done, total, unit: 'bytes', eta: eta.at(done, total), message });
			ctx.emit.changed({ what: ['comparisons'], reason: 'rows came in' });
		},
	});
	if (folded.cancelled) {
		result.cancelled = true;
		await recordCancelled(ctx, event, folded.rows);
	}
	result.splits.folded(pending.n, folded.stood);
	const unread = stored.redacted?.unread ?? { count: 0, rows: [] };
	report(
		result,
		file,
		{
			rows: folded.rows,
			imported: folded.imported,
			duplicates: folded.duplicates,
			rejected: folded.rejected + unread.count,
			warnings: [...folded.warnings].map(
				([text, { count, firstLine }]) => `line ${firstLine}: ${text}${count > 1 ? ` (and ${count - 1} more)` : ''}`,
			),
		},
		[...folded.rejectedRows, ...unread.rows].sort((x, y) => x.line - y.line),
	);
}

interface FileOutcome {
	/** Good ones. */
	readonly rows: number;
	readonly imported: number;
	readonly duplicates: number;
	readonly rejected: number;
	readonly warnings: readonly string[];
}

function report(result: Mutable, path: string, of: FileOutcome, rejected: readonly RejectedRow[]): void {
	const { rows, imported, duplicates, warnings } = of;
	result.files.push({
		...{ path, format: LOG_FORMAT, rows: rows + of.rejected, imported, duplicates, ties: 0, rejected: of.rejected },
		...(warnings.length === 0 ? {} : { warnings }),
	});
	for (const row of rejected) {
		if (result.rejected.length < NAMED_REJECTED) result.rejected.push({ path, ...row });
	}
}
