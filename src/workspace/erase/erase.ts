import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Erasures } from '../../domain/erasure.ts';
import type { EventBody } from '../../domain/events.ts';
import { UserError } from '../../protocol/errors.ts';
import type { EraseResult } from '../../protocol/team.ts';
import {
	comparisonsOn,
	copiedFiles,
	erasureScope,
	filesWith,
	hasCandidates,
	idsBeginning,
	logsWith,
	promptOf,
} from '../../store/erasure-query.ts';
import { foldedErasures, scrubPages, tombstoneOf } from '../../store/erasures.ts';
import { listJournalFiles } from '../../store/journal-files.ts';
import type { Context } from '../context.ts';
import { applyErasures, erasedDrafts } from './apply.ts';
import { rewrittenName } from './copies.ts';
import { scrubbedJournals } from './journal-text.ts';
import { type Quotations, quotationsOf, withLate } from './quotes.ts';
import { stopIfCancelled } from './slices.ts';
import {
	dropLookedAt,
	erasuresWith,
	keepCopies,
	type LeftFile,
	type LookedAt,
	leftTakenBack,
	lookAtSources,
} from './sources.ts';
import { historyAdvice, placeOf, type Steps, settleTeam } from './team.ts';

/** What ids name: comparisons by themselves, prompts with everything on them, and what is out already. */
interface Named {
	readonly comparisons: readonly string[];
	readonly prompts: readonly string[];
	readonly already: readonly string[];
}

function resolve(ctx: Context, ids: readonly string[]): Named {
	const comparisons = new Set<string>();
	const prompts = new Set<string>();
	const already = new Set<string>();
	for (const text of ids) {
		const prefix = text.trim().toLowerCase();
		if (!/^[0-9a-f]{8,64}$/u.test(prefix)) {
			throw new UserError('usage', `"${text}" is not an id: expected 8 to 64 hex digits of a comparison or a prompt.`);
		}
		const found = idsBeginning(ctx.db, prefix);
		const [first] = found;
		if (found.length > 1) throw new UserError('ambiguous-id', `${prefix} fits several: give more digits.`);
		if (first === undefined) {
			if (tombstoneOf(ctx.db, prefix) === null) {
				throw new UserError('not-found', `There is no comparison or prompt ${prefix}. "list" shows those there are.`);
			}
			already.add(prefix);
		} else if (first.kind === 'prompt') {
			prompts.add(first.id);
			for (const id of comparisonsOn(ctx.db, first.id)) comparisons.add(id);
		} else comparisons.add(first.id);
	}
	return { comparisons: [...comparisons].sort(), prompts: [...prompts].sort(), already: [...already] };
}

/** Prompts of some comparisons, each once. A comparison that is out by now, of another window's erasure, has none. */
export function promptsOf(ctx: Context, comparisons: readonly string[]): string[] {
	const ids = comparisons.map((id): string | undefined => promptOf(ctx.db, id));
	return [...new Set(ids)].filter((id) => id !== undefined);
}

/** Those of some prompts of which nothing is left once some comparisons are out. */
export function goneWith(ctx: Context, prompts: readonly string[], comparisons: readonly string[]): string[] {
	const out = new Set(comparisons);
	return prompts
		.filter((id) => !hasCandidates(ctx.db, id))
		.filter((id) => comparisonsOn(ctx.db, id).every((each) => out.has(each)))
		.sort();
}

/** Journal files that erasures change, and how many lines of each. */
export function journalsWith(ctx: Context, erasures: Erasures): { readonly file: string; readonly lines: number }[] {
	const { journal } = ctx.paths;
	const read = (path: string): Buffer | null => {
		try {
			return readFileSync(join(journal, path));
		} catch {
			return null;
		}
	};
	return [...scrubbedJournals(listJournalFiles(journal), read, erasures)].map(([path, bytes]) => {
		const after = new Set((bytes ?? Buffer.alloc(0)).toString('utf8').split('\n'));
		const before = (read(path) ?? Buffer.alloc(0)).toString('utf8').split('\n');
		return {
			file: `.pairwright/journal/${path}`,
			lines: before.filter((line) => line.trim() !== '' && !after.has(line)).length,
		};
	});
}

/** Paths of copies and journals that held it before. A journal under a new name did not. */
export function pathsBefore(
	journals: readonly { readonly file: string; readonly lines: number }[],
	looked: LookedAt,
): string[] {
	return [
		...journals.filter(({ lines }) => lines > 0).map(({ file }) => file),
		...looked.rewritten.map(({ file }) => file.path),
	];
}

/** Responses that stand by themselves too: a pair made of them can come back as long as its prompt is there. */
function candidatesLeft(ctx: Context, { comparisons, prompts }: Named) {
	return promptsOf(ctx, comparisons)
		.filter((id) => !prompts.includes(id) && hasCandidates(ctx.db, id))
		.map((id) => ({
			path: `prompt ${id.slice(0, 12)}`,
			why: 'responses to it came from a log or a model and stand by themselves: erase the prompt with everything on it',
		}));
}

/** Files as they are called once copies are written anew. */
function renamed(left: readonly LeftFile[], { rewritten }: LookedAt): LeftFile[] {
	const now = new Map(
		rewritten.map(({ file, cleaned }) => [file.path, `.pairwright/sources/${rewrittenName(file.path, cleaned.to)}`]),
	);
	return left.map(({ path, why }) => ({ path: now.get(path) ?? path, why }));
}

