import { UserError } from '../protocol/errors.ts';
import type { Person } from '../protocol/team.ts';
import { displayNames, storedPeople } from '../store/people-query.ts';
import type { Context } from './context.ts';

/** Longest name: it stands in tables. */
const MAX_NAME = 80;

/** Everybody who took part, with the name they gave themselves. */
export function people(ctx: Context): Person[] {
	const names = displayNames(ctx.db);
	const me = ctx.person();
	return storedPeople(ctx.db).map((each) => ({
		...each,
		name: names.get(each.person) ?? null,
		me: each.person === me,
		machine: each.person.startsWith('model:'),
	}));
}

/**
 * Gives the annotator at work a name to be shown; it travels with the journal. The handle, and so every verdict, stays.
 * @throws UserError 'usage' for an empty or too long name
 */
export async function rename(ctx: Context, text: string): Promise<{ person: string; name: string }> {
	const name = text.normalize('NFC').replace(/\s+/gu, ' ').trim();
	if (name === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name)) {
		throw new UserError('usage', `A name is one line of 1 to ${MAX_NAME} characters; found ${name.length}.`);
	}
	const person = ctx.requirePerson();
	if (displayNames(ctx.db).get(person) !== name) await ctx.append({ type: 'renamed', name });
	return { person, name };
}
