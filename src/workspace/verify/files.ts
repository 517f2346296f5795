import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../domain/identity.ts';
import { SPLITS } from '../../domain/split.ts';
import { missingPrompts } from '../../store/erasure-query.ts';
import { foldedErasures } from '../../store/erasures.ts';
import { listJournalFiles, parseJournal, readFrom } from '../../store/journal-files.ts';
import { storedSources } from '../../store/source-rows.ts';
import { frozenDiff } from '../../store/splits-query.ts';
import type { Context } from '../context.ts';
import { pause } from '../fold-sources.ts';
import { hashSource, locateSource } from '../source-files.ts';
import { ByteBudget, type Check, counted, finding } from './finding.ts';

const MEGABYTE = 1_000_000;
/** Read without being asked for more: about two seconds of hashing, and one of parsing. */
const SOURCE_BYTES = 400 * MEGABYTE;
const JOURNAL_BYTES = 40 * MEGABYTE;

function sizeOf(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Every imported file against the hash that its event gives. */
export async function checkSources(ctx: Context, deep: boolean): Promise<Check> {
	const budget = new ByteBudget(deep ? Number.POSITIVE_INFINITY : SOURCE_BYTES);
	const problems: string[] = [];
	const skipped: string[] = [];
	const seen = new Set<string>();
	for (const source of storedSources(ctx.db)) {
		if (seen.has(`${source.path} ${source.sha}`)) continue;
		seen.add(`${source.path} ${source.sha}`);
		try {
			const path = locateSource(ctx.paths, source.path);
			if (!existsSync(path)) problems.push(`${source.path} (${source.rows} rows) is missing`);
			else if (!budget.take(sizeOf(path))) skipped.push(source.path);
			else if ((await hashSource(path)) !== source.sha) {
				problems.push(`${source.path} (${source.rows} rows) is not what was imported: its SHA-256 differs`);
			}
		} catch (error) {
			problems.push(`${source.path}: ${(error as Error).message}`);
		}
	}
	return finding(
		'source-hashes',
		problems,
		`As when imported: ${counted(seen.size - skipped.length, 'file')}.`,
		{
			status: 'error',
			remedy: 'Get the file as it was from version control; a changed one can be imported as a new source.',
		},
		skipped,
	);
}

/** Every journal line: readable, its id that of its content, its seq above the one before. */
export async function checkJournals(ctx: Context, deep: boolean): Promise<Check> {
	const budget = new ByteBudget(deep ? Number.POSITIVE_INFINITY : JOURNAL_BYTES);
	const problems: string[] = [];
	const skipped: string[] = [];
	let events = 0;
	for (const file of listJournalFiles(ctx.paths.journal)) {
		const path = join(ctx.paths.journal, file);
		if (!budget.take(sizeOf(path))) {
			skipped.push(file);
			continue;
		}
		let seq = 0;
		const anew = new Set<string>();
		for (const line of parseJournal(readFrom(path, 0), 0, 1)) {
			if (line.line % 1000 === 0) await pause();
			// A last line without an end may be one that is being written just now.
			if (line.problem !== null && !line.unfinished) problems.push(`${file}, line ${line.line}: ${line.problem}`);
			if (line.event === null) continue;
			// Two erased at once, or a merge by git: a line that Pairwright wrote anew may stand there twice.
			if (anew.has(line.event.id)) continue;
			if (line.event.check !== undefined) anew.add(line.event.id);
			events++;
			if (line.event.seq <= seq) {
				problems.push(`${file}, line ${line.line}: seq ${line.event.seq} does not follow ${seq}`);
			}
			seq = Math.max(seq, line.event.seq);
		}
	}
	return finding(
		'journal-lines',
		problems,
		`As they were written, in order: ${counted(events, 'event')}.`,
		{
			status: 'warning',
			remedy:
				'Somebody or something else than Pairwright changed these files: compare them with version control. Lines that cannot be read are skipped.',
		},
		skipped,
	);
}

const NOT_FROZEN = 'No split is frozen yet.';

/** Manifests of frozen splits: whole, and against the splits of today. */
export function checkManifests(ctx: Context): readonly Check[] {
	const damaged: string[] = [];
	const names = new Set(ctx.events('frozen').map(({ manifest }) => manifest));
	for (const manifest of names) {
		const path = join(ctx.paths.manifests, `${manifest}.json`);
		try {
			const hash = sha256(readFileSync(path, 'utf8')).slice(0, 12);
			if (!manifest.endsWith(`-${hash}`)) damaged.push(`${manifest}.json does not have the content that its name says`);
		} catch (error) {
			damaged.push(`${manifest}.json: ${(error as Error).message}`);
		}
	}
	const erasures = foldedErasures(ctx.db);
	const moved = SPLITS.flatMap((split) => {
		const diff = frozenDiff(ctx.db, split);
		if (diff === null) return [];
		// What was erased is gone from the split for a reason that stands in the journal.
		const erased = missingPrompts(ctx.db, diff.manifest).filter((id) => erasures?.gone.has(id) === true).length;
		const gone = diff.removed - erased;
		if (diff.added + gone === 0) return [];
		return [`${split} since ${diff.manifest}: ${counted(diff.added, 'prompt')} added, ${counted(gone, 'prompt')} gone`];
	});
	return [
		finding(
			'manifests',
			damaged,
			names.size === 0 ? NOT_FROZEN : `Whole: ${counted(names.size, 'manifest')} of frozen splits.`,
			{
				status: 'error',
				remedy: 'Get the file from version control, or freeze the split again with "pairwright split --freeze".',
			},
		),
		finding('frozen-splits', moved, names.size === 0 ? NOT_FROZEN : 'Frozen splits are what they were when frozen.', {
			status: 'warning',
			remedy: 'See which with "pairwright diff MANIFEST now"; freeze again where the change is meant.',
		}),
	];
}

/** Records of training exports: an export's id is the hash of its record. */
export function checkExports(ctx: Context): Check {
	const ids = new Set(ctx.events('exported').map((event) => event.export));
	const problems: string[] = [];
	for (const id of ids) {
		try {
			if (sha256(readFileSync(join(ctx.paths.exports, `${id}.json`), 'utf8')) !== id)
				problems.push(`${id}.json was changed`);
		} catch (error) {
			problems.push(`${id}.json: ${(error as Error).message}`);
		}
	}
	return finding('exports', problems, `Whole: ${counted(ids.size, 'record')} of training exports.`, {
		status: 'error',
		remedy:
			'Get the file from version control: it says which prompts a trainer has seen, and without it they can move to held-out unnoticed.',
	});
}