/** Comparisons that are out by now, given ones first, with the files that hold other parts of them. */
function planned(ctx: Context, named: Named, looked: LookedAt, erasures: Erasures, more: readonly LeftFile[]) {
	const onPrompts = [...named.prompts, ...promptsOf(ctx, named.comparisons)];
	const scope = erasureScope(ctx.db, named.comparisons, [...new Set(onPrompts)]);
	return {
		comparisons: named.comparisons,
		prompts: named.prompts,
		already: named.already,
		journals: journalsWith(ctx, erasures),
		sources: looked.rewritten.map(({ file, cleaned }) => ({ path: file.path, rows: cleaned.rows.length })),
		left: [...looked.left, ...more, ...candidatesLeft(ctx, named)],
		drafts: erasedDrafts(ctx, erasures),
		...scope,
	};
}

/**
 * Takes texts out of journals, copies of sources, caches, drafts and the database, and leaves a tombstone of ids. In order: new copies are
 * written; the tombstone is appended (from here on the texts are out of every fold, here and wherever it is synced to); then files
 * are rewritten, old copies deleted, and the rest follows. Cut short anywhere, the same command finishes.
 * @throws UserError 'usage' without a reason, 'not-found', 'ambiguous-id', 'environment' where others' work is not in yet
 */
export async function erase(
	ctx: Context,
	ids: readonly string[],
	options: { readonly reason?: string; readonly preview?: boolean },
	steps: Steps,
): Promise<EraseResult> {
	const reason = (options.reason ?? '').trim();
	const preview = options.preview === true;
	if (ids.length > 0 && reason === '' && !preview) {
		throw new UserError(
			'usage',
			'An erasure needs a reason (--reason): it stays, with who erased and when. Do not quote the text in it.',
		);
	}
	resolve(ctx, ids);
	const place = await placeOf(ctx);
	if (!preview) await settleTeam(ctx, place, steps);
	const named = resolve(ctx, ids);
	const { comparisons } = named;
	const others = promptsOf(ctx, comparisons).filter((id) => !named.prompts.includes(id));
	let gone = goneWith(ctx, others, comparisons);
	const leaving = () => ({ comparisons, prompts: [...named.prompts, ...gone] });
	let quoting = await quotationsOf(ctx, leaving(), { reason, signal: steps.signal });
	if (quoting.inReason) {
		throw new UserError(
			'usage',
			'The reason quotes the text, and it stays: say it in other words. Nothing was erased.',
		);
	}
	const bodyWith = ({ fields }: Quotations) =>
		({
			type: 'erased',
			comparisons,
			reason: reason === '' ? 'copies once more' : reason,
			...(named.prompts.length === 0 ? {} : { prompts: named.prompts }),
			...(gone.length === 0 ? {} : { gone }),
			...fields,
		}) as const satisfies EventBody;
	const known = erasuresWith(ctx, bodyWith(quoting));
	const files = [
		// Two who erased at once left two copies, each with the other's text.
		...(ids.length === 0 ? copiedFiles(ctx.db) : []),
		...named.comparisons.flatMap((id) => filesWith(ctx.db, id)),
		...named.prompts.flatMap((id) => logsWith(ctx.db, id)),
	];
	const looked = await lookAtSources(ctx, files, known);
	try {
		const more = await leftTakenBack(ctx, known);
		stopIfCancelled(steps.signal);
		// A pair that came on a prompt meanwhile keeps it: what was said of the prompt alone is no quotation then.
		for (let now = goneWith(ctx, gone, comparisons); now.length < gone.length; now = goneWith(ctx, gone, comparisons)) {
			gone = now;
			quoting = await quotationsOf(ctx, leaving(), { reason, signal: steps.signal });
		}
		// From here on nothing waits until the tombstone stands: no word can come in between.
		const all = withLate(ctx, leaving(), quoting);
		const body = bodyWith(all);
		const { found: quotations } = all;
		const erasures = erasuresWith(ctx, body);
		const plan = {
			...planned(ctx, named, looked, erasures, [...more, ...all.notes]),
			quoting: quotations.length,
			quotations,
		};
		const before = [...pathsBefore(plan.journals, looked), ...more.map(({ path }) => path)];
		if (preview) {
			const advice = await historyAdvice(place, before, looked.linked);
			return { ...plan, preview: true, event: null, synced: null, advice };
		}
		let event: string | null = null;
		if (named.comparisons.length + named.prompts.length + looked.rewritten.length > 0) {
			const sources = keepCopies(ctx, looked);
			const [tombstone] = await ctx.append({ ...body, ...(sources.length === 0 ? {} : { sources }) });
			event = tombstone?.id ?? null;
		}
		const synced = await finishErasure(ctx, place !== null && place.upstream !== null, steps);
		// A sync takes out copies of imports that were taken back.
		const kept = plan.left.filter((file) => !more.includes(file) || existsSync(join(ctx.paths.root, file.path)));
		return {
			...plan,
			left: renamed(kept, looked),
			preview: false,
			event,
			synced,
			advice: await historyAdvice(place, before, looked.linked),
		};
	} finally {
		// Drafts that were not kept, whatever ended it.
		dropLookedAt(looked);
	}
}

/** What follows a tombstone, whoever wrote it; may be repeated. @returns what the sync said, null where there is nobody to sync with */
export async function finishErasure(
	ctx: Context,
	team: boolean,
	steps: Steps,
	person?: string,
): Promise<EraseResult['synced']> {
	await steps.reload();
	if (foldedErasures(ctx.db) !== null && (await applyErasures(ctx))) {
		await steps.reload();
		scrubPages(ctx.db);
	}
	ctx.emit.changed({ what: ['comparisons', 'judgments', 'splits', 'runs', 'index'], reason: 'erased' });
	if (!team) return null;
	try {
		const { ok, message } = await steps.sync(person);
		return { ok, message };
	} catch (error) {
		// It is erased here, whatever becomes of the sync.
		if (!UserError.is(error, 'cancelled')) throw error;
		return { ok: false, message: `${error.message} It is erased here; the others hear of it with your next sync.` };
	}
}
