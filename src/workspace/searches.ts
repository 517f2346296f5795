import * as v from 'valibot';
import type { SavedSearch } from '../protocol/curation.ts';
import { UserError } from '../protocol/errors.ts';
import type { ListFilter } from '../protocol/lists.ts';
import { filterSchema } from '../protocol/schemas.ts';
import type { Context } from './context.ts';

const LONGEST_NAME = 80;

/**
 * Saved searches are events: they travel to the team with the journals, two people never write one file, and a deletion can be taken
 * back. The latest event under a name holds. One that this version cannot read (of a newer one) is not offered.
 */
export function searches(ctx: Context): SavedSearch[] {
	const found = new Map<string, SavedSearch>();
	for (const { name, query, person, time } of ctx.events('search-saved')) {
		const parsed = v.safeParse(filterSchema, query);
		if (query !== null && parsed.success) found.set(name, { name, query: parsed.output, by: person, at: time });
		else found.delete(name);
	}
	return [...found.values()].sort((x, y) => (x.name < y.name ? -1 : 1));
}

/** @throws UserError 'not-found' naming what there is */
export function savedSearch(ctx: Context, name: string): SavedSearch {
	const all = searches(ctx);
	const found = all.find((each) => each.name === name.normalize('NFC').trim());
	if (found !== undefined) return found;
	const names = all.map((each) => `"${each.name}"`).join(', ');
	throw new UserError(
		'not-found',
		`There is no saved search "${name}". ${names === '' ? 'None is saved.' : `There are ${names}.`}`,
	);
}

/**
 * Saves a query under a name, in place of an earlier one; null deletes it.
 * @throws UserError 'usage' without a name or with nothing to save; 'not-found' where there is nothing to delete
 */
export async function saveSearch(
	ctx: Context,
	name: string,
	query: ListFilter | null,
): Promise<{ readonly event: string }> {
	const plain = name.normalize('NFC').replace(/\s+/gu, ' ').trim();
	if (plain === '' || plain.length > LONGEST_NAME) {
		throw new UserError('usage', `A saved search has a name of 1 to ${LONGEST_NAME} characters.`);
	}
	if (query === null) savedSearch(ctx, plain);
	const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
	if (query !== null && entries.length === 0) {
		throw new UserError('usage', 'There is nothing to save: search for something, or set a filter, first.');
	}
	const [event] = await ctx.append({
		type: 'search-saved',
		name: plain,
		query: query === null ? null : Object.fromEntries(entries),
	});
	ctx.emit.changed({ what: ['config'], reason: 'saved searches' });
	return { event: (event as { id: string }).id };
}
