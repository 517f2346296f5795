import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { personKey } from '../../domain/erasure.ts';
import type { EventBody } from '../../domain/events.ts';
import { contentId } from '../../domain/identity.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RemovePersonOptions, RemovePersonResult } from '../../protocol/team.ts';
import { sealedOnlyFacets } from '../../store/coverage-query.ts';
import { filesNaming, filesWith, firstEvent, standingHalves, writtenBy } from '../../store/erasure-query.ts';
import { foldedErasures } from '../../store/erasures.ts';
import { displayNames, storedPeople } from '../../store/people-query.ts';
import { writtenComparison } from '../../store/subjects.ts';
import type { Context } from '../context.ts';
import { mentions } from './copies.ts';
import { finishErasure, goneWith, journalsWith, pathsBefore, promptsOf } from './erase.ts';
import { type Quotations, quotationsOf, withLate } from './quotes.ts';
import { stopIfCancelled } from './slices.ts';
import { dropLookedAt, erasuresWith, keepCopies, lookAtSources } from './sources.ts';
import { historyAdvice, placeOf, type Steps, settleTeam } from './team.ts';

/**
 * The name that will stand for somebody, the same each time it is asked for. From the workspace's first event too: exports carry the name
 * away, and a guessed handle must not be to be checked by it.
 */
function neutralName(ctx: Context, key: string): string {
	return `person-${contentId([firstEvent(ctx.db), key]).slice(0, 8)}`;
}

/** Pairs of a person that leave with them. */
function writtenToLeave(ctx: Context, handle: string, written: RemovePersonOptions['written']): string[] {
	if (written === 'keep') return [];
	const ids = [...ctx.events('authored'), ...ctx.events('improved')]
		.filter((event) => event.written_by === handle)
		.flatMap((event) => writtenComparison(event)?.comparison.id ?? []);
	return writtenBy(ctx.db, [...new Set(ids)].sort(), handle)
		.filter(({ others }) => written === 'remove' || !others)
		.map(({ id }) => id);
}

/**
 * Held-out prompts stay in the half in which they stand, also where only a tag of the person put them there: what was sealed never
 * becomes what may be tuned on because somebody left, nor the other way round.
 */
function keptHalves(ctx: Context, handle: string): EventBody[] {
	const sealed = sealedOnlyFacets(ctx.db);
	const tagged = ctx.events('tagged').filter((event) => event.person === handle && sealed.has(event.facet));
	const stand = standingHalves(ctx.db, [...new Set(tagged.flatMap((event) => event.prompts))]);
	return (['R', 'E'] as const).flatMap((half): EventBody[] => {
		const prompts = stand.filter((prompt) => prompt.half === half).map(({ id }) => id);
		const reason = 'a tag of somebody who was removed decided the half';
		return prompts.length === 0 ? [] : [{ type: 'split-assigned', prompts, split: 'heldout', half, reason }];
	});
}

/** Settings, guidelines, records and manifests that name somebody. Such files are records of their own: they are named, not rewritten. */
async function mentionedIn(ctx: Context, names: readonly string[]): Promise<string[]> {
	const found: string[] = [];
	const look = async (path: string): Promise<void> => {
		const absolute = join(ctx.paths.dir, path);
		if (!existsSync(absolute)) return;
		if (statSync(absolute).isDirectory()) {
			for (const name of readdirSync(absolute)) await look(`${path}/${name}`);
			return;
		}
		if (!/\.(json|md)$/u.test(path)) return;
		for (const name of names) {
			// In JSON a whole text; in prose the name wherever it stands.
			if (await mentions(absolute, path.endsWith('.md') ? name : JSON.stringify(name))) {
				found.push(`.pairwright/${path}`);
				return;
			}
		}
	};
	for (const path of ['config.json', 'guidelines.md', 'runs', 'exports', 'manifests']) await look(path);
	return found;
}

/**
 * Takes a person out: under a neutral name that says nothing (`anonymise`), or with their verdicts, notes and tags (`remove`). What holds
 * the workspace together (imports, moves, frozen splits, runs, decisions) stays under the neutral name in both forms. Somebody whose name
 * was taken out before can still be removed with their work; the other way round nothing is left to do. Cut short, the same command
 * finishes.
 * @throws UserError 'not-found', 'usage', 'environment'
 */
