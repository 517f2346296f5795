import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseDraft } from '../../domain/draft.ts';
import type { Erasures } from '../../domain/erasure.ts';
import { promptId } from '../../domain/identity.ts';
import { foldedErasures } from '../../store/erasures.ts';
import { listJournalFiles } from '../../store/journal-files.ts';
import { continues, markOf } from '../../store/journal-lineage.ts';
import { journalLocked } from '../../store/journal-lock.ts';
import { replaceFile } from '../../store/replace-file.ts';
import { forgetScores } from '../../store/score-cache-erasure.ts';
import type { Context } from '../context.ts';
import { dropDrafts } from './copies.ts';
import { scrubbedJournals } from './journal-text.ts';
import { oldCopies, replacedHere } from './old-copies.ts';

function read(path: string): Buffer | null {
	try {
		return readFileSync(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw error;
	}
}

function dropIfEmpty(folder: string): void {
	try {
		rmdirSync(folder);
	} catch {
		// Other files are in it.
	}
}

/** Rewrites journal files on disk. Nobody on this machine appends meanwhile; every file is replaced whole. */
async function scrubJournals(ctx: Context, erasures: Erasures): Promise<number> {
	const { journal } = ctx.paths;
	return journalLocked(ctx.state, () => {
		const marks = ctx.state.journalMarks();
		const changes = scrubbedJournals(listJournalFiles(journal), (path) => read(join(journal, path)), erasures);
		for (const [path, bytes] of changes) {
			if (bytes === null) continue;
			const mark = marks[path];
			const mine = mark !== undefined && continues(join(journal, path), mark);
			replaceFile(join(journal, path), bytes);
			if (mine) ctx.state.setJournalMark(path, markOf(join(journal, path)));
		}
		// Only once what they held stands elsewhere.
		for (const [path, bytes] of changes) {
			if (bytes !== null) continue;
			rmSync(join(journal, path), { force: true });
			dropIfEmpty(dirname(join(journal, path)));
		}
		return changes.size;
	});
}

/** Drafts in the editor that begin from an erased pair or hold an erased prompt. */
export function erasedDrafts(ctx: Context, erasures: Erasures): string[] {
	let names: string[];
	try {
		names = readdirSync(ctx.paths.drafts).filter((name) => name.endsWith('.pair.md'));
	} catch {
		return [];
	}
	return names.filter((name) => {
		try {
			const { origin, prompt } = parseDraft(readFileSync(join(ctx.paths.drafts, name), 'utf8'));
			if (origin !== null && erasures.comparisons.has(origin.comparison)) return true;
			return prompt.length > 0 && erasures.gone.has(promptId({ messages: prompt }));
		} catch {
			// Not a draft that can be read: it stays, as it does everywhere else.
			return false;
		}
	});
}

/**
 * Brings the files of this clone in line with every erasure that it knows of. Each step may be repeated: after a kill, the next call
 * (of `erase` or of a sync) finishes.
 * @returns whether anything changed
 */
export async function applyErasures(ctx: Context): Promise<boolean> {
	const erasures = foldedErasures(ctx.db);
	if (erasures === null) return false;
	let changed = (await scrubJournals(ctx, erasures)) > 0;
	for (const old of oldCopies(ctx, erasures)) {
		if (!(await replacedHere(ctx, old, erasures))) continue;
		rmSync(join(ctx.paths.root, old.path), { force: true });
		changed = true;
	}
	dropDrafts(ctx.paths.sources);
	for (const name of erasedDrafts(ctx, erasures)) rmSync(join(ctx.paths.drafts, name), { force: true });
	await forgetScores(ctx.db.path, [...erasures.comparisons]);
	return changed;
}