export async function removePerson(
	ctx: Context,
	handle: string,
	options: RemovePersonOptions,
	steps: Steps,
): Promise<RemovePersonResult> {
	const preview = options.preview === true;
	const key = personKey(handle);
	const me = ctx.person();
	const before = () => foldedErasures(ctx.db)?.people.get(key);
	const standing = () => {
		const found = before();
		return found?.work === true && options.mode === 'remove' ? undefined : found;
	};
	if (/^(source|model):/u.test(handle)) {
		throw new UserError('usage', `"${handle}" names no person: source: and model: labels come with an import.`);
	}
	const place = await placeOf(ctx);
	if (!preview && standing() === undefined) await settleTeam(ctx, place, steps);
	// What others sent may hold a removal of the same person.
	const done = standing();
	const named = before()?.as;
	// Under this name they stand here.
	const current = named ?? handle;
	const known = storedPeople(ctx.db).find(({ person }) => person === current);
	if (known === undefined && named === undefined) {
		throw new UserError('not-found', `Nobody here has the handle "${handle}". "pairwright people" lists them.`);
	}
	const as = named ?? neutralName(ctx, key);
	const work = done?.work ?? options.mode === 'anonymise';
	const leaving = done !== undefined || work ? [] : writtenToLeave(ctx, current, options.written);
	let gone = goneWith(ctx, promptsOf(ctx, leaving), leaving);
	const texts = () => ({ comparisons: leaving, prompts: gone });
	let quoting = await quotationsOf(ctx, texts(), { signal: steps.signal });
	const erasedWith = ({ fields }: Quotations) =>
		({
			...{ type: 'erased', comparisons: leaving, reason: 'written by a person who was removed', gone },
			...fields,
		}) as const satisfies EventBody;
	const reason = options.reason?.trim();
	const body = {
		type: 'person-removed',
		subject: key,
		as,
		work,
		...(reason === undefined || reason === '' ? {} : { reason }),
	} as const satisfies EventBody;
	const files = [...filesNaming(ctx.db, current), ...leaving.flatMap((id) => filesWith(ctx.db, id))];
	const planned = erasuresWith(ctx, body, erasedWith(quoting));
	const looked = await lookAtSources(ctx, done === undefined ? files : [], planned);
	try {
		const name = displayNames(ctx.db).get(current);
		const mentions = await mentionedIn(ctx, name === undefined ? [handle] : [handle, name]);
		stopIfCancelled(steps.signal);
		// As in `erase`: a pair that came on a prompt meanwhile keeps it.
		for (let now = goneWith(ctx, gone, leaving); now.length < gone.length; now = goneWith(ctx, gone, leaving)) {
			gone = now;
			quoting = await quotationsOf(ctx, texts(), { signal: steps.signal });
		}
		// From here on nothing waits until the tombstones stand: no word can come in between.
		const words = withLate(ctx, texts(), quoting);
		const erased = erasedWith(words);
		const erasures = erasuresWith(ctx, body, erased);
		const journals = journalsWith(ctx, erasures);
		const plan = {
			person: handle,
			as,
			mode: work ? ('anonymise' as const) : ('remove' as const),
			events: known?.events ?? 0,
			judged: known?.judged ?? 0,
			written: leaving,
			journals,
			sources: looked.rewritten.map(({ file, cleaned }) => ({ path: file.path, rows: cleaned.rows.length })),
			left: [...looked.left, ...words.notes],
			mentions,
		};
		const paths = pathsBefore(journals, looked);
		if (preview) {
			const advice = await historyAdvice(place, paths, looked.linked, { handle, as });
			return { ...plan, preview: true, event: null, synced: null, advice };
		}
		const self = me === handle;
		let event: string | null = null;
		if (done === undefined) {
			const sources = keepCopies(ctx, looked);
			const bodies: EventBody[] = [
				...(work ? [] : keptHalves(ctx, current)),
				...(leaving.length === 0 ? [] : [erased]),
				{ ...body, ...(sources.length === 0 ? {} : { sources }) },
			];
			// Whoever takes themselves out does it under the name that stays.
			const events = self ? await ctx.store.append(bodies, as) : await ctx.append(bodies);
			event = events.at(-1)?.id ?? null;
		}
		const synced = await finishErasure(ctx, place !== null && place.upstream !== null, steps, self ? as : undefined);
		return {
			...plan,
			preview: false,
			event,
			synced,
			advice: await historyAdvice(place, paths, looked.linked, { handle, as }),
		};
	} finally {
		dropLookedAt(looked);
	}
}
